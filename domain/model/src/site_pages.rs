//! The pages of the site that admins write, such as its rules, and who accepted them.

use std::fmt;

use serde::{Deserialize, Serialize};
use texts::Text;

use crate::time::Timestamp;
use crate::words::words;

words! {
    /// A page of the site that admins write. The order is that of the footer.
    SitePage {
        About = "about",
        Rules = "rules",
        Terms = "terms",
        Privacy = "privacy",
        /// Who runs the site. The law of many countries requires it.
        Imprint = "imprint",
        Contact = "contact",
    }
}

impl SitePage {
    /// The pages that new members can be asked to accept.
    pub const ACCEPTABLE: [Self; 3] = [Self::Rules, Self::Terms, Self::Privacy];

    /// Whether new members can be asked to accept it.
    pub fn is_acceptable(self) -> bool {
        Self::ACCEPTABLE.contains(&self)
    }

    /// Returns the title.
    pub fn title(self) -> Text {
        match self {
            Self::About => texts::words::page_about(),
            Self::Rules => texts::words::page_rules(),
            Self::Terms => texts::words::page_terms(),
            Self::Privacy => texts::words::page_privacy(),
            Self::Imprint => texts::words::page_imprint(),
            Self::Contact => texts::words::page_contact(),
        }
    }

    /// Returns the name in a sentence: in English after "the", in other languages with its article.
    pub fn name(self) -> Text {
        match self {
            Self::About => texts::words::name_about(),
            Self::Rules => texts::words::name_rules(),
            Self::Terms => texts::words::name_terms(),
            Self::Privacy => texts::words::name_privacy(),
            Self::Imprint => texts::words::name_imprint(),
            Self::Contact => texts::words::name_contact(),
        }
    }
}

/// The current version of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct CurrentPage {
    #[sqlx(rename = "slug")]
    pub page: SitePage,
    /// 0 for the text that comes with the program.
    pub version: i64,
    /// Whether an admin emptied it, so that it does not exist.
    pub is_removed: bool,
    /// The latest version that everyone was asked to accept again; 0: none.
    pub asked: i64,
}

/// A version of a page.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct PageVersion {
    /// 0 for the text that comes with the program.
    pub version: i64,
    /// As typed; empty: the page was removed.
    pub raw: String,
    /// Who published it; `None` for version 0, and when the account is gone.
    pub author: Option<String>,
    /// `None` for version 0.
    pub created_at: Option<Timestamp>,
    /// Whether people who accepted an earlier version were asked again.
    pub asks_again: bool,
}

/// A line in the history of a page: a version without its text.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct PageVersionRow {
    pub version: i64,
    pub is_removed: bool,
    pub author: Option<String>,
    pub created_at: Option<Timestamp>,
    pub asks_again: bool,
}

/// That a user accepted a version of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Acceptance {
    #[sqlx(rename = "slug")]
    pub page: SitePage,
    pub version: i64,
    pub accepted_at: Timestamp,
}

/// The latest versions that a user accepted; 0: none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Accepted {
    #[sqlx(rename = "accepted_rules")]
    pub rules: i64,
    #[sqlx(rename = "accepted_terms")]
    pub terms: i64,
    #[sqlx(rename = "accepted_privacy")]
    pub privacy: i64,
}

impl Accepted {
    /// Returns the latest version of a page that was accepted.
    pub fn version(self, page: SitePage) -> i64 {
        match page {
            SitePage::Rules => self.rules,
            SitePage::Terms => self.terms,
            SitePage::Privacy => self.privacy,
            SitePage::About | SitePage::Imprint | SitePage::Contact => 0,
        }
    }
}

/// Versions of pages that somebody is asked to accept. As text, the value of a checkbox: `rules.3 privacy.1`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Consent(pub Vec<(SitePage, i64)>);

impl Consent {
    /// Whether there is nothing to accept.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the pages.
    pub fn pages(&self) -> Vec<SitePage> {
        self.0.iter().map(|(page, _)| *page).collect()
    }

    /// Returns the names of the pages in a sentence: `rules, the terms and the privacy policy`.
    pub fn names(&self) -> Text {
        let mut names = self.0.iter().map(|(page, _)| page.name());
        let Some(last) = names.next_back() else { return Text::verbatim("") };
        match names.reduce(texts::words::names_more) {
            Some(before) => texts::words::names_last(before, last),
            None => last,
        }
    }
}

impl fmt::Display for Consent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, (page, version)) in self.0.iter().enumerate() {
            write!(f, "{}{page}.{version}", if place == 0 { "" } else { " " })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_is_named_and_is_the_value_of_a_checkbox() {
        let consent = |pages: &[(SitePage, i64)]| Consent(pages.to_vec());
        let (rules, terms, privacy) = ((SitePage::Rules, 3), (SitePage::Terms, 12), (SitePage::Privacy, 1));
        assert_eq!(consent(&[rules]).names(), "rules");
        assert_eq!(consent(&[rules, privacy]).names(), "rules and the privacy policy");
        assert_eq!(consent(&[rules, terms, privacy]).names(), "rules, the terms and the privacy policy");
        assert_eq!(consent(&[rules, terms, privacy]).to_string(), "rules.3 terms.12 privacy.1");
        assert_eq!((consent(&[]).to_string(), consent(&[]).names().to_string()), (String::new(), String::new()));
    }

    #[test]
    fn every_page_has_a_word_a_title_and_a_name() {
        for page in SitePage::EACH {
            assert_eq!(SitePage::parse(page.as_str()), Some(*page));
            assert!(!page.title().is_empty() && !page.name().is_empty());
        }
    }
}
