// The composer of a topic: grows, keeps a draft, sends without leaving the page. Also drafts of other forms that ask.

import { placeMessage } from './messages.js';

const TIMEOUT = 20_000;

/** Storage may be full, or forbidden: then there are no drafts, and nothing else changes. */
const drafts = {
  read(name) {
    try {
      return JSON.parse(localStorage.getItem(`klatch-draft-${name}`)) ?? {};
    } catch {
      return {};
    }
  },
  write(name, draft) {
    try {
      if (draft?.text || draft?.title) localStorage.setItem(`klatch-draft-${name}`, JSON.stringify(draft));
      else localStorage.removeItem(`klatch-draft-${name}`);
    } catch {
      // See above.
    }
  },
};

/** An idempotency key: 128 bits as hex. */
function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function grow(textarea) {
  if (CSS.supports('field-sizing', 'content')) return;
  textarea.style.height = 'auto';
  textarea.style.height = `${textarea.scrollHeight + 2}px`;
}

/** A form whose `title` and `text` are kept in this browser until they are sent. */
function keepDraft(form, name) {
  const { title, text, key } = form.elements;
  const fields = [title, text].filter(Boolean);
  const draft = drafts.read(name);
  for (const field of fields) {
    if (!field.value && draft[field.name]) field.value = draft[field.name];
  }
  if (draft.key && key) key.value = draft.key;
  if (fields.some((field) => field.value)) form.closest('details')?.setAttribute('open', '');

  let timer;
  let tried = Boolean(draft.key);
  const save = () => {
    clearTimeout(timer);
    timer = undefined;
    const now = Object.fromEntries(fields.map((field) => [field.name, field.value]));
    drafts.write(name, tried ? { ...now, key: key?.value } : now);
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
     * Once sending was tried the key stays with the text, so that trying again, even after a reload, is still once.
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
      drafts.write(name);
    },
  };
}

/** Sends the form; answers the server's JSON, or throws an error with words for people. */
async function post(form) {
  const body = new URLSearchParams(new FormData(form));
  const options = { method: 'POST', body, headers: { Accept: 'application/json' }, signal: AbortSignal.timeout(TIMEOUT) };
  let answer;
  try {
    answer = await fetch(form.action, options);
  } catch {
    throw new Error(navigator.onLine ? 'The server did not answer.' : 'You are offline.');
  }
  const said = await answer.json().catch(() => null);
  if (answer.ok && said) return said;
  const field = said?.fields && Object.values(said.fields)[0];
  if (answer.status === 401) throw new Error('You are signed out. Sign in in another tab, then send again.');
  throw new Error(field || said?.error || 'The server could not take it.');
}

const started = new WeakSet();

function startCompose(form) {
  const { text, key } = form.elements;
  const button = form.querySelector('button');
  const status = document.getElementById('compose-status');
  const draft = keepDraft(form, form.dataset.topic);
  let sending = false;

  const say = (words, isWrong = true) => {
    status.className = isWrong ? 'error' : 'hint';
    status.textContent = words;
    status.hidden = !words;
  };
  const show = (busy) => {
    sending = busy;
    text.readOnly = busy;
    button.setAttribute('aria-disabled', String(busy));
    button.textContent = busy ? 'Sending…' : 'Send';
  };

  async function send() {
    if (sending || !text.value.trim()) return text.focus();
    show(true);
    say('');
    draft.tried();
    try {
      const said = await post(form);
      draft.clear();
      text.value = '';
      text.removeAttribute('aria-invalid');
      document.getElementById('f-text-error')?.remove();
      key.value = newKey();
      grow(text);
      if (said.html && placeMessage(said.html, said.seq) === 'refused') location.assign(`/-/messages/${said.id}`);
      // The live event draws the page anew, with what waits on it.
      if (said.held) say('It waits for approval.', false);
    } catch (error) {
      say(`Not sent. ${error.message} Your text is kept.`);
      button.textContent = 'Try again';
      sending = false;
      text.readOnly = false;
      button.setAttribute('aria-disabled', 'false');
      return text.focus();
    }
    show(false);
    text.focus();
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    send();
  });
  text.addEventListener('input', () => grow(text));
  grow(text);
}

/** Ctrl+Enter and Cmd+Enter send any form with a text in it. */
function sendOnKey(event) {
  if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || !event.target.matches('textarea')) return;
  event.preventDefault();
  event.target.form?.requestSubmit();
}

/** Puts `@name` at the front of what is being written, once, and goes there. */
export function replyTo(name) {
  const text = document.getElementById('compose')?.elements.text;
  if (!text) return false;
  if (name && name !== document.querySelector('.me .who .name')?.textContent && !text.value.includes(`@${name}`)) {
    text.value = `@${name} ${text.value}`;
    text.dispatchEvent(new Event('input', { bubbles: true }));
  }
  text.focus();
  return true;
}

export function start() {
  document.addEventListener('keydown', sendOnKey);
  document.addEventListener('click', (event) => {
    const reply = event.target.closest('a[data-reply]');
    if (reply && replyTo(reply.dataset.reply)) event.preventDefault();
  });
  document.addEventListener('klatch:main', attach);
  attach();
}

/**
 * Takes charge of the page's forms, each once: the main part may have been swapped for a fresh one. Somebody who sent a
 * new topic and now sees a topic of that group has no use for its draft any more.
 */
function attach() {
  const group = document.getElementById('messages')?.dataset.group;
  if (group && drafts.read(`group-${group}`).key) drafts.write(`group-${group}`);
  for (const form of document.querySelectorAll('#compose, form[data-draft]')) {
    if (started.has(form)) continue;
    started.add(form);
    if (form.id === 'compose') {
      startCompose(form);
    } else {
      const draft = keepDraft(form, form.dataset.draft);
      form.addEventListener('submit', () => draft.tried());
    }
  }
}
