// What was typed and not sent, kept in this browser: for each account by itself, until the server says that it was taken.

const PREFIX = 'klatch-draft-';
/** Whose drafts are to go, once a page shows that they signed out. */
const LEAVING = 'klatch-leaving';
/** Told by the server with the answer to a form: the key of what it took. */
const TAKEN = 'klatch-taken';

/** The key that the server told with its last answer; nothing when there is none. */
export function keyTaken(cookies) {
  const found = cookies.split('; ').find((cookie) => cookie.startsWith(`${TAKEN}=`));
  return found?.slice(TAKEN.length + 1) || undefined;
}

/** What makes a browser forget that key. */
export const FORGET_TAKEN = `${TAKEN}=; path=/; max-age=0; samesite=lax`;

/** People as a To field names them, in whatever order and however written, as one word. */
export const people = (to) =>
  [...new Set((to ?? '').toLowerCase().split(/[\s,]+/))].map((name) => name.replace(/^@/, '')).filter(Boolean).sort().join(',');

/**
 * The name of a form's draft. What is written to people belongs to them on a page that was opened for them; with others in its
 * To field, it is one of the page on which anybody can be named.
 */
export function draftName(name, to, openedFor) {
  const whom = people(openedFor);
  return whom && people(to) === whom ? `${name}-${whom}` : name;
}

/** Whether anything is in it that somebody would miss. */
const isWorthKeeping = (draft) => Boolean(draft?.text?.trim() || draft?.title?.trim());

export class Drafts {
  /** `storage` may be full, or forbidden, or missing: then there are no drafts, and nothing else changes. */
  constructor(storage, user) {
    this.storage = storage;
    this.user = user || null;
  }

  /** Runs what may fail because of the storage. */
  attempt(deed, otherwise) {
    try {
      return deed() ?? otherwise;
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

  /** The name of the draft that was sent with this key. */
  withKey(key) {
    if (!key || !this.user) return undefined;
    return this.attempt(() => {
      const names = this.names(this.prefix()).map((full) => full.slice(this.prefix().length));
      return names.find((name) => this.read(name).key === key);
    });
  }

  /** The server took what was sent with this key: the draft goes, unless something else was written in its place. */
  taken(key) {
    const name = this.withKey(key);
    if (name !== undefined) this.write(name);
  }

  /** The account's sign-out was sent; whether it succeeds the next page shows. */
  leave() {
    if (this.user) this.attempt(() => this.storage.setItem(LEAVING, String(this.user)));
  }

  /** On every page: lets go of what belongs to whoever signed out, and of drafts of which nobody knows whose they are. */
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
