//! Splits lines into blocks: paragraphs, quotes, spoilers, headings, rules, lists, tables and fenced code.

use std::cell::Cell;
use std::ops::Range;

use super::tree::{Block, Inline};
use super::{Site, inline};

/// The maximum depth of quotes and spoilers. Deeper ones are text in the innermost.
const QUOTES_MAX: usize = 4;
const FENCE_MIN: usize = 3;
const LANGUAGE_MAX: usize = 30;
/// The most blanks between the signs of a heading and its words.
const GAP_MAX: usize = 3;
/// The largest heading of a message is `h3`, below those of the page.
const TOP_HEADING: u8 = 3;

pub(super) fn parse(text: &str, site: &Site<'_>) -> Vec<Block> {
    let mut start = 0;
    let lines: Vec<Range<usize>> = text
        .split('\n')
        .map(|line| {
            let range = start..start + line.trim_end().len();
            start += line.len() + 1;
            range
        })
        .collect();
    let is_one_line = !text.trim().contains('\n');
    Blocks { text, site, is_one_line, last_heading: Cell::new(TOP_HEADING - 1) }.parse(&lines, Depth::default(), false)
}

pub(super) struct Blocks<'a> {
    pub text: &'a str,
    site: &'a Site<'a>,
    /// Whether the text is one line: a rule would separate nothing.
    is_one_line: bool,
    /// The level of the last heading. No heading skips a level, so that the outline of the page stays in order.
    last_heading: Cell<u8>,
}

/// How deep the lines are nested.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Depth {
    pub quotes: usize,
    pub lists: usize,
}

