// The service worker of browsers that get push messages. It shows notifications, opens them, and answers with a page of its
// own when the browser is offline. It keeps nothing: its address says the texts of that page, in the reader's language.

const escaped = (text) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
const text = (name, english) => escaped(new URL(self.location.href).searchParams.get(name) ?? english);

const OFFLINE = [
  '<!doctype html>',
  `<html lang="${text('lang', 'en')}" dir="${text('dir', 'ltr')}">`,
  '<meta charset="utf-8">',
  '<meta name="viewport" content="width=device-width, initial-scale=1">',
  '<meta name="color-scheme" content="light dark">',
  `<title>${text('title', "You're offline")}</title>`,
  '<style>body{font:1.1rem/1.5 system-ui,sans-serif;max-width:30rem;margin:20vh auto 0;padding:0 1rem}</style>',
  `<h1>${text('title', "You're offline")}</h1>`,
  `<p>${text('why', "This page can't be loaded without a connection. What you typed is kept in this browser.")}</p>`,
  `<p><a href="">${text('again', 'Try again')}</a></p>`,
].join('\n');
const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
};

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

self.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.mode !== 'navigate' || request.method !== 'GET') return;
  event.respondWith(fetch(request).catch(() => new Response(OFFLINE, { status: 503, headers: HEADERS })));
});

// Browsers that know Declarative Web Push show the same without this worker.
self.addEventListener('push', (event) => {
  const { title, navigate, data, ...options } = event.data.json().notification;
  event.waitUntil(self.registration.showNotification(title, { ...options, data: { ...data, navigate } }));
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  const { navigate, topic } = event.notification.data ?? {};
  event.waitUntil(open(navigate ?? '/', topic));
});

/** Shows a tab that has the topic open, where the message is live. Otherwise opens the message in a new one. */
async function open(navigate, topic) {
  const tabs = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const tab = topic && tabs.find(({ url }) => new URL(url).pathname === topic);
  return tab ? tab.focus() : self.clients.openWindow(navigate);
}
