//! Searching.

use std::borrow::Borrow;

use askama::Template;
use domain::model::{Group, MessageId, Person, Topic};
use domain::time::Timestamp;

use crate::layout::Layout;

/// How results are ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SearchOrder {
    /// Those that fit best first.
    #[default]
    Best,
    /// Newest first.
    New,
}

impl SearchOrder {
    /// The word in the address.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Best => "best",
            Self::New => "new",
        }
    }

    /// Reads the word; any other means the usual order.
    pub fn parse(word: &str) -> Self {
        if word == "new" { Self::New } else { Self::Best }
    }
}

/// `/search`.
#[derive(Clone, Debug, Template)]
#[template(path = "search/index.html")]
pub struct Search {
    pub layout: Layout,
    /// What is searched for; empty before.
    pub q: String,
    /// Only in this group.
    pub within: Option<Group>,
    pub order: SearchOrder,
    /// What was found, on this page.
    pub hits: Vec<Hit>,
    /// How many in all, where that is known.
    pub total: Option<i64>,
    /// Page number, from 1.
    pub page: i64,
    pub has_more: bool,
    /// Why nothing could be searched: a query that makes no sense, an index at rest.
    pub problem: Option<String>,
}

/// A message that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    pub message: MessageId,
    pub topic: Topic,
    pub group: Group,
    pub author: Person,
    pub created_at: Timestamp,
    /// A piece of its text: plain, and whether that part was looked for.
    pub fragments: Vec<(String, bool)>,
}

impl Search {
    /// The group's word in addresses, or empty for everywhere.
    pub fn within_slug(&self) -> &str {
        self.within.as_ref().map_or("", |group| &group.slug)
    }

    /// The group searched in, when the viewer's own list does not offer it.
    pub fn other_group(&self) -> Option<&Group> {
        self.within.as_ref().filter(|within| self.layout.sidebar.groups.iter().all(|own| own.id != within.id))
    }

    /// The address of the same search in another order or at another page.
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

    /// Whether newest come first.
    pub fn is_newest_first(&self) -> bool {
        self.order == SearchOrder::New
    }
}

/// A value in a query, percent-encoded but for what never needs it.
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
