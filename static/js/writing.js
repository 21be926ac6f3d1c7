// The composer's extras on the page of a topic: replies, formatting, preview, and editing in place. Without this script,
// Reply, Preview and Edit are pages.

import { around, code, link, prefixed, quoted } from './format.js';
import { placeMessage } from './messages.js';
import { t } from './texts.js';
import { parse, parsePage } from './trusted.js';

const FORMATS = [
  ['', t('Bold'), t('B'), 'b', (...at) => around(...at, '**')],
  ['italic', t('Italic'), t('I'), 'i', (...at) => around(...at, '*')],
  ['code', t('Code'), '<>', '', code],
  ['', t('Link'), t('Link'), 'k', link],
  ['', t('Quote'), t('Quote'), '', (...at) => prefixed(...at, '> ')],
  ['', t('List'), t('List'), '', (...at) => prefixed(...at, '- ')],
];
/** At most so many characters of a selection are quoted. */
const QUOTED = 2_000;
/** The distance of the button that quotes to the selection, in pixels: phones show handles there. */
const BELOW = matchMedia('(hover: none)').matches ? 28 : 6;
/** Milliseconds that a selection must stay as it is. */
const SETTLED = 250;
const TIMEOUT = 20_000;
/** Milliseconds for which a deletion offers to undo it. The deleted message itself offers it longer. */
const UNDO = 20_000;

const compose = () => document.getElementById('compose');
const make = (tag, fields) => Object.assign(document.createElement(tag), fields);

/** Replaces a part of a text so that the browser can undo it. */
function replace(text, { from, to, insert, select }) {
  text.focus();
  text.setSelectionRange(from, to);
  const isDone = insert ? document.execCommand('insertText', false, insert) : from === to || document.execCommand('delete');
  if (!isDone) {
    text.setRangeText(insert, from, to, 'end');
    text.dispatchEvent(new Event('input', { bubbles: true }));
  }
  text.setSelectionRange(...select);
}

function format(text, change) {
  replace(text, change(text.value, text.selectionStart, text.selectionEnd));
}

// Replies.

/** Shows which message the composer replies to; without an id, that it replies to none. */
function setReply(form, id, name, excerpt) {
  form.elements.reply_to.value = id ?? '';
  document.getElementById('f-reply_to-error')?.remove();
  const line = form.querySelector('.replying');
  line.hidden = !id;
  if (id) {
    const original = make('a', { href: `/-/messages/${id}`, textContent: name || t('an earlier message') });
    const [before, after] = t('Replying to {name}').split('{name}');
    line.firstElementChild.replaceChildren(before, original, after, excerpt ? `: ${excerpt}` : '');
  }
  form.elements.text.dispatchEvent(new Event('input', { bubbles: true }));
}

/** Returns the first words of a message, without what it quotes. */
function excerptOf(message) {
  const words = message.querySelector('.markup')?.cloneNode(true);
  words?.querySelectorAll('blockquote').forEach((quote) => quote.remove());
  words?.querySelectorAll('.spoiler').forEach((spoiler) => spoiler.replaceWith(t('(spoiler)')));
  words?.querySelectorAll('p, li, h3, h4, h5, h6, td, th, pre').forEach((block) => block.append(' '));
  const text = words?.textContent.trim().replace(/\s+/g, ' ') ?? '';
  return text.length > 90 ? `${text.slice(0, 89)}…` : text;
}

let selected = null;

/** Returns the selected text of a message. */
function selectionIn(message) {
  const selection = getSelection();
  const markup = message.querySelector('.markup');
  if (selection.isCollapsed || !markup?.contains(selection.anchorNode) || !markup.contains(selection.focusNode)) return '';
  return selection.toString().slice(0, QUOTED);
}

function replyTo(message) {
  const form = compose();
  const { text } = form.elements;
  const quote = selected ?? selectionIn(message);
  selected = null;
  setReply(form, message.id.slice(1), message.querySelector('[data-reply]').dataset.reply, excerptOf(message));
  const end = text.value.length;
  if (quote.trim()) {
    const insert = (end > 0 && !text.value.endsWith('\n') ? '\n\n' : '') + quoted(quote);
    replace(text, { from: end, to: end, insert, select: [end + insert.length, end + insert.length] });
  }
  text.focus();
}

/** Quotes what is selected: by touch, too, where nothing hovers. */
const quoteButton = make('button', { type: 'button', className: 'quote-it', textContent: t('Quote'), hidden: true });
let quotable = null;
let looking;

/** Shows the button below the selection. */
function offerQuote() {
  const selection = getSelection();
  const message = selection.anchorNode?.parentElement?.closest('#messages .message');
  const quote = compose() && message?.querySelector('[data-reply]') ? selectionIn(message).trim() : '';
  quotable = quote ? { id: message.id, quote } : null;
  quoteButton.hidden = !quote;
  if (!quote) return;
  // A reload in place takes it away.
  document.getElementById('main').append(quoteButton);
  const range = selection.getRangeAt(0).getBoundingClientRect();
  quoteButton.style.top = `${range.bottom + window.scrollY + BELOW}px`;
  quoteButton.style.left = `${Math.max(8, Math.min(range.right + window.scrollX, document.documentElement.clientWidth - quoteButton.offsetWidth - 8))}px`;
}

