// Drafts: unsent text, kept in this browser by account until the server has accepted it.

const PREFIX = 'klatch-draft-';
/** The account that signed out: its drafts are deleted once a page confirms the sign-out. */
const LEAVING = 'klatch-leaving';
/** Cookie of the server's answer to a form, without and with TLS: the key of the accepted message. */
const TAKEN = /^(?:__Host-)?klatch-taken=/;

/** Returns that key, or undefined. */
export function keyTaken(cookies) {
  const found = cookies.split('; ').find((cookie) => TAKEN.test(cookie));
  return found?.replace(TAKEN, '') || undefined;
}

/** The cookie strings that remove the key. */
export const FORGET_TAKEN = [
  'klatch-taken=; path=/; max-age=0; samesite=lax',
  '__Host-klatch-taken=; path=/; max-age=0; samesite=lax; secure',
];

/** Normalizes the names of a To field to one word, whatever their order and spelling. */
export const people = (to) =>
  [...new Set((to ?? '').toLowerCase().split(/[\s,]+/))].map((name) => name.replace(/^@/, '')).filter(Boolean).sort().join(',');

/**
 * Returns the name of a form's draft. On a page opened for certain people, the draft belongs to them. If the To field
 * names others, it is the draft of the page on which anybody can be named.
 */
export function draftName(name, to, openedFor) {
  const whom = people(openedFor);
  return whom && people(to) === whom ? `${name}-${whom}` : name;
}

/** Returns the name of the draft of a message on its way, by its topic and key. */
export const sentName = (topic, key = '') => `${topic}~${key}`;

/** Whether the draft has text worth keeping. */
const isWorthKeeping = (draft) => ['text', 'title', 'question', 'options'].some((name) => draft?.[name]?.trim());

export class Drafts {
  /** `storage` may be full, forbidden or missing: then there are no drafts, and nothing else changes. */
  constructor(storage, user) {
    this.storage = storage;
    this.user = user || null;
  }

  /** Runs an operation that may fail because of the storage. */
  attempt(action, otherwise) {
    try {
      return action() ?? otherwise;
    } catch {
      return otherwise;
    }
  }

  prefix(user = this.user) {
    return `${PREFIX}u${user}-`;
  }

  names(prefix) {
    const { storage } = this;
    const keys = Array.from({ length: storage.length }, (_, at) => storage.key(at));
    return keys.filter((key) => key.startsWith(prefix));
  }

  read(name) {
    return this.attempt(() => this.user && JSON.parse(this.storage.getItem(this.prefix() + name)), {}) || {};
  }

  write(name, draft) {
    if (!this.user) return;
    this.attempt(() => {
      if (isWorthKeeping(draft)) this.storage.setItem(this.prefix() + name, JSON.stringify(draft));
      else this.storage.removeItem(this.prefix() + name);
    });
  }

  /** Returns the names of this account's drafts that begin so. */
  begunWith(start) {
    if (!this.user) return [];
    return this.attempt(() => this.names(this.prefix() + start).map((full) => full.slice(this.prefix().length)), []);
  }

  /** Returns the name of the draft that was sent with this key. */
  withKey(key) {
    return key ? this.begunWith('').find((name) => this.read(name).key === key) : undefined;
  }

  /** The server accepted the message with this key: deletes its draft, unless the draft has a new text by now. */
  taken(key) {
    const name = this.withKey(key);
    if (name) this.write(name);
  }

  /** The sign-out form was sent; the next page shows whether it succeeded. */
  leave() {
    if (this.user) this.attempt(() => this.storage.setItem(LEAVING, String(this.user)));
  }

  /** On every page: deletes drafts of an account that signed out, and drafts without an account. */
  tidy() {
    this.attempt(() => {
      const leaving = this.storage.getItem(LEAVING);
      if (leaving) {
        if (leaving !== String(this.user)) this.names(this.prefix(leaving)).forEach((key) => this.storage.removeItem(key));
        this.storage.removeItem(LEAVING);
      }
      for (const key of this.names(PREFIX)) if (!/^u\d+-/.test(key.slice(PREFIX.length))) this.storage.removeItem(key);
    });
  }
}
