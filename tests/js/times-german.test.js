// Times on a German page are those of `templates/src/when.rs`.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';

/** The translations that the server sends, see `domain/texts/languages/de/scripts.ftl`. */
const source = readFileSync(new URL('../../domain/texts/languages/de/scripts.ftl', import.meta.url), 'utf8');
const german = (name) => source.match(new RegExp(`^${name} = (.*)$`, 'm'))[1].replace('{ $count }', '{count}');
const texts = {
  'just now': german('just-now'),
  '{count} min ago': german('minutes-ago'),
  '{count} h ago': german('hours-ago'),
  yesterday: german('yesterday'),
  '{count} days ago': german('days-ago'),
};
const dataset = { texts: `data:text/javascript,export default ${encodeURIComponent(JSON.stringify(texts))}` };
globalThis.document = { documentElement: { lang: 'de', dataset } };
Object.defineProperty(globalThis, 'navigator', { value: { languages: ['de-AT', 'fr'] }, configurable: true });

const { day, relative } = await import('../../static/js/times.js');

test('past times use the largest fitting unit', () => {
  const now = new Date(2026, 2, 12, 10);
  const ago = (seconds) => relative(new Date(now - seconds * 1000), now);
  const recent = [3, 50, 720, 7_300, 100_000, 3 * 86_400, 9 * 86_400].map(ago);
  const later = relative(now, new Date(2027, 3, 1));
  assert.deepEqual([...recent, later], ['gerade eben', 'vor 1 Min.', 'vor 12 Min.', 'vor 2 Std.', 'gestern', 'vor 3 Tagen', '3. März', '12. März 2026']);
  assert.equal(day(now / 1000), later);
});
