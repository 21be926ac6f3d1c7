// Each tab applies every event once, from its own cursor on, whatever the polling tab reads.

import assert from 'node:assert/strict';
import test from 'node:test';

import { Reader, compare, earlier } from '../../static/js/cursor.js';

const event = (id) => ({ id });

test('ids are compared as numbers, not as text', () => {
  const ordered = ['9-5', '10-0', '10-9', '10-10', '1790000000000-281474976710655', '1790000000001-0'];
  for (let at = 1; at < ordered.length; at += 1) {
    assert.ok(compare(ordered[at - 1], ordered[at]) < 0);
    assert.ok(compare(ordered[at], ordered[at - 1]) > 0);
  }
  assert.equal(compare('7-1', '7-1'), 0);
  assert.equal(earlier('10-0', '9-0'), '9-0');
});

test('a tab rendered after the start of a batch takes only newer events', () => {
  const reader = new Reader('5-0');
  const batch = { from: '3-0', after: '7-0', events: [event('4-0'), event('5-0'), event('6-0'), event('7-0')] };
  assert.deepEqual(reader.take(batch), [event('6-0'), event('7-0')]);
  assert.deepEqual(reader.take(batch), []);
  assert.equal(reader.cursor, '7-0');
});

test('a batch that begins after the position of the tab is refused', () => {
  const reader = new Reader('5-0');
  assert.equal(reader.take({ from: '6-0', after: '7-0', events: [event('7-0')] }), null);
  assert.equal(reader.cursor, '5-0');
  assert.deepEqual(reader.take({ from: '5-0', after: '7-0', events: [event('6-0'), event('7-0')] }).length, 2);
});

test('an old batch does not move a tab back', () => {
  const reader = new Reader('9-0');
  assert.deepEqual(reader.take({ from: '3-0', after: '4-0', events: [event('4-0')] }), []);
  assert.equal(reader.cursor, '9-0');
});

test('a reloaded page may have an earlier position, and gets later events again', () => {
  const reader = new Reader('9-0');
  reader.reset('7-0');
  assert.deepEqual(reader.take({ from: '7-0', after: '9-0', events: [event('8-0'), event('9-0')] }).length, 2);
});
