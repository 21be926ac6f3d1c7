// The one poll of a browser. A Web Lock elects the tab that polls; a BroadcastChannel passes its batches to the others.
// Without them, each visible tab polls for itself.

import { compare } from './cursor.js';

const TIMEOUT = 75_000;
const MOST_WAIT = 30_000;
/** How long a tab counts as present after its hello, and how often it says hello (milliseconds). */
const THERE = 150_000;
const HELLO = 30_000;
/** How long a leader may take to answer a hello. */
const SILENCE = 2_000;
/** A poll that was not refused for this long has been accepted: the connection works again. */
const TAKEN = 3_000;

const jitter = (ms) => ms * (0.5 + Math.random() / 2);

export class Poll {
  /**
   * `name` identifies the stream; `anonymous`: send no cookie; `lang`: the language of the events. `page` is the tab
   * itself, with `cursor()`, `groups()`, the calls `batch(batch)` and `resync(wait)`, which may be async, and
   * `status(state)`. A state is '', 'offline', 'reconnecting' or 'signed-out'.
   */
  constructor({ name, anonymous, lang, page }) {
    this.name = name;
    this.lang = lang;
    this.anonymous = anonymous;
    this.page = page;
    this.seen = new Map();
    this.others = new Map();
    this.id = Math.random().toString(36).slice(2);
    /** This tab's term as the leader; null in other tabs. */
    this.turn = null;
    this.ended = false;
    this.running = false;
    this.shares = 'locks' in navigator && 'BroadcastChannel' in window;
  }

  start() {
    if (this.running || this.ended) return;
    this.running = true;
    this.failures = 0;
    if (this.shares) {
      this.channel = new BroadcastChannel(this.name);
      this.channel.onmessage = ({ data }) => this.hear(data);
      this.hello = setInterval(() => this.turn || this.sayHello(), HELLO);
      this.sayHello();
      this.queue();
      if (!document.hidden) this.takeOverFromHidden();
    } else if (!document.hidden) {
      this.lead();
    }
  }

  /** Stops polling, as when the page is put into the back/forward cache. */
  stop() {
    this.running = false;
    this.line?.abort();
    this.line = null;
    this.resign();
    clearInterval(this.hello);
    clearTimeout(this.silence);
    this.channel?.close();
    this.channel = null;
  }

  /** The tab was shown or hidden. */
  visible(shown) {
    if (this.ended) return;
    if (!this.shares) {
      if (shown) this.start();
      else this.stop();
    } else if (this.turn) {
      // The next poll tells the server whether anybody looks.
      if (this.sleeping || !this.anonymous) this.kick();
    } else if (shown && this.running) {
      this.takeOverFromHidden();
    }
  }

  /** The network is back. */
  online() {
    this.failures = 0;
    if (this.sleeping) this.kick();
  }

  /** Reports that the open topic was shown up to `seq`, with a new poll at once. */
  acknowledge(topic, seq, numbering = 0) {
    if (this.anonymous) return;
    if (this.turn) this.note(topic, seq, numbering);
    else this.say({ type: 'seen', topic, seq, numbering });
  }

  /** The page was reloaded, perhaps at an earlier cursor. */
  moved() {
    if (this.turn) this.needs(this.page.cursor());
    else this.sayHello();
  }

  // Between tabs.

  say(message) {
    this.channel?.postMessage({ ...message, by: this.id });
  }

  sayHello() {
    this.say({ type: 'hello', cursor: this.page.cursor(), groups: this.page.groups() });
  }

  /** Requests the lock, or steals it from its holder. */
  queue(steal = false) {
    this.line?.abort();
    const line = new AbortController();
    this.line = line;
    const options = steal ? { steal } : { signal: line.signal };
    navigator.locks.request(this.name, options, () => this.lead()).catch(() => {
      if (this.line !== line) return;
      // Another tab stole the lock: request it again.
      this.resign();
      this.queue();
    });
  }

  resign() {
    this.turn = null;
    this.kick();
  }

  /** A visible tab takes over from a hidden one, which the browser may slow down or freeze. */
  takeOverFromHidden() {
    this.sayHello();
    clearTimeout(this.silence);
    this.silence = setTimeout(() => this.steal(), SILENCE);
  }

  steal() {
    if (this.running && !this.turn && !document.hidden) this.queue(true);
  }

  hear(message) {
    switch (message.type) {
      case 'hello':
        if (!this.turn) return;
        this.others.set(message.by, { groups: message.groups, at: Date.now() });
        this.say({ type: 'here', to: message.by, hidden: document.hidden });
        this.needs(message.cursor);
        return;
      case 'here':
        if (message.to !== this.id) return;
        clearTimeout(this.silence);
        if (message.hidden) this.steal();
        return;
      case 'lead':
        this.sayHello();
        return;
      case 'seen':
        if (this.turn) this.note(message.topic, message.seq, message.numbering);
        return;
      case 'batch':
        this.page.batch(message);
        return;
      case 'resync':
        if (compare(this.page.cursor(), message.from) <= 0) this.page.resync(message.wait);
        return;
      case 'status':
        this.page.status(message.state);
        return;
      case 'ended':
        this.end();
    }
  }