function quoteSelected() {
  const message = quotable && document.getElementById(quotable.id);
  if (!message) return;
  selected = quotable.quote;
  getSelection().removeAllRanges();
  quoteButton.hidden = true;
  replyTo(message);
}

/** Shows a reply that a draft kept. */
function showKeptReply(form) {
  const { value } = form.elements.reply_to;
  if (!/^\d+$/.test(value) || !form.querySelector('.replying').hidden) return;
  const message = document.getElementById(`m${value}`);
  setReply(form, value, message?.querySelector('[data-reply]')?.dataset.reply, message && excerptOf(message));
}

// Preview.

async function ask(address, form) {
  const options = { method: 'POST', body: new URLSearchParams(new FormData(form)), headers: { Accept: 'application/json' }, signal: AbortSignal.timeout(TIMEOUT) };
  const answer = await fetch(address, options).catch(() => null);
  const said = await answer?.json().catch(() => null);
  if (answer?.ok && said) return said;
  throw new Error(Object.values(said?.fields ?? {})[0] ?? said?.error ?? (navigator.onLine ? t("The server didn't respond.") : t("You're offline.")));
}

function endPreview(form) {
  form.querySelector('.previewed')?.remove();
  form.classList.remove('previewing');
  form.querySelector('.preview').textContent = t('Preview');
}

async function preview(form, button) {
  if (form.classList.contains('previewing')) {
    endPreview(form);
    return form.elements.text.focus();
  }
  const status = document.getElementById('compose-status');
  status.hidden = true;
  try {
    const { html, note } = await ask(button.formAction, form);
    endPreview(form);
    const shown = make('div', { className: 'previewed', tabIndex: -1 });
    shown.append(parse(html));
    if (note) shown.append(make('p', { className: 'hint', textContent: note }));
    form.elements.text.before(shown);
    form.classList.add('previewing');
    button.textContent = t('Keep editing');
    shown.focus({ preventScroll: true });
  } catch (error) {
    Object.assign(status, { className: 'error', textContent: error.message, hidden: false });
  }
  return undefined;
}

// Editing in place.

function endEdit(form) {
  const message = form.closest('.message');
  form.remove();
  message?.classList.remove('editing');
  message?.focus({ preventScroll: true });
}

async function edit({ id }, address) {
  const opened = () => document.getElementById(id)?.querySelector(':scope > form textarea');
  if (opened()) return opened().focus();
  let form;
  try {
    const answer = await fetch(address, { headers: { Accept: 'text/html', 'X-Klatch-Background': '1' }, signal: AbortSignal.timeout(TIMEOUT) });
    const found = parsePage(await answer.text()).querySelector(`main form[action="${new URL(address, location.href).pathname}"]`);
    form = document.importNode(found, true);
  } catch {
    return location.assign(address);
  }
  // A live update can have replaced the message meanwhile.
  const message = document.getElementById(id);
  if (!message) return location.assign(address);
  if (opened()) return opened().focus();
  // The composer has fields of the same names.
  for (const field of form.querySelectorAll('[id], [for], [aria-describedby]')) {
    for (const name of ['id', 'for', 'aria-describedby']) {
      if (field.hasAttribute(name)) field.setAttribute(name, field.getAttribute(name).split(' ').map((own) => `edit-${message.id}-${own}`).join(' '));
    }
  }
  form.querySelector('label').className = 'sr';
  message.append(form);
  message.classList.add('editing');
  const { text } = form.elements;
  text.rows = 2;
  text.focus();
  text.setSelectionRange(text.value.length, text.value.length);
  return form.scrollIntoView({ block: 'nearest' });
}

async function saveEdit(form) {
  const button = form.querySelector('.primary');
  if (button.getAttribute('aria-disabled') === 'true') return;
  button.setAttribute('aria-disabled', 'true');
  try {
    const { html, seq } = await ask(form.action, form);
    endEdit(form);
    placeMessage(html, seq);
  } catch (error) {
    const line = form.querySelector('.problem') ?? make('p', { className: 'flash problem', role: 'alert' });
    line.textContent = t('Not saved. {problem}', { problem: error.message });
    form.prepend(line);
  }
  button.removeAttribute('aria-disabled');
}

/** Edits the viewer's last message on the page. */
function editLast() {
  const own = document.querySelectorAll(`#messages .message[data-author="${CSS.escape(document.body.dataset.user)}"]:not(.deleted)`);
  const last = own[own.length - 1];
  if (last) edit(last, `/-/messages/${last.id.slice(1)}/edit`);
  return Boolean(last);
}

// Deleting and restoring.

