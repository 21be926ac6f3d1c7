// Times on an English page are those of `templates/src/when.rs`.

import assert from 'node:assert/strict';
import test from 'node:test';

const dataset = {};
globalThis.document = { documentElement: { lang: 'en', dataset } };
Object.defineProperty(globalThis, 'navigator', { value: { languages: ['en-GB', 'fr'] }, configurable: true });

const { day, relative } = await import('../../static/js/times.js');

test('past times use the largest fitting unit', () => {
  const now = new Date(2026, 2, 12, 10);
  const ago = (seconds) => relative(new Date(now - seconds * 1000), now);
  const recent = [3, 50, 720, 7_300, 100_000, 3 * 86_400, 9 * 86_400].map(ago);
  const later = relative(now, new Date(2027, 3, 1));
  assert.deepEqual([...recent, later], ['just now', '1 min ago', '12 min ago', '2 h ago', 'yesterday', '3 days ago', '3 Mar', '12 Mar 2026']);
  assert.equal(day(now / 1000), later);
});
