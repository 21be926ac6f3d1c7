// Loads earlier and later messages of a long topic while the reader scrolls. The address follows. The links stay for
// everyone else.

import { divide, isAtEnd, keepingPlace, tend, whileLoading } from './messages.js';
import { number, t } from './texts.js';
import { day } from './times.js';
import { parsePage } from './trusted.js';

/** The distance to the end of what is loaded, in pixels, at which more loads. */
const NEAR = 1_200;
/** How long a page may take, and how long we wait after a failure (milliseconds). */
const TIMEOUT = 20_000;
const AGAIN = 5_000;
/** How often the shown position and the address change, and how long the position is shown (milliseconds). */
const LOOK = 150;
const OFTEN = 500;
const SHOWN = 1_500;
/** As on the server: a message by the same author within this time, in seconds, goes without the name. */
const FOLLOWS = 300;

const list = () => document.getElementById('messages');
const link = (rel) => document.querySelector(`.cursor > [rel=${rel}]`);
let started = false;
let loading = false;
let failedAt = -AGAIN;
let lastY = 0;

/** Whether a message goes without its author's name, below the other. */
const isFollowing = (one, other) =>
  one.dataset.author === other.dataset.author && Number(one.dataset.at) - Number(other.dataset.at) <= FOLLOWS;

/** Fetches the page behind a link. */
async function fetchPage(href) {
  const answer = await fetch(href, { headers: { Accept: 'text/html', 'X-Klatch-Background': '1' }, signal: AbortSignal.timeout(TIMEOUT) });
  if (!answer.ok || answer.redirected) throw new Error(`${href} answered ${answer.status}`);
  return parsePage(await answer.text());
}

/** Puts the messages of another page before or after those here, and takes over its link to the next ones. */
function join(page, rel) {
  const [here, there] = [list(), page.getElementById('messages')];
  const isSame = here?.dataset.topic === there?.dataset.topic && here?.dataset.numbering === there?.dataset.numbering;
  if (!isSame) throw new Error('another topic');
  const fits = rel === 'next' ? Number(there.dataset.firstSeq) === Number(here.dataset.lastSeq) + 1 : Number(there.dataset.lastSeq) === Number(here.dataset.firstSeq) - 1;
  if (!fits) throw new Error('a gap');
  const fresh = document.importNode(there, true);
  for (const own of fresh.querySelectorAll(':scope > .new')) if (document.getElementById('new')) own.remove();
  const [above, below] = rel === 'next' ? [here, fresh] : [fresh, here];
  const messages = (root) => root.querySelectorAll(':scope > .message');
  const [last, first] = [[...messages(above)].at(-1), messages(below)[0]];
  first.classList.toggle('follows', isFollowing(first, last));
  keepingPlace(() => {
    if (rel === 'next') here.append(...fresh.childNodes);
    else here.prepend(...fresh.childNodes);
    divide();
  });
  if (rel === 'next') {
    here.dataset.atEnd = there.dataset.atEnd;
    here.dataset.lastSeq = there.dataset.lastSeq;
  } else {
    here.dataset.firstSeq = there.dataset.firstSeq;
  }
  tend(here);
  const next = page.querySelector(`.cursor > [rel=${rel}]`);
  if (next) return link(rel).replaceWith(document.importNode(next, true));
  // Nothing is left there: neither the first nor the latest messages need a link.
  link(rel).remove();
  for (const other of document.querySelectorAll(`.cursor > .${rel === 'next' ? 'latest' : 'first'}`)) other.remove();
}

/** Loads what is behind the link to the earlier or later messages. Returns whether it came. */
async function load(rel) {
  const from = link(rel);
  if (!from || loading) return false;
  loading = true;
  from.setAttribute('aria-busy', 'true');
  try {
    await whileLoading(async () => {
      const before = list();
      const page = await fetchPage(from.href);
      // A reload came first.
      if (list() === before && from.isConnected) join(page, rel);
    });
    return true;
  } catch (error) {
    console.warn(error);
    failedAt = performance.now();
    return false;
  } finally {
    loading = false;
    from.removeAttribute('aria-busy');
  }
}

/** Returns the message at the top of the screen. */
const inSight = () => [...(list()?.querySelectorAll('.message') ?? [])].find((one) => one.getBoundingClientRect().bottom > 0);

const place = Object.assign(document.createElement('p'), { className: 'place', ariaHidden: 'true' });
let hiding;

/** Returns the timeline, if there is one and the screen has room for it. */
const timeline = () => [...document.getElementsByClassName('timeline')].find((one) => one.offsetHeight > 0);

/** The number of the newest message. */
const total = () => Math.max(Number(list().dataset.newest), Number(list().dataset.lastSeq));

