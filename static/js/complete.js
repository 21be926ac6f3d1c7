// Completion in the composer: names after an @, emoji after a colon, and who of those named cannot read here.

import { Box } from './suggest.js';

const WORD = /(?:^|[\s(>*_])([@:][\p{L}\p{N}_.+-]{0,40})$/u;
const NAMES = /(?<![\p{L}\p{N}_/@.])@([\p{L}\p{N}_][\p{L}\p{N}_.-]*)/gu;

/** Returns the word before the cursor that can be completed; empty if there is none. */
export const wordAt = (value, cursor) => WORD.exec(value.slice(0, cursor))?.[1] ?? '';

/** Returns the names that a text mentions, each once. */
export const namedIn = (text) => [...new Set([...text.matchAll(NAMES)].map((found) => found[1].replace(/[.-]+$/, '').toLowerCase()))].slice(0, 20);

/** Returns the text with the word before the cursor replaced, and the new place of the cursor. */
export function replaced(value, cursor, text) {
  const start = cursor - wordAt(value, cursor).length;
  const rest = value.slice(cursor);
  return [value.slice(0, start) + text + (text.endsWith(' ') && rest.startsWith(' ') ? rest.slice(1) : rest), start + text.length];
}

class Completion extends Box {
  constructor(field, note) {
    super(field);
    this.note = note;
    this.first = 0;
    this.names = '';
    field.addEventListener('click', () => this.word() || this.close());
    field.addEventListener('input', () => {
      if (this.named()) return;
      this.names = '';
      note.hidden = true;
    });
  }

  word() {
    return wordAt(this.field.value, this.field.selectionEnd);
  }

  named() {
    const word = this.word().slice(1).toLowerCase();
    return namedIn(this.field.value).filter((name) => name !== word).join(',');
  }

  /** What is asked for: it changes with the word, and with the names in the text. */
  typed() {
    const word = this.word();
    const named = this.named();
    return word.length > 1 || word === '@' || named !== this.names ? `${word} ${named}` : '';
  }

  address(typed) {
    const [word, named] = typed.split(' ');
    return `/-/topics/${this.field.form.dataset.topic}/complete?q=${encodeURIComponent(word)}&named=${encodeURIComponent(named)}`;
  }

  read({ items, note }) {
    this.names = this.named();
    this.note.textContent = note;
    this.note.hidden = !note;
    return items;
  }

  place() {
    const { offsetTop, offsetLeft, offsetWidth, offsetParent } = this.field;
    const { clientHeight, clientWidth } = offsetParent ?? document.body;
    const start = document.dir === 'rtl' ? clientWidth - offsetLeft - offsetWidth : offsetLeft;
    Object.assign(this.list.style, { bottom: `${clientHeight - offsetTop + 4}px`, insetInlineStart: `${start}px`, width: `min(24rem, ${offsetWidth}px)` });
  }

  take(item) {
    const { field } = this;
    const cursor = field.selectionEnd;
    const [value, place] = replaced(field.value, cursor, item.text);
    const start = cursor - this.word().length;
    field.setSelectionRange(start, cursor + (value.length - place < field.value.length - cursor ? 1 : 0));
    if (!document.execCommand('insertText', false, item.text)) {
      field.value = value;
      field.dispatchEvent(new Event('input', { bubbles: true }));
    }
    field.setSelectionRange(place, place);
    this.close();
  }
}

/** Completes what is typed into a composer. */
export function startCompletion(form) {
  const note = Object.assign(document.createElement('p'), { className: 'hint note', hidden: true });
  note.setAttribute('role', 'status');
  form.append(note);
  return new Completion(form.elements.text, note);
}
