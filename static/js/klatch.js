// The page's script. Every page works without it: it adds live messages, drafts, suggestions, fresh times and keys.

import { start as startComposer } from './composer.js';
import { start as startKeyboard } from './keyboard.js';
import { start as startMessages } from './messages.js';
import { start as startSessions } from './sessions.js';
import { start as startTimes } from './times.js';

for (const start of [startSessions, startTimes, startMessages, startComposer, startKeyboard]) {
  try {
    start();
  } catch (error) {
    console.error(error);
  }
}

const on = (name) => import(name).then((module) => module.start()).catch((error) => console.error(error));

// Messages with images may also come later.
const onImages = () => (document.querySelector('.image, a.preview') ? on('./images.js') : document.addEventListener('pointerover', onImages, { once: true }));
onImages();

// Imported separately, so that the rest works when live updates are unavailable.
if (document.body.dataset.liveAfter) on('./live.js');
if (document.querySelector('input[type=password]')) on('./passwords.js');
if (document.getElementById('drafts')) on('./draft-list.js');

// Push messages are on for this user in this browser: once per tab, it registers again.
const { user } = document.body.dataset;
try {
  if (document.getElementById('push-on')) on('./push.js');
  if (user && localStorage.getItem('klatch-push') === user && !sessionStorage.getItem('klatch-push')) {
    sessionStorage.setItem('klatch-push', '1');
    import('./push.js').then(({ renew }) => renew(user)).catch((error) => console.error(error));
  }
} catch {
  // The browser keeps nothing.
}

/** Files that are chosen, pasted or dropped go into the text of their form. */
function onFiles(event) {
  const form = event.target.closest?.('form:is([action*="/topics"], [action^="/-/messages/"], [action^="/-/direct"])');
  const { files, types } = event.dataTransfer ?? event.clipboardData ?? event.target;
  const comes = event.type === 'dragover' ? types.includes('Files') : files?.length;
  // Programs copy tables as text and as a picture.
  if (!comes || !form?.elements.text || (event.type === 'paste' && types.includes('text/plain'))) return;
  if (event.type !== 'change') event.preventDefault();
  if (event.type === 'dragover') return;
  const chosen = [...files];
  if (event.type === 'change') event.target.value = '';
  import('./upload.js').then((module) => module.upload(form, chosen)).catch((error) => console.error(error));
}
for (const type of ['change', 'paste', 'dragover', 'drop']) document.addEventListener(type, onFiles);

// Only a search needs suggestions.
const isSearch = (target) => target?.matches?.('form[action="/search"] input[name=q]');
const onFocus = ({ target }) => {
  if (!isSearch(target)) return;
  document.removeEventListener('focusin', onFocus);
  on('./suggest.js');
};
document.addEventListener('focusin', onFocus);
onFocus({ target: document.activeElement });
