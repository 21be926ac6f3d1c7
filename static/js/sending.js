// Sends the messages of a topic's composer, one after the other. Each appears at once, pale, at the end of the topic. Then
// the confirmed message takes its place, or its text goes back to the composer with the reason.

import { drafts, grow, here, newKey } from './composer.js';
import { sentName } from './drafts.js';
import { goToEnd, placeMessage } from './messages.js';
import { t } from './texts.js';
import { relative } from './times.js';

const TIMEOUT = 20_000;
/** For so long, in milliseconds, a page sends by itself what an earlier page sent without hearing that it arrived. */
const FRESH = 10 * 60_000;
/** As on the server: a message by the same author within this time, in seconds, goes without the name. */
const FOLLOWS = 300;
/** The largest form, in characters, that browsers finish sending after the page was left. */
const KEPT_ALIVE = 60_000;

/** The messages on their way, in order: only the first is being sent. */
const queue = [];
let isSending = false;
/** The composer's draft, by its form. */
const composed = new WeakMap();

const make = (tag, fields) => Object.assign(document.createElement(tag), fields);
const list = () => document.getElementById('messages');
const compose = () => document.getElementById('compose');
const box = make('div', { id: 'outgoing' });

function say(words, isWrong) {
  const status = document.getElementById('compose-status');
  if (status) Object.assign(status, { className: isWrong ? 'error' : 'hint', textContent: words, hidden: !words });
}

// The pale messages.

/** The last message above, with its author and time in seconds. */
function above() {
  const last = box.lastElementChild ?? [...list().querySelectorAll(':scope > .message')].at(-1);
  return last && { author: last.dataset.author, at: Number(last.dataset.at), isShown: !last.matches('.deleted, .folded') };
}

/** Shows a message before the server has it: its plain text, laid out like the others. */
function show(item) {
  const { user } = document.body.dataset;
  const at = Math.floor(item.fields.sent / 1_000);
  const before = above();
  const follows = before?.isShown && before.author === user && at - before.at <= FOLLOWS;
  const article = make('article', { className: follows ? 'message pale follows' : 'message pale', tabIndex: -1 });
  Object.assign(article.dataset, { author: user, at });
  const who = document.querySelector('#sidebar .who');
  const avatar = who?.querySelector('.avatar')?.cloneNode(true);
  if (avatar && !follows) article.append(avatar);
  const head = make('div', { className: 'head' });
  head.append(make('b', { className: 'person', textContent: who?.querySelector('.name').textContent ?? '' }), make('span', { className: 'at', textContent: relative(new Date(at * 1_000)) }));
  if (!follows) article.append(head);
  if (item.replying) article.append(make('p', { className: 'hint', textContent: item.replying }));
  const markup = make('div', { className: 'markup', dir: 'auto' });
  markup.append(make('p', { textContent: item.fields.text || item.fields.question }));
  item.state = make('p', { className: 'hint', textContent: t('Sending…') });
  article.append(markup, item.state);
  item.article = article;
  box.append(article);
  place();
}

/** Puts the pale messages below the topic's: a reload in place replaces those. */
function place() {
  if (list() && box.previousElementSibling !== list()) list().after(box);
  hideArrived();
  arrivals.disconnect();
  if (list()) arrivals.observe(list(), { childList: true });
}

/**
 * A live event can bring the message before the answer to its form does: then its pale form goes at once. If the event
 * was about another message of this author, the pale form is hidden until the answer comes.
 */
function hideArrived() {
  const [item] = queue;
  if (!isSending || !item || !list()) return;
  const { user } = document.body.dataset;
  item.article.hidden = [...list().querySelectorAll(`:scope > .message[data-author="${CSS.escape(user)}"]`)].some((one) => Number(one.dataset.seq) > item.after);
}

const arrivals = new MutationObserver(hideArrived);

/** Says below a pale message what became of it, and offers what can be done. */
function tell(item, words, ...actions) {
  item.state.replaceChildren(words);
  item.article.hidden = false;
  item.article.classList.toggle('failed', actions.length > 0);
  for (const [name, act] of actions) {
    const button = make('button', { type: 'button', className: 'link', textContent: name });
    button.addEventListener('click', act);
    item.state.append(' ', button);
  }
  if (actions.length > 0) document.getElementById('live-polite').textContent = words;
}

function drop(item) {
  const at = queue.indexOf(item);
  if (at >= 0) queue.splice(at, 1);
  item.article.remove();
  drafts.write(item.name);
}

// Sending.

/** Sends a message. Returns the server's JSON, or throws an error with a text for the user. */
async function post({ action, fields }) {
  const { sent, ...typed } = fields;
  const csrf = (compose() ?? document.getElementById('act')).elements.csrf.value;
  const body = new URLSearchParams({ ...typed, csrf });
  const keepalive = body.toString().length < KEPT_ALIVE;
  let answer;
  try {
    answer = await fetch(action, { method: 'POST', body, keepalive, headers: { Accept: 'application/json' }, signal: AbortSignal.timeout(TIMEOUT) });
  } catch {
    throw new Error(navigator.onLine ? t("The server didn't respond.") : '');
  }
  const said = await answer.json().catch(() => null);
  if (answer.ok && said) return said;
  if (answer.status === 401) throw new Error(t("You've been signed out. Sign in in another tab, then try again."));
  throw new Error(Object.values(said?.fields ?? {})[0] || said?.error || t('The server returned an error.'));
}

