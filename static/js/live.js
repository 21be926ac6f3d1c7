// Live updates: applies events to the open page.

import { Reader } from './cursor.js';
import { countReplies, isOlder, placeMessage } from './messages.js';
import { Poll } from './poll.js';
import { Reading } from './reading.js';
import { t } from './texts.js';
import { refreshTimes } from './times.js';
import { parse } from './trusted.js';
import { Unread, short } from './unread.js';

/** Events of messages may arrive out of order: only a gap of this age (in milliseconds) counts as one. */
const GAP = 3_000;
/** Reload delay of a page that cannot apply an event, and the minimum time between reloads. */
const SOON = 1_500;
const OFTEN = 10_000;
/** Events from before the page was rendered may arrive this late. */
const LATE = 5_000;
/** A group's stream reaches non-members only while a poll names the group, and for some minutes after. */
const COVERED = 4 * 60_000;

const byId = (id) => document.getElementById(id);

/** Returns the open topic; null on other pages. */
function openTopic() {
  const list = byId('messages');
  if (!list) return null;
  const { topic, group, firstSeq, lastSeq, atEnd, numbering, readSeq } = list.dataset;
  return { list, topic: Number(topic), group: Number(group), firstSeq: Number(firstSeq), lastSeq: Number(lastSeq), atEnd: atEnd === 'true', numbering: Number(numbering ?? 0), readSeq: Number(readSeq ?? 0), isVisited: 'visited' in list.dataset };
}

/** Closes the notification of a topic that was read, here or elsewhere. */
async function withdraw(topic) {
  const worker = await navigator.serviceWorker?.getRegistration();
  for (const shown of (await worker?.getNotifications({ tag: `topic-${topic}` })) ?? []) shown.close();
}

class Page {
  constructor() {
    const { user, liveAfter, liveGroup } = document.body.dataset;
    this.me = user ? Number(user) : null;
    this.reader = new Reader(liveAfter);
    this.unread = new Unread(this.me);
    this.reading = this.me ? new Reading((topic, seq, numbering) => this.report(topic, seq, numbering)) : null;
    this.news = 0;
    /** Deleted topics, with the version of the deletion: earlier events about them are ignored. */
    this.deleted = new Map();
    /** The known numbering of topics: how often their messages were renumbered. */
    this.numberings = new Map();
    // Tabs in different languages get different events.
    const { lang } = document.documentElement;
    const name = `klatch-live-${user ? `u${user}` : `g${liveGroup}`}-${lang}`;
    this.poll = new Poll({ name, anonymous: !user, lang, page: this });
    this.drawn();
  }

  /** The page was rendered or reloaded. */
  drawn() {
    this.drawnAt = performance.now();
    this.coveredAt = Date.now();
    this.title = document.title;
    let map = {};
    try {
      map = JSON.parse(byId('unread')?.textContent || '{}');
    } catch (error) {
      console.error(error);
    }
    this.unread.reset(map);
    const open = openTopic();
    if (open) {
      this.unread.shows(open.group, open.topic, open.lastSeq);
      this.numberings.set(open.topic, open.numbering);
      this.reading?.reset(open);
    }
    this.look();
  }

  // The interface for the poll.

  cursor() {
    return this.reader.cursor;
  }

  /** Returns the groups whose events arrive only because the poll names them. */
  groups() {
    const { user, liveGroup } = document.body.dataset;
    if (!user) return liveGroup ? [Number(liveGroup)] : [];
    const shown = Number((byId('messages') ?? byId('topics'))?.dataset.group);
    return shown && !this.unread.groups.has(shown) ? [shown] : [];
  }

  batch(batch) {
    if (!this.isCovered(batch.groups)) return this.resync(0);
    const events = this.reader.take(batch);
    if (!events) return this.poll.moved();
    for (const event of events) {
      try {
        this.apply(event);
      } catch (error) {
        console.error(error);
        this.redrawSoon();
      }
    }
    if (events.length > 0) this.look();
  }

  async resync(wait) {
    this.refreshing ??= this.redraw(wait).finally(() => {
      this.refreshing = null;
    });
    await this.refreshing;
  }

  status(state) {
    const line = byId('live-status');
    const text = { offline: 'offline', reconnecting: 'reconnecting', 'signed-out': 'signedOut' }[state];
    line.hidden = !text;
    line.textContent = text ? line.dataset[text] : '';
  }

  // Reloading.

