//! Typed attachments of messages: polls, and data of kinds that programs registered.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::time::Timestamp;
use crate::words::words;
use crate::{KindId, Person, UserId};

/// The most options of a poll.
pub const MAX_OPTIONS: usize = 20;

/// Structured data in a message, such as a poll. It is stored beside the text, as JSON, and contains everything that is needed
/// to show it: what happens to its kind later does not change it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Attachment {
    /// `poll`, or the name of a registered kind: `owner/name`.
    pub kind: String,
    pub version: i64,
    /// As it was sent.
    pub data: Value,
    /// The attachment as plain text. The text of the message ends with it.
    pub fallback: String,
    /// What pages show.
    pub view: View,
    /// When the poll was closed, if somebody closed it before its time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Timestamp>,
    /// The votes, as one viewer may know them. Not stored; `None` if it is not a poll or they were not read.
    #[serde(skip)]
    pub tally: Option<Tally>,
    /// The HTML of the message without the fallback text. Not stored; empty if it was not read with its message.
    #[serde(skip)]
    pub typed_markup: String,
}

/// An attachment as pages show it: a heading, which may be empty, and content by layout.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "layout", rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum View {
    /// Labels with their values.
    Card {
        title: String,
        rows: Vec<(String, String)>,
    },
    Table {
        title: String,
        columns: Vec<String>,
        rows: Vec<Vec<String>>,
    },
    List {
        title: String,
        items: Vec<String>,
    },
    Poll(Poll),
}

words! {
    /// How an attachment is shown.
    Layout {
        /// A heading, and labels with their values.
        Card = "card",
        /// The objects in `rows`, one per line.
        Table = "table",
        /// The values in `items`, one per line.
        List = "list",
        /// A question that readers answer. The data is that of the built-in kind `poll`.
        Poll = "poll",
    }
}

words! {
    /// When the results of a poll are shown.
    ShowResults {
        Always = "always",
        /// To everyone who voted, and to all readers once the poll is closed.
        Voted = "voted",
        /// Once the poll is closed.
        Closed = "closed",
    }
}

/// A question that readers answer.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Poll {
    pub question: String,
    pub options: Vec<String>,
    /// Whether a vote may name several options.
    #[serde(default)]
    pub multiple: bool,
    /// Whether nobody learns who voted.
    #[serde(default)]
    pub anonymous: bool,
    #[serde(default = "always")]
    pub results: ShowResults,
    /// When voting ends; `None`: when somebody closes the poll.
    #[serde(default)]
    pub closes_at: Option<Timestamp>,
}

const fn always() -> ShowResults {
    ShowResults::Always
}

/// The votes of a poll, and those of one viewer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Tally {
    /// Whether nobody can vote any more.
    pub is_closed: bool,
    /// How many people voted.
    pub voters: i64,
    /// The options that the viewer chose, by number from 0, ascending.
    pub chosen: Vec<i64>,
    /// The votes of each option. Private: [`Poll::votes`] decides whether the viewer may see them.
    votes: Vec<i64>,
}

impl Tally {
    /// The votes of each option, for someone who has not voted.
    pub fn new(is_closed: bool, voters: i64, votes: Vec<i64>) -> Self {
        Self { is_closed, voters, votes, chosen: Vec::new() }
    }
}

impl Poll {
    /// Whether its time is over.
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.closes_at.is_some_and(|at| at <= now)
    }

    /// Whether the viewer of the tally may see the results.
    pub fn shows_results(&self, tally: &Tally) -> bool {
        match self.results {
            ShowResults::Always => true,
            ShowResults::Voted => tally.is_closed || !tally.chosen.is_empty(),
            ShowResults::Closed => tally.is_closed,
        }
    }

    /// The votes of each option, if the viewer of the tally may see them.
    pub fn votes(&self, tally: &Tally) -> Option<Vec<i64>> {
        let votes = (0..self.options.len()).map(|option| tally.votes.get(option).copied().unwrap_or(0)).collect();
        self.shows_results(tally).then_some(votes)
    }
}

impl Attachment {
    /// The poll, if it is one.
    pub fn poll(&self) -> Option<&Poll> {
        match &self.view {
            View::Poll(poll) => Some(poll),
            View::Card { .. } | View::Table { .. } | View::List { .. } => None,
        }
    }

    /// The layout that shows it.
    pub fn layout(&self) -> Layout {
        match self.view {
            View::Card { .. } => Layout::Card,
            View::Table { .. } => Layout::Table,
            View::List { .. } => Layout::List,
            View::Poll(_) => Layout::Poll,
        }
    }

