// Ctrl+K: goes to a group, topic or person by name. A dialog with the list of the page /-/go.

import { Box, Choices } from './suggest.js';
import { t } from './texts.js';
import { parse } from './trusted.js';

/** The list of the server becomes the options of the field. Without a text, it shows what is at hand. */
class Switcher extends Box {
  constructor(field, note) {
    super(field);
    this.note = note;
    this.list.className = 'places';
    this.list.setAttribute('aria-label', t('Groups, topics, and people'));
  }

  typed() {
    return this.field.value;
  }

  isIdle() {
    return false;
  }

  address(text) {
    return `/-/go?q=${encodeURIComponent(text.trim())}`;
  }

  read({ html }) {
    return parse(html);
  }

  show(part) {
    const links = [...part.querySelectorAll('a')];
    this.choices = new Choices(links.map((link) => ({ href: link.getAttribute('href') })));
    this.choices.at = links.length > 0 ? 0 : -1;
    for (const section of part.querySelectorAll('section')) section.setAttribute('role', 'group');
    for (const plain of part.querySelectorAll('h2, ul, li')) plain.setAttribute('role', 'presentation');
    links.forEach((link, at) => {
      Object.assign(link, { id: `${this.list.id}-${at}`, tabIndex: -1 });
      link.setAttribute('role', 'option');
    });
    this.note.textContent = part.querySelector('.empty')?.textContent.trim() ?? '';
    this.list.replaceChildren(...part.querySelectorAll('section'));
    this.list.hidden = links.length === 0;
    this.field.setAttribute('aria-expanded', String(links.length > 0));
    this.mark();
  }

  /** The list stays for as long as the dialog. */
  close() {
    clearTimeout(this.timer);
    this.asked?.abort();
  }

  key(event) {
    if (event.key !== 'Escape') super.key(event);
  }
}

const make = (name, properties) => Object.assign(document.createElement(name), properties);

/** Opens the dialog, or closes it. */
export function toggle() {
  const before = document.getElementById('go');
  const wasOpen = before?.open;
  before?.close();
  before?.remove();
  if (wasOpen) return undefined;
  const dialog = make('dialog', { id: 'go' });
  dialog.setAttribute('aria-label', t('Go to'));
  const form = make('form', { action: '/-/go' });
  const field = make('input', { type: 'search', name: 'q', autocomplete: 'off', placeholder: t('Group, topic, or person') });
  field.setAttribute('aria-label', t('Name of a group, topic, or person'));
  const note = make('p', { className: 'hint' });
  note.setAttribute('role', 'status');
  form.append(field, note);
  dialog.append(form);
  dialog.addEventListener('close', () => dialog.remove());
  // The form fills the dialog: a click on the dialog itself is beside it.
  dialog.addEventListener('click', (event) => event.target === dialog && dialog.close());
  document.body.append(dialog);
  const switcher = new Switcher(field, note);
  dialog.showModal();
  return switcher.ask();
}