/** Sends what waits, until all is confirmed, something fails or the browser is offline. */
async function run() {
  if (isSending) return;
  isSending = true;
  while (queue.length > 0 && !queue[0].problem) {
    const [item] = queue;
    if (!navigator.onLine) {
      for (const waiting of queue) tell(waiting, t("Waiting: you're offline."));
      break;
    }
    item.state.textContent = t('Sending…');
    item.after = Number(list()?.dataset.lastSeq ?? 0);
    let said;
    try {
      said = await post(item);
    } catch (error) {
      // Without a reason, the browser is offline: this one waits too.
      if (error.message) fail(item, error.message);
      continue;
    }
    try {
      confirm(item, said);
    } catch (error) {
      // It is posted, whatever the page shows.
      console.error(error);
    }
  }
  if (queue[0]?.problem) for (const waiting of queue.filter(({ problem }) => !problem)) tell(waiting, t('Waiting for the message above.'));
  isSending = false;
}

function confirm(item, said) {
  drop(item);
  // The live event reloads the page, which then shows the pending message.
  if (said.held) return say(t('Waiting for approval.'), false);
  const placed = placeMessage(said.html, said.seq);
  if (placed === 'refused' && queue.length === 0) location.assign(`/-/messages/${said.id}`);
  return undefined;
}

const isEmpty = ({ elements }) => ['text', 'question', 'options', 'reply_to'].every((name) => !elements[name]?.value.trim());

/** Gives the text back to the composer. If something was typed there meanwhile, or more waits, the message stays. */
function fail(item, problem) {
  const form = compose();
  if (queue.length === 1 && form && !form.matches('.shelved') && isEmpty(form)) {
    handBack(item);
    return say(t('Not sent. {problem} Your text is saved.', { problem }), true);
  }
  item.problem = problem;
  const actions = [[t('Try again'), () => retry(item)], [t('Edit'), () => compose() && handBack(item)]];
  return tell(item, t('Not sent. {problem}', { problem }), ...actions);
}

function retry(item) {
  item.problem = undefined;
  item.article.classList.remove('failed');
  run();
}

/** Moves a message into the composer, in front of what is there. The same text keeps its key: it is posted only once. */
function handBack(item) {
  const form = compose();
  const { elements } = form;
  const wasEmpty = isEmpty(form);
  if (!wasEmpty && item.fields.question && elements.question?.value.trim()) return say(t('Send or clear your poll first.'), true);
  const typed = elements.text.value;
  for (const [name, value] of Object.entries(item.fields)) {
    const field = elements[name];
    if (!field || name === 'csrf' || (!wasEmpty && (!value || (name === 'reply_to' && field.value)))) continue;
    if (field.type === 'checkbox') field.checked = true;
    else field.value = value;
  }
  if (wasEmpty) {
    composed.get(form)?.tried();
  } else {
    elements.text.value = [item.fields.text, typed].filter((words) => words?.trim()).join('\n\n');
    elements.key.value = newKey();
    elements.text.dispatchEvent(new Event('input', { bubbles: true }));
  }
  if (elements.reply_to.value && item.replying) {
    const line = form.querySelector('.replying');
    line.firstElementChild.textContent = item.replying;
    line.hidden = false;
  }
  if (elements.question?.value) form.querySelector('.poll-fields')?.setAttribute('open', '');
  drop(item);
  grow(elements.text);
  elements.text.focus();
  // What waited behind it goes on.
  run();
}

/** Empties the composer for the next message. */
function empty(form) {
  const { elements } = form;
  elements.text.value = '';
  elements.text.removeAttribute('aria-invalid');
  document.getElementById('f-text-error')?.remove();
  const poll = form.querySelector('.poll-fields');
  poll?.removeAttribute('open');
  for (const field of poll?.querySelectorAll('input, select, textarea') ?? []) {
    if (field.type === 'checkbox') field.checked = false;
    else if (field.matches('select')) field.selectedIndex = 0;
    else field.value = '';
  }
  elements.key.value = newKey();
  elements.reply_to.value = '';
  form.querySelector('.replying').hidden = true;
  form.dispatchEvent(new Event('klatch:sent'));
  grow(elements.text);
}

function add(form, fields, replying) {
  const item = { action: form.action, fields, replying, name: sentName(form.dataset.topic, fields.key) };
  queue.push(item);
  show(item);
  return item;
}

/** Sends what the composer holds, and empties it. `draft` is the composer's draft. */
export function send(form, draft) {
  composed.set(form, draft);
  const { text, question, options } = form.elements;
  if (![text, question, options].some((field) => field?.value.trim())) return text.focus();
  // Chosen files were uploaded, and are in the text.
  const { csrf, file, ...fields } = Object.fromEntries(new FormData(form));
  const line = form.querySelector('.replying');
  const item = add(form, { ...fields, sent: Date.now() }, line.hidden ? '' : line.firstElementChild.textContent);
  // From here on, the text has its own draft: the composer's is the next message.
  drafts.write(item.name, { ...item.fields, ...here(), replying: item.replying });
  draft.clear();
  say('', false);
  empty(form);
  text.focus();
  goToEnd();
  return run();
}

/** Shows what earlier pages sent without hearing that it arrived. What is recent is sent; the server takes no key twice. */
export function resume(form, draft) {
  composed.set(form, draft);
  const kept = drafts.begunWith(sentName(form.dataset.topic)).map((name) => drafts.read(name));
  for (const { replying, at, where, href, ...fields } of kept.sort((one, other) => one.sent - other.sent)) {
    if (!fields.key || queue.some((item) => item.fields.key === fields.key)) continue;
    const item = add(form, fields, replying);
    if (Date.now() - fields.sent > FRESH) fail(item, t('It was kept when you left the page.'));
  }
  run();
}

window.addEventListener('online', run);
document.addEventListener('klatch:main', place);
// Another tab sent it.
window.addEventListener('storage', ({ key, newValue }) => {
  const item = newValue === null && queue.find(({ name }) => key === drafts.prefix() + name);
  if (item && !(isSending && item === queue[0])) drop(item);
});
