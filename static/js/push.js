// Turns push messages on for this browser, and registers it again after a new sign-in.

import { t } from './texts.js';
import { worker } from './trusted.js';

/** The user for whom they are on in this browser. */
const ON = 'klatch-push';

/** Returns the texts of the worker's own page. */
function texts() {
  const { lang, dir } = document.documentElement;
  const why = t("This page can't be loaded without a connection. What you typed is kept in this browser.");
  return new URLSearchParams({ lang, dir, title: t("You're offline"), why, again: t('Try again') });
}

/** Returns the browser's registration with its push service, which `make` creates if there is none. */
async function subscription(key, make) {
  const registration = await navigator.serviceWorker.register(worker(texts()), { scope: '/' });
  const known = await registration.pushManager.getSubscription();
  if (known || !make) return known;
  await navigator.serviceWorker.ready;
  return registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
}

function fields(found) {
  const { endpoint, keys } = found.toJSON();
  return { endpoint, public_key: keys.p256dh, auth_secret: keys.auth };
}

/** Registers this browser again for its user: a registration ends with the session. */
export async function renew(user) {
  if (localStorage.getItem(ON) !== user) return;
  const found = await subscription('', false);
  if (!found) return;
  const csrf = document.querySelector('#act [name=csrf]').value;
  await fetch('/-/push/devices', { method: 'POST', headers: { 'X-Klatch-Background': '1' }, body: new URLSearchParams({ csrf, ...fields(found) }) });
}

/** Prepares the button on the page of settings. */
export function start() {
  const form = document.getElementById('push-on');
  const problem = document.getElementById('push-problem');
  if (!form) return;
  const say = (text) => {
    problem.textContent = text;
    problem.hidden = false;
  };
  if (!('serviceWorker' in navigator && 'PushManager' in window)) return void say(form.dataset.unable);
  if (Notification.permission === 'denied') return void say(form.dataset.denied);
  form.hidden = false;
  form.addEventListener('submit', async (event) => {
    if (form.elements.endpoint.value) return;
    event.preventDefault();
    problem.hidden = true;
    try {
      if ((await Notification.requestPermission()) !== 'granted') return void say(form.dataset.denied);
      const { key } = form.dataset;
      for (const [name, value] of Object.entries(fields(await subscription(key, true)))) form.elements[name].value = value;
      localStorage.setItem(ON, document.body.dataset.user);
      form.requestSubmit();
    } catch (error) {
      console.error(error);
      say(form.dataset.failed);
    }
  });
}
