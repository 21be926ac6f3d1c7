//! Excerpts of found texts: the best part, with the matching words marked.

use std::ops::Range;
use std::sync::Arc;

use crate::expand::Known;
use crate::parse::{Parsed, Piece, parse};
use crate::stem::{LANGUAGES, language_of, stem, stem_of};
use crate::tokenizer::{Role, Word, is_mark, stands_alone, words};

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
    wanted: Arc<[Wanted]>,
}

/// A piece of the query, and what counts for it.
#[derive(Clone, Debug)]
struct Wanted {
    piece: Piece,
    /// Stems of its word, in all languages.
    stems: Vec<String>,
    /// Words that are written nearly like it.
    others: Vec<String>,
    /// Whether longer words count.
    prefix: bool,
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
        Self::of(&parse(query), &[])
    }

    /// `others` are words that are written nearly like those of each clause.
    pub(crate) fn of(parsed: &Parsed, others: &[Vec<Known>]) -> Self {
        let last = parsed.wanted.iter().flat_map(|clause| &clause.any).map(|piece| piece.range.start).max();
        let mut wanted = Vec::new();
        for (nth, clause) in parsed.wanted.iter().enumerate() {
            let others = others.get(nth).map_or(&[][..], Vec::as_slice);
            for piece in &clause.any {
                let stems = piece.word().map_or(Vec::new(), |word| {
                    LANGUAGES.iter().filter_map(|&language| stem_of(language, word, piece.lower.as_deref())).collect()
                });
                let is_last = Some(piece.range.start) == last;
                let prefix = piece.word().is_some_and(|word| word.chars().count() > 1) && (is_last || piece.prefix);
                let others = others.iter().map(|known| known.word.clone()).collect();
                wanted.push(Wanted { piece: piece.clone(), stems, others, prefix });
            }
        }
        Self { wanted: wanted.into() }
    }

    /// Returns the words and phrases that are marked, folded as for comparison.
    pub fn terms(&self) -> Vec<String> {
        let words = |wanted: &Wanted| match &wanted.piece {
            Piece { only_whole: true, whole: Some(whole), .. } => whole.clone(),
            piece => piece.words.iter().map(|(_, word)| &**word).collect::<Vec<_>>().join(" "),
        };
        self.wanted.iter().map(words).collect()
    }

    /// Returns the part of `text` that shows most of the query, at most `max_chars` characters, cut between words. An
    /// ellipsis (`…`), not counted, marks a cut. Matching and other fragments alternate; joined, they are the part.
    pub fn highlight(&self, text: &str, max_chars: usize) -> Vec<Fragment> {
        let matches = self.matches(text);
        let part = best_part(text, &matches, max_chars);
        fragments(text, &matches, part)
    }

    fn matches(&self, text: &str) -> Vec<Match> {
        let all = words(text);
        let language = language_of(text);
        let mut matches = Vec::new();
        for start in 0..all.len() {
            let form = stem(language, &all[start]);
            for (clause, wanted) in self.wanted.iter().enumerate() {
                let is_form = form.as_ref().is_some_and(|form| wanted.stems.contains(form));
                if let Some(end) = match_at(&all[start..], wanted, is_form) {
                    matches.push(Match { range: all[start].range.start..end, clause });
                }
            }
            if matches.len() >= MAX_MATCHES {
                break;
            }
        }
        matches
    }
}

/// Returns where in the text the piece ends if it begins with the first of these words. `is_form` says whether that is a
/// form of its word.
fn match_at(words: &[Word], wanted: &Wanted, is_form: bool) -> Option<usize> {
    let (piece, first) = (&wanted.piece, words.first()?);
    if first.role != Role::Word {
        let is_part = first.role == Role::Part && piece.word() == Some(&first.folded);
        let is_whole = piece.whole.as_ref() == Some(&first.folded);
        return (is_whole || is_part).then_some(first.range.end);
    }
    if let Some(word) = piece.word() {
        let is_match = first.folded == word
            || wanted.prefix && first.folded.starts_with(word)
            || wanted.others.contains(&first.folded)
            || is_form;
        return is_match.then_some(first.range.end);
    }
    if piece.only_whole {
        return None;
    }
    let mut end = None;
    let mut rest = words.iter().filter(|word| word.role == Role::Word);
    for (distance, folded) in &piece.words {
        let word = rest.find(|word| word.position >= first.position + distance)?;
        if word.position != first.position + distance || word.folded != *folded {
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
