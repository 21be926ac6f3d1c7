// What is said about a new password while it is typed.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { judged } from '../../static/js/passwords.js';

test('a new password is judged by its length and by how plain it is', () => {
  assert.equal(judged(''), '');
  assert.equal(judged('abc'), '5 more characters needed.');
  assert.equal(judged('heron 7'), '1 more character needed.');
  for (const plain of ['password', 'sunshine1', '12345678', 'aaaaaaaaaaaaaaaaaaaa']) assert.match(judged(plain), /^Easy/, plain);
  assert.match(judged('river-heron'), /^Good/);
  assert.equal(judged('rowing past the lighthouse'), 'Strong.');
});
