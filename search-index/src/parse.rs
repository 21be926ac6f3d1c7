//! The lenient query parser: words, "phrases", -exclusions, beginnings* and alternatives by OR. Every text is valid.

use std::ops::Range;

use crate::tokenizer::{Role, is_symbol, stands_alone, words};

/// The rest of a longer query is ignored.
const MAX_CHARS: usize = 1_000;
/// The most words of a query, including those of phrases and exclusions; the rest is ignored.
const MAX_WORDS: usize = 64;

/// Something to look for, as typed between spaces or quotation marks. Mostly one word.
#[derive(Clone, Debug)]
pub(crate) struct Piece {
    /// Words that must be at these distances from the first.
    pub(crate) words: Vec<(usize, String)>,
    /// The only word in lower case with its accents, where they differ.
    pub(crate) lower: Option<String>,
    /// An identifier as a whole, such as `os.path` or `c++`.
    pub(crate) whole: Option<String>,
    /// Whether only the whole counts, because of its marks: `c++` is not `c`.
    pub(crate) only_whole: bool,
    /// The parts of the only word, such as `foreign` and `key`.
    pub(crate) parts: Vec<String>,
    /// In quotation marks: exactly these words.
    pub(crate) quoted: bool,
    /// Whether longer words that begin like it match too.
    pub(crate) prefix: bool,
    /// Its bytes in the query.
    pub(crate) range: Range<usize>,
}

impl PartialEq for Piece {
    fn eq(&self, other: &Self) -> bool {
        (&self.words, &self.whole, self.quoted) == (&other.words, &other.whole, other.quoted)
    }
}

impl Piece {
    /// Returns the word of a piece that is one word, without quotation marks.
    pub(crate) fn word(&self) -> Option<&str> {
        match self.words.as_slice() {
            [(_, word)] if !self.quoted && !self.only_whole => Some(word),
            _ => None,
        }
    }
}

/// Pieces of which one must match.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Clause {
    pub(crate) any: Vec<Piece>,
}

#[derive(Debug, Default, PartialEq)]
pub(crate) struct Parsed {
    pub(crate) wanted: Vec<Clause>,
    pub(crate) excluded: Vec<Piece>,
}

pub(crate) fn parse(text: &str) -> Parsed {
    let end = text.char_indices().nth(MAX_CHARS).map_or(text.len(), |(at, _)| at);
    let text = &text[..end];
    let mut rest = text;
    let mut parsed = Parsed::default();
    let mut room = MAX_WORDS;
    let mut is_alternative = false;
    while let Some((typed, after)) = next_piece(rest) {
        rest = after;
        if typed.text == "OR" && !typed.quoted && !parsed.wanted.is_empty() && next_piece(rest).is_some() {
            is_alternative = true;
            continue;
        }
        let Some(piece) = piece(text, &typed, &mut room) else { continue };
        match parsed.wanted.last_mut() {
            _ if typed.excluded => {
                if !parsed.excluded.contains(&piece) {
                    parsed.excluded.push(piece);
                }
            }
            Some(last) if is_alternative => last.any.push(piece),
            _ => {
                let clause = Clause { any: vec![piece] };
                if !parsed.wanted.contains(&clause) {
                    parsed.wanted.push(clause);
                }
            }
        }
        is_alternative = false;
    }
    parsed
}

struct Typed<'a> {
    text: &'a str,
    excluded: bool,
    quoted: bool,
}

/// Returns the next word or phrase and what follows it. An unpaired quotation mark counts as a space.
fn next_piece(text: &str) -> Option<(Typed<'_>, &str)> {
    let text = text.trim_start();
    let first = text.chars().next()?;
    if let Some(excluded) = text.strip_prefix('-').filter(|rest| starts_exclusion(rest)) {
        let (piece, after) = next_piece(excluded)?;
        return Some((Typed { excluded: true, ..piece }, after));
    }
    if is_quote(first) {
        let inside = &text[first.len_utf8()..];
        let Some(close) = inside.find(is_quote) else {
            return next_piece(inside);
        };
        let (phrase, after) = inside.split_at(close);
        let after = after.strip_prefix(is_quote).unwrap_or(after);
        return Some((Typed { text: phrase, excluded: false, quoted: true }, after));
    }
    let end = text.find(|c: char| c.is_whitespace() || is_quote(c)).unwrap_or(text.len());
    let (word, after) = text.split_at(end);
    Some((Typed { text: word, excluded: false, quoted: false }, after))
}

