// Several tabs, one poll: no tab misses an event or gets it twice, whichever tab leads, opens or closes.

import assert from 'node:assert/strict';
import test from 'node:test';

import { Reader, compare } from '../../static/js/cursor.js';

const soon = () => new Promise((resolve) => setImmediate(resolve));

async function until(what, condition) {
  const begun = Date.now();
  while (!condition()) {
    assert.ok(Date.now() - begun < 5_000, `waited in vain for ${what}`);
    await soon();
  }
}

/** Web Locks, as far as they are needed: a line for each name, and stealing. */
class Locks {
  lines = new Map();

  request(name, { signal, steal }, work) {
    const line = this.lines.get(name) ?? { held: null, waiting: [] };
    this.lines.set(name, line);
    return new Promise((resolve, reject) => {
      const entry = { work, resolve, reject };
      signal?.addEventListener('abort', () => {
        const place = line.waiting.indexOf(entry);
        if (place < 0) return;
        line.waiting.splice(place, 1);
        reject(new Error('aborted'));
      });
      if (steal) {
        line.held?.reject(new Error('stolen'));
        line.held = null;
        line.waiting.unshift(entry);
      } else {
        line.waiting.push(entry);
      }
      this.next(line);
    });
  }

  next(line) {
    if (line.held || line.waiting.length === 0) return;
    const entry = line.waiting.shift();
    line.held = entry;
    queueMicrotask(async () => {
      const result = await entry.work();
      entry.resolve(result);
      if (line.held === entry) {
        line.held = null;
        this.next(line);
      }
    });
  }
}

class Channel {
  static open = new Set();

  constructor(name) {
    this.name = name;
    Channel.open.add(this);
  }

  postMessage(data) {
    const copy = structuredClone(data);
    for (const other of Channel.open) {
      if (other !== this && other.name === this.name) setImmediate(() => Channel.open.has(other) && other.onmessage({ data: copy }));
    }
  }

  close() {
    Channel.open.delete(this);
  }
}

/** A server with one stream; polls that find nothing wait. */
class Server {
  events = [];
  /** The oldest place it still knows. */
  oldest = '1-0';
  parked = new Set();
  polls = [];
  most = 0;
  status = 200;

  get cursor() {
    return this.events.at(-1)?.id ?? '1-0';
  }

  publish() {
    this.events.push({ id: `${this.events.length + 2}-0`, type: 'test' });
    for (const poll of [...this.parked]) poll();
  }

  fetch = (url, { signal }) => {
    const query = new URL(url, 'http://forum.example').searchParams;
    this.polls.push(query);
    const { status } = this;
    const say = (body) => ({ status, headers: new Headers(), json: async () => body });
    return new Promise((resolve, reject) => {
      const answer = () => {
        if (this.status !== 200) return resolve(say({ error: 'trouble' }));
        const from = query.get('after');
        if (compare(from, this.oldest) < 0) return resolve(say({ resync: true, after: this.cursor, retry_in: 0 }));
        const events = this.events.filter((event) => compare(event.id, from) > 0);
        if (events.length === 0) return false;
        this.parked.delete(answer);
        return resolve(say({ after: this.cursor, events, retry_in: 0 }));
      };
      if (answer() === false) {
        this.parked.add(answer);
        this.most = Math.max(this.most, this.parked.size);
      }
      signal.addEventListener('abort', () => {
        this.parked.delete(answer);
        reject(new Error('aborted'));
      });
    });
  };
}

function browser() {
  const server = new Server();
  globalThis.window = { BroadcastChannel: Channel };
  globalThis.BroadcastChannel = Channel;
  globalThis.document = { hidden: false };
  Object.defineProperty(globalThis, 'navigator', { value: { locks: new Locks(), onLine: true }, configurable: true });
  globalThis.fetch = server.fetch;
  return server;
}

const { Poll } = await import('../../static/js/poll.js');

