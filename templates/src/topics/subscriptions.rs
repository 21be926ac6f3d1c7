//! The topics that somebody follows.

use askama::Template;
use domain::model::{Group, TopicRow};

use crate::layout::Layout;

/// `/-/following`.
#[derive(Clone, Debug, Template)]
#[template(path = "topics/subscriptions/index.html")]
pub struct Following {
    pub layout: Layout,
    /// Whether they follow the topics that they write in.
    pub by_writing: bool,
    /// The topics, by latest activity.
    pub entries: Vec<Entry>,
    /// The cursor of the next page.
    pub older: Option<String>,
    pub is_later_page: bool,
}

/// A topic with its group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub group: Group,
    pub row: TopicRow,
}
