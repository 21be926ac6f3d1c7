// Draws the page anew where it stands: fetches the same address and swaps what differs, without taking away what is being
// typed or read.

import { carry } from './composer.js';
import { goToEnd, isAtEnd } from './messages.js';

const TIMEOUT = 20_000;
/** For how long after it was loaded a page says what was done before it. */
const SAID = 20_000;

/** A form that somebody has typed in. */
function isTouched(form) {
  return [...form.elements].some((field) => {
    if (field.matches('textarea, input:not([type=hidden], [type=checkbox], [type=radio])')) return field.value !== field.defaultValue;
    return field.matches('[type=checkbox], [type=radio]') && field.checked !== field.defaultChecked;
  });
}

/** The forms whose text must stay, by where they lead. */
function touchedForms(main) {
  const forms = new Map();
  for (const form of main.querySelectorAll('form[method=post]')) {
    if (isTouched(form) || form.contains(document.activeElement)) forms.set(form.getAttribute('action'), form);
  }
  return forms;
}

/** What the reader has before them: the first thing of the page in sight that has a name. */
function findPlace(main) {
  const inSight = [...main.querySelectorAll('.message[id], .topic[id], [data-topic].story')].find(
    (item) => item.getBoundingClientRect().bottom > 0,
  );
  if (!inSight) return null;
  const name = inSight.id ? `#${CSS.escape(inSight.id)}` : `.story[data-topic="${CSS.escape(inSight.dataset.topic)}"]`;
  return { name, top: inSight.getBoundingClientRect().top };
}

function returnTo(place, wasAtEnd) {
  const item = place && document.querySelector(place.name);
  if (wasAtEnd && document.getElementById('messages')?.dataset.atEnd === 'true') goToEnd();
  else if (item) window.scrollBy(0, item.getBoundingClientRect().top - place.top);
}

/** Has a form that the page does not have any more stay in it, with a line that says so; it cannot be sent. */
function shelve(form, fresh, words) {
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

/** What was shelved can be sent again. */
function unshelve(form) {
  form.classList.remove('shelved');
  const line = form.querySelector('.shelf');
  if (line) line.hidden = true;
}

/** What the reader opened stays open. */
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
 * Puts what came into the place of what was there. What somebody typed stays: in the same form of the fresh page; in the composer
 * of the topic into which theirs went; or, where there is no such form any more, in the old one, which says so.
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
    } else if (isTouched(form)) {
      orphans.push(form);
    }
  }
  const words = gone
    ? 'This cannot be read or written any more. What you wrote is kept here, so that you can take it elsewhere.'
    : 'This cannot be sent any more. What you wrote is kept.';
  for (const form of orphans) shelve(form, fresh, words);
  // What the last deed led to is said by the page that it led to, for as long as it is news.
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
 * Fetches this page and swaps it in. Answers `done`; or `failed` when it could not be had and should be tried again; or `gone` when
 * it is not there for this reader any more, which it then says, and there is nothing to hear. What somebody typed is never
 * taken away.
 */
export async function refresh() {
  let answer;
  let text;
  try {
    answer = await fetch(location.href, { cache: 'no-store', headers: { Accept: 'text/html', 'X-Klatch-Background': '1' }, signal: AbortSignal.timeout(TIMEOUT) });
    text = await answer.text();
  } catch {
    return 'failed';
  }
  if (answer.status === 429 || answer.status >= 500) return 'failed';
  // Its own style carries its own nonce, which is not this page's: the browser would complain of it, though nothing is shown yet.
  const page = new DOMParser().parseFromString(text.replace(/<style\b[^>]*>[^<]*<\/style>/, ''), 'text/html');
  const [main, fresh] = [document.getElementById('main'), page.getElementById('main')];
  const { user, page: kind, liveAfter } = page.body.dataset;
  // Signed in as somebody else, or not at all: another page altogether.
  if (!fresh || user !== document.body.dataset.user) return load();
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
  const unread = document.getElementById('unread');
  if (unread) unread.textContent = page.getElementById('unread')?.textContent ?? '{}';
  document.title = page.title;
  if (liveAfter) document.body.dataset.liveAfter = liveAfter;
  document.dispatchEvent(new CustomEvent('klatch:main'));
  returnTo(place, wasAtEnd);
  return answer.ok ? 'done' : 'gone';
}