/** Deletes or restores a message at once. A deletion can be undone for a while. */
async function change(button) {
  if (button.getAttribute('aria-disabled') === 'true') return;
  button.setAttribute('aria-disabled', 'true');
  try {
    const { html, seq, id } = await ask(button.formAction, document.getElementById('act'));
    document.querySelector('.undo')?.remove();
    placeMessage(html, seq);
    if (button.matches('.delete')) offerUndo(id);
    document.getElementById(`m${id}`)?.focus({ preventScroll: true });
  } catch (error) {
    button.removeAttribute('aria-disabled');
    button.title = error.message;
    document.getElementById('live-polite').textContent = error.message;
  }
}

function offerUndo(id) {
  const line = make('p', { className: 'flash undo' });
  const button = make('button', { type: 'button', className: 'link restore', textContent: t('Undo') });
  button.setAttribute('formaction', `/-/messages/${id}/restore`);
  line.setAttribute('role', 'status');
  line.append(t('Message deleted.'), ' ', button);
  document.body.append(line);
  setTimeout(() => line.remove(), UNDO);
}

// The page.

function onClick(event) {
  if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const message = event.target.closest('#messages .message');
  const target = event.target.closest('a, button');
  const form = compose();
  const original = target?.dataset.re && document.getElementById(`m${target.dataset.re}`);
  if (form && message && target?.matches('.reply')) replyTo(message);
  else if (message && target?.matches('.tools a[href$="/edit"]')) edit(message, target.href);
  else if (target?.matches('#messages .tools .delete, #messages .gone .restore, .undo .restore')) change(target);
  else if (message?.classList.contains('editing') && target?.matches('form .actions a')) endEdit(target.closest('form'));
  else if (original) {
    original.scrollIntoView({ block: 'center' });
    original.focus({ preventScroll: true });
  } else if (target?.name === 'cancel_reply') {
    setReply(form, null);
    form.elements.text.focus();
  } else if (target?.matches('#compose .preview')) preview(form, target);
  else return;
  event.preventDefault();
}

function onKey(event) {
  const { target, key } = event;
  if (event.defaultPrevented || event.isComposing || !target.matches?.('#compose [name=text], .message.editing textarea')) return;
  const shortcut = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && FORMATS.find((one) => one[3] === key.toLowerCase());
  if (shortcut) format(target, shortcut[4]);
  else if (key === 'Escape' && !target.closest('#compose')) endEdit(target.form);
  else if (key === 'ArrowUp' && target.value === '' && target.form.id === 'compose' && !event.shiftKey && editLast()) ;
  else return;
  event.preventDefault();
}

const started = new WeakSet();

function attach() {
  const form = compose();
  if (!form?.elements.reply_to) return;
  showKeptReply(form);
  if (started.has(form)) return;
  started.add(form);
  const { text } = form.elements;
  const bar = make('div', { className: 'toolbar' });
  bar.setAttribute('role', 'toolbar');
  bar.setAttribute('aria-label', t('Formatting'));
  for (const [className, name, sign, key, change] of FORMATS) {
    const button = make('button', { type: 'button', className, textContent: sign, title: key ? t('{name} (Ctrl+{key})', { name, key: key.toUpperCase() }) : name });
    button.setAttribute('aria-label', name);
    button.addEventListener('click', () => format(text, change));
    bar.append(button);
  }
  // Between what is there already, so that nothing moves.
  form.querySelector('.preview').after(bar);
  // What was previewed is not what is sent then.
  text.addEventListener('input', () => form.classList.contains('previewing') && endPreview(form));
  form.addEventListener('klatch:sent', () => endPreview(form));
  text.addEventListener('input', completeLater);
  if (NAMED.test(text.value)) completeLater({ target: text });
}

/** What completion is for: a name or an emoji. */
const NAMED = /[@:]/;

/** Loads completion when there is something to complete. */
function completeLater({ target: text }) {
  if (!NAMED.test(text.value)) return;
  text.removeEventListener('input', completeLater);
  import('./complete.js').then(({ startCompletion }) => startCompletion(text.form).askSoon()).catch((error) => console.error(error));
}

export function start() {
  // A press takes the selection away before the click.
  document.addEventListener('pointerdown', (event) => {
    const message = event.target.closest?.('.reply') && event.target.closest('.message');
    selected = message ? selectionIn(message) : null;
  }, { capture: true });
  // A press would take the selection away.
  quoteButton.addEventListener('pointerdown', (event) => event.preventDefault());
  quoteButton.addEventListener('click', quoteSelected);
  document.addEventListener('selectionchange', () => {
    clearTimeout(looking);
    looking = setTimeout(offerQuote, SETTLED);
  });
  offerQuote();
  document.addEventListener('click', onClick);
  document.addEventListener('keydown', onKey);
  document.addEventListener('submit', (event) => {
    if (!event.target.closest('.message.editing')) return;
    event.preventDefault();
    saveEdit(event.target);
  });
  document.addEventListener('klatch:main', attach);
  attach();
}