  async redraw(wait) {
    await new Promise((resolve) => setTimeout(resolve, wait));
    for (let pause = 1_000; ; pause = Math.min(30_000, pause * 2)) {
      const result = await import('./refresh.js').then(({ refresh }) => refresh(), () => 'failed');
      if (result === 'gone') return this.poll.stop();
      if (result === 'done') {
        this.redrawnAt = Date.now();
        this.reader.reset(document.body.dataset.liveAfter);
        this.drawn();
        return this.poll.moved();
      }
      await new Promise((resolve) => setTimeout(resolve, pause * (0.5 + Math.random() / 2)));
    }
  }

  /** Reloads soon, once for many events: for pages that only the server can render. */
  redrawSoon() {
    if (this.redrawing) return;
    const since = Date.now() - (this.redrawnAt ?? 0);
    this.redrawing = setTimeout(() => {
      this.redrawing = null;
      this.resync(0);
    }, Math.max(SOON, OFTEN - since));
  }

  isCovered(groups) {
    const covered = this.groups().every((group) => groups.includes(group));
    const late = Date.now() - this.coveredAt > COVERED;
    if (covered && !late) this.coveredAt = Date.now();
    return !late || this.groups().length === 0;
  }

  // Events.

  apply(event) {
    const { group, topic, seq, author, version, numbering = 0 } = event;
    if (version <= this.deleted.get(topic)) return;
    // The event is older than the current numbering, so its sequence number is wrong.
    if (numbering < (this.numberings.get(topic) ?? 0)) return;
    const open = openTopic();
    const isOpen = open?.topic === topic;
    if (this.isRenumbered(event)) {
      // No sequence number here is right any more, and some messages moved.
      if (isOpen) return void this.resync(0);
      this.redrawSoon();
    }
    if (isOpen && version !== undefined) this.header(event);
    if (isOpen && event.reply) countReplies(event.reply);
    // Its replies show its first words.
    if (isOpen && ['edit', 'delete', 'restore'].includes(event.type) && open.list.querySelector(`[data-re="${Number(event.message)}"]`)) this.redrawSoon();
    switch (event.type) {
      case 'message':
        // A group that the page does not list.
        if (!event.quiet && !this.unread.groups.has(group) && !this.groups().includes(group) && this.unread.isUnsure(group, topic)) this.redrawSoon();
        if (!event.quiet) this.unread.hear(group, topic, seq, author);
        if (isOpen) this.place(event, open);
        this.row(event);
        if (document.body.dataset.page === 'home' && this.unread.groups.has(group) && !event.quiet) this.redrawSoon();
        break;
      case 'edit':
      case 'star':
      case 'poll':
      case 'previews':
        if (isOpen) placeMessage(event.html, seq);
        this.row(event);
        break;
      case 'delete':
        // Right after rendering, it is unknown whether the page's count already includes this.
        if (performance.now() - this.drawnAt < LATE || this.unread.isUnsure(group, topic)) this.redrawSoon();
        if (!event.quiet) this.unread.remove(group, topic, seq, author);
        if (isOpen) placeMessage(event.html, seq);
        this.row(event);
        break;
      case 'restore':
        if (isOpen) placeMessage(event.html, seq);
        this.row(event);
        // The page cannot tell whether the message counts as read.
        this.redrawSoon();
        break;
      case 'topic_change':
        this.changeTopic(event, isOpen);
        break;
      case 'read':
        if ((event.topics ?? []).some(([inGroup, of]) => this.unread.isUnsure(inGroup, of))) this.redrawSoon();
        for (const [inGroup, of, unread, readSeq, lastSeq] of event.topics ?? []) {
          this.unread.read(inGroup, of, unread, readSeq, lastSeq);
          this.reading?.know(of, readSeq);
          if (unread < 1) withdraw(of).catch(() => {});
        }
        if (event.mentions !== undefined) this.unread.mentions = event.mentions;
        if (document.body.dataset.page === 'home') this.readAtHome(event.topics ?? []);
        break;
      case 'mention':
        this.unread.mentions = event.mentions;
        if (document.body.dataset.page === 'mentions') this.redrawSoon();
        break;
      case 'notice':
        this.unread.notices = event.notices;
        if (document.body.dataset.page === 'notices') this.redrawSoon();
        break;
      case 'member':
        this.redrawSoon();
        break;
      case 'presence':
        this.presence(event);
        break;
      case 'signed_out':
        this.poll.end();
        break;
      default:
        // An event of a newer version: this page shows nothing of it.
    }
  }

  /** Whether the topic's messages were renumbered since its last event. */
  isRenumbered({ type, topic, numbering = 0 }) {
    if (topic === undefined) return false;
    const known = this.numberings.get(topic);
    this.numberings.set(topic, numbering);
    return known === undefined ? numbering > 0 && type === 'topic_change' : numbering > known;
  }

