// Keys: which one opens the switcher.

import assert from 'node:assert/strict';
import test from 'node:test';

import { isSwitch } from '../../static/js/keyboard.js';

const press = (key, held = {}) => ({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...held });

test('Ctrl+K opens the switcher, and Cmd+K on a Mac', () => {
  assert.equal(isSwitch(press('k', { ctrlKey: true }), false), true);
  assert.equal(isSwitch(press('K', { ctrlKey: true }), false), true);
  assert.equal(isSwitch(press('k', { metaKey: true }), true), true);
});

test('other keys do not', () => {
  assert.equal(isSwitch(press('k'), false), false);
  assert.equal(isSwitch(press('k', { ctrlKey: true, shiftKey: true }), false), false);
  assert.equal(isSwitch(press('k', { ctrlKey: true }), true), false, 'on a Mac it deletes to the end of the line');
  assert.equal(isSwitch(press(undefined, { ctrlKey: true }), false), false, 'a browser fills a form');
});
