//! The lenient query parser: words, "phrases" and -exclusions. Every text is valid.

use crate::tokenizer::{stands_alone, words};

/// The rest of a longer query is ignored.
const MAX_CHARS: usize = 1_000;
/// The most words of a query, including those of phrases and exclusions; the rest is ignored.
const MAX_WORDS: usize = 64;

/// Words that must stand at these distances from each other. Mostly one word, at 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Clause {
    pub(crate) words: Vec<(usize, String)>,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Parsed {
    pub(crate) wanted: Vec<Clause>,
    pub(crate) excluded: Vec<Clause>,
}

pub(crate) fn parse(text: &str) -> Parsed {
    let end = text.char_indices().nth(MAX_CHARS).map_or(text.len(), |(at, _)| at);
    let mut rest = &text[..end];
    let mut parsed = Parsed::default();
    let mut room = MAX_WORDS;
    while let Some((piece, after)) = next_piece(rest) {
        rest = after;
        let Some(clause) = clause(piece.text, &mut room) else {
            continue;
        };
        let clauses = if piece.excluded { &mut parsed.excluded } else { &mut parsed.wanted };
        if !clauses.contains(&clause) {
            clauses.push(clause);
        }
    }
    parsed
}

struct Piece<'a> {
    text: &'a str,
    excluded: bool,
}

/// Returns the next word or phrase and what follows it. An unpaired quotation mark counts as a space.
fn next_piece(text: &str) -> Option<(Piece<'_>, &str)> {
    let text = text.trim_start();
    let first = text.chars().next()?;
    if let Some(excluded) = text.strip_prefix('-').filter(|rest| starts_exclusion(rest)) {
        let (piece, after) = next_piece(excluded)?;
        return Some((Piece { excluded: true, ..piece }, after));
    }
    if is_quote(first) {
        let inside = &text[first.len_utf8()..];
        let Some(close) = inside.find(is_quote) else {
            return next_piece(inside);
        };
        let (phrase, after) = inside.split_at(close);
        let after = after.strip_prefix(is_quote).unwrap_or(after);
        return Some((Piece { text: phrase, excluded: false }, after));
    }
    let end = text.find(|c: char| c.is_whitespace() || is_quote(c)).unwrap_or(text.len());
    let (word, after) = text.split_at(end);
    Some((Piece { text: word, excluded: false }, after))
}

/// `-word` and `-"a phrase"` exclude; `--`, `- word` and `->` do not.
fn starts_exclusion(rest: &str) -> bool {
    let mut chars = rest.chars();
    match chars.next() {
        Some(c) if is_quote(c) => chars.any(is_quote),
        Some(c) => c.is_alphanumeric() || stands_alone(c),
        None => false,
    }
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '“' | '”' | '„' | '‟' | '«' | '»' | '＂')
}

/// Returns `None` when there is nothing to look for, as in `&`.
fn clause(text: &str, room: &mut usize) -> Option<Clause> {
    let words: Vec<_> = words(text).into_iter().take(*room).collect();
    *room -= words.len();
    let start = words.first()?.position;
    let words = words.into_iter().map(|word| (word.position - start, word.folded)).collect();
    Some(Clause { words })
}

#[cfg(test)]
mod tests {
    use super::parse;

    fn shape(text: &str) -> (Vec<String>, Vec<String>) {
        let parsed = parse(text);
        let [wanted, excluded] = [parsed.wanted, parsed.excluded].map(|clauses| {
            let joined = clauses
                .into_iter()
                .map(|clause| clause.words.into_iter().map(|(_, word)| word).collect::<Vec<_>>().join(" "));
            joined.collect::<Vec<_>>()
        });
        (wanted, excluded)
    }

    #[test]
    fn words_phrases_and_exclusions_are_told_apart() {
        let (wanted, excluded) = shape(r#"Tea "green leaf" -coffee -"black tea" tea"#);
        assert_eq!(wanted, ["tea", "green leaf"]);
        assert_eq!(excluded, ["coffee", "black tea"]);
    }

    #[test]
    fn curly_quotation_marks_make_phrases_too() {
        assert_eq!(shape("“green leaf” „à la carte“").0, ["green leaf", "a la carte"]);
    }

    #[test]
    fn a_word_with_punctuation_inside_is_a_phrase() {
        assert_eq!(shape("well-known don't").0, ["well known", "don t"]);
    }

    #[test]
    fn a_lone_quotation_mark_is_a_space() {
        assert_eq!(shape(r#"5" pipe -"open end"#).0, ["5", "pipe", "open", "end"]);
    }

    #[test]
    fn a_minus_on_its_own_excludes_nothing() {
        assert_eq!(shape("a - b -- c --d -> e"), (vec_of(&["a", "b", "c", "d", "e"]), vec![]));
    }

    #[test]
    fn a_long_query_is_cut() {
        let many: Vec<String> = (0..500).map(|n| format!("w{n}")).collect();
        assert_eq!(shape(&many.join(" ")).0.len(), 64);
    }

    fn vec_of(words: &[&str]) -> Vec<String> {
        words.iter().map(|&word| word.to_owned()).collect()
    }
}
