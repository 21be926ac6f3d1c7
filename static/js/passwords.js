// Password fields: a button that shows what is typed, and how a new password does. The server checks it.

import { t } from './texts.js';

/** The fewest characters of a password, as in `domain/src/platform/secrets.rs`. */
const LEAST = 8;
/** So many characters are hard to guess if they are several words. */
const GOOD = 14;

/** Returns what to say about a new password. */
export function judged(value) {
  const count = [...value].length;
  if (count === 0) return '';
  if (count < LEAST) return t(['{count} more character needed.', '{count} more characters needed.'], { count: LEAST - count });
  if (new Set(value.toLowerCase()).size < 5 || /^(?:\d+|[a-z]+\d{0,4})$/i.test(value) && count < GOOD) return t('Easy to guess. Add another word or two.');
  return count < GOOD ? t('Good. Longer is even better.') : t('Strong.');
}

function addButton(field) {
  const button = Object.assign(document.createElement('button'), { type: 'button', className: 'link show', textContent: t('Show password') });
  button.setAttribute('aria-controls', field.id);
  button.setAttribute('aria-pressed', 'false');
  button.addEventListener('click', () => {
    const isShown = field.type === 'text';
    field.type = isShown ? 'password' : 'text';
    button.setAttribute('aria-pressed', String(!isShown));
  });
  // Browsers offer to store the values of password fields only.
  field.form?.addEventListener('submit', () => { field.type = 'password'; });
  field.previousElementSibling?.after(button);
}

/** Judges a new password in the line of its hint, so that nothing moves. */
function addJudgement(field) {
  const line = document.getElementById(`${field.id}-hint`);
  if (!line) return;
  const hint = line.textContent;
  line.setAttribute('aria-live', 'polite');
  field.addEventListener('input', () => { line.textContent = judged(field.value) || hint; });
}

export function start() {
  for (const field of document.querySelectorAll('.field > input[type=password]')) {
    if (field.autocomplete === 'new-password') addJudgement(field);
    addButton(field);
  }
}
