//! Splits text into words, in the same way for the index, queries and highlighting.
//!
//! A word is a run of letters and digits, in lower case, without accents. In scripts without spaces between words (and
//! in Korean, which attaches particles to them) each character is a word, so that any part of a sentence is found as a
//! phrase. An emoji or symbol is a word too.
//!
//! Identifiers are words in two ways: in parts (`simp_lemma` is `simp` and `lemma`, `ForeignKey` is `foreign` and `key`)
//! and as a whole (`simp_lemma`, `os.path.join`, `foo::bar`, `v1.2.3`, `foreignkey`, `c++`, `c#`, `.net`).
//!
//! A change here needs a new [`VERSION`](crate::schema::VERSION).

use std::cell::RefCell;
use std::ops::Range;

use tantivy::tokenizer::{AsciiFoldingFilter, RawTokenizer, TextAnalyzer, TokenStream};

/// Longer words (in bytes, folded) are left out of the index and of queries.
const MAX_WORD_BYTES: usize = 64;
/// An identifier of more words is no word as a whole.
const MAX_JOINED: usize = 8;

/// What a word is in its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Word,
    /// A part of a word, at the same position.
    Part,
    /// An identifier of several words, at the position of the first.
    Joined,
    /// A word with the marks that belong to it, such as `c++`, at the same position.
    Marked,
}

/// A folded word and its place in the text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Word {
    pub(crate) folded: String,
    /// In lower case with its accents, where they differ from `folded`: what stemmers want.
    pub(crate) lower: Option<String>,
    pub(crate) role: Role,
    /// Counts the words of the text, including those left out.
    pub(crate) position: usize,
    /// In bytes.
    pub(crate) range: Range<usize>,
}

/// Returns the words of a text, in order of their positions.
pub(crate) fn words(text: &str) -> Vec<Word> {
    let mut scanner = Scanner { text, words: Vec::new(), position: 0, chain: None };
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        at = if c.is_alphanumeric() {
            scanner.run(at)
        } else if is_symbol(c) {
            scanner.symbol(at)
        } else {
            at + c.len_utf8()
        };
    }
    scanner.end_chain();
    scanner.words
}

/// Words with only `_`, `.` or `::` between them.
struct Chain {
    /// The first one's index in the list of words, and its position.
    first: usize,
    position: usize,
    range: Range<usize>,
    runs: usize,
}

struct Scanner<'a> {
    text: &'a str,
    words: Vec<Word>,
    position: usize,
    chain: Option<Chain>,
}

impl Scanner<'_> {
    /// Reads a run of letters and digits, and returns its end.
    fn run(&mut self, start: usize) -> usize {
        let mut chars = self.text[start..].char_indices();
        let alone = chars.next().is_some_and(|(_, c)| stands_alone(c));
        let goes_on = |c: char| is_mark(c) || (!alone && c.is_alphanumeric() && !stands_alone(c));
        let end = chars.find(|&(_, c)| !goes_on(c)).map_or(self.text.len(), |(at, _)| start + at);
        self.join(start, end, alone);
        let range = start..end;
        let first = self.words.len();
        self.push(Role::Word, self.position, range.clone());
        if !alone {
            for part in camel_parts(&self.text[range.clone()]) {
                self.push(Role::Part, self.position, start + part.start..start + part.end);
            }
            if let Some(marked) = marked(self.text, &range) {
                self.push(Role::Marked, self.position, marked);
            }
        }
        if let Some(chain) = &mut self.chain
            && chain.runs == 0
        {
            chain.first = first;
        }
        if let Some(chain) = &mut self.chain {
            chain.runs += 1;
            chain.range.end = end;
        }
        self.position += 1;
        end
    }

    fn symbol(&mut self, start: usize) -> usize {
        self.end_chain();
        let mut chars = self.text[start..].char_indices().skip(1);
        let end = chars.find(|&(_, c)| !is_mark(c)).map_or(self.text.len(), |(at, _)| start + at);
        let folded = self.text[start..end].chars().next().map(String::from).unwrap_or_default();
        self.words.push(Word { folded, lower: None, role: Role::Word, position: self.position, range: start..end });
        self.position += 1;
        end
    }

    /// Continues with the chain that the run continues, or begins a new one.
    fn join(&mut self, start: usize, end: usize, alone: bool) {
        let is_joined = self.chain.as_ref().is_some_and(|chain| {
            let between = &self.text[chain.range.end..start];
            !alone && matches!(between, "_" | "." | "::")
        });
        if !is_joined {
            self.end_chain();
            if !alone {
                self.chain =
                    Some(Chain { first: self.words.len(), position: self.position, range: start..end, runs: 0 });
            }
        }
    }

    fn end_chain(&mut self) {
        let Some(chain) = self.chain.take().filter(|chain| (2..=MAX_JOINED).contains(&chain.runs)) else { return };
        if let Some(word) = self.word(Role::Joined, chain.position, chain.range) {
            self.words.insert(chain.first, word);
        }
    }

    fn push(&mut self, role: Role, position: usize, range: Range<usize>) {
        self.words.extend(self.word(role, position, range));
    }

    fn word(&self, role: Role, position: usize, range: Range<usize>) -> Option<Word> {
        let lower = lower(&self.text[range.clone()]);
        let folded = fold(&lower);
        let lower = (folded != lower).then_some(lower);
        (folded.len() <= MAX_WORD_BYTES && !folded.is_empty()).then_some(Word { folded, lower, role, position, range })
    }
}

