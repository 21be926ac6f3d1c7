// Suggestions while typing a search: how the text can continue, and groups, topics and people with that name.
//
// The field is a combobox: arrows choose, Enter takes, Escape closes. Without this script the form works as it is.

import { addStyle } from './style.js';
import { t } from './texts.js';

/** Milliseconds without a key before the server is asked. */
const PAUSE = 150;
const FIELDS = 'form[action="/search"] input[name=q]';

/** The list beside a field: what it offers, and which entry is chosen; -1 is what was typed. */
export class Choices {
  constructor(items = []) {
    this.items = items;
    this.at = -1;
  }

  get chosen() {
    return this.items[this.at] ?? null;
  }

  /** Moves by a number of entries. Beyond each end comes what was typed, then the other end. */
  move(step) {
    const places = this.items.length + 1;
    this.at = ((this.at + 1 + step + places) % places) - 1;
  }
}

/** Returns the text of a field in which the part up to the cursor is replaced, and the new place of the cursor. */
export function completed(value, cursor, text) {
  const rest = value.slice(cursor);
  return [text + (text.endsWith(' ') ? rest.trimStart() : rest), text.length];
}

/** Answers of the server by what was typed, the last ones. */
export class Answers {
  constructor(most = 50) {
    this.most = most;
    this.known = new Map();
  }

  get(text) {
    return this.known.get(text);
  }

  set(text, items) {
    this.known.delete(text);
    this.known.set(text, items);
    if (this.known.size > this.most) this.known.delete(this.known.keys().next().value);
  }
}

let count = 0;

/** The suggestions of one field. */
export class Box {
  constructor(field) {
    addStyle();
    this.field = field;
    this.choices = new Choices();
    this.asked = null;
    this.answers = new Answers();
    /** The entry that is chosen when the list opens. */
    this.first = -1;
    this.list = document.createElement('ul');
    this.list.id = `suggestions-${++count}`;
    this.list.className = 'suggestions';
    this.list.hidden = true;
    this.list.setAttribute('role', 'listbox');
    this.list.setAttribute('aria-label', t('Suggestions'));
    field.after(this.list);
    const attributes = { 'aria-autocomplete': 'list', 'aria-haspopup': 'listbox', 'aria-controls': this.list.id };
    // A text of several lines can have no other role.
    this.isCombobox = !field.matches('textarea');
    if (this.isCombobox) Object.assign(attributes, { role: 'combobox', 'aria-expanded': 'false' });
    for (const [name, value] of Object.entries(attributes)) field.setAttribute(name, value);
    field.addEventListener('input', () => this.askSoon());
    field.addEventListener('keydown', (event) => this.key(event));
    field.addEventListener('blur', () => this.close());
    // A press would take the focus from the field, which closes the list before the click.
    this.list.addEventListener('pointerdown', (event) => event.preventDefault());
    this.list.addEventListener('click', (event) => {
      const at = [...this.list.children].indexOf(event.target.closest('li'));
      if (at >= 0) this.take(this.choices.items[at]);
    });
  }

  typed() {
    return this.field.value.slice(0, this.field.selectionStart ?? this.field.value.length);
  }

  /** Whether there is nothing to ask for. */
  isIdle() {
    return this.typed().trim() === '';
  }

  askSoon() {
    clearTimeout(this.timer);
    this.asked?.abort();
    // What was chosen is for the text before.
    this.choices.at = -1;
    this.mark();
    if (this.isIdle()) return this.close();
    this.timer = setTimeout(() => this.ask(), PAUSE);
    return undefined;
  }

  /** Returns where to ask how a text continues. */
  address(text) {
    return `/-/search/suggest?q=${encodeURIComponent(text)}`;
  }

  /** Returns the entries of an answer. */
  read(answer) {
    return answer;
  }

