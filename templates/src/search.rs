//! The search page.

use std::borrow::Borrow;

use askama::Template;
use domain::model::{Group, MessageId, Person, Topic};
use domain::time::Timestamp;

use crate::layout::Layout;

/// The order of the results.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SearchOrder {
    /// Best match first.
    #[default]
    Best,
    /// Newest first.
    New,
}

impl SearchOrder {
    /// Returns the word in the query string.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Best => "best",
            Self::New => "new",
        }
    }

    /// Parses the word; any other word means the default order.
    pub fn parse(word: &str) -> Self {
        if word == "new" { Self::New } else { Self::Best }
    }
}

/// `/search`.
#[derive(Clone, Debug, Hash, Template)]
#[template(path = "search/index.html")]
pub struct Search {
    pub layout: Layout,
    /// The query; empty before the first search.
    pub q: String,
    /// Search only in this group.
    pub within: Option<Group>,
    pub order: SearchOrder,
    /// The results of this page.
    pub hits: Vec<Hit>,
    /// Total number of results; `None` if unknown.
    pub total: Option<i64>,
    /// Page number, from 1.
    pub page: i64,
    pub has_more: bool,
    /// Why the search failed: an invalid query, or an index that is unavailable.
    pub problem: Option<String>,
}

/// A message that was found.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Hit {
    pub message: MessageId,
    pub topic: Topic,
    pub group: Group,
    pub author: Person,
    pub created_at: Timestamp,
    /// An excerpt: plain text, and whether that part matches.
    pub fragments: Vec<(String, bool)>,
}

impl Search {
    /// Returns the slug of the group searched in, or an empty string for all.
    pub fn within_slug(&self) -> &str {
        self.within.as_ref().map_or("", |group| &group.slug)
    }

    /// Returns the group searched in, if the viewer is not a member of it.
    pub fn other_group(&self) -> Option<&Group> {
        self.within.as_ref().filter(|within| self.layout.sidebar.groups.iter().all(|own| own.id != within.id))
    }

    /// Returns the path of the same search in another order or at another page.
    pub fn link(&self, order: impl Borrow<SearchOrder>, page: impl Borrow<i64>) -> String {
        let page = *page.borrow();
        let mut link = format!("/search?q={}", encoded(&self.q));
        if let Some(within) = &self.within {
            link.push_str("&in=");
            link.push_str(&encoded(&within.slug));
        }
        if *order.borrow() == SearchOrder::New {
            link.push_str("&order=new");
        }
        if page > 1 {
            link.push_str(&format!("&page={page}"));
        }
        link
    }

    /// Whether the newest results come first.
    pub fn is_newest_first(&self) -> bool {
        self.order == SearchOrder::New
    }
}

/// Percent-encodes a value for a query string.
pub fn encoded(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_cannot_leave_its_place_in_the_query() {
        assert_eq!(encoded("a b&c=é/#"), "a%20b%26c%3D%C3%A9%2F%23");
    }
}
