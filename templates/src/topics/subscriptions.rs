//! The topics that the viewer follows.

use askama::Template;
use domain::model::{Group, TopicRow};

use crate::layout::Layout;

/// `/-/following`.
#[derive(Clone, Debug, Template)]
#[template(path = "topics/subscriptions/index.html")]
pub struct Following {
    pub layout: Layout,
    /// Whether the viewer follows topics by writing in them.
    pub by_writing: bool,
    /// By latest activity.
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
