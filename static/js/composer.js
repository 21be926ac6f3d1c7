// The composer of a topic: grows, keeps a draft, sends without leaving the page. Also keeps drafts of other forms.

import { Drafts, FORGET_TAKEN, draftName, keyTaken, sentName } from './drafts.js';
import { t } from './texts.js';

/** Returns the browser's storage. If storage is forbidden, reading it throws. */
function storage() {
  try {
    return localStorage;
  } catch {
    return null;
  }
}

export const drafts = new Drafts(storage(), document.body.dataset.user);

/** Returns an idempotency key: 128 bits as hex. */
export function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function grow(textarea) {
  if (CSS.supports('field-sizing', 'content')) return;
  textarea.style.height = 'auto';
  textarea.style.height = `${textarea.scrollHeight + 2}px`;
}

/** Where and when a draft was typed, for the page of drafts. */
export const here = () => ({ at: Date.now(), where: document.querySelector('#main h1')?.textContent, href: location.pathname + (document.body.dataset.page === 'topic' ? '' : location.search) });

/** Keeps a form's fields in this browser until the server has accepted them. */
function keepDraft(form, name) {
  const { to, title, text, question, options, key, reply_to: replyTo } = form.elements;
  const fields = [to, title, text, question, options, replyTo].filter(Boolean);
  const called = () => (to ? draftName(name, to.value, to.defaultValue) : name);
  // A form that came back with errors continues the draft it was sent from.
  let stored = drafts.withKey(key?.value) ?? called();
  const draft = drafts.read(stored);
  for (const field of fields) {
    if (!field.value && draft[field.name]) field.value = draft[field.name];
  }
  // The key belongs to this text: another text is another message.
  if (draft.key && key && [title, text, question, options].every((field) => !field || field.value === (draft[field.name] ?? ''))) key.value = draft.key;
  if ([title, text].some((field) => field?.value)) form.closest('details')?.setAttribute('open', '');
  if ([question, options].some((field) => field?.value)) form.querySelector('.poll-fields')?.setAttribute('open', '');

  let timer;
  let tried = Boolean(draft.key) && key?.value === draft.key;
  const save = () => {
    // After `carry`, the draft belongs to the other form.
    if (!form.isConnected) return;
    clearTimeout(timer);
    timer = undefined;
    const now = { ...Object.fromEntries(fields.map((field) => [field.name, field.value])), ...here(), ...(draft.href && { where: draft.where, href: draft.href }) };
    if (stored !== called()) drafts.write(stored);
    stored = called();
    drafts.write(stored, tried ? { ...now, key: key?.value } : now);
  };
  form.addEventListener('input', () => {
    if (tried && key) key.value = newKey();
    tried = false;
    clearTimeout(timer);
    timer = setTimeout(save, 400);
  });
  window.addEventListener('pagehide', () => timer && save());
  return {
    /**
     * After the first attempt the key stays with the text: trying again, even after a reload, posts it only once.
     * Another text is another message, and gets another key.
     */
    tried() {
      tried = true;
      save();
    },
    clear() {
      clearTimeout(timer);
      timer = undefined;
      tried = false;
      drafts.write(stored);
    },
  };
}

const started = new WeakSet();
let failures = 0;

/** Loads what sends messages. Browsers may remember that a module failed, so another try has another address. */
async function loadSending() {
  try {
    return await import(failures > 0 ? `./sending.js?${failures}` : './sending.js');
  } catch (error) {
    failures += 1;
    throw error;
  }
}

function startCompose(form) {
  const { text } = form.elements;
  const draft = keepDraft(form, form.dataset.topic);
  form.addEventListener('submit', async (event) => {
    // Preview is a page of its own without its script.
    if (event.submitter?.hasAttribute('formaction')) return;
    event.preventDefault();
    const sending = await loadSending().catch(() => null);
    if (sending) return sending.send(form, draft);
    const problem = navigator.onLine ? t("The server didn't respond.") : t("You're offline.");
    const textContent = t('Not sent. {problem} Your text is saved.', { problem });
    return Object.assign(document.getElementById('compose-status'), { className: 'error', textContent, hidden: false });
  });
  form.addEventListener('focusin', () => loadSending().catch(() => {}), { once: true });
  text.addEventListener('input', () => grow(text));
  grow(text);
  // What another visit sent without hearing that it arrived.
  if (drafts.begunWith(sentName(form.dataset.topic)).length > 0) loadSending().then((sending) => sending.resume(form, draft)).catch(() => {});
}

/** Ctrl+Enter and Cmd+Enter send any form with a text field. */
function sendOnKey(event) {
  if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || !event.target.matches('textarea')) return;
  event.preventDefault();
  event.target.form?.requestSubmit();
}

/** Drops the draft that the server has accepted, whichever tab it was written in. */
function letGoOfTaken() {
  const key = keyTaken(document.cookie);
  if (!key) return;
  drafts.taken(key);
  for (const cookie of FORGET_TAKEN) document.cookie = cookie;
}

export function start() {
  drafts.tidy();
  letGoOfTaken();
  document.addEventListener('keydown', sendOnKey);
  document.addEventListener('submit', (event) => {
    if (event.target.getAttribute('action') === '/-/sign-out') drafts.leave();
  });
  for (const type of ['pointerover', 'pointerdown', 'focusin']) document.addEventListener(type, onApproach);
  document.addEventListener('selectstart', onSelect);
  document.addEventListener('click', onEarlyClick);
  document.addEventListener('klatch:main', attach);
  attach();
}

/** What the composer's extras are for: they are loaded when a pointer or the focus gets there. */
const EXTRAS = '#compose, #messages :is(.tools, .gone, [data-re])';
/** What they do at a click; without them, it is a page of its own. */
const DONE_IN_PLACE = '#messages .tools :is(.reply, .delete, a[href$="/edit"]), #messages :is(.restore, [data-re]), #compose :is(.preview, [name=cancel_reply])';
let extras = null;
let areReady = false;

function loadExtras() {
  const loaded = (module) => module.start();
  // After a failure, clicks do what they do without scripts, and the next approach tries again.
  const failed = (error) => {
    extras = null;
    console.warn(error);
  };
  extras ??= import('./writing.js').then(loaded).catch(failed).finally(() => { areReady = true; });
  return extras;
}

function onApproach({ target }) {
  const pre = target.closest?.('.markup pre');
  if (pre) import('./copy-code.js').then(({ offer }) => offer(pre)).catch(() => {});
  if (target.closest?.(EXTRAS) && document.getElementById('compose')) loadExtras();
}

/** What is selected in a message can be quoted. */
function onSelect({ target }) {
  if ((target.closest ? target : target.parentElement)?.closest('#messages .markup') && document.getElementById('compose')) loadExtras();
}

/** Repeats a click that came before the extras. */
function onEarlyClick(event) {
  if (areReady || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const target = event.target.closest?.(DONE_IN_PLACE);
  if (!target || !document.getElementById('compose')) return;
  event.preventDefault();
  loadExtras().then(() => target.click());
}

/** Sets up the page's forms, each once: the main part may have been replaced. */
function attach() {
  for (const form of document.querySelectorAll('#compose, form[data-draft]')) {
    if (started.has(form)) continue;
    started.add(form);
    if (form.id === 'compose') {
      startCompose(form);
      // The draft is a reply.
      if (form.elements.reply_to?.value) loadExtras();
    } else {
      const draft = keepDraft(form, form.dataset.draft);
      form.addEventListener('submit', () => draft.tried());
    }
  }
}
