// Reloads the page in place: fetches the same address and replaces what differs. Typed text and the scroll position
// stay.

import { drafts, here } from './composer.js';
import { goToEnd, isAtEnd, keepEditing } from './messages.js';
import { t } from './texts.js';
import { parsePage } from './trusted.js';

const TIMEOUT = 20_000;
/** For how long after loading a page keeps showing its flash, in milliseconds. */
const SAID = 20_000;

/** Whether the user has typed in a form. */
function isTouched(form) {
  return [...form.elements].some((field) => {
    if (field.name === 'reply_to' && !form.querySelector('.replying').hidden) return true;
    if (field.matches('textarea, input:not([type=hidden], [type=checkbox], [type=radio])')) return field.value !== field.defaultValue;
    return field.matches('[type=checkbox], [type=radio]') && field.checked !== field.defaultChecked;
  });
}

/** Returns the forms whose text must stay, by their action. */
function touchedForms(main) {
  const forms = new Map();
  for (const form of main.querySelectorAll('form[method=post]')) {
    if (isTouched(form) || form.contains(document.activeElement)) forms.set(form.getAttribute('action'), form);
  }
  return forms;
}

/** Returns what the viewer is looking at: the first item in sight that can be identified. */
function findPlace(main) {
  const inSight = [...main.querySelectorAll('.message[id], .topic[id], [data-topic].story')].find(
    (item) => item.getBoundingClientRect().bottom > 0,
  );
  if (!inSight) return null;
  const name = inSight.id ? `#${CSS.escape(inSight.id)}` : `.story[data-topic="${CSS.escape(inSight.dataset.topic)}"]`;
  return { name, top: inSight.getBoundingClientRect().top };
}

/** How many messages a page of a topic has. */
const PAGE = 50;

/** The address of what is shown: a topic's own address shows other messages when more is read. */
function address() {
  const messages = document.getElementById('messages');
  if (!messages || Math.max(messages.dataset.newest, messages.dataset.lastSeq) <= PAGE) return location.href;
  if (messages.dataset.atEnd === 'true' && isAtEnd()) return `${location.pathname}?at=last`;
  const inSight = [...messages.querySelectorAll('.message')].find((message) => message.getBoundingClientRect().bottom > 0);
  return inSight ? `${location.pathname}?at=${inSight.dataset.seq}` : location.href;
}

function returnTo(place, wasAtEnd) {
  const item = place && document.querySelector(place.name);
  if (wasAtEnd && document.getElementById('messages')?.dataset.atEnd === 'true') goToEnd();
  else if (item) window.scrollBy(0, item.getBoundingClientRect().top - place.top);
}

/** Moves the text to another form, when the topic was merged into another. The text already there stays in front. */
function carry(from, to) {
  const [old, text] = [from.elements.text, to.elements.text];
  const before = drafts.read(to.dataset.topic);
  text.value = [before.text, old.value].filter((words) => words?.trim()).join('\n\n');
  const kept = { text: text.value, ...here() };
  for (const name of ['reply_to', 'question', 'options']) {
    kept[name] = from.elements[name].value || before[name] || '';
    to.elements[name].value = kept[name];
  }
  drafts.write(from.dataset.topic);
  drafts.write(to.dataset.topic, kept);
}

/** Keeps a form that the fresh page does not have, with a line that says so; it cannot be sent. */
function disableOrphan(form, fresh, words) {
  let line = form.querySelector('.shelf');
  if (!line) {
    line = Object.assign(document.createElement('p'), { className: 'shelf error' });
    line.setAttribute('role', 'status');
    form.prepend(line);
    const stop = (event) => {
      if (!form.classList.contains('shelved')) return;
      event.preventDefault();
      event.stopImmediatePropagation();
    };
    form.addEventListener('submit', stop, { capture: true });
  }
  const isSaid = form.classList.contains('shelved') && line.textContent === words;
  line.hidden = false;
  line.textContent = words;
  form.classList.add('shelved');
  const [dock, log] = [fresh.querySelector('.dock'), fresh.querySelector('.log')];
  if (dock || !log) (dock ?? fresh).append(form);
  else log.prepend(form);
  if (!isSaid) document.getElementById('live-polite').textContent = words;
}

/** Makes a shelved form usable again. */
function unshelve(form) {
  form.classList.remove('shelved');
  const line = form.querySelector('.shelf');
  if (line) line.hidden = true;
}

