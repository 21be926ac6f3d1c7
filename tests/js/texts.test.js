// The texts of the scripts, in the language of the page.

import assert from 'node:assert/strict';
import test from 'node:test';

/** Imports the module as a page in this language does. */
async function on(lang, translations) {
  const texts = translations && `data:text/javascript,export default ${encodeURIComponent(JSON.stringify(translations))}`;
  globalThis.document = { documentElement: { lang, dataset: texts ? { texts } : {} } };
  return import(`../../static/js/texts.js?${lang}`);
}

test('an English page has the English texts', async () => {
  const { t, number } = await on('en');
  assert.equal(t('just now'), 'just now');
  assert.equal(t('by {name} in {place}', { name: 'ann' }), 'by ann in {place}');
  assert.equal(t(['{count} message', '{count} messages'], { count: 1 }), '1 message');
  assert.equal(t(['{count} message', '{count} messages'], { count: 1234 }), '1,234 messages');
  assert.equal(number(1234567), '1,234,567');
});

test('a page in another language has its texts, and English ones where it has none', async () => {
  const { t, number } = await on('de', {
    'just now': 'gerade eben',
    'by {name}': 'von {name}',
    '{count} messages': { 0: 'keine Nachrichten', one: '{count} Nachricht', other: '{count} Nachrichten' },
  });
  assert.equal(t('just now'), 'gerade eben');
  assert.equal(t('by {name}', { name: '{count}' }), 'von {count}');
  const counted = (count) => t(['{count} message', '{count} messages'], { count });
  assert.deepEqual([0, 1, 1234].map(counted), ['keine Nachrichten', '1 Nachricht', '1.234 Nachrichten']);
  assert.equal(t('something new'), 'something new');
  assert.equal(number(1234567), '1.234.567');
});

test('a page whose translations cannot be loaded is in English', async (context) => {
  context.mock.method(console, 'error', () => {});
  globalThis.document = { documentElement: { lang: 'de', dataset: { texts: 'data:text/plain,' } } };
  const { t } = await import('../../static/js/texts.js?broken');
  assert.equal(t('just now'), 'just now');
  assert.equal(console.error.mock.callCount(), 1);
});