  /** Removes read topics from the home page at once; reloads the rest of the page. */
  readAtHome(topics) {
    const stories = () => [...document.querySelectorAll('.story[data-topic]')];
    const before = stories().length;
    for (const [group, topic, unread] of topics) {
      if (unread > 0 || this.unread.topic(group, topic) > 0) continue;
      stories().find((story) => Number(story.dataset.topic) === topic)?.remove();
    }
    if (before > 0 && stories().length === 0) this.resync(0);
    else this.redrawSoon();
  }

  place({ html, seq, author }, open) {
    const placed = placeMessage(html, seq);
    if (placed === 'placed' && author !== this.me) {
      this.news += 1;
      clearTimeout(this.saying);
      this.saying = setTimeout(() => this.say(), 1_000);
    }
    if (!open.atEnd || placed === 'refused') return;
    clearTimeout(this.gap);
    this.gap = setTimeout(() => this.hasGap() && this.resync(0), GAP);
  }

  /** Updates the topic's header: its title and message count, as the server renders them. */
  header({ version, name, slug, count, events }) {
    const header = document.querySelector('#main header.top[data-version]');
    if (!header || version < Number(header.dataset.version)) return;
    header.dataset.version = String(version);
    if (count !== undefined) byId('message-count').textContent = t(['{count} message', '{count} messages'], { count });
    // There are new event lines: only a reload shows them.
    if (events !== undefined && String(events) !== header.dataset.events) this.redrawSoon();
    if (name === undefined) return;
    const heading = header.querySelector('h1');
    this.title = this.title.startsWith(heading.textContent) ? name + this.title.slice(heading.textContent.length) : this.title;
    heading.textContent = name;
    const [, inGroup] = location.pathname.split('/');
    if (slug) history.replaceState(history.state, '', `/${inGroup}/${encodeURIComponent(slug)}/${location.search}${location.hash}`);
  }

  say() {
    byId('live-polite').textContent = t(['{count} new message', '{count} new messages'], { count: this.news });
    this.news = 0;
  }

  /** Whether a sequence number is missing between the shown messages. Deleted messages keep their place. */
  hasGap() {
    const open = openTopic();
    if (!open?.atEnd) return false;
    const shown = new Set([...open.list.querySelectorAll('.message')].map((message) => Number(message.dataset.seq)));
    for (let seq = open.firstSeq; seq <= open.lastSeq; seq += 1) if (seq > 0 && !shown.has(seq)) return true;
    return false;
  }

  /** Updates the topic's row on the group page. On the first page it moves by latest activity; on later ones not. */
  row({ group, topic, row }) {
    const topics = byId('topics');
    if (!topics || !row || Number(topics.dataset.group) !== group) return;
    const old = byId(`t${topic}`);
    // The event has the title of a topic that is folded for this reader: only the server knows for whom it is.
    if (old?.classList.contains('folded')) return this.redrawSoon();
    if (old && !topics.contains(old)) return this.pinned(row, old);
    const isFirst = topics.dataset.atStart !== 'false';
    const fresh = parse(row);
    if (!fresh?.matches('li.topic') || (old ? isOlder(fresh, old) : !isFirst)) return;
    const focused = old?.contains(document.activeElement);
    const place = [Number(fresh.dataset.at), topic];
    const isBelow = ({ dataset: { at, topic: other } }) => Number(at) < place[0] || (Number(at) === place[0] && Number(other) < place[1]);
    if (isFirst) {
      const next = [...topics.children].find((other) => other !== old && isBelow(other));
      // Below the end of a page that is not the last, rows belong to the next page.
      if (!next && !old && topics.dataset.atEnd === 'false') return;
      old?.remove();
      topics.insertBefore(fresh, next ?? null);
      if (topics.nextElementSibling?.matches('.empty')) topics.nextElementSibling.remove();
    } else {
      old.replaceWith(fresh);
    }
    refreshTimes(fresh);
    if (focused) fresh.querySelector('a.title')?.focus({ preventScroll: true });
  }

  /** Updates a topic above the list, which keeps its place. */
  pinned(row, old) {
    const fresh = parse(row);
    if (!fresh?.matches('li.topic') || !old.closest('.pinned') || isOlder(fresh, old)) return;
    const focused = old.contains(document.activeElement);
    old.replaceWith(fresh);
    refreshTimes(fresh);
    if (focused) fresh.querySelector('a.title')?.focus({ preventScroll: true });
  }