impl Blocks<'_> {
    /// Parses some lines. The first line of a list item begins no other list, heading, rule or table.
    pub fn parse(&self, lines: &[Range<usize>], depth: Depth, is_item: bool) -> Vec<Block> {
        let mut blocks = Vec::new();
        let mut paragraph = Paragraph::default();
        let mut at = 0;
        while let Some(line) = lines.get(at) {
            let found = match self.quoted(&lines[at..], depth).or_else(|| self.fenced(&lines[at..])) {
                None if is_item && at == 0 => None,
                None => self.other_block(lines, at, depth, paragraph.is_open()),
                found => found,
            };
            if let Some((block, taken)) = found {
                paragraph.end_into(&mut blocks);
                blocks.push(block);
                at += taken;
            } else {
                paragraph.line(|inlines| self.words(line, false, inlines), line.is_empty());
                at += 1;
            }
        }
        paragraph.end_into(&mut blocks);
        blocks
    }

    /// Returns the table, heading, rule or list at the head of `lines[at..]`, and how many lines it takes.
    fn other_block(
        &self,
        lines: &[Range<usize>],
        at: usize,
        depth: Depth,
        in_paragraph: bool,
    ) -> Option<(Block, usize)> {
        let first = self.unindented(&lines[at])?.bytes().next()?;
        if let Some(table) = self.table(&lines[at..]) {
            return Some(table);
        }
        match first {
            b'#' => self.heading(lines, at).map(|heading| (heading, 1)),
            b'-' | b'*' | b'+' | b'_' | b'0'..=b'9' => {
                if self.is_rule(&lines[at]) {
                    return Some((Block::Rule, 1));
                }
                self.list(&lines[at..], depth, in_paragraph)
            }
            _ => None,
        }
    }

    /// Whether a line begins a quote, fenced code, a heading or a rule, which end what is before them.
    pub fn interrupts(&self, line: &Range<usize>) -> bool {
        let Some(typed) = self.unindented(line) else { return false };
        typed.starts_with("```")
            || self.unquoted(line).is_some()
            || self.hidden(line).is_some()
            || heading(&self.text[line.clone()]).is_some()
            || self.is_rule(line)
    }

    /// Parses the words of a line or a cell. A backslash before the marker of a block makes it plain.
    pub fn words(&self, line: &Range<usize>, in_cell: bool, inlines: &mut Vec<Inline>) {
        let mut line = line.clone();
        if let Some(backslash) = self.escaped(&line) {
            if line.start < backslash {
                inlines.push(Inline::Text(line.start..backslash));
            }
            line.start = backslash + 1;
        }
        inline::parse(self.text, line, self.site, in_cell, inlines);
    }

    /// Returns the position of the backslash without which the line would begin a heading, a rule or a list. One before
    /// another sign, such as `*` or `>`, is a token of the lexer.
    fn escaped(&self, line: &Range<usize>) -> Option<usize> {
        let typed = self.unindented(line)?;
        let start = line.end - typed.len();
        let digits = typed.bytes().take_while(u8::is_ascii_digit).count();
        let after = typed[digits..].strip_prefix('\\')?;
        let is_marker = match after.bytes().next()? {
            b'.' | b')' => digits > 0 && after[1..].starts_with(' '),
            b'-' | b'+' => digits == 0 && (after[1..].starts_with(' ') || is_rule(after)),
            b'#' => digits == 0 && heading(after).is_some(),
            b'_' => digits == 0 && is_rule(after),
            _ => false,
        };
        is_marker.then_some(start + digits)
    }

    /// Returns the line without indentation if it may open a block: at most three spaces.
    pub fn unindented(&self, line: &Range<usize>) -> Option<&str> {
        let line = &self.text[line.clone()];
        let inner = line.trim_start_matches(' ');
        (line.len() - inner.len() <= 3).then_some(inner)
    }

    /// Returns the quote or spoiler at the head of these lines, and how many lines it takes.
    fn quoted(&self, lines: &[Range<usize>], depth: Depth) -> Option<(Block, usize)> {
        if depth.quotes == QUOTES_MAX {
            return None;
        }
        let deeper = Depth { quotes: depth.quotes + 1, ..depth };
        let quoted: Vec<_> = lines.iter().map_while(|line| self.unquoted(line)).collect();
        if !quoted.is_empty() {
            return Some((Block::Quote(self.parse(&quoted, deeper, false)), quoted.len()));
        }
        // The first line has words: lines without any would be looked at once for each of them.
        let first = self.hidden(lines.first()?)?;
        if self.text[first].trim().is_empty() {
            return None;
        }
        let hidden: Vec<_> = lines.iter().map_while(|line| self.hidden(line)).collect();
        Some((Block::Spoiler(self.parse(&hidden, deeper, false)), hidden.len()))
    }

    /// Returns the line without its `>` if it is a quote. A single or double `>` quotes if followed by a space, nothing
    /// or a letter. `>_<` and `>>> print` are not quotes.
    fn unquoted(&self, line: &Range<usize>) -> Option<Range<usize>> {
        let inner = self.unindented(line)?.strip_prefix('>')?;
        let after = inner.strip_prefix('>').unwrap_or(inner);
        let quotes = match after.chars().next() {
            None | Some(' ' | '\t') => true,
            Some(next) => after.len() == inner.len() && next.is_alphanumeric(),
        };
        quotes.then(|| line.end - inner.strip_prefix(' ').unwrap_or(inner).len()..line.end)
    }

    /// Returns the line without its `>!` if it is part of a spoiler. A `!<` at its end is dropped, too.
    fn hidden(&self, line: &Range<usize>) -> Option<Range<usize>> {
        let inner = self.unindented(line)?.strip_prefix(">!").filter(|inner| !inner.starts_with('='))?;
        let start = line.end - inner.strip_prefix(' ').unwrap_or(inner).len();
        let kept = self.text[start..line.end].strip_suffix("!<").map_or(line.end - start, |kept| kept.trim_end().len());
        Some(start..start + kept)
    }

    /// Returns the heading at `at`. Lines one after the other that begin alike are no headings but comments in code or a
    /// configuration.
    fn heading(&self, lines: &[Range<usize>], at: usize) -> Option<Block> {
        let (typed, words) = heading(&self.text[lines[at].clone()])?;
        let is_alike = |line: Option<&Range<usize>>| {
            let other = line.and_then(|line| heading(&self.text[line.clone()]));
            other.is_some_and(|(other, _)| other == typed)
        };
        if is_alike(at.checked_sub(1).and_then(|before| lines.get(before))) || is_alike(lines.get(at + 1)) {
            return None;
        }
        let level = (typed + TOP_HEADING - 1).min(self.last_heading.get() + 1).min(6);
        self.last_heading.set(level);
        let start = lines[at].start;
        let mut inlines = Vec::new();
        self.words(&(start + words.start..start + words.end), false, &mut inlines);
        Some(Block::Heading { level, words: inlines })
    }

    /// Whether the line is a rule: three or more dashes, stars or underscores.
    pub fn is_rule(&self, line: &Range<usize>) -> bool {
        !self.is_one_line && is_rule(&self.text[line.clone()])
    }

    /// Returns the fenced code at the head of these lines, and how many lines it takes. Without a closing fence it
    /// takes all. Code on the same line as a fence is kept.
    fn fenced(&self, lines: &[Range<usize>]) -> Option<(Block, usize)> {
        let (first, rest) = lines.split_first()?;
        let opening = self.unindented(first)?;
        let info = opening.trim_start_matches('`');
        let fence = opening.len() - info.len();
        if fence < FENCE_MIN || info.contains('`') {
            return None;
        }
        let mut code: Vec<&str> = Vec::new();
        let is_language = is_language(info.trim());
        if !is_language && !info.is_empty() {
            code.push(info);
        }
        let mut taken = 1;
        for line in rest {
            taken += 1;
            let line = &self.text[line.clone()];
            let before = line.trim_end_matches('`');
            if line.len() - before.len() < fence {
                code.push(line);
                continue;
            }
            if !before.trim().is_empty() {
                code.push(before);
            }
            break;
        }
        // Back-ticks with nothing between them are not code.
        if code.is_empty() {
            return None;
        }
        let language = is_language.then(|| {
            let start = first.end - info.trim_start().len();
            start..start + info.trim().len()
        });
        Some((Block::Code { language, code: code.join("\n") }, taken))
    }
}

