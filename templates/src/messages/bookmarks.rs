//! The messages that the viewer bookmarked or starred, and who starred a message.

use askama::Template;
use domain::model::{Group, Message, Topic};
use domain::time::Timestamp;

use crate::layout::Layout;

/// `/-/bookmarks` and `/-/starred`.
#[derive(Clone, Debug, Template)]
#[template(path = "messages/bookmarks/index.html")]
pub struct Bookmarks {
    pub layout: Layout,
    /// Whether it lists starred messages.
    pub is_starred: bool,
    /// The latest first.
    pub rows: Vec<Row>,
    /// The cursor of the next page.
    pub older: Option<String>,
}

/// A message that the viewer marked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub group: Group,
    pub topic: Topic,
    pub message: Message,
    pub marked_at: Timestamp,
}

impl Bookmarks {
    /// Returns the path of the list.
    pub fn path(&self) -> &'static str {
        if self.is_starred { "/-/starred" } else { "/-/bookmarks" }
    }
}

/// `/-/messages/ID/stars`.
#[derive(Clone, Debug, Template)]
#[template(path = "messages/bookmarks/stars.html")]
pub struct Stars {
    pub layout: Layout,
    pub group: Group,
    pub topic: Topic,
    pub message: Message,
}