/** A tab that writes down what it applied since it was rendered. */
function tab(server, groups = []) {
  const page = {
    reader: new Reader(server.cursor),
    drawnAt: server.events.length,
    applied: [],
    states: [],
    drawn: 0,
    cursor: () => page.reader.cursor,
    groups: () => groups,
    batch(batch) {
      const events = page.reader.take(batch);
      if (events) page.applied.push(...events.map(({ id }) => id));
      else page.poll.moved();
    },
    async resync() {
      page.drawn += 1;
      page.applied = [];
      page.drawnAt = server.events.length;
      page.reader.reset(server.cursor);
      page.poll.moved();
    },
    status: (state) => page.states.push(state),
  };
  page.poll = new Poll({ name: 'live', anonymous: false, page });
  page.poll.start();
  page.expected = () => server.events.slice(page.drawnAt).map(({ id }) => id);
  page.isCurrent = () => JSON.stringify(page.applied) === JSON.stringify(page.expected());
  return page;
}

test('tabs share one poll, and each gets all events since it was rendered', async () => {
  const server = browser();
  const tabs = [tab(server)];
  await until('the first poll', () => server.parked.size === 1);
  for (let round = 0; round < 20; round += 1) {
    server.publish();
    if (round % 4 === 1) tabs.push(tab(server));
    if (round % 5 === 0) await soon();
  }
  await until('all tabs', () => tabs.every((page) => page.isCurrent()));
  assert.equal(server.most, 1);
  tabs.forEach((page) => page.poll.stop());
});

test('when the polling tab closes, another continues from its own position', async () => {
  const server = browser();
  const tabs = [tab(server), tab(server), tab(server)];
  for (let round = 0; round < 12; round += 1) {
    server.publish();
    if (round % 4 === 3) {
      tabs.shift().poll.stop();
      server.publish();
      tabs.push(tab(server));
    }
    await soon();
  }
  await until('all tabs', () => tabs.every((page) => page.isCurrent()));
  assert.equal(server.most, 1);
  tabs.forEach((page) => page.poll.stop());
});

test('a poll taken over by a shown tab loses nothing', async () => {
  const server = browser();
  const [hidden, shown] = [tab(server), tab(server)];
  await until('the first poll', () => server.parked.size === 1);
  for (let round = 0; round < 6; round += 1) {
    server.publish();
    // Twice, as when two answers come.
    (round % 2 ? hidden : shown).poll.steal();
    (round % 2 ? hidden : shown).poll.steal();
    server.publish();
    await soon();
  }
  await until('both tabs', () => hidden.isCurrent() && shown.isCurrent());
  await until('one poll', () => server.parked.size === 1);
  [hidden, shown].forEach((page) => page.poll.stop());
});

test('a tab whose position is lost reloads, and the others do not', async () => {
  const server = browser();
  const old = tab(server);
  old.poll.stop();
  server.publish();
  server.publish();
  const leader = tab(server);
  await until('the poll', () => server.parked.size === 1);
  server.oldest = '3-0';
  old.poll.start();
  await until('the old tab', () => old.drawn === 1);
  server.publish();
  await until('both tabs', () => old.isCurrent() && leader.isCurrent());
  assert.equal(leader.drawn, 0);
  [old, leader].forEach((page) => page.poll.stop());
});

test('a poll reports what any tab has shown, and the groups of all tabs', async () => {
  const server = browser();
  const [leader, other] = [tab(server, [3]), tab(server, [4])];
  await until('the poll', () => server.parked.size === 1);
  other.poll.acknowledge(9, 41);
  await until('the word', () => server.polls.some((query) => query.get('seen') === '9:41'));
  assert.deepEqual(server.polls.at(-1).getAll('group').sort(), ['3', '4']);
  server.publish();
  await until('the next poll', () => server.parked.size === 1 && leader.isCurrent());
  assert.equal(server.polls.at(-1).get('seen'), null);
  // After a renumbering, a lower number can be further on.
  other.poll.acknowledge(9, 12, 1);
  await until('the word', () => server.polls.some((query) => query.get('seen') === '9:12:1'));
  [leader, other].forEach((page) => page.poll.stop());
});

test('signing out stops polling in every tab', async () => {
  const server = browser();
  const tabs = [tab(server), tab(server)];
  await until('the poll', () => server.parked.size === 1);
  server.status = 401;
  tabs[0].poll.kick();
  await until('the end', () => tabs.every((page) => page.states.at(-1) === 'signed-out'));
  const { length } = server.polls;
  tabs.forEach((page) => page.poll.visible(true));
  await soon();
  assert.equal(server.polls.length, length);
});
