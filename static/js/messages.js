// The messages of a topic page: putting one in its place, stars, and where the page opens.

import { refreshTimes } from './times.js';

const NEAR_END = 120;
// Milliseconds after a tap by which its tools are there: `static/klatch.css` waits a little less.
const OPENED = 200;
let below = 0;

/** The list of messages; null on other pages, and another one after the page's main part was swapped. */
const list = () => document.getElementById('messages');

/** The one element that a fragment from our own server holds. Scripts in a template never run. */
function parse(html) {
  const template = document.createElement('template');
  template.innerHTML = html;
  return template.content.firstElementChild;
}

/** Whether the end of the page is in sight. */
export function isAtEnd() {
  const page = document.documentElement;
  return page.scrollHeight - window.scrollY - window.innerHeight < NEAR_END;
}

/** Goes to the end and forgets what waited there. */
export function goToEnd() {
  window.scrollTo(0, document.documentElement.scrollHeight);
  setBelow(0);
}

function setBelow(count) {
  below = count;
  const button = document.getElementById('new-below');
  if (!button) return;
  button.hidden = count === 0;
  if (count > 0) button.textContent = `↓ ${count} new ${count === 1 ? 'message' : 'messages'}`;
}

/** Keeps what is being read where it is while `change` happens above it. */
function keepingPlace(change) {
  const anchor = [...list().children].find((child) => child.getBoundingClientRect().bottom > 0);
  const before = anchor?.getBoundingClientRect().top;
  change();
  if (!anchor?.isConnected) return;
  const moved = anchor.getBoundingClientRect().top - before;
  if (Math.abs(moved) >= 1) window.scrollBy(0, moved);
}

/** Whether what came was drawn of an earlier state than what stands here: changes may be told in another order than they happened. */
export const isOlder = (fresh, old) => Number(fresh.dataset.version) < Number(old.dataset.version);

/** What every message needs that came into the page: fresh times, and code that keys can scroll. */
function tend(root) {
  refreshTimes(root);
  for (const pre of root.querySelectorAll('pre')) {
    if (pre.scrollWidth > pre.clientWidth) pre.tabIndex = 0;
  }
}

/**
 * Puts a message into the page: in the place of its older self, or where its number belongs. Doing it twice changes
 * nothing, nor does an older state of it. Answers `placed`; `folded` when it was placed, and is of somebody whom the reader
 * ignores; `replaced`; or `refused`: there is no list here, the message is another topic's, or the
 * page does not reach to the topic's end.
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
    keepingPlace(() => old.replaceWith(article));
    tend(article);
    if (focused) article.focus({ preventScroll: true });
    return 'replaced';
  }

  const last = Number(messages.dataset.lastSeq);
  if (number > last && messages.dataset.atEnd !== 'true') return 'refused';
  if (number < Number(messages.dataset.firstSeq)) return 'refused';

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

  if (follow || mine) goToEnd();
  else if (!next && !isFolded) setBelow(below + 1);
  return isFolded ? 'folded' : 'placed';
}

/** Stars without leaving the page; says so when that fails. */
async function star(button) {
  button.setAttribute('aria-disabled', 'true');
  try {
    const body = new URLSearchParams(new FormData(document.getElementById('act')));
    const answer = await fetch(button.formAction, { method: 'POST', body, headers: { Accept: 'application/json' } });
    const said = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Error(said.error);
    if (said.html) placeMessage(said.html, said.seq);
  } catch (error) {
    button.title = `Not starred. ${error.message}`;
    document.getElementById('live-polite').textContent = button.title;
  } finally {
    button.removeAttribute('aria-disabled');
  }
}

/** Opens a topic where reading goes on: at the first new message, or at the end when all was read before. */
function openAtNew() {
  const [entry] = performance.getEntriesByType('navigation');
  if (location.hash || location.search || (entry && entry.type !== 'navigate')) return;
  const divider = document.getElementById('new');
  if (divider) divider.scrollIntoView({ block: 'start' });
  else if (document.body.dataset.user && list().dataset.atEnd === 'true') goToEnd();
}

export function start() {
  document.addEventListener('click', (event) => {
    if (event.target.closest('#new-below')) return goToEnd();
    const button = event.target.closest('button[form="act"]');
    if (!button || 'leaves' in button.dataset || !document.getElementById('act')) return;
    event.preventDefault();
    if (button.getAttribute('aria-disabled') !== 'true') star(button);
  });
  if (matchMedia('(hover: none)').matches) {
    // A tap opens the tools in a line of their own, perhaps where the screen shows nothing.
    document.addEventListener('click', (event) => {
      const tools = event.target.closest('.message')?.querySelector(':scope > .tools');
      if (tools) setTimeout(() => tools.scrollIntoView({ block: 'nearest' }), OPENED);
    });
  }
  window.addEventListener('scroll', () => below > 0 && isAtEnd() && setBelow(0), { passive: true });
  document.addEventListener('klatch:main', () => {
    setBelow(0);
    if (list()) tend(list());
  });
  if (!list()) return;
  tend(list());
  openAtNew();
}
