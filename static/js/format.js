// Markdown around a selection. Each function returns what to insert between two places, and what is selected then.

/** Puts a mark around the selection, or takes it away if it is there. */
export function around(value, start, end, mark) {
  const size = mark.length;
  const text = value.slice(start, end);
  // Two stars are bold, and a third one is italic.
  const stars = /\**$/.exec(value.slice(0, start))[0].length;
  const isOther = mark === '*' && stars % 2 === 0;
  if (!isOther && value.slice(start - size, start) === mark && value.slice(end, end + size) === mark) {
    return { from: start - size, to: end + size, insert: text, select: [start - size, end - size] };
  }
  return { from: start, to: end, insert: mark + text + mark, select: [start + size, end + size] };
}

const TICK = '\x60';
const FENCE = TICK.repeat(3);

/** Makes code of the selection: a block if it has several lines. */
export function code(value, start, end) {
  const text = value.slice(start, end);
  if (!text.includes('\n')) return around(value, start, end, TICK);
  const before = start > 0 && value[start - 1] !== '\n' ? '\n' : '';
  const open = `${before}${FENCE}\n`;
  return { from: start, to: end, insert: `${open}${text}\n${FENCE}\n`, select: [start + open.length, start + open.length + text.length] };
}

/** Makes a link of the selection. Its address is selected then, or its text if there is none. */
export function link(value, start, end) {
  const text = value.slice(start, end);
  const isAddress = /^https?:\/\/\S+$/.test(text);
  const [label, address] = isAddress ? ['', text] : [text, 'https://'];
  const insert = `[${label}](${address})`;
  const at = start + label.length + 3;
  return { from: start, to: end, insert, select: label && !isAddress ? [at, at + address.length] : [start + 1, start + 1] };
}

/** Begins each line of the selection with a prefix, or takes it away if all have it. */
export function prefixed(value, start, end, prefix) {
  const from = value.lastIndexOf('\n', start - 1) + 1;
  const next = value.indexOf('\n', end);
  const to = next < 0 ? value.length : next;
  const lines = value.slice(from, to).split('\n');
  const has = lines.every((line) => line.startsWith(prefix));
  const insert = lines.map((line) => (has ? line.slice(prefix.length) : prefix + line)).join('\n');
  const place = from + insert.length;
  return { from, to, insert, select: start === end ? [place, place] : [from, place] };
}

/** Returns a text as a quote, with an empty line behind it. */
export const quoted = (text) => `${text.trim().split('\n').map((line) => `> ${line}`.trimEnd()).join('\n')}\n\n`;
