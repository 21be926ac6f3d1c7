//! The language that somebody chose.

use serde::{Deserialize, Serialize};
use texts::Lang;

/// The language that a user or a site chose. Without one, what a browser asks for decides, or the site.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "Option<String>", into = "Option<String>")]
pub struct Language(pub Option<Lang>);

impl Language {
    /// Returns the language with this tag. Anything that nobody can choose is none.
    pub fn parse(code: &str) -> Self {
        Self(Lang::from_code(code).filter(|lang| Lang::CHOICES.contains(lang)))
    }

    /// Returns its tag, if one was chosen.
    pub fn code(self) -> Option<&'static str> {
        self.0.map(Lang::code)
    }
}

impl From<Option<String>> for Language {
    fn from(code: Option<String>) -> Self {
        code.as_deref().map(Self::parse).unwrap_or_default()
    }
}

impl From<Language> for Option<String> {
    fn from(language: Language) -> Self {
        language.code().map(str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_languages_that_people_can_choose_are_parsed() {
        assert_eq!(Language::parse("de"), Language(Some(Lang::De)));
        for other in ["", "tlh", "ar-XB", "DE"] {
            assert_eq!(Language::parse(other), Language::default(), "{other}");
        }
        let json = |language| serde_json::to_string(&language).expect("JSON");
        assert_eq!((json(Language::parse("de")), json(Language::default())), ("\"de\"".to_owned(), "null".to_owned()));
        assert_eq!(serde_json::from_str::<Language>("\"en\"").ok(), Some(Language(Some(Lang::En))));
    }
}
