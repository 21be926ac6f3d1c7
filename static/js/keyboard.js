// Keys: j k Enter r u e m / "g h" ?, never while typing or with a modifier; and Ctrl+K.

const ITEMS = '.message, .topic, .group, .story, .result';
const KEYS = [
  ['j k', 'next or previous item'],
  ['Enter', 'open item'],
  ['r', 'reply'],
  ['u', 'back to the group'],
  ['e m', 'mark an unread topic as read, mute it'],
  ['/', 'search'],
  ['Ctrl K', 'go to a group, topic, or person'],
  ['g h', 'unread messages'],
  ['Ctrl Enter', 'send'],
  ['Ctrl B/I/K', 'bold, italic, link'],
  ['↑', 'edit your last message'],
  ['?', 'show shortcuts'],
];
let pending = 0;

/** Returns the element of an item to focus: the link of its title, or the message itself. */
const target = (item) => item.querySelector('a.title') ?? item;

function current(items) {
  return items.findIndex((item) => item.contains(document.activeElement));
}

/** Moves the focus. Without a current item, it starts with what is in sight. */
function move(step) {
  const items = [...document.querySelectorAll(`main :is(${ITEMS})`)];
  if (items.length === 0) return;
  const at = current(items);
  const seen = items.findIndex((item) => item.getBoundingClientRect().bottom > 60);
  const to = at < 0 ? Math.max(seen, 0) : Math.min(Math.max(at + step, 0), items.length - 1);
  target(items[to]).focus({ preventScroll: true });
  items[to].scrollIntoView({ block: 'nearest' });
}

function reply() {
  const text = document.getElementById('compose')?.elements.text;
  const link = document.activeElement?.closest('.message')?.querySelector('[data-reply]');
  if (text && link) link.click();
  else text?.focus();
  return Boolean(text);
}

/** Presses the button of an unread topic: the current one, or the first in sight. */
function press(key) {
  const items = [...document.querySelectorAll('main .story')];
  const story = items[current(items)] ?? items.find((item) => item.getBoundingClientRect().bottom > 60);
  const button = story?.querySelector(`[data-key="${key}"]`);
  button?.click();
  return Boolean(button);
}

function search() {
  const field = [...document.querySelectorAll('main [name=q], #sidebar [name=q]')].find((one) => one.offsetParent);
  if (field) field.focus();
  else location.assign('/search');
}

function help() {
  let dialog = document.getElementById('keys');
  if (!dialog) {
    dialog = document.createElement('dialog');
    dialog.id = 'keys';
    dialog.setAttribute('aria-labelledby', 'keys-title');
    const title = Object.assign(document.createElement('h2'), { id: 'keys-title', textContent: 'Keyboard shortcuts' });
    const all = Object.assign(document.createElement('dl'), { className: 'keys' });
    for (const [keys, what] of KEYS) {
      const row = document.createElement('div');
      const term = document.createElement('dt');
      term.append(...keys.split(' ').flatMap((key) => [Object.assign(document.createElement('kbd'), { textContent: key }), ' ']));
      row.append(term, Object.assign(document.createElement('dd'), { textContent: what }));
      all.append(row);
    }
    const form = Object.assign(document.createElement('form'), { method: 'dialog' });
    form.append(Object.assign(document.createElement('button'), { textContent: 'Close' }));
    dialog.append(title, all, form);
    document.body.append(dialog);
  }
  if (!dialog.open) dialog.showModal();
}

/** Opens the switcher. It is the page `/-/go` in a dialog. */
const go = () => import('./switcher.js').then((switcher) => switcher.toggle()).catch(() => location.assign('/-/go'));

/** Whether a key opens the switcher. On a Mac, Ctrl+K deletes to the end of the line. */
export const isSwitch = ({ key, ctrlKey, metaKey, altKey, shiftKey }, isMac) =>
  key?.toLowerCase() === 'k' && (isMac ? metaKey && !ctrlKey : ctrlKey && !metaKey) && !altKey && !shiftKey;

/** Runs the action of a key; returns false when it does nothing here. */
function act(key) {
  switch (key) {
    case 'j': return move(1);
    case 'k': return move(-1);
    case 'r': return reply();
    case 'e': case 'm': return press(key);
    case 'u': return location.assign(document.querySelector('main [rel=up]')?.href ?? '/');
    case '/': return search();
    case '?': return help();
    case 'g': pending = Date.now(); return undefined;
    case 'h': return Date.now() - pending < 1500 ? location.assign('/') : false;
    default: return false;
  }
}

export function start() {
  document.addEventListener('click', (event) => {
    if (!event.target.closest?.('a[href="/-/go"]') || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go();
  });
  document.addEventListener('keydown', (event) => {
    // In a composer it makes a link.
    const inComposer = event.target.matches?.('#compose textarea, .editing textarea');
    if (!inComposer && !event.isComposing && isSwitch(event, /Mac|iP/.test(navigator.platform))) {
      event.preventDefault();
      go();
      return;
    }
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest('input, textarea, select, [contenteditable], dialog[open]')) return;
    if (act(event.key) !== false) event.preventDefault();
    if (event.key !== 'g') pending = 0;
  });
}