  async ask() {
    const text = this.typed();
    const address = this.address(text);
    const known = this.answers.get(address);
    if (known) return this.show(this.read(known));
    this.asked = new AbortController();
    try {
      const answer = await fetch(address, { signal: this.asked.signal, headers: { Accept: 'application/json', 'X-Klatch-Background': '1' } });
      if (!answer.ok) return this.close();
      const said = await answer.json();
      this.answers.set(address, said);
      if (this.typed() === text && document.activeElement === this.field) this.show(this.read(said));
    } catch (error) {
      // Given up for a newer text, or offline: the form works without suggestions.
      if (error.name !== 'AbortError') this.close();
    }
    return undefined;
  }

  show(items) {
    this.choices = new Choices(items);
    if (items.length > 0) this.choices.at = this.first;
    this.list.replaceChildren(...items.map((item, at) => this.entry(item, at)));
    this.list.hidden = items.length === 0;
    this.place();
    if (this.isCombobox) this.field.setAttribute('aria-expanded', String(items.length > 0));
    this.mark();
  }

  /** Puts the list under the field, wherever the form has it. */
  place() {
    const { offsetTop, offsetLeft, offsetHeight, offsetWidth } = this.field;
    const { style } = this.list;
    Object.assign(style, { top: `${offsetTop + offsetHeight + 4}px`, left: `${offsetLeft}px`, width: `${offsetWidth}px` });
  }

  /** What continues the text has no kind to name. */
  entry({ kind, label, about, text }, at) {
    const entry = document.createElement('li');
    entry.id = `${this.list.id}-${at}`;
    entry.setAttribute('role', 'option');
    const name = Object.assign(document.createElement('span'), { textContent: label });
    const what = [text === undefined && kind, about].filter(Boolean).join(' · ');
    entry.append(name, ' ', Object.assign(document.createElement('small'), { textContent: what }));
    return entry;
  }

  mark() {
    const entries = [...this.list.querySelectorAll('[role=option]')];
    entries.forEach((entry, at) => entry.setAttribute('aria-selected', String(at === this.choices.at)));
    const chosen = entries[this.choices.at];
    if (chosen) this.field.setAttribute('aria-activedescendant', chosen.id);
    else this.field.removeAttribute('aria-activedescendant');
    chosen?.scrollIntoView({ block: 'nearest' });
  }

  close() {
    clearTimeout(this.timer);
    this.asked?.abort();
    this.show([]);
  }

  key(event) {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const isOpen = !this.list.hidden;
    const { key } = event;
    if ((key === 'ArrowDown' || key === 'ArrowUp') && !isOpen) {
      if (!this.isCombobox || this.isIdle()) return;
      this.ask();
    } else if (key === 'ArrowDown' || key === 'ArrowUp') {
      this.choices.move(key === 'ArrowDown' ? 1 : -1);
      this.mark();
    } else if ((key === 'Enter' || (key === 'Tab' && !this.isCombobox && !event.shiftKey)) && isOpen && this.choices.chosen) {
      this.take(this.choices.chosen);
    } else if (key === 'Escape' && isOpen) {
      this.close();
    } else {
      return;
    }
    event.preventDefault();
  }

  take(item) {
    this.close();
    // Only pages of this site.
    if (item.href?.startsWith('/') && !item.href.startsWith('//')) return location.assign(item.href);
    if (item.text === undefined) return undefined;
    const [value, cursor] = completed(this.field.value, this.typed().length, item.text);
    this.field.value = value;
    this.field.setSelectionRange(cursor, cursor);
    // Its values come next.
    if (item.text.endsWith(':')) this.ask();
    return undefined;
  }
}

export function start() {
  const boxes = new WeakMap();
  // Live updates replace parts of the page, so fields are found when they are used.
  document.addEventListener('focusin', ({ target }) => {
    if (!target.matches?.(FIELDS)) return;
    const box = boxes.get(target);
    if (!box || !box.list.isConnected) boxes.set(target, new Box(target));
  });
  const focused = document.activeElement;
  if (!focused?.matches?.(FIELDS)) return;
  const box = new Box(focused);
  boxes.set(focused, box);
  // This script may come after the first keys.
  if (focused.value !== focused.defaultValue) box.askSoon();
}
