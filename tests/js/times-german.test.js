// Times on a German page are those of `templates/src/when.rs`.

import { readFileSync } from 'node:fs';

import { expectTimes } from './past-times.js';

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

const EXPECTED = ['gerade eben', 'vor 1 Min.', 'vor 12 Min.', 'vor 2 Std.', 'gestern', 'vor 3 Tagen', '3. März', '12. März 2026'];
await expectTimes('de', ['de-AT', 'fr'], dataset, EXPECTED);