/// In lower case, without combining accents.
fn lower(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let lower = text.chars().filter(|&c| !is_mark(c)).flat_map(char::to_lowercase).filter(|&c| !is_mark(c));
    lower.map(|c| if c == 'ς' { 'σ' } else { c }).collect()
}

/// Without accents.
pub(crate) fn fold(lower: &str) -> String {
    thread_local! {
        static FOLDER: RefCell<TextAnalyzer> =
            RefCell::new(TextAnalyzer::builder(RawTokenizer::default()).filter(AsciiFoldingFilter).build());
    }
    if lower.is_ascii() {
        return lower.to_owned();
    }
    FOLDER.with_borrow_mut(|folder| {
        let mut stream = folder.token_stream(lower);
        stream.next().map(|token| token.text.clone()).unwrap_or_default()
    })
}

/// The parts of `ForeignKey` or `HTTPServer`, of at least two characters each; none for other words.
fn camel_parts(word: &str) -> Vec<Range<usize>> {
    let bytes = word.as_bytes();
    if !word.is_ascii() || bytes.len() < 4 {
        return Vec::new();
    }
    let begins = |at: usize| {
        let (before, here, next) = (bytes[at - 1], bytes[at], bytes.get(at + 1));
        here.is_ascii_uppercase()
            && (before.is_ascii_lowercase() || before.is_ascii_uppercase() && next.is_some_and(u8::is_ascii_lowercase))
    };
    let mut starts = vec![0];
    starts.extend((1..bytes.len()).filter(|&at| begins(at)));
    starts.push(bytes.len());
    if starts.len() < 3 {
        return Vec::new();
    }
    starts.windows(2).map(|pair| pair[0]..pair[1]).filter(|part| part.len() > 1).collect()
}

/// A word with the marks that belong to it: `c++`, `c#`, `.net`.
fn marked(text: &str, word: &Range<usize>) -> Option<Range<usize>> {
    let (before, after) = (&text[..word.start], &text[word.end..]);
    let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    for marks in ["++", "#"] {
        if let Some(rest) = after.strip_prefix(marks)
            && !is_word(rest.chars().next())
        {
            return Some(word.start..word.end + marks.len());
        }
    }
    let before = before.strip_suffix('.')?;
    let stands_free = before.chars().next_back().is_none_or(|c| c.is_whitespace() || matches!(c, '(' | '"' | '`'));
    (stands_free && text[word.clone()].starts_with(char::is_alphabetic)).then_some(word.start - 1..word.end)
}

/// Whether this is an emoji or a symbol that people search for. Borders and Braille patterns, which draw pictures, are not.
pub(crate) fn is_symbol(c: char) -> bool {
    matches!(c,
        '\u{a3}' | '\u{a5}' | '\u{a7}' | '\u{b0}' | '\u{b1}' | '\u{b5}' | '\u{d7}' | '\u{f7}'
        | '\u{20a0}'..='\u{20cf}'      // currencies
        | '\u{2190}'..='\u{24ff}'      // arrows, mathematics, technical
        | '\u{25a0}'..='\u{27ff}'      // shapes, symbols, dingbats
        | '\u{2900}'..='\u{2bff}'      // more arrows and mathematics
        | '\u{1f000}'..='\u{1f3fa}' | '\u{1f400}'..='\u{1faff}')
}

