//! The search page.

use std::borrow::Borrow;

use askama::Template;
use domain::model::{Group, MessageId, Person, Topic, TopicId};
use domain::search::{Facet, Fields, Matches, Suggestions};
use domain::time::Timestamp;
use serde::Serialize;
use texts::Text;

use crate::layout::Layout;
use crate::text_directive;
pub use crate::text_directive::encoded;

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
    /// Search only in this topic: its id and title.
    pub topic: Option<(TopicId, String)>,
    pub order: SearchOrder,
    /// The results of this page.
    pub hits: Vec<Hit>,
    /// Total number of results; `None` if nothing was asked.
    pub total: Option<i64>,
    /// How many of them have all the words.
    pub exact: i64,
    /// Page number, from 1.
    pub page: i64,
    pub has_more: bool,
    /// What the fields of the form show.
    pub fields: Fields,
    /// What is wrong with the query, or with the index.
    pub problems: Vec<Text>,
    /// Words that look like mistyped operators.
    pub hints: Vec<Text>,
    /// A query that finds more.
    pub suggestion: Option<String>,
    /// Groups, topics and people that the query names.
    pub matches: Matches,
    /// How many results there are by group, author and year.
    pub groups: Vec<Facet>,
    pub authors: Vec<Facet>,
    pub years: Vec<Facet>,
    /// Whether there are more results than were counted for these.
    pub is_partial: bool,
}

/// A message that was found.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Hit {
    pub message: MessageId,
    /// Its number in the topic.
    pub seq: i64,
    /// Whether the title of the topic was found, and this is its first message.
    pub is_topic: bool,
    pub topic: Topic,
    pub group: Group,
    pub author: Person,
    pub created_at: Timestamp,
    /// An excerpt: plain text, and whether that part matches.
    pub fragments: Vec<(String, bool)>,
    /// Whether the result before it is in the same topic.
    pub continues: bool,
    /// How many further results the topic has.
    pub more: i64,
}

impl Hit {
    /// Returns the address of the message on its page, with the words to mark there.
    pub fn link(&self) -> String {
        let words = if self.is_topic { String::new() } else { text_directive::of(&self.fragments) };
        format!("/{}/{}/?at={}#m{}{words}", self.group.slug, self.topic.slug, self.seq, self.message)
    }
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
        let topic = self.topic.as_ref().map(|(id, _)| *id);
        self.path(&self.q, self.within_slug(), topic, *order.borrow(), *page.borrow())
    }

    /// Returns the path of another query in the same place.
    pub fn other_query(&self, q: &str) -> String {
        self.path(q, self.within_slug(), self.topic.as_ref().map(|(id, _)| *id), self.order, 1)
    }

    /// Returns the path of the same search with a further operator.
    pub fn narrowed(&self, operator: &str, facet: &Facet) -> String {
        self.other_query(&format!("{} {operator}:{}", self.q, facet.value))
    }

    /// Returns the path of the same search in the topic of a result.
    pub fn in_topic(&self, hit: &Hit) -> String {
        self.path(&self.q, "", Some(hit.topic.id), self.order, 1)
    }

    /// Returns the path of the same query in all groups and topics.
    pub fn everywhere(&self) -> String {
        format!("/search?q={}", encoded(&self.q))
    }

    fn path(&self, q: &str, within: &str, topic: Option<TopicId>, order: SearchOrder, page: i64) -> String {
        let mut link = format!("/search?q={}", encoded(q.trim()));
        if !within.is_empty() {
            link.push_str(&format!("&in={}", encoded(within)));
        }
        if let Some(topic) = topic {
            link.push_str(&format!("&topic={topic}"));
        }
        if order == SearchOrder::New {
            link.push_str("&order=new");
        }
        if page > 1 {
            link.push_str(&format!("&page={page}"));
        }
        link
    }

    /// Returns the choices of `has:`, with their names.
    fn parts(&self) -> [(&'static str, Text); 4] {
        [
            ("", texts::search::anything()),
            ("link", texts::search::a_link()),
            ("image", texts::search::an_image()),
            ("code", texts::search::code()),
        ]
    }

    /// Returns the choices of `is:`, with their names. Most are about the viewer.
    fn states(&self) -> Vec<(&'static str, Text)> {
        let own = [
            ("starred", texts::search::messages_starred()),
            ("mine", texts::search::my_messages()),
            ("unread", texts::search::unread_messages()),
        ];
        let is_shown = |word: &str| self.layout.viewer.is_some() || word == self.fields.is;
        let all = [("", texts::search::all_messages()), ("resolved", texts::search::resolved_topics())];
        all.into_iter().chain(own.into_iter().filter(|(word, _)| is_shown(word))).collect()
    }

    /// Says that not all results have all the words.
    pub fn looseness(&self) -> Option<Text> {
        if self.total.is_none_or(|total| total <= self.exact) {
            return None;
        }
        let is_one_word = self.q.split_whitespace().count() == 1;
        Some(if self.exact == 0 && is_one_word { texts::search::no_word() } else { texts::search::loose(self.exact) })
    }

    /// Whether there is a choice of groups, authors or years.
    pub fn has_facets(&self) -> bool {
        self.groups.len() > 1 || self.authors.len() > 1 || self.years.len() > 1
    }

    /// Whether the newest results come first.
    pub fn is_newest_first(&self) -> bool {
        self.order == SearchOrder::New
    }
}

/// What may come next in a search, for `suggest.js`: the text to continue with, or the page to open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Suggestion {
    kind: String,
    label: String,
    about: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    href: Option<String>,
}

/// Returns suggestions in the order in which they are listed, in the language of the [`texts::within`] around it.
pub fn suggestions(found: Suggestions) -> Vec<Suggestion> {
    let Suggestions { completions, matches } = found;
    let page = |kind: Text, label, about, href| Suggestion {
        kind: kind.to_string(),
        label,
        about,
        text: None,
        href: Some(href),
    };
    let mut all: Vec<Suggestion> = Vec::new();
    for one in completions {
        let text = Some(one.text);
        all.push(Suggestion {
            kind: texts::search::kind_complete().to_string(),
            label: one.piece.trim().to_owned(),
            about: one.about.to_string(),
            text,
            href: None,
        });
    }
    for group in matches.groups {
        all.push(page(
            texts::search::kind_group(),
            group.name,
            domain::markup::excerpt(&group.description, 80),
            format!("/{}/", group.slug),
        ));
    }
    for topic in matches.topics {
        let href = format!("/{}/{}/", topic.group_slug, topic.slug);
        all.push(page(texts::search::kind_topic(), topic.title, topic.group_name, href));
    }
    for person in matches.people {
        let href = format!("/users/{}/", encoded(&person.username));
        all.push(page(texts::search::kind_person(), person.username, person.name, href));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_cannot_leave_its_place_in_the_query() {
        assert_eq!(encoded("a b&c=é/#"), "a%20b%26c%3D%C3%A9%2F%23");
    }
}