  /** Updates the group's online members and its number of members. */
  presence({ group, members, html }) {
    const here = byId('here');
    if (!here || Number(here.dataset.group) !== group) return;
    const fresh = parse(html);
    // Leaves out ignored users, as the page did.
    fresh.dataset.without = here.dataset.without;
    for (const user of here.dataset.without.split(' ')) fresh.querySelector(`li[data-user="${Number(user)}"]`)?.remove();
    here.replaceWith(fresh);
    for (const shown of document.querySelectorAll('[data-members]')) shown.textContent = t(['{count} member', '{count} members'], { count: members });
  }

  changeTopic(event, isOpen) {
    const { group, topic, version, deleted } = event;
    if (deleted) {
      this.deleted.set(topic, version);
      if (this.unread.isUnsure(group, topic)) this.redrawSoon();
      this.unread.drop(group, topic);
      if (byId('topics')?.contains(byId(`t${topic}`))) byId(`t${topic}`).remove();
      document.querySelectorAll(`.story[data-topic="${Number(topic)}"]`).forEach((story) => story.remove());
      if (isOpen) this.resync(0);
      return;
    }
    this.row(event);
    // The topic brings unread messages along, and pinned topics are above the rows.
    if (event.moved || byId('topics')?.dataset.group === String(group)) this.redrawSoon();
  }

  // Seen messages and unread counts.

  /** Watches new messages, and updates all counts. */
  look() {
    const list = byId('messages');
    if (list) this.reading?.look(list);
    this.paint();
  }

  /** Reports how far the open topic was read. */
  report(topic, seq, numbering) {
    const open = openTopic();
    if (open?.topic === topic) this.unread.seen(open.group, topic, seq);
    this.poll.acknowledge(topic, seq, numbering);
    this.paint();
  }

  paint() {
    if (!this.me) {
      document.title = this.title;
      return;
    }
    const show = (selector, count, root = document) => {
      for (const element of root.querySelectorAll(selector)) {
        const text = short(count);
        if (element.textContent !== text) element.textContent = text;
        element.hidden = count < 1;
      }
    };
    const { unread } = this;
    const total = unread.total();
    for (const group of unread.groups.keys()) show(`a[data-group="${group}"] > [data-count]`, unread.group(group));
    for (const item of document.querySelectorAll('#topics > .topic, .pinned .topic, .story[data-topic]')) {
      const [group, topic] = [Number(item.dataset.group), Number(item.dataset.topic)];
      if (!unread.groups.has(group)) continue;
      const count = unread.topic(group, topic);
      show('[data-count]', count, item);
      const title = item.querySelector('.topic > .line > a.title');
      const href = title && title.getAttribute('href').split('#')[0] + (count > 0 ? '#new' : '');
      if (title && title.getAttribute('href') !== href) title.setAttribute('href', href);
    }
    const open = openTopic();
    for (const form of document.querySelectorAll('[data-mark-read]')) form.hidden = open !== null && unread.topic(open.group, open.topic) === 0;
    if (total !== this.badge) navigator.setAppBadge?.(total).catch(() => {});
    this.badge = total;
    show('[data-unread-total]', total);
    show('[data-mentions-total]', unread.mentions);
    show('[data-notices-total]', unread.notices);
    document.title = total > 0 ? `(${short(total)}) ${this.title}` : this.title;
  }

  // The tab.

  start() {
    this.poll.start();
    document.addEventListener('visibilitychange', () => {
      this.poll.visible(!document.hidden);
      if (document.hidden) return;
      if (this.groups().length > 0 && Date.now() - this.coveredAt > COVERED) this.resync(0);
      else this.look();
    });
    let looking;
    const lookSoon = () => {
      looking ??= setTimeout(() => {
        looking = null;
        this.look();
      }, 300);
    };
    // A message sent from this tab is placed before its event arrives.
    new MutationObserver(lookSoon).observe(byId('main'), { subtree: true, attributeFilter: ['data-first-seq', 'data-last-seq'] });
    window.addEventListener('online', () => {
      if (this.poll.ended) return;
      this.status('');
      this.poll.online();
    });
    window.addEventListener('offline', () => this.poll.ended || this.status('offline'));
    window.addEventListener('pagehide', () => this.poll.stop());
    window.addEventListener('pageshow', (event) => {
      if (!event.persisted) return;
      this.poll.start();
      this.resync(0);
    });
  }
}

/** Starts live updates on pages that have a cursor. On others, what was seen is told when the reader leaves. */
export function start() {
  const open = openTopic();
  if (document.body.dataset.liveAfter) return new Page().start();
  if (!open || !document.body.dataset.user) return undefined;
  const reading = new Reading(() => {});
  reading.reset(open);
  return reading.look(open.list);
}
