// The style sheets mirror in languages that go from right to left: they name the start and the end, not left and right.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';

const PHYSICAL = /(?:^|[{;\s])(?:(?:margin|padding|border)-(?:left|right)\b|(?:left|right)\s*:|(?:text-align|float|clear)\s*:\s*(?:left|right)\b|translateX)[^;}]*/;
/** What is the same on both sides: the element is as wide as its line. */
const SAME = '.poll legend { float: left; width: 100%;';

test('left and right are not named', () => {
  for (const wrong of ['.a { left: 0 }', '.a { margin-left: auto }', '.a { text-align: right }', '.a { border-left: 0 }']) assert.match(wrong, PHYSICAL);
  for (const right of ['.a { inset-inline: 0 }', '.a { object-position: left }', '.a { justify-content: left }']) assert.doesNotMatch(right, PHYSICAL);
  for (const name of ['klatch.css', 'more.css']) {
    const style = readFileSync(new URL(`../../static/${name}`, import.meta.url), 'utf8');
    const lines = style.replace(/\/\*.*?\*\//gs, '').split('\n').filter((line) => !line.startsWith(SAME));
    assert.deepEqual(lines.filter((line) => PHYSICAL.test(line)), [], name);
  }
});

test('four sides are only set together where left and right are equal', () => {
  for (const name of ['klatch.css', 'more.css']) {
    const style = readFileSync(new URL(`../../static/${name}`, import.meta.url), 'utf8');
    for (const [rule, sides] of style.matchAll(/(?<=[{;] )(?:margin|padding|inset): ([^;}(]+)/g)) {
      const [, right, , left = right] = sides.trim().split(' ');
      assert.equal(left, right, `${name}: ${rule}`);
    }
  }
});
