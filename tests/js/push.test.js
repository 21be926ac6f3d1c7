// The service worker: what it shows, what a click opens, and its page for browsers that are offline.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import vm from 'node:vm';

const SOURCE = readFileSync(new URL('../../static/sw.js', import.meta.url), 'utf8');

/** Runs the worker with these tabs and the query of its address. Returns its listeners and what it did. */
function worker(tabs = [], load = () => Promise.reject(new Error('offline')), query = '') {
  const listeners = {};
  const done = [];
  const self = {
    location: new URL(`https://f.example/sw.js${query}`),
    addEventListener: (name, listener) => {
      listeners[name] = listener;
    },
    skipWaiting: () => {},
    registration: { showNotification: async (title, options) => done.push(['shown', title, options]) },
    clients: {
      claim: async () => {},
      matchAll: async () => tabs.map((url) => ({ url, focus: async () => done.push(['focused', url]) })),
      openWindow: async (url) => done.push(['opened', url]),
    },
  };
  vm.runInNewContext(SOURCE, { self, fetch: load, Response, URL });
  const tell = async (name, event) => {
    const waits = [];
    listeners[name]({ ...event, waitUntil: (work) => waits.push(work), respondWith: (work) => waits.push(work) });
    return Promise.all(waits);
  };
  return { tell, done };
}

const MESSAGE = {
  web_push: 8030,
  notification: { title: 'mira mentioned you', body: 'Look', navigate: 'https://f.example/-/messages/7', tag: 'topic-3', data: { topic: '/garden/plums/' } },
};

test('a message is shown as it says', async () => {
  const { tell, done } = worker();
  await tell('push', { data: { json: () => MESSAGE } });
  const [[what, title, options]] = done;
  assert.equal(`${what} ${title}`, 'shown mira mentioned you');
  assert.equal(options.tag, 'topic-3');
  assert.equal(options.body, 'Look');
  assert.deepEqual({ ...options.data }, { topic: '/garden/plums/', navigate: 'https://f.example/-/messages/7' });
});

test('a click shows the tab with the topic, or else opens the message', async () => {
  const notification = { close: () => {}, data: { ...MESSAGE.notification.data, navigate: MESSAGE.notification.navigate } };
  for (const [tabs, expected] of [
    [[], ['opened', 'https://f.example/-/messages/7']],
    [['https://f.example/other/'], ['opened', 'https://f.example/-/messages/7']],
    [['https://f.example/', 'https://f.example/garden/plums/?at=last#x'], ['focused', 'https://f.example/garden/plums/?at=last#x']],
  ]) {
    const { tell, done } = worker(tabs);
    await tell('notificationclick', { notification });
    assert.deepEqual(done, [expected]);
  }
});

test('pages without a connection get an answer, everything else is left alone', async () => {
  const { tell } = worker();
  const [answer] = await tell('fetch', { request: { mode: 'navigate', method: 'GET' } });
  assert.equal(answer.status, 503);
  assert.match(await answer.text(), /You're offline/);
  for (const request of [{ mode: 'cors', method: 'GET' }, { mode: 'navigate', method: 'POST' }]) {
    assert.deepEqual(await tell('fetch', { request }), []);
  }
  const page = new Response('the page');
  const [online] = await worker([], async () => page).tell('fetch', { request: { mode: 'navigate', method: 'GET' } });
  assert.equal(online, page);
});

test('the page without a connection is in the language of the reader, and none of its texts is HTML', async () => {
  const query = new URLSearchParams({ lang: 'de', dir: 'ltr', title: 'Du bist offline', why: '<b>"Warum" & wie</b>', again: 'Erneut versuchen' });
  const { tell } = worker([], undefined, `?${query}`);
  const [answer] = await tell('fetch', { request: { mode: 'navigate', method: 'GET' } });
  const page = await answer.text();
  assert.match(page, /<html lang="de" dir="ltr">/);
  assert.match(page, /<h1>Du bist offline<\/h1>/);
  assert.match(page, /&#60;b&#62;&#34;Warum&#34; &#38; wie&#60;\/b&#62;/);
  assert.match(page, />Erneut versuchen</);
  assert.doesNotMatch(page, /Try again|<b>/);
});
