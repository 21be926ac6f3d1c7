// Keys: j k Enter r u e m / "g h" ?, never while typing or with a modifier; and Ctrl+K. People can turn off those that are
// a single key.

/** Where a browser stores that its user turned off single keys. */
const OFF = 'klatch-keys-off';
const ITEMS = '.message, .topic, .group, .story, .result';
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

/** Opens the switcher. It is the page `/-/go` in a dialog. */
const go = () => import('./switcher.js').then((switcher) => switcher.toggle()).catch(() => location.assign('/-/go'));

/** Whether a key opens the switcher. On a Mac, Ctrl+K deletes to the end of the line. */
export const isSwitch = ({ key, ctrlKey, metaKey, altKey, shiftKey }, isMac) =>
  key?.toLowerCase() === 'k' && (isMac ? metaKey && !ctrlKey : ctrlKey && !metaKey) && !altKey && !shiftKey;

/** Whether single keys are shortcuts. They are, unless the user turned them off or the browser stores nothing. */
export function areOn(storage = () => localStorage) {
  try {
    return storage().getItem(OFF) === null;
  } catch {
    return true;
  }
}

/** Turns single keys on or off. Where the browser stores nothing, they stay on. */
export function turn(on, storage = () => localStorage) {
  try {
    if (on) storage().removeItem(OFF);
    else storage().setItem(OFF, '1');
  } catch {
    // The browser stores nothing.
  }
}

/** Hides the tools of the message under the pointer or with the focus, until both have left. */
function hideTools() {
  const message = document.querySelector('.message:is(:hover, :focus-within)');
  if (!message) return;
  if (document.activeElement?.closest('.tools')) message.focus({ preventScroll: true });
  message.classList.add('no-tools');
  const show = () => {
    if (message.matches(':is(:hover, :focus-within)')) return;
    message.classList.remove('no-tools');
    for (const kind of ['pointerleave', 'focusout']) message.removeEventListener(kind, later);
  };
  const later = () => setTimeout(show);
  for (const kind of ['pointerleave', 'focusout']) message.addEventListener(kind, later);
}

/** Runs the action of a key; returns false when it does nothing here. */
function act(key) {
  switch (key) {
    case 'j': return move(1);
    case 'k': return move(-1);
    case 'r': return reply();
    case 'e': case 'm': return press(key);
    case 'u': return location.assign(document.querySelector('main [rel=up]')?.href ?? '/');
    case '/': return search();
    case '?': return void import('./keys.js').then((keys) => keys.show()).catch((error) => console.error(error));
    case 'g': pending = Date.now(); return undefined;
    case 'h': return Date.now() - pending < 1500 ? location.assign('/') : false;
    default: return false;
  }
}

export function start() {
  if (document.getElementById('keys-choice')) import('./keys.js').then((keys) => keys.offer()).catch((error) => console.error(error));
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
    if (event.key === 'Escape') return void hideTools();
    if (!areOn()) return;
    if (act(event.key) !== false) event.preventDefault();
    if (event.key !== 'g') pending = 0;
  });
}
