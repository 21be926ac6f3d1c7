//! Splits lines into paragraphs, quotes and fenced code.

use std::ops::Range;

use super::tree::{Block, Inline};
use super::{Site, inline};

/// The maximum depth of quotes. Deeper ones are text in the innermost.
const QUOTES_MAX: usize = 4;
const FENCE_MIN: usize = 3;
const LANGUAGE_MAX: usize = 30;

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
    Blocks { text, site }.parse(&lines, 0)
}

struct Blocks<'a> {
    text: &'a str,
    site: &'a Site<'a>,
}

impl Blocks<'_> {
    fn parse(&self, lines: &[Range<usize>], depth: usize) -> Vec<Block> {
        let mut blocks = Vec::new();
        let mut paragraph = Paragraph::default();
        let mut at = 0;
        while let Some(line) = lines.get(at) {
            let quoted = if depth < QUOTES_MAX { self.quoted(&lines[at..]) } else { Vec::new() };
            if !quoted.is_empty() {
                paragraph.end_into(&mut blocks);
                blocks.push(Block::Quote(self.parse(&quoted, depth + 1)));
                at += quoted.len();
            } else if let Some((code, taken)) = self.fenced(&lines[at..]) {
                paragraph.end_into(&mut blocks);
                blocks.push(code);
                at += taken;
            } else {
                paragraph.line(|inlines| inline::parse(self.text, line.clone(), self.site, inlines), line.is_empty());
                at += 1;
            }
        }
        paragraph.end_into(&mut blocks);
        blocks
    }

    /// Returns the quoted lines at the head of these, without their `>`.
    fn quoted(&self, lines: &[Range<usize>]) -> Vec<Range<usize>> {
        lines.iter().map_while(|line| self.unquoted(line)).collect()
    }

    /// Returns the line without its `>` if it is a quote. A single or double `>` quotes if followed by a space, nothing
    /// or a letter. `>_<` and `>>> print` are not quotes.
    fn unquoted(&self, line: &Range<usize>) -> Option<Range<usize>> {
        let inner = unindented(&self.text[line.clone()])?.strip_prefix('>')?;
        let after = inner.strip_prefix('>').unwrap_or(inner);
        let quotes = match after.chars().next() {
            None | Some(' ' | '\t') => true,
            Some(next) => after.len() == inner.len() && next.is_alphanumeric(),
        };
        quotes.then(|| line.end - inner.strip_prefix(' ').unwrap_or(inner).len()..line.end)
    }

    /// Returns the fenced code at the head of these lines, and how many lines it takes. Without a closing fence it
    /// takes all. Code on the same line as a fence is kept.
    fn fenced(&self, lines: &[Range<usize>]) -> Option<(Block, usize)> {
        let (first, rest) = lines.split_first()?;
        let opening = unindented(&self.text[first.clone()])?;
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

/// Returns the line without indentation if it may open a block: at most three spaces.
fn unindented(line: &str) -> Option<&str> {
    let inner = line.trim_start_matches(' ');
    (line.len() - inner.len() <= 3).then_some(inner)
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
