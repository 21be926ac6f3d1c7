// Keeps relative times fresh. The rules are those of `templates/src/when.rs`, in the browser's time zone.

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Returns `12 min ago`, or the date when that is more than a week. */
export function relative(at, now = new Date()) {
  const seconds = Math.max(0, Math.floor((now - at) / 1000));
  if (seconds < 45) return 'just now';
  if (seconds < 3600) return `${Math.max(1, Math.floor(seconds / 60))} min ago`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ago`;
  if (seconds < 172800) return 'yesterday';
  if (seconds < 604800) return `${Math.floor(seconds / 86400)} days ago`;
  const day = `${at.getDate()} ${MONTHS[at.getMonth()]}`;
  return at.getFullYear() === now.getFullYear() ? day : `${day} ${at.getFullYear()}`;
}

/** Returns the time to the minute, in the browser's time zone. */
function exact(at) {
  const two = (number) => String(number).padStart(2, '0');
  return `${at.getDate()} ${MONTHS[at.getMonth()]} ${at.getFullYear()}, ${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** Updates every `<time>` under `root`. */
export function refreshTimes(root = document) {
  const now = new Date();
  for (const time of root.querySelectorAll('time[datetime]')) {
    const at = new Date(time.dateTime);
    if (Number.isNaN(at.valueOf())) continue;
    const text = relative(at, now);
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
