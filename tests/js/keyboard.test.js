// Keys: which one opens the switcher, and whether single keys are shortcuts.

import assert from 'node:assert/strict';
import test from 'node:test';

import { areOn, isSwitch, turn } from '../../static/js/keyboard.js';

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

test('single keys are shortcuts until somebody turns them off', () => {
  const items = new Map();
  const storage = () => ({
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => items.set(key, value),
    removeItem: (key) => items.delete(key),
  });
  assert.equal(areOn(storage), true);
  turn(false, storage);
  assert.equal(areOn(storage), false);
  turn(true, storage);
  assert.equal(areOn(storage), true);
});

test('single keys are shortcuts in a browser that stores nothing', () => {
  const none = () => {
    throw new Error('storage is blocked');
  };
  turn(false, none);
  assert.equal(areOn(none), true);
});
