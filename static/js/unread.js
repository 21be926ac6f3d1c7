// Unread counts, exactly as the server would render them.
//
// Of each topic we know what the server counted (`unread`, as of `readSeq` and `lastSeq`) and which later messages were
// heard of since. Sequence numbers make it safe to receive an event twice, late, or in another order.

/** A count as pages show it. */
export const short = (count) => (count > 999 ? '999+' : String(count));

/** The state of a topic that the page did not name: everything is read. */
const nothing = () => ({ unread: 0, readSeq: 0, lastSeq: 0, heard: new Set(), gone: new Set() });

export class Unread {
  /**
   * `map` is the page's `{groups: {GROUP: {TOPIC: [unread, readSeq, lastSeq]}}, rest: {GROUP: N}, unlisted: N, mentions,
   * notices}`; `me` the viewer's id.
   */
  constructor(me, map = {}) {
    this.me = me;
    this.reset(map);
  }

  /** Starts over from a reloaded page. */
  reset(map) {
    this.mentions = map.mentions ?? 0;
    this.notices = map.notices ?? 0;
    /** By group id; only the viewer's groups are here, and nothing is counted in others. */
    this.groups = new Map();
    for (const [group, topics] of Object.entries(map.groups ?? {})) {
      const byTopic = new Map();
      for (const [topic, [unread, readSeq, lastSeq]] of Object.entries(topics)) {
        byTopic.set(Number(topic), { ...nothing(), unread, readSeq, lastSeq });
      }
      this.groups.set(Number(group), byTopic);
    }
    /** By group id: what is unread in topics that the page did not name. */
    this.rest = new Map(Object.entries(map.rest ?? {}).map(([group, count]) => [Number(group), count]));
    /** What is unread in groups that the page does not list; null if it lists all. */
    this.unlisted = map.unlisted ?? null;
    this.unnamed = new Set();
  }

  /** Whether the topic's unread count is unknown here because the page did not list it. */
  isUnsure(group, topic) {
    if (!this.groups.has(group)) return this.unlisted !== null;
    return (this.rest.get(group) ?? 0) > 0 && (!this.groups.get(group).has(topic) || this.unnamed.has(topic));
  }

  /**
   * The open page shows the topic up to `lastSeq`. If the map does not name the topic, nothing is unread so far; up to
   * where it was read is unknown.
   */
  shows(group, topic, lastSeq) {
    const known = this.groups.get(group);
    if (known && !known.has(topic)) known.set(topic, { ...nothing(), lastSeq });
  }

  entry(group, topic) {
    const topics = this.groups.get(group);
    if (!topics) return null;
    if (!topics.has(topic)) {
      topics.set(topic, nothing());
      this.unnamed.add(topic);
    }
    return topics.get(topic);
  }

  /** A message was posted. */
  hear(group, topic, seq, author) {
    const entry = this.entry(group, topic);
    if (!entry || author === this.me || entry.gone.has(seq)) return;
    if (seq > entry.lastSeq && seq > entry.readSeq) entry.heard.add(seq);
  }

  /** A message was deleted. */
  remove(group, topic, seq, author) {
    const entry = this.entry(group, topic);
    if (!entry || entry.gone.has(seq)) return;
    entry.gone.add(seq);
    if (entry.heard.delete(seq) || author === this.me) return;
    if (seq > entry.readSeq && seq <= entry.lastSeq) entry.unread = Math.max(0, entry.unread - 1);
  }

  /** The server sent a new count; late, older counts are recognized by `readSeq`. */
  read(group, topic, unread, readSeq, lastSeq) {
    const entry = this.entry(group, topic);
    if (!entry || readSeq < entry.readSeq) return;
    Object.assign(entry, { unread, readSeq, lastSeq: Math.max(lastSeq, readSeq) });
    for (const seq of entry.heard) {
      if (seq <= entry.lastSeq) entry.heard.delete(seq);
    }
  }

  /** The viewer has seen the topic up to `seq`. If the server knows of more unread messages, it will say so. */
  seen(group, topic, seq) {
    const entry = this.entry(group, topic);
    if (entry && seq >= entry.lastSeq && seq > entry.readSeq) this.read(group, topic, 0, seq, seq);
  }

  /** The topic was deleted. */
  drop(group, topic) {
    this.groups.get(group)?.delete(topic);
  }

  /** Returns the unread count of a topic. */
  topic(group, topic) {
    const entry = this.groups.get(group)?.get(topic);
    return entry ? entry.unread + entry.heard.size : 0;
  }

  /** Returns the unread count of a group. */
  group(group) {
    let count = this.rest.get(group) ?? 0;
    for (const topic of this.groups.get(group)?.keys() ?? []) count += this.topic(group, topic);
    return count;
  }

  /** Returns the unread count over all groups. */
  total() {
    let count = this.unlisted ?? 0;
    for (const group of this.groups.keys()) count += this.group(group);
    return count;
  }
}