/** Moves the mark of the timeline to a message. As on the server, the newest one is at 98 percent. */
function move(line, seq, text) {
  line.querySelector('p').textContent = text;
  line.querySelector('rect').setAttribute('y', `${(98 * (seq - 1)) / Math.max(1, total() - 1)}%`);
  const links = [...line.querySelectorAll('[data-place]')];
  const here = links.findLast((link) => Number(link.dataset.place) <= seq);
  for (const link of links) {
    if (link === here) link.ariaCurrent = 'location';
    else link.removeAttribute('aria-current');
  }
}

/** Shows where the reader is, for a moment or on the timeline: the message, of how many, and its day. */
function showPlace() {
  if (!inSight() || pointed) return;
  const isEnd = isAtEnd() && list().dataset.atEnd === 'true';
  const message = isEnd ? [...list().querySelectorAll(':scope > .message')].at(-1) : inSight();
  const seq = Number(message.dataset.seq);
  const text = t('{seq} of {total} · {day}', { seq, total: total(), day: day(Number(message.dataset.at)) });
  const line = timeline();
  if (line) return move(line, seq, text);
  place.textContent = text;
  if (!place.isConnected) document.body.append(place);
  clearTimeout(hiding);
  hiding = setTimeout(() => place.remove(), SHOWN);
}

/** The number of the message to which the reader drags the mark of the timeline; 0 at other times. */
let pointed = 0;

/** Whoever presses or drags on the line of the timeline goes to that place at the end. */
function onPointer(event) {
  const rail = event.target.closest?.('.timeline svg');
  if (!rail || event.button > 0 || (event.type !== 'pointerdown' && !pointed)) return;
  if (event.type === 'pointercancel') {
    pointed = 0;
    return showPlace();
  }
  const { top, height } = rail.getBoundingClientRect();
  const part = Math.min(1, Math.max(0, (event.clientY - top) / height));
  const seq = 1 + Math.round(part * (total() - 1));
  move(timeline(), seq, number(seq));
  if (event.type === 'pointerdown') {
    event.preventDefault();
    rail.setPointerCapture(event.pointerId);
  }
  pointed = event.type === 'pointerup' ? 0 : seq;
  if (pointed) return;
  const message = list().querySelector(`:scope > [data-seq="${seq}"]`);
  if (message) message.scrollIntoView({ block: 'start' });
  else location.assign(`${location.pathname}?after=${seq - 1}`);
}

/** Puts the message at the top of the screen into the address, so that a reload or a copied address leads back here. */
function follow() {
  const message = inSight();
  if (!message || history.state?.reading === message.dataset.seq) return;
  history.scrollRestoration = 'manual';
  history.replaceState({ ...history.state, reading: message.dataset.seq }, '', `${location.pathname}?at=${message.dataset.seq}`);
}

let following = null;
let looking = null;
let hasMore = false;

async function onScroll() {
  const isUp = window.scrollY < lastY;
  lastY = window.scrollY;
  looking ??= setTimeout(() => {
    looking = null;
    showPlace();
  }, LOOK);
  if (hasMore) {
    following ??= setTimeout(() => {
      following = null;
      follow();
    }, OFTEN);
  }
  const rel = isUp ? 'prev' : 'next';
  const end = link(rel)?.getBoundingClientRect();
  if (!end || performance.now() - failedAt < AGAIN) return;
  const isNear = isUp ? end.bottom > -NEAR : end.top < window.innerHeight + NEAR;
  if (isNear && (await load(rel))) hasMore = true;
}

/** A click loads here too. If that fails, the link leads on as usual. */
async function onClick(event) {
  const clicked = event.target.closest?.('.cursor > [rel]');
  if (!clicked || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  if (loading) return;
  const { rel, href } = clicked;
  const edge = [...list().querySelectorAll('.message')].at(rel === 'next' ? -1 : 0);
  if (!(await load(rel))) return location.assign(href);
  hasMore = true;
  const target = rel === 'next' ? edge.nextElementSibling : edge.previousElementSibling;
  target?.scrollIntoView({ block: rel === 'next' ? 'start' : 'end' });
  (target?.matches('.message') ? target : edge).focus({ preventScroll: true });
}

export function start() {
  if (started) return;
  started = true;
  lastY = window.scrollY;
  hasMore = Boolean(history.state?.reading);
  window.addEventListener('scroll', onScroll, { passive: true });
  document.addEventListener('click', onClick);
  for (const type of ['pointerdown', 'pointermove', 'pointerup', 'pointercancel']) document.addEventListener(type, onPointer);
  // The mark stands where the page begins, and the reader may be further down.
  if (timeline()) showPlace();
}
