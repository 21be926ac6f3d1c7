// Places in the stream of events: ids of the form `milliseconds-number`, later ones greater.

/** Negative, zero or positive as `a` lies before, at or after `b`. */
export function compare(a, b) {
  const [aMs, aNumber] = a.split('-').map(BigInt);
  const [bMs, bNumber] = b.split('-').map(BigInt);
  if (aMs !== bMs) return aMs < bMs ? -1 : 1;
  if (aNumber !== bNumber) return aNumber < bNumber ? -1 : 1;
  return 0;
}

/** The earlier one. */
export const earlier = (a, b) => (compare(a, b) <= 0 ? a : b);

/** How far one page has applied the stream. */
export class Reader {
  /** A page drawn at `cursor` shows everything up to it. */
  constructor(cursor) {
    this.cursor = cursor;
  }

  /**
   * Takes a batch: all events after `from` up to `after`. Answers those that the page has not applied yet, oldest first;
   * or null when the batch starts later than the page stands, so that something between is missing.
   */
  take({ from, after, events }) {
    if (compare(from, this.cursor) > 0) return null;
    const fresh = events.filter((event) => compare(event.id, this.cursor) > 0);
    if (compare(after, this.cursor) > 0) this.cursor = after;
    return fresh;
  }

  /** The page was reloaded: an earlier cursor than the old one counts as well. */
  reset(cursor) {
    this.cursor = cursor;
  }
}