/// Returns the number of `#` before a heading, and where its words are in the line. An indented line is rather a comment
/// in code, and so is one whose words begin with other signs than those of markup.
fn heading(line: &str) -> Option<(u8, Range<usize>)> {
    let after = line.trim_start_matches('#');
    let typed = u8::try_from(line.len() - after.len()).ok().filter(|typed| (1..=6).contains(typed))?;
    let words = after.trim();
    let gap = after.len() - after.trim_start().len();
    let begins = |c: char| c.is_alphanumeric() || !c.is_ascii() || "*_`~[(@:\"'\\".contains(c);
    if !(1..=GAP_MAX).contains(&gap) || !(words.starts_with(begins) || words.starts_with("||")) {
        return None;
    }
    let without_end = words.trim_end_matches('#');
    let words = if without_end.ends_with([' ', '\t']) { without_end.trim_end() } else { words };
    let start = line.len() - after.trim_start().len();
    has_words(words).then_some((typed, start..start + words.len()))
}

/// Whether a line is a rule: `---` or `- - -`. Lines with other gaps are drawings.
fn is_rule(line: &str) -> bool {
    let Some(sign) = line.bytes().next().filter(|first| b"-*_".contains(first)) else { return false };
    let is_spaced = line.as_bytes().get(1) == Some(&b' ');
    let fits = |(nth, byte): (usize, u8)| byte == if is_spaced && nth % 2 == 1 { b' ' } else { sign };
    line.len() >= if is_spaced { 5 } else { 3 } && line.bytes().enumerate().all(fits)
}

/// Whether a text has letters or digits. One of signs alone is not for readers, but a drawing.
pub(super) fn has_words(text: &str) -> bool {
    text.contains(|c: char| c.is_alphanumeric() || c >= '\u{2e80}')
}

fn is_language(info: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'+' | b'#' | b'.' | b'-');
    !info.is_empty() && info.len() <= LANGUAGE_MAX && info.bytes().all(allowed)
}

/// A paragraph under construction. Keeps single line ends, counts many blank lines as one, and has none at either end.
#[derive(Default)]
struct Paragraph {
    inlines: Vec<Inline>,
    breaks: usize,
}

impl Paragraph {
    /// Whether the next line follows directly.
    fn is_open(&self) -> bool {
        !self.inlines.is_empty() && self.breaks == 1
    }

    fn line(&mut self, parse: impl FnOnce(&mut Vec<Inline>), blank: bool) {
        if !blank {
            for _ in 0..self.breaks.min(2) {
                self.inlines.push(Inline::Break);
            }
            self.breaks = 0;
            parse(&mut self.inlines);
        }
        if !self.inlines.is_empty() {
            self.breaks += 1;
        }
    }

    fn end_into(&mut self, blocks: &mut Vec<Block>) {
        self.breaks = 0;
        if !self.inlines.is_empty() {
            blocks.push(Block::Paragraph(std::mem::take(&mut self.inlines)));
        }
    }
}
