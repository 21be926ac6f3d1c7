import assert from 'node:assert/strict';
import { test } from 'node:test';
import { described, inserted } from '../../static/js/upload.js';

test('a file comes on lines of its own, where the writer is', () => {
  assert.deepEqual(inserted('', 0, '![](/x)'), { text: '![](/x)\n', at: 8 });
  assert.deepEqual(inserted('One two', 3, '![](/x)'), { text: 'One\n\n![](/x)\n\ntwo', at: 13 });
  assert.equal(inserted('One\n', 4, '[a](/x)').text, 'One\n\n[a](/x)\n');
});

test('a description goes to its image and cannot end it', () => {
  const text = '![](/-/files/1/a.jpg?2x3) and ![old](/-/files/2/b.jpg?2x3)';
  assert.equal(described(text, '/-/files/2/b.jpg?2x3', 'A ]cat['), '![](/-/files/1/a.jpg?2x3) and ![A cat](/-/files/2/b.jpg?2x3)');
  assert.equal(described(text, '/-/files/1/a.jpg?2x3', 'One'), '![One](/-/files/1/a.jpg?2x3) and ![old](/-/files/2/b.jpg?2x3)');
  assert.equal(described('gone', '/-/files/2/b.jpg', 'x'), 'gone');
});
