// Uploads files and puts them into the text of a form, one after the other. Loaded when somebody chooses, pastes or drops some.

import { t } from './texts.js';

const make = (tag, fields) => Object.assign(document.createElement(tag), fields);

/** Returns the text with a file's markup at the position, on lines of its own, and where the writer goes on. */
export function inserted(text, at, markup) {
  const before = text.slice(0, at).replace(/[ \n]+$/, '');
  const after = text.slice(at).replace(/^[ \n]+/, '');
  const start = before ? `${before}\n\n${markup}` : markup;
  return { text: after ? `${start}\n\n${after}` : `${start}\n`, at: start.length + 1 };
}

/** Returns the text with another description of the image at an address. */
export function described(text, address, words) {
  const end = `](${address})`;
  const to = text.indexOf(end);
  const from = text.lastIndexOf('![', to);
  if (to < 0 || from < 0) return text;
  return `${text.slice(0, from)}![${words.replace(/[[\]\\\n]/g, '').trim()}${text.slice(to)}`;
}

/** Writes a text as if it was typed, so that the draft is saved. */
function write(field, text) {
  field.value = text;
  field.dispatchEvent(new Event('input', { bubbles: true }));
}

function listOf(form) {
  let list = form.querySelector('.uploads');
  if (!list) {
    list = make('ul', { className: 'uploads' });
    list.setAttribute('aria-label', t('Uploads'));
    form.append(list);
    form.addEventListener('klatch:sent', () => list.replaceChildren());
  }
  return list;
}

/** Sends one file. Returns what the server stored; null if the upload was canceled. */
function send(form, file, line) {
  const bar = make('progress', { max: 1, value: 0 });
  const cancel = make('button', { type: 'button', className: 'link', textContent: t('Cancel') });
  bar.setAttribute('aria-label', t('Uploading {name}', { name: file.name }));
  line.append(bar, cancel);
  const request = new XMLHttpRequest();
  const body = new FormData();
  // The server wants the token before the file.
  body.append('csrf', form.elements.csrf.value);
  body.append('file', file, file.name || 'image');
  cancel.addEventListener('click', () => request.abort());
  return new Promise((resolve, reject) => {
    request.open('POST', '/-/files');
    request.setRequestHeader('Accept', 'application/json');
    request.responseType = 'json';
    request.upload.addEventListener('progress', ({ loaded, total }) => (bar.value = loaded / total));
    request.addEventListener('abort', () => resolve(null));
    request.addEventListener('error', () => reject(new Error(navigator.onLine ? t("The server didn't respond.") : t("You're offline."))));
    request.addEventListener('load', () => {
      const said = request.response;
      if (request.status === 200 && said?.files?.[0]) resolve(said.files[0]);
      else reject(new Error(request.status === 413 ? t('This file is too large.') : said?.error || t('The server returned an error.')));
    });
    request.send(body);
  }).finally(() => {
    bar.remove();
    cancel.remove();
  });
}

async function one(form, file) {
  const { text } = form.elements;
  const line = make('li', { textContent: file.name || t('Image') });
  listOf(form).append(line);
  try {
    const stored = await send(form, file, line);
    if (!stored) return line.remove();
    const put = inserted(text.value, text.selectionEnd, stored.markup);
    write(text, put.text);
    text.setSelectionRange(put.at, put.at);
    if (!stored.markup.startsWith('!')) return line.remove();
    const alt = make('input', { type: 'text', placeholder: t('Describe this image'), maxLength: 300, autocomplete: 'off' });
    alt.setAttribute('aria-label', file.name ? t("Describe {name} for people who can't see it", { name: file.name }) : t("Describe the image for people who can't see it"));
    alt.addEventListener('input', (event) => {
      event.stopPropagation();
      write(text, described(text.value, stored.address, alt.value));
    });
    // Enter would send the message.
    alt.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter') return;
      event.preventDefault();
      text.focus();
    });
    line.append(alt);
  } catch (error) {
    const why = make('span', { className: 'error', textContent: t('Not uploaded. {problem}', { problem: error.message }) });
    why.setAttribute('role', 'alert');
    line.append(why);
  }
}

let last = Promise.resolve();

/** Uploads files, after those that are on their way. */
export function upload(form, files) {
  for (const file of files) last = last.then(() => one(form, file));
  return last;
}
