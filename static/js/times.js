// Keeps relative times fresh. The rules are those of `templates/src/when.rs`, in the browser's time zone and the date
// format of the reader's region.

import { locale, t } from './texts.js';

/** The reader's own kind of the page's language, such as `en-GB`. */
const LOCALE = globalThis.navigator?.languages?.find((language) => language.split('-')[0] === locale) ?? (locale === 'en' ? 'en-US' : locale);
const DAY = { year: 'numeric', month: 'short', day: 'numeric' };

/** Returns `12 min ago`, or the date when that is more than a week. */
export function relative(at, now = new Date()) {
  const seconds = Math.max(0, Math.floor((now - at) / 1000));
  if (seconds < 45) return t('just now');
  if (seconds < 3600) return t('{count} min ago', { count: Math.max(1, Math.floor(seconds / 60)) });
  if (seconds < 86400) return t('{count} h ago', { count: Math.floor(seconds / 3600) });
  if (seconds < 172800) return t('yesterday');
  if (seconds < 604800) return t('{count} days ago', { count: Math.floor(seconds / 86400) });
  const year = at.getFullYear() === now.getFullYear() ? undefined : 'numeric';
  return at.toLocaleDateString(LOCALE, { ...DAY, year });
}

/** Returns the date and time to the minute. */
function exact(at) {
  return at.toLocaleString(LOCALE, { ...DAY, hour: 'numeric', minute: '2-digit' });
}

const days = new Intl.DateTimeFormat(LOCALE, DAY);

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
