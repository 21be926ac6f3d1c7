// The test of times that the files of each language share: `times.js` reads the language once, so each has a process of its own.

import assert from 'node:assert/strict';
import test from 'node:test';

/** Expects these times on a page in this language, with these texts, in a browser that prefers these languages. */
export async function expectTimes(lang, languages, dataset, expected) {
  globalThis.document = { documentElement: { lang, dataset } };
  Object.defineProperty(globalThis, 'navigator', { value: { languages }, configurable: true });
  const { day, relative } = await import('../../static/js/times.js');

  test('past times use the largest fitting unit', () => {
    const now = new Date(2026, 2, 12, 10);
    const ago = (seconds) => relative(new Date(now - seconds * 1000), now);
    const recent = [3, 50, 720, 7_300, 100_000, 3 * 86_400, 9 * 86_400].map(ago);
    const later = relative(now, new Date(2027, 3, 1));
    assert.deepEqual([...recent, later], expected);
    assert.equal(day(now / 1000), later);
  });
}
