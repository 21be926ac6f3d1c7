// Positions in the event stream: ids of the form `milliseconds-number`; later ones are greater.

/** Returns a negative number, zero or a positive number when `a` is before, equal to or after `b`. */
export function compare(a, b) {
  const [aMs, aNumber] = a.split('-').map(BigInt);
  const [bMs, bNumber] = b.split('-').map(BigInt);
  if (aMs !== bMs) return aMs < bMs ? -1 : 1;
  if (aNumber !== bNumber) return aNumber < bNumber ? -1 : 1;
  return 0;
}

/** Returns the earlier one. */
export const earlier = (a, b) => (compare(a, b) <= 0 ? a : b);

/** How far a page has applied the stream. */
export class Reader {
  /** A page rendered at `cursor` shows everything up to it. */
  constructor(cursor) {
    this.cursor = cursor;
  }

  /**
   * Takes a batch: all events after `from`, up to `after`. Returns those that the page has not applied yet, oldest
   * first; or null when the batch starts after the page's cursor, so that events between are missing.
   */
  take({ from, after, events }) {
    if (compare(from, this.cursor) > 0) return null;
    const fresh = events.filter((event) => compare(event.id, this.cursor) > 0);
    if (compare(after, this.cursor) > 0) this.cursor = after;
    return fresh;
  }

  /** The page was reloaded: its cursor may be earlier than the old one. */
  reset(cursor) {
    this.cursor = cursor;
  }
}