/** Keeps opened details open. */
function keepOpen(main, fresh) {
  for (const details of main.querySelectorAll('details[open]')) {
    const owner = details.closest('[id]');
    const kind = details.classList.length ? `details.${CSS.escape(details.classList[0])}` : 'details';
    const within = owner === main ? fresh : fresh.querySelector(`#${CSS.escape(owner.id)}`);
    const counterpart = owner === details ? within : within?.querySelector(kind);
    counterpart?.setAttribute('open', '');
  }
}

/**
 * Replaces the main part. Typed text stays: in the same form of the fresh page; in the composer of the topic that its
 * topic was merged into; or else in the old form, which then says that it cannot be sent.
 */
function swapMain(main, fresh, gone) {
  const active = document.activeElement;
  const { selectionStart, selectionEnd } = active ?? {};
  const focused = active && main.contains(active) ? active : null;
  const focusedId = focused?.id;
  const compose = fresh.querySelector('#compose');
  const orphans = [];
  keepOpen(main, fresh);
  for (const [action, form] of touchedForms(main)) {
    const counterpart = [...fresh.querySelectorAll('form[method=post]')].find((other) => other.getAttribute('action') === action);
    if (counterpart) {
      const details = form.closest('details');
      if (details) counterpart.closest('details')?.toggleAttribute('open', details.open);
      unshelve(form);
      counterpart.replaceWith(form);
    } else if (form.id === 'compose' && compose) {
      if (isTouched(form)) carry(form, compose);
    } else if (form.closest('.message') && fresh.querySelector(`#${CSS.escape(form.closest('.message').id)}`)) {
      keepEditing(fresh.querySelector(`#${CSS.escape(form.closest('.message').id)}`), form);
    } else if (isTouched(form)) {
      orphans.push(form);
    }
  }
  const words = gone
    ? t('This page is no longer available. Your text is kept here so you can copy it.')
    : t('This can no longer be sent. Your text is kept here so you can copy it.');
  for (const form of orphans) disableOrphan(form, fresh, words);
  // The flash stays for as long as it is news.
  const said = performance.now() < SAID && main.querySelector(':scope > [data-said]');
  main.replaceChildren(...fresh.childNodes);
  if (said) main.prepend(said);
  const target = focused?.isConnected ? focused : focusedId && document.getElementById(focusedId);
  if (target && target !== document.activeElement) {
    target.focus({ preventScroll: true });
    if (target === focused && typeof selectionStart === 'number') target.setSelectionRange(selectionStart, selectionEnd);
  }
}

function load() {
  location.reload();
  // Nothing more happens on this page.
  return new Promise(() => {});
}

/**
 * Fetches this page and swaps it in. Returns `done`; `failed` when the fetch should be tried again; or `gone` when the
 * viewer can no longer read the page: it then says so, and there are no more events. Typed text is never lost.
 */
export async function refresh() {
  let answer;
  let text;
  try {
    answer = await fetch(address(), { cache: 'no-store', headers: { Accept: 'text/html', 'X-Klatch-Background': '1' }, signal: AbortSignal.timeout(TIMEOUT) });
    text = await answer.text();
  } catch {
    return 'failed';
  }
  if (answer.status === 429 || answer.status >= 500) return 'failed';
  const page = parsePage(text);
  const [main, fresh] = [document.getElementById('main'), page.getElementById('main')];
  const { user, page: kind, liveAfter } = page.body.dataset;
  // Another user is signed in, or none, or they chose another language: load the page as a whole.
  if (!fresh || user !== document.body.dataset.user || page.documentElement.lang !== document.documentElement.lang) return load();
  if (answer.redirected) {
    if (kind !== document.body.dataset.page) return load();
    history.replaceState(history.state, '', answer.url + location.hash);
  }
  if (answer.ok && !liveAfter) return 'failed';
  const place = findPlace(main);
  const wasAtEnd = isAtEnd();
  swapMain(main, document.importNode(fresh, true), !answer.ok);
  const [sidebar, freshSidebar] = [document.getElementById('sidebar'), page.getElementById('sidebar')];
  if (freshSidebar && !sidebar.contains(document.activeElement)) {
    sidebar.replaceChildren(...document.importNode(freshSidebar, true).childNodes);
  }
  const [unread, freshUnread] = [document.getElementById('unread'), page.getElementById('unread')];
  if (freshUnread) unread?.replaceWith(document.importNode(freshUnread, true));
  else unread?.replaceChildren();
  document.title = page.title;
  if (liveAfter) document.body.dataset.liveAfter = liveAfter;
  document.dispatchEvent(new CustomEvent('klatch:main'));
  returnTo(place, wasAtEnd);
  return answer.ok ? 'done' : 'gone';
}