    /// Whether the poll was closed, or its time is over.
    pub fn is_closed(&self, now: Timestamp) -> bool {
        self.closed_at.is_some() || self.poll().is_some_and(|poll| poll.is_over(now))
    }

    /// Returns what somebody typed of a message's text: without the fallback text at its end.
    pub fn typed<'a>(&self, text: &'a str) -> &'a str {
        text.strip_suffix(self.fallback.as_str()).map_or(text, str::trim_end)
    }

    /// Adds the fallback text to a typed text, unless it ends with it.
    pub fn with_fallback(&self, typed: &str) -> String {
        let typed = self.typed(typed.trim_end());
        if typed.is_empty() { self.fallback.clone() } else { format!("{typed}\n\n{}", self.fallback) }
    }
}

/// A kind of attachment that a program registered.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Kind {
    pub id: KindId,
    pub owner_id: UserId,
    pub owner_name: String,
    /// Without its owner's name.
    pub name: String,
    pub version: i64,
    pub layout: Layout,
    /// A template for the heading: `Build {number}`. May be empty.
    pub title: String,
    /// JSON: the names of the shown fields, in order. An empty list: all.
    pub fields: String,
    /// JSON Schema of the data.
    pub schema: String,
    pub created_at: Timestamp,
    /// When its owner ended its use.
    pub retired_at: Option<Timestamp>,
    /// When a site admin ended its use.
    pub disabled_at: Option<Timestamp>,
}

impl Kind {
    /// The name that messages use: `owner/name`.
    pub fn full_name(&self) -> String {
        format!("{}/{}", self.owner_name.to_lowercase(), self.name)
    }

    /// Its owner.
    pub fn owner(&self) -> Person {
        Person::new(self.owner_id, self.owner_name.as_str())
    }

    /// Whether new messages may use it.
    pub fn is_usable(&self) -> bool {
        self.retired_at.is_none() && self.disabled_at.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn poll(results: ShowResults) -> Poll {
        let options = vec!["One".to_owned(), "Two".to_owned()];
        Poll { question: "Which?".into(), options, multiple: false, anonymous: true, results, closes_at: None }
    }

    #[test]
    fn results_are_shown_when_the_settings_of_the_poll_allow() {
        let voted =
            |is_closed, chosen: &[i64]| Tally { chosen: chosen.to_vec(), ..Tally::new(is_closed, 3, vec![2, 1]) };
        let cases = [voted(false, &[]), voted(false, &[1]), voted(true, &[])];
        let seen = |results| cases.each_ref().map(|tally| poll(results).votes(tally).is_some());
        assert_eq!(seen(ShowResults::Always), [true, true, true]);
        assert_eq!(seen(ShowResults::Voted), [false, true, true]);
        assert_eq!(seen(ShowResults::Closed), [false, false, true]);
        assert_eq!(poll(ShowResults::Always).votes(&cases[0]), Some(vec![2, 1]));
    }

    #[test]
    fn the_text_ends_with_the_fallback_text_once() {
        let attachment = Attachment {
            kind: "poll".into(),
            version: 1,
            data: Value::Null,
            fallback: "Poll: Which?\n- One".into(),
            view: View::Poll(poll(ShowResults::Always)),
            closed_at: None,
            tally: None,
            typed_markup: String::new(),
        };
        let whole = attachment.with_fallback("Please vote. ");
        assert_eq!(whole, "Please vote.\n\nPoll: Which?\n- One");
        assert_eq!(attachment.with_fallback(&whole), whole);
        assert_eq!(attachment.typed(&whole), "Please vote.");
        assert_eq!(attachment.with_fallback(""), attachment.fallback);
        assert_eq!(attachment.typed(&attachment.fallback), "");
    }

    #[test]
    fn an_attachment_is_stored_without_the_votes() {
        let attachment = Attachment {
            kind: "poll".into(),
            version: 1,
            data: serde_json::json!({"question": "Which?"}),
            fallback: "Poll".into(),
            view: View::Poll(poll(ShowResults::Voted)),
            closed_at: Some(Timestamp(7)),
            tally: Some(Tally::new(false, 3, vec![2, 1])),
            typed_markup: String::new(),
        };
        let stored = serde_json::to_string(&attachment).expect("JSON");
        assert!(!stored.contains("tally") && !stored.contains("voters"), "{stored}");
        let read: Attachment = serde_json::from_str(&stored).expect("an attachment");
        assert_eq!(read, Attachment { tally: None, ..attachment });
    }
}