/// `-word` and `-"a phrase"` exclude; `--`, `- word` and `->` do not.
fn starts_exclusion(rest: &str) -> bool {
    let mut chars = rest.chars();
    match chars.next() {
        Some(c) if is_quote(c) => chars.any(is_quote),
        Some(c) => c.is_alphanumeric() || stands_alone(c) || is_symbol(c),
        None => false,
    }
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '“' | '”' | '„' | '‟' | '«' | '»' | '＂')
}

/// Returns `None` when there is nothing to look for, as in `&`.
fn piece(query: &str, typed: &Typed<'_>, room: &mut usize) -> Option<Piece> {
    let (mut plain, mut parts, mut whole, mut only_whole) = (Vec::new(), Vec::new(), None, false);
    for word in words(typed.text) {
        match word.role {
            Role::Word => plain.push(word),
            Role::Part => parts.push(word.folded),
            Role::Joined => whole = Some(word.folded),
            Role::Marked => {
                only_whole = true;
                whole = Some(word.folded);
            }
        }
    }
    plain.truncate(*room);
    *room -= plain.len();
    let start = plain.first()?.position;
    let is_one = plain.len() == 1;
    let lower = if is_one { plain[0].lower.clone() } else { None };
    let at = typed.text.as_ptr() as usize - query.as_ptr() as usize;
    Some(Piece {
        words: plain.into_iter().map(|word| (word.position - start, word.folded)).collect(),
        lower,
        // With other words around it, an identifier is not all of the piece.
        whole: whole.filter(|_| !typed.quoted),
        only_whole: only_whole && is_one && !typed.quoted,
        parts: if is_one && !typed.quoted { parts } else { Vec::new() },
        quoted: typed.quoted,
        prefix: is_one && !typed.quoted && typed.text.ends_with('*'),
        range: at..at + typed.text.len(),
    })
}

#[cfg(test)]
mod tests {
    use super::{Piece, parse};

    fn joined(piece: &Piece) -> String {
        piece.words.iter().map(|(_, word)| word.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// Alternatives have a stroke between them.
    fn shape(text: &str) -> (Vec<String>, Vec<String>) {
        let parsed = parse(text);
        let clause = |clause: &super::Clause| clause.any.iter().map(joined).collect::<Vec<_>>().join("|");
        (parsed.wanted.iter().map(clause).collect(), parsed.excluded.iter().map(joined).collect())
    }

    #[test]
    fn words_phrases_and_exclusions_are_distinguished() {
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
    fn alternatives_are_one_clause() {
        assert_eq!(shape("tea OR coffee OR \"hot milk\" cake").0, ["tea|coffee|hot milk", "cake"]);
        assert_eq!(shape("OR tea cake OR").0, ["or", "tea", "cake"]);
        assert_eq!(shape("tea OR").0, ["tea", "or"]);
        assert_eq!(shape("tea \"OR\" coffee or milk").0, ["tea", "or", "coffee", "or", "milk"]);
    }

    #[test]
    fn identifiers_and_prefixes_are_recognized() {
        let piece = |text| parse(text).wanted.remove(0).any.remove(0);
        assert_eq!((piece("os.path").whole.as_deref(), piece("os.path").only_whole), (Some("os.path"), false));
        assert_eq!((piece("C++").whole.as_deref(), piece("C++").only_whole), (Some("c++"), true));
        assert_eq!(piece("ForeignKey").parts, ["foreign", "key"]);
        assert!(piece("her*").prefix && !piece("her").prefix && !piece("\"her*\"").prefix);
        assert_eq!(parse("a  bc*").wanted[1].any[0].range, 3..6);
    }

    #[test]
    fn a_lone_quotation_mark_is_a_space() {
        assert_eq!(shape(r#"5" pipe -"open end"#).0, ["5", "pipe", "open", "end"]);
    }

    #[test]
    fn a_single_minus_excludes_nothing() {
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
