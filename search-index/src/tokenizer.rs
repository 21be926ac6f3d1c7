//! Splits text into words, in the same way for the index, queries and highlighting.
//!
//! A word is a run of letters and digits, in lower case, without accents. In scripts without spaces between words (and
//! in Korean, which attaches particles to them) each character is a word, so that any part of a sentence is found as a
//! phrase. A change here needs a new [`VERSION`](crate::schema::VERSION).

use std::iter::Peekable;
use std::ops::Range;
use std::str::CharIndices;

use tantivy::tokenizer::{AsciiFoldingFilter, RemoveLongFilter, TextAnalyzer, Token, TokenStream, Tokenizer};

/// Longer words (in bytes, folded) are left out of the index and of queries.
const MAX_WORD_BYTES: usize = 64;

/// A folded word and its place in the text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Word {
    pub(crate) folded: String,
    /// Counts the words of the text, including those left out.
    pub(crate) position: usize,
    /// In bytes.
    pub(crate) range: Range<usize>,
}

pub(crate) fn words(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    analyzer().token_stream(text).process(&mut |token| {
        words.push(Word {
            folded: token.text.clone(),
            position: token.position,
            range: token.offset_from..token.offset_to,
        });
    });
    words
}

/// Returns the same tokenizer as a chain for tantivy.
pub(crate) fn analyzer() -> TextAnalyzer {
    TextAnalyzer::builder(WordTokenizer::default())
        .filter(AsciiFoldingFilter)
        .filter(RemoveLongFilter::limit(MAX_WORD_BYTES + 1))
        .build()
}

#[derive(Clone, Default)]
struct WordTokenizer {
    token: Token,
}

struct WordStream<'a> {
    chars: Peekable<CharIndices<'a>>,
    token: &'a mut Token,
}

impl Tokenizer for WordTokenizer {
    type TokenStream<'a> = WordStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> WordStream<'a> {
        self.token.reset();
        WordStream { chars: text.char_indices().peekable(), token: &mut self.token }
    }
}

impl WordStream<'_> {
    fn push(&mut self, at: usize, c: char) {
        self.token.offset_to = at + c.len_utf8();
        if !is_mark(c) {
            let lower = c.to_lowercase().filter(|&c| !is_mark(c));
            self.token.text.extend(lower.map(|c| if c == 'ς' { 'σ' } else { c }));
        }
    }
}

impl TokenStream for WordStream<'_> {
    fn advance(&mut self) -> bool {
        self.token.text.clear();
        self.token.position = self.token.position.wrapping_add(1);
        let Some((start, first)) = self.chars.find(|&(_, c)| c.is_alphanumeric()) else {
            return false;
        };
        self.token.offset_from = start;
        self.push(start, first);
        let alone = stands_alone(first);
        let goes_on = |c: char| is_mark(c) || (!alone && c.is_alphanumeric() && !stands_alone(c));
        while let Some((at, c)) = self.chars.next_if(|&(_, c)| goes_on(c)) {
            self.push(at, c);
        }
        true
    }

    fn token(&self) -> &Token {
        self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        self.token
    }
}

/// Whether this is a combining accent or the soft hyphen: part of a word, but not compared.
pub(crate) fn is_mark(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20ff}' | '\u{fe00}'..='\u{fe0f}' | '\u{fe20}'..='\u{fe2f}')
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
    use super::words;

    fn folded(text: &str) -> Vec<String> {
        words(text).into_iter().map(|word| word.folded).collect()
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
    fn a_word_too_long_is_left_out_but_keeps_its_place() {
        let text = format!("a {} b", "x".repeat(65));
        let places: Vec<_> = words(&text).into_iter().map(|word| (word.folded, word.position)).collect();
        assert_eq!(places, [("a".to_owned(), 0), ("b".to_owned(), 2)]);
        assert_eq!(folded(&"x".repeat(64)).len(), 1);
    }

    #[test]
    fn a_word_knows_the_bytes_it_stood_on() {
        let text = "un cafe\u{301}, deux";
        let ranges: Vec<_> = words(text).into_iter().map(|word| &text[word.range]).collect();
        assert_eq!(ranges, ["un", "cafe\u{301}", "deux"]);
    }
}