  // The leader.

  /** `numbering`: how often the topic's messages were renumbered. A `seq` of an earlier numbering is ignored. */
  note(topic, seq, numbering = 0) {
    const known = this.seen.get(topic);
    if (known && (known.numbering > numbering || (known.numbering === numbering && known.seq >= seq))) return;
    this.seen.set(topic, { seq, numbering });
    this.kick();
  }

  /** A tab still needs the events after `cursor`. */
  needs(cursor) {
    if (!this.at || compare(cursor, this.at) >= 0) return;
    this.at = cursor;
    this.kick();
  }

  /** Aborts the wait for an answer or for the next try. */
  kick() {
    this.waiting?.abort();
  }

  async lead() {
    if (!this.running) return;
    // Aborts what an earlier term of this tab still waits for.
    this.kick();
    const turn = {};
    this.turn = turn;
    this.at = this.page.cursor();
    this.others.clear();
    this.say({ type: 'lead' });
    while (this.turn === turn) {
      this.waiting = new AbortController();
      if (navigator.onLine === false) {
        this.tell('offline');
        await this.sleep(MOST_WAIT);
        continue;
      }
      const wait = await this.once(turn);
      if (wait > 0 && this.turn === turn) await this.sleep(wait);
    }
  }

  /** Polls once. Returns how long to wait before the next poll. */
  async once(turn) {
    const from = this.at;
    const groups = this.allGroups();
    const seen = [...this.seen].slice(0, 8);
    const query = new URLSearchParams({ after: from });
    for (const group of groups.slice(0, 8)) query.append('group', group);
    for (const [topic, { seq, numbering }] of seen) query.append('seen', numbering ? `${topic}:${seq}:${numbering}` : `${topic}:${seq}`);
    if (!this.anonymous) query.set('visible', document.hidden ? 0 : 1);
    if (this.lang) query.set('lang', this.lang);
    const { waiting } = this;
    const { signal } = waiting;
    const late = setTimeout(() => waiting.abort('late'), TIMEOUT);
    const taken = setTimeout(() => this.turn === turn && this.tell(''), TAKEN);
    let status = 0;
    let said = null;
    let retryAfter = 0;
    try {
      const answer = await fetch(`/live?${query}`, {
        signal,
        cache: 'no-store',
        credentials: this.anonymous ? 'omit' : 'same-origin',
        headers: { Accept: 'application/json' },
      });
      ({ status } = answer);
      retryAfter = Number(answer.headers.get('Retry-After')) * 1000 || 0;
      said = await answer.json();
    } catch {
      if (signal.aborted && signal.reason !== 'late') return 0;
    } finally {
      clearTimeout(late);
      clearTimeout(taken);
    }
    // The lock was stolen meanwhile: the new leader polls again.
    if (this.turn !== turn) return 0;
    if (status === 200 && said) {
      this.failures = 0;
      this.tell('');
      for (const [topic, shown] of seen) if (this.seen.get(topic) === shown) this.seen.delete(topic);
      return this.take(from, groups, said);
    }
    if (status === 401) {
      this.say({ type: 'ended' });
      this.end();
      return 0;
    }
    this.failures += 1;
    if (status === 400 || status === 404) {
      await this.resync(from, 0);
    } else if (this.failures > 1) {
      this.tell(navigator.onLine === false ? 'offline' : 'reconnecting');
    }
    return retryAfter || jitter(Math.min(MOST_WAIT, 1000 * 2 ** Math.min(this.failures, 10)));
  }

  async take(from, groups, said) {
    if (said.resync) {
      await this.resync(from, said.retry_in);
      return 0;
    }
    const batch = { type: 'batch', from, after: said.after, events: said.events, groups };
    // A tab may have asked for an earlier cursor while this poll was running.
    this.at = compare(this.at, from) < 0 ? this.at : said.after;
    this.say(batch);
    await this.page.batch(batch);
    return said.retry_in;
  }

  /** The events after `from` are lost: tabs at that cursor or before reload the page. */
  async resync(from, wait) {
    this.say({ type: 'resync', from, wait });
    this.at = this.page.cursor();
    if (compare(this.at, from) <= 0) {
      await this.page.resync(wait);
      this.at = this.page.cursor();
    }
  }

  allGroups() {
    const groups = new Set(this.page.groups());
    for (const [id, other] of this.others) {
      if (Date.now() - other.at > THERE) this.others.delete(id);
      else other.groups.forEach((group) => groups.add(group));
    }
    return [...groups];
  }

  tell(state) {
    if (state === this.state) return;
    this.state = state;
    this.say({ type: 'status', state });
    this.page.status(state);
  }

  /** The session is over: no more polls. */
  end() {
    this.ended = true;
    this.stop();
    this.page.status('signed-out');
  }

  sleep(ms) {
    const { signal } = this.waiting;
    if (signal.aborted) return Promise.resolve();
    this.sleeping = true;
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.sleeping = false;
        resolve();
      };
      const timer = setTimeout(wake, ms);
      signal.addEventListener('abort', wake, { once: true });
    });
  }
}
