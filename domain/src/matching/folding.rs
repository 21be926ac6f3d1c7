//! Normalization of text for rules: removes invisible characters and maps styled letters (wide, ringed) to plain ones.

use std::borrow::Cow;
use std::sync::OnceLock;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

/// Whether a character is invisible: Unicode's default-ignorable ones, annotation marks, and controls.
fn is_unseen(c: char) -> bool {
    match c {
        ' '..='~' => false,
        '\u{ad}'
        | '\u{34f}'
        | '\u{61c}'
        | '\u{115f}'..='\u{1160}'
        | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}'
        | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}' => true,
        c => c.is_control() && !c.is_whitespace(),
    }
}

/// Normalizes a text: no invisible characters, normal form KC. Borrows a text that is already normal.
pub(super) fn fold(text: &str) -> Cow<'_, str> {
    let seen = || text.chars().filter(|c| !is_unseen(*c));
    if text.chars().any(is_unseen) {
        Cow::Owned(seen().nfkc().collect())
    } else if text.is_ascii() || is_nfkc_quick(text.chars()) == IsNormalized::Yes {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.nfkc().collect())
    }
}

/// A text for rules, as typed and as normalized. It is normalized once, when the first rule needs it.
#[derive(Debug)]
pub(crate) struct NormalizedText<'a> {
    typed: &'a str,
    folded: OnceLock<Option<String>>,
}

impl<'a> NormalizedText<'a> {
    /// Wraps a typed text.
    pub fn new(typed: &'a str) -> Self {
        Self { typed, folded: OnceLock::new() }
    }

    /// The text as typed.
    pub fn typed(&self) -> &'a str {
        self.typed
    }

    /// The normalized text; `None` when it equals the typed one.
    pub fn folded(&self) -> Option<&str> {
        let folded = self.folded.get_or_init(|| match fold(self.typed) {
            Cow::Borrowed(_) => None,
            Cow::Owned(folded) => (folded != self.typed).then_some(folded),
        });
        folded.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use regex::Regex;

    use super::*;
    use crate::platform::validate::MAX_MESSAGE;

    #[test]
    fn look_alike_characters_fold_to_the_same_text() {
        for typed in [
            "pi\u{200b}lls",
            "pi\u{ad}lls",
            "ｐｉｌｌｓ",
            "𝐩𝐢𝐥𝐥𝐬",
            "ⓟⓘⓛⓛⓢ",
            "p\u{202e}\u{202c}ills",
            "pills\u{fe0f}",
            "p\u{1}ills\u{e0041}",
        ] {
            assert_eq!(fold(typed), "pills", "{typed:?}");
        }
        assert_eq!(fold("cafe\u{301} o\u{200d}\u{308}"), "caf\u{e9} \u{f6}");
        assert_eq!(fold("a\u{a0}b\u{3000}c\td\ne"), "a b c\td\ne", "white space stays");
        for plain in ["", "pills", "Äpfel für Ærø, 日本語 — “so”", "Καλημέρα, дорогие"] {
            assert!(matches!(fold(plain), Cow::Borrowed(same) if same == plain), "{plain:?}");
            assert_eq!(NormalizedText::new(plain).folded(), None);
        }
    }

    #[test]
    fn folding_twice_changes_nothing_more() {
        let ignorable = Regex::new(r"\A\p{Default_Ignorable_Code_Point}\z").expect("a constant pattern");
        for c in '\0'..=char::MAX {
            let one = c.to_string();
            assert!(is_unseen(c) || !ignorable.is_match(&one), "{c:?} shows nothing");
            let folded = fold(&one);
            assert_eq!(fold(&folded), folded, "{c:?}");
        }
    }

    #[test]
    fn folding_takes_time_in_proportion_to_length() {
        for hard in ["\u{fdfa}", "\u{301}\u{323}", "a\u{200b}", "\u{1d173}", "ｗ", "\u{1100}\u{1161}\u{11a8}"] {
            let text = hard.repeat(MAX_MESSAGE);
            let begun = Instant::now();
            fold(&text);
            assert!(begun.elapsed() < Duration::from_secs(5), "{hard:?}: {:?}", begun.elapsed());
        }
    }
}
