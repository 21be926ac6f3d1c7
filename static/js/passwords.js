// Password fields: a button that shows what is typed, and how a new password does. The server checks it.

/** The fewest characters of a password, as in `domain/src/platform/secrets.rs`. */
const LEAST = 8;
/** So many characters are hard to guess if they are several words. */
const GOOD = 14;

/** Returns what to say about a new password. */
export function judged(value) {
  const count = [...value].length;
  if (count === 0) return '';
  if (count < LEAST) return `${LEAST - count} more ${LEAST - count === 1 ? 'character' : 'characters'} needed.`;
  if (new Set(value.toLowerCase()).size < 5 || /^(?:\d+|[a-z]+\d{0,4})$/i.test(value) && count < GOOD) return 'Easy to guess. Add another word or two.';
  return count < GOOD ? 'Good. Longer is even better.' : 'Strong.';
}

function addButton(field) {
  const button = Object.assign(document.createElement('button'), { type: 'button', className: 'link show', textContent: 'Show password' });
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
