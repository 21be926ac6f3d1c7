// What the composer's buttons make of a selection, and which word can be completed.

import assert from 'node:assert/strict';
import test from 'node:test';

import { namedIn, replaced, wordAt } from '../../static/js/complete.js';
import { around, code, link, prefixed, quoted } from '../../static/js/format.js';

/** Applies a change, and returns the text with the selection in brackets. */
function applied(value, { from, to, insert, select: [start, end] }) {
  const text = value.slice(0, from) + insert + value.slice(to);
  return `${text.slice(0, start)}[${text.slice(start, end)}]${text.slice(end)}`;
}

test('a mark is put around the selection, and removed again', () => {
  assert.equal(applied('ripe plums', around('ripe plums', 5, 10, '**')), 'ripe **[plums]**');
  assert.equal(applied('ripe **plums**', around('ripe **plums**', 7, 12, '**')), 'ripe [plums]');
  assert.equal(applied('', around('', 0, 0, '*')), '*[]*');
  assert.equal(applied('**a**', around('**a**', 2, 3, '*')), '***[a]***');
  assert.equal(applied('***a***', around('***a***', 3, 4, '*')), '**[a]**');
  assert.equal(applied('***a***', around('***a***', 3, 4, '**')), '*[a]*');
});

test('several lines become a block of code', () => {
  assert.equal(applied('a', code('a', 0, 1)), '`[a]`');
  assert.equal(applied('x a\nb', code('x a\nb', 2, 5)), 'x \n```\n[a\nb]\n```\n');
});

test('a new link selects its missing part', () => {
  assert.equal(applied('the plan', link('the plan', 4, 8)), 'the [plan]([https://])');
  assert.equal(applied('https://a.example', link('https://a.example', 0, 17)), '[[]](https://a.example)');
  assert.equal(applied('', link('', 0, 0)), '[[]](https://)');
});

test('each line gets the prefix, or loses it', () => {
  assert.equal(applied('a\nb\nc', prefixed('a\nb\nc', 0, 3, '> ')), '[> a\n> b]\nc');
  assert.equal(applied('> a\n> b', prefixed('> a\n> b', 0, 7, '> ')), '[a\nb]');
  assert.equal(applied('a', prefixed('a', 1, 1, '- ')), '- a[]');
});

test('a quote has a mark on each line', () => {
  assert.equal(quoted(' a\n\nb '), '> a\n>\n> b\n\n');
});

test('the word before the cursor is completed', () => {
  assert.equal(wordAt('hello @mi', 9), '@mi');
  assert.equal(wordAt('hello @mi', 8), '@m');
  assert.equal(wordAt('(:ow', 4), ':ow');
  assert.equal(wordAt('a@mi', 4), '');
  assert.equal(wordAt('12:30', 5), '');
  assert.equal(wordAt('@mira ', 6), '');
  assert.deepEqual(replaced('hello @mi there', 9, '@mira '), ['hello @mira there', 12]);
  assert.deepEqual(replaced(':ow', 3, ':owl: '), [':owl: ', 6]);
});

test('names are found once each, without the dot after them', () => {
  assert.deepEqual(namedIn('@Ada, @bo. a@b.example https://x/@cy @ada @d-e'), ['ada', 'bo', 'd-e']);
});
