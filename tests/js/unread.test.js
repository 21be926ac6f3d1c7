// Counting in the browser gives the same result as on the server: in chosen cases and in thousands of random ones.

import assert from 'node:assert/strict';
import test from 'node:test';

import { Unread, short } from '../../static/js/unread.js';

const ME = 1;
const GROUP = 3;
const TOPIC = 9;

/** A topic as the server keeps it. */
class Server {
  constructor() {
    this.messages = [];
    this.readSeq = 0;
  }

  get lastSeq() {
    return this.messages.length;
  }

  post(author) {
    this.messages.push({ seq: this.lastSeq + 1, author, deleted: false });
    return this.lastSeq;
  }

  unread() {
    return this.messages.filter(({ seq, author, deleted }) => seq > this.readSeq && author !== ME && !deleted).length;
  }

  /** What a page rendered now says: topics without anything unread are not in it. */
  map() {
    const count = this.unread();
    return { groups: { [GROUP]: count ? { [TOPIC]: [count, this.readSeq, this.lastSeq] } : {} }, mentions: 0 };
  }

  readEvent() {
    return [GROUP, TOPIC, this.unread(), this.readSeq, this.lastSeq];
  }
}

test('a message by someone else counts once, however often its event arrives', () => {
  const unread = new Unread(ME, { groups: { [GROUP]: { [TOPIC]: [2, 4, 6] } } });
  for (const seq of [7, 7, 8, 7, 6]) unread.hear(GROUP, TOPIC, seq, 2);
  unread.hear(GROUP, TOPIC, 9, ME);
  assert.deepEqual([unread.topic(GROUP, TOPIC), unread.group(GROUP), unread.total()], [4, 4, 4]);
});

test('groups without membership do not count', () => {
  const unread = new Unread(ME, { groups: { [GROUP]: {} } });
  unread.hear(4, TOPIC, 1, 2);
  unread.hear(GROUP, TOPIC, 1, 2);
  assert.equal(unread.total(), 1);
});

test('unlisted topics count, and only the server knows how much of them was read', () => {
  const unread = new Unread(ME, { groups: { [GROUP]: { [TOPIC]: [2, 4, 6] }, 5: {} }, rest: { [GROUP]: 40 }, unlisted: 7 });
  assert.deepEqual([unread.group(GROUP), unread.group(5), unread.total()], [42, 0, 49]);
  assert.deepEqual([unread.isUnsure(GROUP, TOPIC), unread.isUnsure(GROUP, 10), unread.isUnsure(5, 11), unread.isUnsure(6, 12)], [false, true, false, true]);
  // A message in a topic that was only counted.
  unread.hear(GROUP, 10, 8, 2);
  assert.deepEqual([unread.group(GROUP), unread.isUnsure(GROUP, 10)], [43, true]);
  unread.read(GROUP, TOPIC, 0, 6, 6);
  assert.equal(unread.total(), 48);
  unread.reset({ groups: { [GROUP]: {} } });
  assert.deepEqual([unread.total(), unread.isUnsure(GROUP, 10), unread.isUnsure(6, 12)], [0, false, false]);
});

test('large counts are abbreviated', () => {
  assert.deepEqual([0, 7, 999, 1000, 123456].map(short), ['0', '7', '999', '999+', '999+']);
});

test('names such as __proto__ are ordinary keys', () => {
  const unread = new Unread(ME, JSON.parse('{"groups":{"__proto__":{"1":[5,0,5]},"3":{}},"mentions":2}'));
  assert.deepEqual([unread.total() >= 0, unread.group(GROUP), unread.mentions], [true, 0, 2]);
  assert.equal({}.unread, undefined);
});

test('deleting a counted message subtracts it once', () => {
  const unread = new Unread(ME, { groups: { [GROUP]: { [TOPIC]: [2, 4, 6] } } });
  unread.hear(GROUP, TOPIC, 7, 2);
  for (const seq of [7, 7, 6, 6, 3]) unread.remove(GROUP, TOPIC, seq, 2);
  assert.equal(unread.topic(GROUP, TOPIC), 1);
  unread.hear(GROUP, TOPIC, 7, 2);
  assert.equal(unread.topic(GROUP, TOPIC), 1);
});

test('a late event about an earlier read position changes nothing', () => {
  const unread = new Unread(ME, { groups: { [GROUP]: { [TOPIC]: [6, 0, 6] } } });
  unread.read(GROUP, TOPIC, 0, 6, 6);
  unread.read(GROUP, TOPIC, 3, 3, 6);
  assert.equal(unread.total(), 0);
});

test('messages on the screen are read at once if they are the last ones', () => {
  const unread = new Unread(ME, { groups: { [GROUP]: { [TOPIC]: [6, 0, 6] } } });
  unread.hear(GROUP, TOPIC, 7, 2);
  unread.seen(GROUP, TOPIC, 3);
  assert.equal(unread.total(), 7);
  unread.seen(GROUP, TOPIC, 7);
  assert.equal(unread.total(), 0);
  unread.hear(GROUP, TOPIC, 8, 2);
  assert.equal(unread.total(), 1);
});

test('a topic that is shown but not in the map starts at the end of the page', () => {
  const unread = new Unread(ME, { groups: { [GROUP]: {} } });
  unread.shows(GROUP, TOPIC, 5);
  unread.hear(GROUP, TOPIC, 5, 2);
  unread.hear(GROUP, TOPIC, 6, 2);
  assert.equal(unread.total(), 1);
  unread.drop(GROUP, TOPIC);
  assert.equal(unread.total(), 0);
});

test('a page with its events equals a reloaded page', () => {
  let state = 88172645463325252n;
  const roll = (sides) => {
    state ^= (state << 13n) & 0xffffffffffffffffn;
    state ^= state >> 7n;
    state ^= (state << 17n) & 0xffffffffffffffffn;
    return Number(state % BigInt(sides));
  };
  for (let story = 0; story < 3_000; story += 1) {
    const server = new Server();
    for (let count = roll(8); count > 0; count -= 1) server.post(1 + roll(3));
    server.readSeq = roll(server.lastSeq + 1);
    const unread = new Unread(ME, server.map());
    unread.shows(GROUP, TOPIC, server.lastSeq);
    const heard = [];
    const again = [];
    for (let step = roll(12); step > 0; step -= 1) {
      const seq = 1 + roll(server.lastSeq || 1);
      switch (roll(5)) {
        case 0:
        case 1: {
          const author = 1 + roll(3);
          const posted = server.post(author);
          heard.push(() => unread.hear(GROUP, TOPIC, posted, author));
          again.push(heard.at(-1));
          break;
        }
        case 2:
          if (!server.messages[seq - 1] || server.messages[seq - 1].deleted) break;
          server.messages[seq - 1].deleted = true;
          {
            const { author } = server.messages[seq - 1];
            heard.push(() => unread.remove(GROUP, TOPIC, seq, author));
            again.push(heard.at(-1));
          }
          break;
        case 3: {
          if (seq <= server.readSeq || seq > server.lastSeq) break;
          server.readSeq = seq;
          const event = server.readEvent();
          heard.push(() => unread.read(...event));
          break;
        }
        default:
          // A job that ran twice.
          if (again.length > 0) heard.push(again[roll(again.length)]);
      }
    }
    for (const event of heard) event();
    assert.equal(unread.total(), server.unread(), `story ${story}`);
  }
});
