// The list of keys, in a dialog, and the choice whether single keys are shortcuts.

import { areOn, turn } from './keyboard.js';
import { addStyle } from './style.js';
import { t } from './texts.js';

const KEYS = [
  ['j k', t('next or previous item')],
  [t('Enter'), t('open item')],
  ['r', t('reply')],
  ['u', t('back to the group')],
  ['e m', t('mark an unread topic as read, mute it')],
  ['/', t('search')],
  [`${t('Ctrl')} K`, t('go to a group, topic, or person')],
  ['g h', t('unread messages')],
  [`${t('Ctrl')} ${t('Enter')}`, t('send')],
  [`${t('Ctrl')} B/I/K`, t('bold, italic, link')],
  ['↑', t('edit your last message')],
  ['?', t('show shortcuts')],
];

const make = (tag, fields, ...children) => {
  const element = Object.assign(document.createElement(tag), fields);
  element.append(...children);
  return element;
};

const row = ([keys, what]) => make('div', {}, make('dt', {}, ...keys.split(' ').flatMap((key) => [make('kbd', { textContent: key }), ' '])), make('dd', { textContent: what }));

/** Makes a checkbox the choice whether single keys are shortcuts. */
function choose(box) {
  box.checked = areOn();
  box.addEventListener('change', () => {
    turn(box.checked);
    box.checked = areOn();
  });
}

/** Shows the choice on the help page, which has it for those who turned off the key of the dialog. */
export function offer() {
  const choice = document.getElementById('keys-choice');
  if (!choice?.hidden) return;
  choose(choice.querySelector('input'));
  choice.hidden = false;
}

let dialog;

/** Opens the dialog. */
export async function show() {
  await addStyle();
  if (!dialog) {
    const title = make('h2', { id: 'keys-title', textContent: t('Keyboard shortcuts') });
    const close = make('form', { method: 'dialog' }, make('button', { textContent: t('Close') }));
    const box = make('input', { type: 'checkbox' });
    choose(box);
    const choice = make('p', { className: 'choice' }, make('label', {}, box, make('span', { textContent: t('Use single-key shortcuts in this browser') })));
    const help = make('p', { className: 'hint' }, make('a', { href: '/-/help#shortcuts', textContent: t('This choice is also on the help page.') }));
    dialog = make('dialog', { id: 'keys' }, title, make('dl', { className: 'keys' }, ...KEYS.map(row)), choice, help, close);
    dialog.setAttribute('aria-labelledby', title.id);
    document.body.append(dialog);
  }
  if (!dialog.open) dialog.showModal();
}
