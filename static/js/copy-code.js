// A button that copies the code block that the pointer or the focus is on. It is in the page only for that long, so
// messages stay as the server renders them.

import { t } from './texts.js';

/** Milliseconds for which the button says what it did, and the distance to the edges of the block in pixels. */
const SAID = 2_000;
const EDGE = 4;

const button = Object.assign(document.createElement('button'), { type: 'button', className: 'copy-code' });
let shown = null;
let timer;

async function copy() {
  const text = (shown.querySelector('code') ?? shown).textContent.replace(/\n$/, '');
  const words = await navigator.clipboard.writeText(text).then(() => t('Copied'), () => t('Not copied'));
  button.textContent = words;
  document.getElementById('live-polite').textContent = words;
  clearTimeout(timer);
  timer = setTimeout(() => { button.textContent = t('Copy code'); place(); }, SAID);
  place();
}

function place() {
  if (!shown?.isConnected || !button.isConnected) return;
  button.style.top = `${shown.offsetTop + EDGE}px`;
  button.style.left = `${shown.offsetLeft + shown.offsetWidth - button.offsetWidth - EDGE}px`;
}

/** Shows the button on a code block. */
export function offer(pre) {
  if (!navigator.clipboard || (pre === shown && button.isConnected)) return;
  shown = pre;
  clearTimeout(timer);
  button.textContent = t('Copy code');
  pre.after(button);
  place();
}

function hide({ relatedTarget: to }) {
  if (to && (shown?.contains(to) || button.contains(to))) return;
  if (document.activeElement !== button && document.activeElement !== shown) button.remove();
}

button.addEventListener('click', copy);
for (const type of ['pointerout', 'focusout']) {
  document.addEventListener(type, (event) => {
    if (event.pointerType !== 'touch' && (event.target === button || shown?.contains(event.target))) setTimeout(hide, 0, event);
  });
}
// By touch, a tap elsewhere hides it.
document.addEventListener('pointerdown', ({ target }) => {
  if (target !== button && !target.closest?.('.markup pre')) button.remove();
});
