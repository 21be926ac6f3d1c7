// Keeps relative times fresh. The rules are those of `templates/src/when.rs`, in the browser's time zone and the date
// format of the reader's region.

/** The reader's own English, such as `en-GB`: the pages are in English. */
const LOCALE = globalThis.navigator?.languages?.find((language) => language.startsWith('en')) ?? 'en-US';

/** Returns `12 min ago`, or the date when that is more than a week. */
export function relative(at, now = new Date()) {
  const seconds = Math.max(0, Math.floor((now - at) / 1000));
  if (seconds < 45) return 'just now';
  if (seconds < 3600) return `${Math.max(1, Math.floor(seconds / 60))} min ago`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ago`;
  if (seconds < 172800) return 'yesterday';
  if (seconds < 604800) return `${Math.floor(seconds / 86400)} days ago`;
  const year = at.getFullYear() === now.getFullYear() ? undefined : 'numeric';
  return at.toLocaleDateString(LOCALE, { month: 'short', day: 'numeric', year });
}

/** Returns the date and time to the minute. */
function exact(at) {
  return at.toLocaleString(LOCALE, { dateStyle: 'medium', timeStyle: 'short' });
}

const days = new Intl.DateTimeFormat(LOCALE, { dateStyle: 'medium' });

/** Returns the day of a time in Unix seconds. */
export const day = (seconds) => days.format(seconds * 1000);

/** Returns the time of day, without its half. */
const clock = (at) => at.toLocaleTimeString(LOCALE, { hour: 'numeric', minute: '2-digit' }).replace(/\s?[ap]m$/i, '');

/** Updates every `<time>` under `root`. */
export function refreshTimes(root = document) {
  const now = new Date();
  for (const time of root.querySelectorAll('time[datetime]')) {
    const at = new Date(time.dateTime);
    if (Number.isNaN(at.valueOf())) continue;
    const text = time.className === 'clock' ? clock(at) : relative(at, now);
    if (time.textContent !== text) time.textContent = text;
    time.title = exact(at);
  }
}

export function start() {
  refreshTimes();
  document.addEventListener('klatch:main', () => refreshTimes());
  setInterval(() => document.hidden || refreshTimes(), 30_000);
  document.addEventListener('visibilitychange', () => document.hidden || refreshTimes());
}
