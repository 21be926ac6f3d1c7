// What counts as read: a message that was on the screen for a second. The position moves on over messages that passed
// the screen, but never over some that did not.

/** How long a message must be on the screen, how often we look, and the time between two reports (milliseconds). */
const DWELL = 1_000;
const LOOK = 250;
const OFTEN = 3_000;

/** Whether enough of a message is on the screen: half of it, or half a screen of it. */
function isOnScreen(message) {
  const { top, bottom, height } = message.getBoundingClientRect();
  const shown = Math.min(bottom, innerHeight) - Math.max(top, 0);
  return height > 0 && shown >= Math.min(height, innerHeight) / 2;
}

/**
 * Returns how far a topic is read. `messages` are those of the page in order, each with `seq` and whether it was `seen`,
 * and whether it can be skipped: because it `passed` the screen, or does not count.
 */
export function position(read, messages) {
  let [reached, next] = [read, read + 1];
  for (const { seq, seen, passed } of messages) {
    if (seq < next) continue;
    if (seq > next || !(seen || passed)) break;
    if (seen) reached = seq;
    next = seq + 1;
  }
  return reached;
}

export class Reading {
  /** `tell(topic, seq, numbering)` reports a position to the server. */
  constructor(tell) {
    this.tell = tell;
    this.watcher = new IntersectionObserver((entries) => this.pass(entries));
    document.addEventListener('visibilitychange', () => (document.hidden ? this.leave() : this.wait()));
    window.addEventListener('pagehide', () => this.leave());
    document.addEventListener('submit', ({ target, submitter }) => {
      if (/\/(unread|undo)$/.test(submitter?.getAttribute('formaction') ?? target.getAttribute('action'))) this.stop();
    });
  }

  /** The page was rendered or reloaded. What was seen stays seen, unless it was marked as unread since. */
  reset({ topic, numbering, readSeq, isVisited }) {
    if (topic !== this.topic || numbering !== this.numbering || readSeq < this.known) {
      Object.assign(this, { topic, numbering, read: readSeq, known: readSeq, told: isVisited ? readSeq : 0 });
      this.passed = new Set();
      this.seen = new Set();
    }
    this.know(topic, readSeq);
    this.watcher.disconnect();
    this.watched = new WeakSet();
    /** The messages on the screen that are not seen yet, with the time since when. */
    this.near = new Map();
  }

  /** The server says how far the topic is read. */
  know(topic, seq) {
    if (topic !== this.topic) return;
    this.known = Math.max(this.known, seq);
    this.read = Math.max(this.read, seq);
  }

  /** Watches the messages of the page that are not seen yet. */
  look(list) {
    this.list = list;
    for (const message of list.querySelectorAll(':scope > .message')) {
      if (this.watched.has(message) || this.seen.has(Number(message.dataset.seq))) continue;
      this.watched.add(message);
      this.watcher.observe(message);
    }
    const form = document.getElementById('read-to');
    if (!form) return;
    form.hidden = this.read >= Number(list.dataset.lastSeq);
    form.elements.seq.value = list.dataset.lastSeq;
  }

  pass(entries) {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting && !document.hidden) this.passed.add(Number(target.dataset.seq));
      if (isIntersecting) this.near.set(target, 0);
      else this.near.delete(target);
    }
    this.wait();
  }

  wait() {
    if (this.near?.size > 0) this.waiting ??= setTimeout(() => this.check(), LOOK);
  }

  check() {
    this.waiting = null;
    const now = performance.now();
    for (const [message, since] of this.near) {
      if (!document.hidden) this.passed.add(Number(message.dataset.seq));
      if (document.hidden || !isOnScreen(message)) this.near.set(message, 0);
      else if (!since) this.near.set(message, now);
      else if (now - since >= DWELL) {
        this.near.delete(message);
        this.watcher.unobserve(message);
        this.seen.add(Number(message.dataset.seq));
        this.isNew = true;
      }
    }
    if (this.isNew) this.move();
    if (!document.hidden) this.wait();
  }

  move() {
    this.isNew = false;
    const me = document.body.dataset.user;
    const messages = [...this.list.querySelectorAll(':scope > .message')].map((message) => {
      const seq = Number(message.dataset.seq);
      const counts = message.dataset.author !== me && !message.matches('.deleted, .folded');
      return { seq, seen: this.seen.has(seq), passed: !counts || this.passed.has(seq) };
    });
    this.read = position(this.read, messages);
    const isDone = this.read >= Number(this.list.dataset.lastSeq);
    if (isDone || performance.now() - (this.reportedAt ?? -OFTEN) >= OFTEN) this.report();
    else this.reporting ??= setTimeout(() => this.report(), OFTEN);
    this.look(this.list);
  }

  report() {
    clearTimeout(this.reporting);
    this.reporting = null;
    if (this.read <= this.told) return;
    this.told = this.read;
    this.reportedAt = performance.now();
    this.tell(this.topic, this.read, this.numbering);
  }

  /** The reader marks messages as unread. Nothing that was seen before may mark them as read again. */
  stop() {
    clearTimeout(this.reporting);
    this.watcher.disconnect();
    this.near?.clear();
    this.read = this.known;
  }

  /** Tells the server what it does not know yet, in a request that outlives the page. */
  leave() {
    if (!this.list || this.read <= this.known) return;
    const known = this.known;
    this.known = this.read;
    const csrf = document.querySelector('#act [name=csrf]')?.value ?? '';
    const body = new URLSearchParams({ csrf, seq: this.read, numbering: this.numbering });
    fetch(`/-/topics/${this.topic}/read`, { method: 'POST', body, keepalive: true, headers: { Accept: 'application/json' } })
      .then((answer) => answer.ok, () => false)
      .then((isKnown) => {
        if (!isKnown) this.known = known;
      });
  }
}
