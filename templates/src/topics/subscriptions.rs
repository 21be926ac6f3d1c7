//! The topics that somebody follows.

use askama::Template;
use domain::model::{Group, TopicRow};

use crate::layout::Layout;

/// `/-/following`.
#[derive(Clone, Debug, Template)]
#[template(path = "topics/subscriptions/index.html")]
pub struct Following {
    /// Around it.
    pub layout: Layout,
    /// Whether they follow the topics that they write in.
    pub by_writing: bool,
    /// The topics, by latest activity.
    pub entries: Vec<Entry>,
    /// Where the next page begins.
    pub older: Option<String>,
    /// Whether this is not the first page.
    pub is_later_page: bool,
}

/// A topic with its group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The group.
    pub group: Group,
    /// The topic.
    pub row: TopicRow,
}
