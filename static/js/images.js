// Images in messages: shows them in a dialog, and turns broken ones into links. Without this script, the same link opens the
// image.

import { t } from './texts.js';

const IMAGE = '.markup a.image';

const make = (name, values, ...children) => {
  const element = Object.assign(document.createElement(name), values);
  element.append(...children);
  return element;
};

function show(link, image) {
  const close = make('button', { type: 'button', textContent: t('Close') });
  const original = make('a', { href: link.href, target: '_blank', rel: link.rel, textContent: t('Open original') });
  // An image of another site is shown from here. An uploaded one is larger behind its link.
  const src = link.origin === location.origin ? link.href : image.src;
  const dialog = make('dialog', { className: 'picture', ariaLabel: image.alt }, make('img', { src, alt: image.alt }), make('p', { className: 'actions' }, close, original));
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

// The text says what the image shows, and the link leads to it. That of a preview only decorates it.
function broken(image) {
  if (image.closest?.(`${IMAGE}, .preview`)) image.replaceWith(image.alt);
}

export function start() {
  document.addEventListener('click', (event) => {
    const link = event.target.closest?.(IMAGE);
    const image = link?.querySelector('img');
    if (!image || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    show(link, image);
  });
  // Errors of images do not bubble. Some happened before this script ran.
  document.addEventListener('error', (event) => broken(event.target), true);
  for (const image of document.querySelectorAll(`:is(${IMAGE}, .preview) img`)) {
    if (image.complete && image.currentSrc && !image.naturalWidth) broken(image);
  }
}
