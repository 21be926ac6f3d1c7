// The texts of the scripts and those in `scripts.ftl` are the same, with the same variables.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import test from 'node:test';

const read = (path) => readFileSync(new URL(path, import.meta.url), 'utf8');

/** Returns the texts of a Fluent file as scripts name them: of a text with plural forms, the last one. */
function textsOf(file) {
  const messages = file.split(/^(?=[a-z][\w-]* = )/m).filter((part) => / = /.test(part));
  return messages.map((message) => {
    const value = message.replace(/^#.*$/gm, '').replace(/^[\w-]+ = /, '');
    const text = /\*\[other\] (.*)/.exec(value)?.[1] ?? value;
    return text.trim().replace(/\{ \$([\w-]+) \}/g, '{$1}');
  });
}

/** Returns the texts that a script names, each with what stands behind it. */
function named(script) {
  const calls = script.matchAll(/(?<![\w.])t\((?:\[(?:'[^']*'), )?('(?:[^'\\]|\\.)*'|"[^"]*")\]?(?:, \{ ([^}]*) \})?/g);
  return [...calls].map(([, text, values]) => ({ text: text.slice(1, -1), values: values ?? '' }));
}

const scripts = readdirSync(new URL('../../static/js/', import.meta.url)).filter((name) => name !== 'texts.js');
const used = scripts.flatMap((name) => named(read(`../../static/js/${name}`)));

test('each text of a script can be translated, and no other is kept', () => {
  assert.ok(used.length > 90, String(used.length));
  const known = textsOf(read('../../domain/texts/languages/en/scripts.ftl'));
  assert.equal(new Set(known).size, known.length, 'twice the same');
  assert.deepEqual([...new Set(used.map(({ text }) => text))].sort(), known.sort());
});

test('each variable of a text gets a value', () => {
  for (const { text, values } of used) {
    // A link takes the place of this one.
    if (text === 'Replying to {name}') continue;
    for (const [, variable] of text.matchAll(/\{(\w+)\}/g)) assert.match(values, new RegExp(`(?:^|, )${variable}\\b`), text);
  }
});
