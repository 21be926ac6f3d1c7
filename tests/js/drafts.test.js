// Drafts are stored per account, and per conversation for its recipients, until the server accepted them.

import assert from 'node:assert/strict';
import test from 'node:test';

import { Drafts, draftName, keyTaken, people, sentName } from '../../static/js/drafts.js';

/** A storage as browsers have it. */
class Storage {
  constructor(items = {}) {
    this.items = new Map(Object.entries(items));
  }

  get length() {
    return this.items.size;
  }

  key(at) {
    return [...this.items.keys()][at] ?? null;
  }

  getItem(key) {
    return this.items.get(key) ?? null;
  }

  setItem(key, text) {
    this.items.set(key, text);
  }

  removeItem(key) {
    this.items.delete(key);
  }
}

test('drafts are separate for each account', () => {
  const storage = new Storage();
  new Drafts(storage, '1').write('group-3', { title: 'Herons', text: 'by the river' });
  assert.deepEqual(new Drafts(storage, '2').read('group-3'), {});
  assert.deepEqual(new Drafts(storage, undefined).read('group-3'), {});
  assert.equal(new Drafts(storage, '1').read('group-3').text, 'by the river');
  new Drafts(storage, undefined).write('group-3', { text: 'whose is it' });
  assert.equal(storage.length, 1);
});

test('signing out deletes the drafts of that account only', () => {
  const storage = new Storage();
  for (const user of ['1', '12', '2']) new Drafts(storage, user).write('9', { text: `of ${user}` });
  new Drafts(storage, '1').leave();
  // The next page shows that it failed.
  new Drafts(storage, '1').tidy();
  new Drafts(storage, undefined).tidy();
  assert.equal(new Drafts(storage, '1').read('9').text, 'of 1');
  // The next page shows that it succeeded.
  new Drafts(storage, '1').leave();
  new Drafts(storage, undefined).tidy();
  assert.deepEqual([...storage.items.keys()].sort(), ['klatch-draft-u12-9', 'klatch-draft-u2-9']);
  // The same if another account signed in meanwhile.
  new Drafts(storage, '12').leave();
  new Drafts(storage, '2').tidy();
  assert.deepEqual([...storage.items.keys()], ['klatch-draft-u2-9']);
});

test('drafts without an account are deleted', () => {
  const storage = new Storage({ 'klatch-draft-direct': '{"text":"dear"}', 'klatch-draft-group-4': '{}', 'klatch-draft-17': '{}', other: 'x' });
  new Drafts(storage, '1').tidy();
  assert.deepEqual([...storage.items.keys()], ['other']);
});

test('only drafts with an accepted key are deleted', () => {
  const storage = new Storage();
  const drafts = new Drafts(storage, '1');
  drafts.write('group-3', { title: 'Herons', text: 'refused', key: 'aa' });
  drafts.write('group-4', { title: 'Egrets', text: 'sent', key: 'bb' });
  drafts.write('group-5', { text: 'never sent' });
  assert.equal(drafts.withKey('bb'), 'group-4');
  drafts.taken('bb');
  for (const key of ['cc', '', undefined]) drafts.taken(key);
  assert.deepEqual([...storage.items.keys()], ['klatch-draft-u1-group-3', 'klatch-draft-u1-group-5']);
  assert.equal(drafts.withKey(undefined), undefined);
});

test('the accepted keys are read from a cookie among others', () => {
  assert.equal(keyTaken('a=b; klatch-taken=0f3a; c=d'), '0f3a');
  assert.equal(keyTaken('a=b; __Host-klatch-taken=0f3a'), '0f3a');
  assert.equal(keyTaken('not-klatch-taken=0f3a'), undefined);
  assert.equal(keyTaken('klatch-taken='), undefined);
  assert.equal(keyTaken(''), undefined);
});

test('drafts of new messages are separate for each recipient', () => {
  assert.equal(people(' @Ben,ana  ana'), 'ana,ben');
  assert.equal(draftName('direct', 'ben', 'Ben'), 'direct-ben');
  assert.equal(draftName('direct', 'ana, ben', 'ben,ana'), 'direct-ana,ben');
  // Other recipients than the page was opened for: the draft is offered where recipients can be chosen.
  assert.equal(draftName('direct', 'carl', 'ben'), 'direct');
  assert.equal(draftName('direct', 'carl', ''), 'direct');
});

test('only typed text is stored', () => {
  const storage = new Storage();
  const drafts = new Drafts(storage, '1');
  drafts.write('direct', { to: 'ben', title: ' ', text: '' });
  assert.equal(storage.length, 0);
  drafts.write('direct', { to: 'ben', title: '', text: 'dear' });
  drafts.write('direct', { to: 'ben', title: '', text: '' });
  assert.equal(storage.length, 0);
});

test('without storage there are no drafts and no errors', () => {
  const forbidden = new Proxy({}, { get() { throw new Error('forbidden'); } });
  for (const storage of [null, forbidden]) {
    const drafts = new Drafts(storage, '1');
    drafts.write('9', { text: 'a' });
    drafts.leave();
    drafts.tidy();
    drafts.taken('aa');
    assert.deepEqual(drafts.read('9'), {});
  }
  assert.deepEqual(new Drafts(new Storage({ 'klatch-draft-u1-9': 'no json' }), '1').read('9'), {});
  assert.deepEqual(new Drafts(new Storage({ 'klatch-draft-u1-9': 'null' }), '1').read('9'), {});
});

test('what is on its way has a draft of its own', () => {
  const storage = new Storage();
  const drafts = new Drafts(storage, '1');
  drafts.write('12', { text: 'being typed' });
  drafts.write(sentName('12', 'aa'), { text: 'one', key: 'aa', sent: 1 });
  drafts.write(sentName('112', 'bb'), { text: 'elsewhere', key: 'bb', sent: 2 });
  assert.deepEqual(drafts.begunWith(sentName('12')), ['12~aa']);
  assert.deepEqual(new Drafts(storage, '2').begunWith(''), []);
  assert.deepEqual(new Drafts(null, '1').begunWith(''), []);
  drafts.taken('aa');
  assert.deepEqual(drafts.begunWith(''), ['12', '112~bb']);
});
