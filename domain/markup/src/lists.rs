//! Lists: `- item`, `1. item`, `- [ ] task`, nested by indentation.

use std::ops::Range;

use super::blocks::{Blocks, Depth, has_words};
use super::tree::{Block, Item};

/// The maximum depth of lists. Deeper ones are text in the innermost.
const LISTS_MAX: usize = 6;
/// The most digits of a number. `2011. What a year` is a sentence.
const DIGITS_MAX: usize = 3;
/// The width of a tab.
const TAB: usize = 4;

/// The marker at the head of an item.
struct Marker {
    /// The columns before it.
    indent: usize,
    typed: Range<usize>,
    /// `None`: a bullet.
    number: Option<u32>,
    /// Where the text of the item begins, never at the end of the line.
    content: usize,
}

impl Marker {
    /// The columns before the text.
    fn width(&self) -> usize {
        self.indent + (self.content - self.typed.start).min(self.typed.len() + TAB)
    }

    /// Lines with so many columns before them belong to the item.
    fn reach(&self) -> usize {
        self.indent + 2
    }
}

impl Blocks<'_> {
    /// Returns the list at the head of these lines, and how many lines it takes. Bullets may follow a line of a paragraph
    /// directly, but a number only if it is 1.
    pub fn list(&self, lines: &[Range<usize>], depth: Depth, in_paragraph: bool) -> Option<(Block, usize)> {
        let mut marker = self.marker(&lines[0])?;
        let interrupts = marker.number.is_none_or(|number| number == 1);
        if depth.lists == LISTS_MAX
            || (in_paragraph && !interrupts)
            || !has_words(&self.text[marker.content..lines[0].end])
        {
            return None;
        }
        let deeper = Depth { lists: depth.lists + 1, ..depth };
        let is_numbered = marker.number.is_some();
        let mut items: Vec<Item> = Vec::new();
        // The number typed before the next item, and the one that it shows.
        let (mut typed, mut shown) = (None, 0);
        let mut at = 0;
        loop {
            let (inner, taken, next) = self.item(&lines[at..], &marker, is_numbered);
            at += taken;
            let counted = shown + 1;
            let number = marker.number.filter(|number| *number != counted && Some(*number) != typed);
            shown = number.unwrap_or(counted);
            typed = marker.number;
            let (task, inner) = self.task(inner);
            let blocks = self.parse(&inner, deeper, true);
            items.push(Item { marker: marker.typed, number, task, blocks });
            match next {
                Some(next) => marker = next,
                None => return Some((Block::List { is_numbered, items }, at)),
            }
        }
    }

    /// Returns the lines of the item at the head of these lines, how many lines it takes with the blank ones behind it,
    /// and the marker of the next item.
    fn item(
        &self,
        lines: &[Range<usize>],
        marker: &Marker,
        is_numbered: bool,
    ) -> (Vec<Range<usize>>, usize, Option<Marker>) {
        let mut inner: Vec<Range<usize>> = std::iter::once(marker.content..lines[0].end).collect();
        let mut at = 1;
        loop {
            let blank = lines[at..].iter().take_while(|line| line.is_empty()).count();
            let Some(line) = lines.get(at + blank) else { return (inner, at, None) };
            if self.indent(line).0 >= marker.reach() {
                inner.extend_from_slice(&lines[at..at + blank]);
                inner.push(self.without_indent(line, marker.width()));
                at += blank + 1;
                continue;
            }
            if let Some(next) = self.next(line, is_numbered) {
                return (inner, at + blank, Some(next));
            }
            let lazy = if blank == 0 { self.lazy(&lines[at..], marker, is_numbered) } else { 0 };
            if lazy == 0 {
                return (inner, at, None);
            }
            let width = marker.width();
            inner.extend(lines[at..at + lazy].iter().map(|line| self.without_indent(line, width)));
            at += lazy;
        }
    }

    /// Counts the lines at the head of these that belong to an item without being indented: those before another item of
    /// the list, as long as no line is blank. Words behind the last item are not part of the list.
    fn lazy(&self, lines: &[Range<usize>], marker: &Marker, is_numbered: bool) -> usize {
        for (count, line) in lines.iter().enumerate() {
            if line.is_empty() || self.interrupts(line) {
                return 0;
            }
            if self.indent(line).0 < marker.reach() && self.next(line, is_numbered).is_some() {
                return count;
            }
        }
        0
    }

    /// Returns the marker of a line that is another item of a list of this kind.
    fn next(&self, line: &Range<usize>, is_numbered: bool) -> Option<Marker> {
        self.marker(line).filter(|marker| marker.number.is_some() == is_numbered && !self.is_rule(line))
    }

    /// Returns the marker at the head of a line.
    fn marker(&self, line: &Range<usize>) -> Option<Marker> {
        let (indent, bytes) = self.indent(line);
        let start = line.start + bytes;
        let typed = &self.text[start..line.end];
        let digits = typed.bytes().take_while(u8::is_ascii_digit).count();
        let number = match digits {
            0 => None,
            1..=DIGITS_MAX if digits == 1 || !typed.starts_with('0') => Some(typed[..digits].parse().ok()?),
            _ => return None,
        };
        let signs = if number.is_some() { ".)" } else { "-*+" };
        let after = typed[digits..].strip_prefix(|sign| signs.contains(sign))?;
        let content = after.trim_start_matches([' ', '\t']);
        // `+ 1` agrees.
        let is_sum = typed.starts_with('+') && content.starts_with(|c: char| c.is_ascii_digit());
        if content.is_empty() || content.len() == after.len() || is_sum {
            return None;
        }
        Some(Marker { indent, typed: start..start + digits + 1, number, content: line.end - content.len() })
    }

    /// Returns the columns and the bytes of the blanks at the head of a line.
    fn indent(&self, line: &Range<usize>) -> (usize, usize) {
        let mut columns = 0;
        for (bytes, byte) in self.text[line.clone()].bytes().enumerate() {
            match byte {
                b' ' => columns += 1,
                b'\t' => columns += TAB - columns % TAB,
                _ => return (columns, bytes),
            }
        }
        (columns, line.len())
    }

    /// Returns the line without the blanks of so many columns.
    fn without_indent(&self, line: &Range<usize>, columns: usize) -> Range<usize> {
        let (mut at, mut start) = (0, line.start);
        for byte in self.text[line.clone()].bytes() {
            match byte {
                b' ' if at < columns => at += 1,
                b'\t' if at < columns => at += TAB - at % TAB,
                _ => break,
            }
            start += 1;
        }
        start..line.end
    }

    /// Takes the checkbox from the head of an item.
    fn task(&self, mut inner: Vec<Range<usize>>) -> (Option<bool>, Vec<Range<usize>>) {
        let first = &mut inner[0];
        let typed = &self.text[first.clone()];
        let done = match typed.get(..4) {
            Some("[ ] ") => false,
            Some("[x] " | "[X] ") => true,
            _ => return (None, inner),
        };
        first.start = first.end - typed[4..].trim_start().len();
        (Some(done), inner)
    }
}
