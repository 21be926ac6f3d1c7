// Suggestions of a search: choosing among them, completing the text, and remembering answers.

import assert from 'node:assert/strict';
import test from 'node:test';

import { Answers, Choices, completed } from '../../static/js/suggest.js';

test('arrow keys cycle through the entries and the typed text', () => {
  const choices = new Choices(['a', 'b']);
  const seen = [1, 1, 1, 1, -1, -1].map((step) => {
    choices.move(step);
    return choices.chosen;
  });
  assert.deepEqual(seen, ['a', 'b', null, 'a', null, 'b']);
});

test('without entries nothing is chosen', () => {
  const choices = new Choices();
  choices.move(1);
  choices.move(-1);
  assert.equal(choices.chosen, null);
});

test('a completion replaces the text up to the cursor', () => {
  assert.deepEqual(completed('plums fr', 8, 'plums from:'), ['plums from:', 11]);
  assert.deepEqual(completed('from:mi plums', 7, 'from:mira '), ['from:mira plums', 10]);
  assert.deepEqual(completed('is:plums', 3, 'is:mine '), ['is:mine plums', 8]);
});

test('the last answers are remembered', () => {
  const answers = new Answers(2);
  for (const text of ['a', 'b', 'a', 'c']) answers.set(text, [text]);
  assert.deepEqual([answers.get('a'), answers.get('b'), answers.get('c')], [['a'], undefined, ['c']]);
});
