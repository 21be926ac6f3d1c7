// Hides pages of a session that has ended. Browsers keep pages to show them when somebody goes back: the server lets them,
// and clears them at sign-out (`Clear-Site-Data`). This is for browsers that do not know that header.

const ENDED = 'klatch-signed-out';

/** Remembers who signed out, or forgets it. */
function mark(user) {
  try {
    if (user) localStorage.setItem(ENDED, user);
    else localStorage.removeItem(ENDED);
  } catch {
    // The browser keeps nothing, so the page cannot tell.
  }
}

/** Whether the user of this page signed out, in this tab or another. */
function hasEnded(user) {
  try {
    return localStorage.getItem(ENDED) === user;
  } catch {
    return false;
  }
}

/** Reloads a page that the browser kept from before a sign-out. */
function check(isKept) {
  const { user } = document.body.dataset;
  if (!user || !hasEnded(user)) return;
  if (!isKept) return void mark(null);
  document.body.hidden = true;
  location.reload();
}

export function start() {
  document.addEventListener('submit', (event) => {
    if (event.target.getAttribute('action') !== '/-/sign-out') return;
    mark(document.body.dataset.user);
    navigator.clearAppBadge?.();
  });
  window.addEventListener('pageshow', ({ persisted }) => persisted && check(true));
  check(performance.getEntriesByType('navigation')[0]?.type === 'back_forward');
}
