// The messages of a topic page: placing one, stars, copying links, and where the page opens.

import { t } from './texts.js';
import { day, refreshTimes } from './times.js';
import { parse } from './trusted.js';

const NEAR_END = 120;
// Milliseconds after a tap until its tools are visible; `static/klatch.css` waits a little less.
const OPENED = 200;
// Milliseconds for which a link says that it was copied.
const COPIED = 2_000;
let below = 0;

/** Returns the list of messages; null on other pages. A reload replaces the element. */
const list = () => document.getElementById('messages');

/** Whether the end of the page is in sight. */
export function isAtEnd() {
  const page = document.documentElement;
  return page.scrollHeight - window.scrollY - window.innerHeight < NEAR_END;
}

/** Scrolls to the end and resets the number of new messages below. */
export function goToEnd() {
  window.scrollTo(0, document.documentElement.scrollHeight);
  setBelow(0);
}

function setBelow(count) {
  below = count;
  const button = document.getElementById('new-below');
  if (!button) return;
  button.hidden = count === 0;
  if (count > 0) button.textContent = `↓ ${t(['{count} new message', '{count} new messages'], { count })}`;
}

/** Runs `change` and keeps the scroll position of what is being read. */
export function keepingPlace(change) {
  const anchor = [...list().children].find((child) => child.getBoundingClientRect().bottom > 0);
  const before = anchor?.getBoundingClientRect().top;
  change();
  if (!anchor?.isConnected) return;
  const moved = anchor.getBoundingClientRect().top - before;
  if (Math.abs(moved) >= 1) window.scrollBy(0, moved);
}

/** What could not be applied while more messages load; null at other times. */
let held = null;

/** Runs `load`, which adds messages to the page. Then applies what happened to these messages meanwhile. */
export async function whileLoading(load) {
  held = [];
  try {
    return await load();
  } finally {
    const again = held;
    held = null;
    for (const apply of again) apply();
  }
}

/** Puts a line with the date between messages of different days, in the reader's time zone. */
export function divide() {
  let before = null;
  for (const message of list()?.querySelectorAll(':scope > .message') ?? []) {
    const text = day(Number(message.dataset.at));
    const under = message.previousElementSibling?.matches('.new') ? message.previousElementSibling : message;
    let line = under.previousElementSibling;
    if (!line?.matches('.day')) line = null;
    if (before ? text === before : message.dataset.seq === '1') {
      line?.remove();
    } else if (line) {
      if (line.textContent !== text) line.firstElementChild.textContent = text;
    } else {
      line = Object.assign(document.createElement('p'), { className: 'day' });
      line.append(Object.assign(document.createElement('span'), { textContent: text }));
      under.before(line);
    }
    before = text;
  }
}

/** Whether `fresh` is an older version than `old`: events may arrive in another order than the changes happened. */
export const isOlder = (fresh, old) => Number(fresh.dataset.version) < Number(old.dataset.version);

/** Moves the form in which a message is edited into its new version. */
export function keepEditing(article, form) {
  article.append(form);
  article.classList.add('editing');
}

/** The version of messages up to which their number of replies is known, where that is ahead of the message. */
const counted = new WeakMap();

/** Shows the number of replies to a message, as the server renders it. A number that came later stays. */
export function countReplies({ to, version, replies }) {
  const message = document.getElementById(`m${Number(to)}`);
  if (!message) held?.push(() => countReplies({ to, version, replies }));
  if (!message || Math.max(Number(message.dataset.version), counted.get(message) ?? 0) >= version) return;
  // Otherwise, an event about the message itself is still to come.
  if (Number(message.dataset.version) === version - 1) message.dataset.version = String(version);
  else counted.set(message, version);
  const link = message.querySelector('.replies');
  if (!link) return;
  link.hidden = replies < 1;
  link.textContent = t(['{count} reply', '{count} replies'], { count: replies });
}

/** Keeps a number of replies that is newer than the new version of its message. */
function keepCount(old, article) {
  const [ahead, version] = [counted.get(old) ?? 0, Number(article.dataset.version)];
  if (ahead <= version) return;
  if (ahead === version + 1) article.dataset.version = String(ahead);
  else counted.set(article, ahead);
  const [link, fresh] = [old.querySelector('.replies'), article.querySelector('.replies')];
  if (link && fresh) fresh.replaceWith(link);
}

/** Prepares new messages: fresh times, and code blocks that the keyboard can scroll. */
export function tend(root) {
  refreshTimes(root);
  for (const pre of root.querySelectorAll('pre')) {
    if (pre.scrollWidth > pre.clientWidth) pre.tabIndex = 0;
  }
}

/** Keeps what was chosen in a poll and not sent yet. */
function keepChoice(old, fresh) {
  for (const input of old.querySelectorAll('.poll input')) {
    if (input.checked === input.defaultChecked) continue;
    const same = [...fresh.querySelectorAll('.poll input')].find((other) => other.value === input.value);
    if (same) same.checked = input.checked;
  }
}

/**
 * Puts a message into the page: replaces its earlier version, or inserts it by its sequence number. Idempotent; an
 * older version changes nothing. Returns one of:
 * - `placed`
 * - `folded`: placed, but its author is ignored by the viewer
 * - `replaced`
 * - `refused`: there is no list, the message belongs to another topic, or the page does not reach the topic's end
 */
