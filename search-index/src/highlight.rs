//! Excerpts of found texts: the best part, with the matching words marked.

use std::ops::Range;
use std::sync::Arc;

use crate::parse::{Clause, Parsed, parse};
use crate::tokenizer::{Word, is_mark, stands_alone, words};

/// Matches beyond these are not marked.
const MAX_MATCHES: usize = 1_000;

/// A piece of text, to be escaped before it is put on a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fragment {
    /// Plain text.
    pub text: String,
    /// Whether these words match the query.
    pub hit: bool,
}

/// Marks in texts what a query looked for. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Highlighter {
    clauses: Arc<[Clause]>,
}

/// Where a clause matches, in bytes of the text.
#[derive(Clone, Debug)]
struct Match {
    range: Range<usize>,
    clause: usize,
}

impl Highlighter {
    /// Creates a highlighter for a query text, without a search.
    pub fn new(query: &str) -> Self {
        Self::of(&parse(query))
    }

    pub(crate) fn of(parsed: &Parsed) -> Self {
        Self { clauses: parsed.wanted.as_slice().into() }
    }

    /// Returns the words and phrases that are marked, folded as for comparison.
    pub fn terms(&self) -> Vec<String> {
        let words = self.clauses.iter().map(|clause| clause.words.iter().map(|(_, word)| &**word));
        words.map(|words| words.collect::<Vec<_>>().join(" ")).collect()
    }

    /// Returns the part of `text` that shows most of the query, at most `max_chars` characters, cut between words. An
    /// ellipsis (`…`), not counted, marks a cut. Matching and other fragments alternate; joined, they are the part.
    pub fn highlight(&self, text: &str, max_chars: usize) -> Vec<Fragment> {
        let matches = self.matches(text);
        let part = best_part(text, &matches, max_chars);
        fragments(text, &matches, part)
    }

    fn matches(&self, text: &str) -> Vec<Match> {
        let words = words(text);
        let mut matches = Vec::new();
        for start in 0..words.len() {
            for (clause, wanted) in self.clauses.iter().enumerate() {
                if let Some(end) = match_at(&words[start..], wanted) {
                    matches.push(Match { range: words[start].range.start..end, clause });
                }
            }
            if matches.len() >= MAX_MATCHES {
                break;
            }
        }
        matches
    }
}

/// Returns where in the text the clause ends if it begins with the first of these words.
fn match_at(words: &[Word], clause: &Clause) -> Option<usize> {
    let start = words.first()?.position;
    let mut end = None;
    let mut rest = words.iter();
    for (distance, folded) in &clause.words {
        let word = rest.find(|word| word.position >= start + distance)?;
        if word.position != start + distance || word.folded != *folded {
            return None;
        }
        end = Some(word.range.end);
    }
    end
}

/// Returns the bytes to show: the first place with the most different clauses, then the most matches.
fn best_part(text: &str, matches: &[Match], max_chars: usize) -> Range<usize> {
    let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    if starts.len() <= max_chars {
        return 0..text.len();
    }
    let char_of = |byte: usize| starts.partition_point(|&start| start < byte);
    let byte_of = |char: usize| starts.get(char).copied().unwrap_or(text.len());

    let mut best = (0, 0, 0..0);
    for (at, first) in matches.iter().enumerate() {
        let limit = byte_of(char_of(first.range.start) + max_chars);
        let fits = |found: &&Match| found.range.end <= limit;
        let near = matches[at..].iter().take_while(|found| found.range.start < limit).filter(fits);
        let mut clauses = Vec::new();
        let (mut count, mut end) = (0, 0);
        for found in near {
            count += 1;
            end = end.max(found.range.end);
            if !clauses.contains(&found.clause) {
                clauses.push(found.clause);
            }
        }
        if (clauses.len(), count) > (best.0, best.1) {
            best = (clauses.len(), count, first.range.start..end);
        }
    }

    // A third of the remaining room goes before the matches, the rest after them.
    let core = best.2;
    let (from, to) = (char_of(core.start), char_of(core.end));
    let spare = max_chars.saturating_sub(to - from);
    let after = starts.len() - to;
    let before = (spare / 3).max(spare.saturating_sub(after)).min(from);
    let (from, to) = (from - before, (to + spare - before).min(starts.len()));
    trim(text, byte_of(from)..byte_of(to), &core)
}

/// Moves the ends inward to the next gap between words, but not into the core, nor to nothing.
fn trim(text: &str, part: Range<usize>, core: &Range<usize>) -> Range<usize> {
    let inside = &text[part.clone()];
    let cuts = || inside.char_indices().map(|(at, _)| part.start + at);
    let found = !core.is_empty();
    let mut start = part.start;
    if found && start > 0 {
        start = cuts().find(|&at| at >= core.start || is_gap(text, at)).unwrap_or(start);
    }
    let mut end = part.end;
    if end < text.len() && !is_gap(text, end) {
        let gap = cuts().rev().find(|&at| at <= core.end || is_gap(text, at));
        end = gap.filter(|&at| at > start).map_or(end, |at| if found { at.max(core.end) } else { at });
    }
    let shown = &text[start..end];
    let end = if end < text.len() { start + shown.trim_end().len() } else { end };
    let start = if start > 0 { start + (shown.len() - shown.trim_start().len()) } else { start };
    start.min(end)..end
}

/// Whether a text may be cut here: at white space, or beside a character that is a word.
fn is_gap(text: &str, at: usize) -> bool {
    let before = text[..at].chars().next_back();
    let after = text[at..].chars().next();
    match (before, after) {
        (Some(before), Some(after)) => {
            before.is_whitespace()
                || after.is_whitespace()
                || (!is_mark(after) && (stands_alone(before) || stands_alone(after)))
        }
        _ => true,
    }
}

fn fragments(text: &str, matches: &[Match], part: Range<usize>) -> Vec<Fragment> {
    let mut fragments = Vec::new();
    let mut push = |text: &str, hit| {
        if !text.is_empty() {
            fragments.push(Fragment { text: text.to_owned(), hit });
        }
    };
    let ellipsis = |cut: bool| if cut { "…" } else { "" };
    let mut plain = ellipsis(part.start > 0).to_owned();
    let mut at = part.start;
    let mut rest = matches.iter().map(|found| &found.range).peekable();
    while let Some(range) = rest.next() {
        let mut hit = range.start.max(at)..range.end.min(part.end);
        if hit.is_empty() {
            continue;
        }
        while let Some(next) = rest.next_if(|next| next.start < hit.end) {
            hit.end = hit.end.max(next.end.min(part.end));
        }
        plain.push_str(&text[at..hit.start]);
        push(&plain, false);
        plain.clear();
        at = hit.end;
        push(&text[hit], true);
    }
    plain.push_str(&text[at..part.end]);
    plain.push_str(ellipsis(part.end < text.len()));
    push(&plain, false);
    fragments
}
