//! Languages and the stems of their words: `herons` and `heron` have the same one.

use std::cell::RefCell;
use std::collections::HashMap;

use frostem::{Algorithm, Stemmer};
use whatlang::{Detector, Lang};

use crate::tokenizer::{Word, fold};

/// A language whose words have stems.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Language {
    lang: Lang,
    /// Begins the terms of its stems, so that words of different languages do not meet.
    pub(crate) code: char,
    algorithm: Algorithm,
}

const fn language(lang: Lang, code: char, algorithm: Algorithm) -> Language {
    Language { lang, code, algorithm }
}

/// Texts whose language is not known for sure count as English.
pub(crate) const ENGLISH: Language = language(Lang::Eng, 'e', Algorithm::English);

/// All languages.
pub(crate) const LANGUAGES: [Language; 12] = [
    ENGLISH,
    language(Lang::Deu, 'd', Algorithm::German),
    language(Lang::Fra, 'f', Algorithm::French),
    language(Lang::Spa, 's', Algorithm::Spanish),
    language(Lang::Ita, 'i', Algorithm::Italian),
    language(Lang::Por, 'p', Algorithm::Portuguese),
    language(Lang::Nld, 'n', Algorithm::Dutch),
    language(Lang::Swe, 'w', Algorithm::Swedish),
    language(Lang::Dan, 'k', Algorithm::Danish),
    language(Lang::Nob, 'o', Algorithm::Norwegian),
    language(Lang::Fin, 'u', Algorithm::Finnish),
    language(Lang::Rus, 'r', Algorithm::Russian),
];

/// The part of a text that is looked at.
const LOOKED_AT: usize = 400;
/// Shorter texts are not told apart.
const MIN_CHARS: usize = 20;
/// Words kept per thread, with their stems. Forums repeat their words a lot.
const MAX_KEPT: usize = 20_000;
/// Frequent English words that the other languages do not have.
const FREQUENT: [&str; 14] =
    ["the", "and", "that", "this", "with", "you", "from", "what", "there", "would", "they", "which", "about", "their"];
/// If at least one word in so many is one of these, and not only one, a text is English.
const ONE_IN: usize = 8;

/// Returns the language of a text.
pub(crate) fn language_of(text: &str) -> Language {
    thread_local! {
        static DETECTOR: Detector = Detector::with_allowlist(LANGUAGES.iter().map(|language| language.lang).collect());
    }
    let end = text.char_indices().nth(LOOKED_AT).map_or(text.len(), |(at, _)| at);
    let text = &text[..end];
    // Detection compares a text with 300 trigrams of each language.
    if text.len() < MIN_CHARS || is_plainly_english(text) {
        return ENGLISH;
    }
    let found = DETECTOR.with(|detector| detector.detect(text)).filter(|info| info.is_reliable());
    found.and_then(|info| LANGUAGES.into_iter().find(|language| language.lang == info.lang())).unwrap_or(ENGLISH)
}

fn is_plainly_english(text: &str) -> bool {
    let (mut words, mut frequent) = (0, 0);
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        words += 1;
        frequent += usize::from(FREQUENT.iter().any(|known| word.eq_ignore_ascii_case(known)));
    }
    frequent > 1 && frequent * ONE_IN >= words
}

/// Returns the term of a word's stem: the language's code, and the stem without accents. `None` for what has no forms.
pub(crate) fn stem(language: Language, word: &Word) -> Option<String> {
    stem_of(language, &word.folded, word.lower.as_deref())
}

pub(crate) fn stem_of(language: Language, folded: &str, lower: Option<&str>) -> Option<String> {
    thread_local! {
        static KEPT: RefCell<Kept> = RefCell::default();
    }
    if folded.len() < 3 || !folded.chars().all(char::is_alphabetic) {
        return None;
    }
    let lower = lower.unwrap_or(folded);
    KEPT.with_borrow_mut(|kept| {
        if let Some(known) = kept.stems.get(&language.code).and_then(|stems| stems.get(lower)) {
            return known.clone();
        }
        let mut term = String::from(language.code);
        term.push_str(&fold(&Stemmer::new(language.algorithm).stem(lower)));
        let term = (term.len() > 1).then_some(term);
        if kept.count >= MAX_KEPT {
            *kept = Kept::default();
        }
        kept.count += 1;
        kept.stems.entry(language.code).or_default().insert(lower.to_owned(), term.clone());
        term
    })
}

/// Words with their stems, by the code of their language.
#[derive(Default)]
struct Kept {
    stems: HashMap<char, HashMap<String, Option<String>>>,
    count: usize,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tokenizer::words;

    fn stems(text: &str) -> Vec<String> {
        let language = language_of(text);
        words(text).iter().filter_map(|word| stem(language, word)).collect()
    }

    #[test]
    fn forms_of_a_word_have_the_same_stem() {
        assert_eq!(stems("herons"), stems("Heron"));
        assert_eq!(stems("running"), stems("runs"));
        assert_eq!(stems("42 a x1"), Vec::<String>::new());
    }

    #[test]
    fn the_language_of_a_text_decides() {
        let german = "Die Katzen schlafen gerne auf den warmen Häusern am Fluss";
        assert_eq!(language_of(german).code, 'd');
        let of = |word: &str| stem(LANGUAGES[1], &words(word)[0]).expect("a stem");
        assert!(stems(german).contains(&of("Katze")) && stems(german).contains(&of("Haus")), "{:?}", stems(german));
        assert_eq!(language_of("Les chats jouent toujours sur les maisons près de la rivière").code, 'f');
        assert_eq!(language_of("ok lol").code, 'e');
        assert!(is_plainly_english("I think that the herons, and what they eat, are a topic of their own"));
        assert!(!is_plainly_english(german) && !is_plainly_english("The herons eat fish"));
        let quotes = "Er sagte \"the sound and the fury\", und dann ging er mit den Katzen nach Hause an den Fluss, weil es schon \
                      spät war und die Vögel nicht mehr sangen";
        assert!(!is_plainly_english(quotes));
    }
}