export function placeMessage(html, seq) {
  const messages = list();
  const article = messages && parse(html);
  if (!article?.matches('article.message')) return 'refused';
  const number = Number(seq ?? article.dataset.seq);

  const old = document.getElementById(article.id);
  if (old) {
    if (!messages.contains(old)) return 'refused';
    if (isOlder(article, old)) return 'replaced';
    const focused = old === document.activeElement;
    keepCount(old, article);
    keepChoice(old, article);
    const editing = old.querySelector(':scope > form');
    const active = editing?.contains(document.activeElement) && document.activeElement;
    keepingPlace(() => {
      if (editing) keepEditing(article, editing);
      old.replaceWith(article);
    });
    if (active) active.focus({ preventScroll: true });
    tend(article);
    if (focused) article.focus({ preventScroll: true });
    return 'replaced';
  }

  const last = Number(messages.dataset.lastSeq);
  if ((number > last && messages.dataset.atEnd !== 'true') || number < Number(messages.dataset.firstSeq)) {
    held?.push(() => placeMessage(html, seq));
    return 'refused';
  }

  const mine = article.dataset.author === document.body.dataset.user;
  const follow = isAtEnd() && !document.hidden;
  const next = [...messages.querySelectorAll('.message')].find((other) => Number(other.dataset.seq) > number);
  messages.querySelector('.empty')?.remove();
  if (next) {
    keepingPlace(() => next.before(article));
  } else {
    messages.append(article);
  }
  const isFolded = article.classList.contains('folded');
  if (!isFolded) article.classList.add('fresh');
  tend(article);
  if (number > last) messages.dataset.lastSeq = String(number);
  if (messages.dataset.firstSeq === '0') messages.dataset.firstSeq = String(number);
  keepingPlace(divide);

  if (follow || mine) goToEnd();
  else if (!next && !isFolded) setBelow(below + 1);
  return isFolded ? 'folded' : 'placed';
}

/** Copies the URL of a message. Without a clipboard, the link opens as usual. */
async function copyLink(link) {
  try {
    await navigator.clipboard.writeText(link.href);
  } catch {
    return location.assign(link.href);
  }
  return tell(link, t('Link copied'));
}

/** Shows on a button for a while that it is done. */
function tell(button, done) {
  const name = button.textContent;
  if (name === done) return;
  document.getElementById('live-polite').textContent = done;
  button.textContent = done;
  setTimeout(() => { button.textContent = name; }, COPIED);
}

/** Stars or bookmarks a message or votes without leaving the page; shows a message when that fails. */
async function star(button) {
  button.setAttribute('aria-disabled', 'true');
  try {
    const body = new URLSearchParams(new FormData(document.getElementById('act')));
    const answer = await fetch(button.formAction, { method: 'POST', body, headers: { Accept: 'application/json' } });
    const said = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Error((said.fields && Object.values(said.fields)[0]) || said.error);
    if (said.html) placeMessage(said.html, said.seq);
    if (said.done) tell(button, said.done);
  } catch (error) {
    button.title = `${button.dataset.problem ?? t('Not done.')} ${error.message}`;
    document.getElementById('live-polite').textContent = button.title;
  } finally {
    button.removeAttribute('aria-disabled');
  }
}

/** Scrolls a topic to the first new message, or to the end when everything was read before. */
function openAtNew() {
  const [entry] = performance.getEntriesByType('navigation');
  const place = history.state?.reading;
  if (place) return list().querySelector(`[data-seq="${Number(place)}"]`)?.scrollIntoView({ block: 'start' });
  if (location.hash || location.search || (entry && entry.type !== 'navigate')) return;
  const divider = document.getElementById('new');
  if (divider) divider.scrollIntoView({ block: 'start' });
  else if ('visited' in list().dataset && list().dataset.atEnd === 'true') goToEnd();
}

/** Only topics of more than one page load more. */
function startMore() {
  if (document.querySelector('.cursor > [rel]')) import('./more.js').then((more) => more.start()).catch((error) => console.error(error));
}

export function start() {
  document.addEventListener('click', (event) => {
    if (event.target.closest('#new-below')) return goToEnd();
    const link = event.target.closest('.link-to');
    if (link && navigator.clipboard && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey)) {
      event.preventDefault();
      return copyLink(link);
    }
    const button = event.target.closest('button[form="act"]');
    if (!button || 'leaves' in button.dataset || !document.getElementById('act')) return;
    event.preventDefault();
    if (button.getAttribute('aria-disabled') !== 'true') star(button);
  });
  if (matchMedia('(hover: none)').matches) {
    // A tap opens the tools on a line of their own, perhaps out of sight.
    document.addEventListener('click', (event) => {
      const tools = event.target.closest('.message')?.querySelector(':scope > .tools');
      if (tools) setTimeout(() => tools.scrollIntoView({ block: 'nearest' }), OPENED);
    });
  }
  window.addEventListener('scroll', () => below > 0 && isAtEnd() && setBelow(0), { passive: true });
  document.addEventListener('klatch:main', () => {
    setBelow(0);
    tend(list() ?? document.body);
    if (!list()) return;
    divide();
    startMore();
  });
  tend(list() ?? document.body);
  if (!list()) return;
  divide();
  startMore();
  // A browser that marks no words takes them as a part of the message's name.
  if (location.hash.includes(':~:')) location.replace(location.hash.replace(/:~:.*/, ''));
  openAtNew();
}
