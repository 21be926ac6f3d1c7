// The page of drafts: lists what this browser keeps, each with a link to where it was typed.

import { drafts } from './composer.js';
import { t } from './texts.js';
import { relative } from './times.js';

const make = (tag, fields) => Object.assign(document.createElement(tag), fields);
/** At most so many characters of a draft are shown. */
const SHOWN = 600;

/** Returns the drafts with their names, the latest first. */
function all() {
  const found = drafts.begunWith('').map((name) => ({ name, ...drafts.read(name) }));
  return found.sort((one, other) => (other.at ?? 0) - (one.at ?? 0));
}

/** Whether the address is a page of this site: nothing else becomes a link. */
const isOwn = (href) => typeof href === 'string' && /^\/(?![/\\])/.test(href);

function item({ name, at, where, href, title, text, question, sent }) {
  const shown = make('article', { className: 'result' });
  const called = where || t('Draft');
  const crumb = make('p', { className: 'crumb', dir: 'auto' });
  crumb.append(isOwn(href) ? make('a', { className: 'title', href, textContent: called }) : called);
  const words = [title, text || question].filter(Boolean).join('\n');
  const said = make('p', { className: 'typed', dir: 'auto', textContent: words.length > SHOWN ? `${words.slice(0, SHOWN)}…` : words });
  const facts = make('div', { className: 'facts' });
  const when = at && relative(new Date(at));
  if (at) facts.append(make('span', { textContent: sent ? t('Not confirmed, sent {when}', { when }) : when }));
  const button = make('button', { type: 'button', className: 'link', textContent: t('Delete draft') });
  button.addEventListener('click', () => {
    drafts.write(name);
    show();
    document.getElementById('main').focus({ preventScroll: true });
    document.getElementById('live-polite').textContent = t('Draft deleted');
  });
  facts.append(button);
  shown.append(crumb, said, facts);
  return shown;
}

function show() {
  const place = document.getElementById('drafts');
  if (!place) return;
  const found = all().map(item);
  if (found.length === 0) {
    const none = make('div', { className: 'empty' });
    none.append(make('h2', { textContent: t('No drafts') }), make('p', { textContent: t('What you type and don’t send is kept here until you send or delete it.') }));
    found.push(none);
  }
  place.replaceChildren(...found);
}

export function start() {
  show();
  // Other tabs write too.
  window.addEventListener('storage', show);
  document.addEventListener('klatch:main', show);
}
