// How far a topic is read follows from what was on the screen.

import assert from 'node:assert/strict';
import test from 'node:test';

import { position } from '../../static/js/reading.js';

/** Messages from `first` on, one per letter: `s` was seen, `p` passed the screen, `-` was not there. */
const page = (first, letters) => [...letters].map((letter, at) => ({ seq: first + at, seen: letter === 's', passed: letter === 'p' }));

test('the position moves on to the last message that was seen', () => {
  assert.equal(position(0, page(1, '')), 0);
  assert.equal(position(0, page(1, 'sss---')), 3);
  assert.equal(position(2, page(1, 'ssss--')), 4);
  assert.equal(position(4, page(1, 'ss----')), 4);
});

test('what passed the screen counts once a later message was seen', () => {
  assert.equal(position(0, page(1, 'pps-')), 3);
  assert.equal(position(0, page(1, 'spp-')), 1);
  assert.equal(position(0, page(1, 'spps')), 4);
});

test('a jump leaves out what was not on the screen', () => {
  assert.equal(position(0, page(1, 's--sss')), 1);
  assert.equal(position(10, page(60, 'ssss')), 10);
  assert.equal(position(59, page(60, 'ssss')), 63);
  assert.equal(position(0, [...page(1, 'ss'), ...page(4, 'ss')]), 2);
});