/// Whether this is a combining accent, the soft hyphen, or what joins or colours emoji: part of a word, but not compared.
pub(crate) fn is_mark(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20ff}' | '\u{fe00}'..='\u{fe0f}' | '\u{fe20}'..='\u{fe2f}' | '\u{1f3fb}'..='\u{1f3ff}')
}

/// Whether this is a character of a script that is searched character by character.
pub(crate) fn stands_alone(c: char) -> bool {
    matches!(c,
        '\u{e00}'..='\u{eff}'          // Thai, Lao
        | '\u{1000}'..='\u{109f}'      // Burmese
        | '\u{1100}'..='\u{11ff}'      // Korean letters
        | '\u{1780}'..='\u{17ff}'      // Khmer
        | '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{31ff}'   // Japanese syllables, Bopomofo
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'   // Chinese characters
        | '\u{a960}'..='\u{a97f}' | '\u{ac00}'..='\u{d7ff}'   // Korean syllables
        | '\u{f900}'..='\u{faff}' | '\u{ff66}'..='\u{ffdc}'   // compatibility, half width
        | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::{Role, words};

    fn folded(text: &str) -> Vec<String> {
        words(text).into_iter().filter(|word| word.role == Role::Word).map(|word| word.folded).collect()
    }

    /// The words of other roles.
    fn beside(text: &str) -> Vec<String> {
        words(text).into_iter().filter(|word| word.role != Role::Word).map(|word| word.folded).collect()
    }

    #[test]
    fn identifiers_are_words_in_parts_and_as_a_whole() {
        assert_eq!(beside("use simp_lemma, os.path.join(x) or foo::bar"), ["simp_lemma", "os.path.join", "foo::bar"]);
        assert_eq!(
            beside("ForeignKey HTTPServer iPhone v1.2.3"),
            ["foreign", "key", "http", "server", "phone", "v1.2.3"]
        );
        assert_eq!(beside("C++ and C#, not a+b; .NET (.net) x.NET"), ["c++", "c#", ".net", ".net", "x.net"]);
        assert_eq!(beside("The end. Begin... a_ _b well-known"), Vec::<String>::new());
        assert_eq!(beside(&["a"; 9].join(".")), Vec::<String>::new());
        let places: Vec<_> = words("see a_b c").into_iter().map(|word| (word.folded, word.position)).collect();
        let expected = [("see", 0), ("a_b", 1), ("a", 1), ("b", 2), ("c", 3)];
        assert_eq!(places, expected.map(|(word, place)| (word.to_owned(), place)));
    }

    #[test]
    fn emoji_and_symbols_are_words() {
        assert_eq!(folded("ok 👍🏽 👩\u{200d}🚀 → ∀x €5 ─┼─"), ["ok", "👍", "👩", "🚀", "→", "∀", "x", "€", "5"]);
    }

    #[test]
    fn words_are_lower_case_and_without_accents() {
        assert_eq!(folded("Crème BRÛLÉE, İstanbul"), ["creme", "brulee", "istanbul"]);
        assert_eq!(folded("cafe\u{301} Straße ΟΔΟΣ οδος"), ["cafe", "strasse", "οδοσ", "οδοσ"]);
    }

    #[test]
    fn punctuation_separates_words() {
        assert_eq!(folded("don't use foo_bar, v1.2"), ["don", "t", "use", "foo", "bar", "v1", "2"]);
        assert_eq!(folded(" ,.! \n\t"), Vec::<String>::new());
    }

    #[test]
    fn scripts_without_spaces_give_a_word_a_character() {
        assert_eq!(folded("東京tower"), ["東", "京", "tower"]);
        assert_eq!(folded("カフェ。학교"), ["カ", "フ", "ェ", "학", "교"]);
    }

    #[test]
    fn a_word_that_is_too_long_is_skipped_but_keeps_its_position() {
        let text = format!("a {} b", "x".repeat(65));
        let places: Vec<_> = words(&text).into_iter().map(|word| (word.folded, word.position)).collect();
        assert_eq!(places, [("a".to_owned(), 0), ("b".to_owned(), 2)]);
        assert_eq!(folded(&"x".repeat(64)).len(), 1);
    }

    #[test]
    fn a_word_has_its_byte_range() {
        let text = "un cafe\u{301}, deux";
        let ranges: Vec<_> = words(text).into_iter().map(|word| &text[word.range]).collect();
        assert_eq!(ranges, ["un", "cafe\u{301}", "deux"]);
    }
}
