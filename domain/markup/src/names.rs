//! `@name`: the possible names behind an `@`, and which names of a message are looked up.

use std::collections::HashSet;
use std::ops::Range;

use super::delimiters::is_word;
use super::tree::{Block, Inline, Item, Table};

/// The most distinct mentions of a message that are looked up; later ones stay text.
pub const NAMES_MAX: usize = 50;
const NAME_MAX: usize = 30;
/// The most dots or dashes at its end that may be part of a name.
const TAIL_MAX: usize = 2;

/// Returns the name after the `@` at the token's start, including the dots and dashes at its end that may belong to it.
/// Inside `_emphasis_`, the `marks` of which are open, an underscore at the end belongs to the emphasis.
pub(super) fn at(text: &str, sign: Range<usize>, marks: &str) -> Option<Range<usize>> {
    if text[sign.end..].chars().next().is_some_and(|next| is_word(next) || next == '@') {
        return None;
    }
    let start = sign.start + 1;
    let mut run = &text[start..sign.end];
    let mut name = bare(run);
    if !marks.is_empty()
        && let Some(shorter) = name.strip_suffix(marks).or_else(|| name.strip_suffix('_'))
    {
        (run, name) = (shorter, bare(shorter));
    }
    if name.is_empty() || name.len() > NAME_MAX {
        return None;
    }
    Some(start..start + run.len().min(name.len() + TAIL_MAX).min(NAME_MAX))
}

/// Returns the possible names in the text after an `@`, longest first.
pub(super) fn candidates(name: &str) -> impl Iterator<Item = &str> {
    let shortest = bare(name).len();
    (shortest..=name.len()).rev().map(|length| &name[..length])
}

fn bare(name: &str) -> &str {
    name.trim_end_matches(['.', '-'])
}

/// Returns the lower-cased names to look up, each once, those in quotes last.
pub(super) fn to_look_up(text: &str, blocks: &[Block]) -> Vec<String> {
    let mut names = Names { text, mentions: HashSet::new(), seen: HashSet::new(), names: Vec::new() };
    names.blocks(blocks, false);
    names.blocks(blocks, true);
    names.names
}

struct Names<'a> {
    text: &'a str,
    mentions: HashSet<String>,
    seen: HashSet<String>,
    names: Vec<String>,
}

impl Names<'_> {
    /// Collects the names outside of quotes, or those inside.
    fn blocks(&mut self, blocks: &[Block], quoted: bool) {
        for block in blocks {
            match block {
                Block::Paragraph(words) | Block::Heading { words, .. } if !quoted => self.inlines(words),
                Block::Table(Table { head, rows, .. }) if !quoted => {
                    head.iter().chain(rows.iter().flatten()).for_each(|cell| self.inlines(cell));
                }
                Block::Quote(inner) if quoted => {
                    self.blocks(inner, false);
                    self.blocks(inner, true);
                }
                Block::Spoiler(inner) => self.blocks(inner, quoted),
                Block::List { items, .. } => items.iter().for_each(|Item { blocks, .. }| self.blocks(blocks, quoted)),
                Block::Paragraph(_)
                | Block::Heading { .. }
                | Block::Table(_)
                | Block::Quote(_)
                | Block::Code { .. }
                | Block::Rule => {}
            }
        }
    }

    fn inlines(&mut self, inlines: &[Inline]) {
        for inline in inlines {
            match inline {
                Inline::Name(name) => self.name(&self.text[name.name.clone()].to_ascii_lowercase()),
                Inline::Styled(_, inner) => self.inlines(inner),
                // A label contains no names.
                Inline::Link(_) | Inline::Text(_) | Inline::Break | Inline::Code(_) | Inline::Emoji { .. } => {}
            }
        }
    }

    fn name(&mut self, name: &str) {
        let mention = bare(name);
        if !self.mentions.contains(mention) {
            if self.mentions.len() == NAMES_MAX {
                return;
            }
            self.mentions.insert(mention.to_owned());
        }
        for candidate in candidates(name) {
            if self.seen.insert(candidate.to_owned()) {
                self.names.push(candidate.to_owned());
            }
        }
    }
}
