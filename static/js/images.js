// Images in messages: loads those of other sites when the reader asks for them, shows them in a dialog, and turns broken
// ones back into links. Without this script, the same link opens the image.

import { t } from './texts.js';

const IMAGE = '.markup a.image';

const make = (name, values, ...children) => {
  const element = Object.assign(document.createElement(name), values);
  element.append(...children);
  return element;
};

const picture = (src, alt) => make('img', { alt, referrerPolicy: 'no-referrer', src });

function show(link, image) {
  const close = make('button', { type: 'button', textContent: t('Close') });
  const original = make('a', { href: link.href, target: '_blank', rel: link.rel, textContent: t('Open original') });
  const dialog = make('dialog', { className: 'picture', ariaLabel: image.alt }, picture(link.href, image.alt), make('p', {}, close, original));
  dialog.addEventListener('click', (event) => {
    if (event.target !== original) dialog.close();
  });
  dialog.addEventListener('close', () => {
    dialog.remove();
    link.focus({ preventScroll: true });
  });
  document.body.append(dialog);
  dialog.showModal();
}

// The text says what the image shows, and the link leads to it.
function broken(image) {
  if (image.closest?.(IMAGE)) image.replaceWith(image.alt);
}

export function start() {
  document.addEventListener('click', (event) => {
    const link = event.target.closest?.(IMAGE);
    const shown = link?.querySelector('.unloaded, img');
    if (!shown || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    if (shown.localName === 'img') return show(link, shown);
    shown.replaceWith(picture(link.href, shown.textContent));
  });
  // Errors of images do not bubble. Some happened before this script ran.
  document.addEventListener('error', (event) => broken(event.target), true);
  for (const image of document.querySelectorAll(`${IMAGE} img`)) {
    if (image.complete && image.currentSrc && !image.naturalWidth) broken(image);
  }
}
