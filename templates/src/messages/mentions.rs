//! The viewer's mentions.

use askama::Template;
use domain::model::MentionRow;

use crate::layout::Layout;

/// `/mentions`.
#[derive(Clone, Debug, Template)]
#[template(path = "messages/mentions/index.html")]
pub struct Mentions {
    pub layout: Layout,
    /// Newest first.
    pub rows: Vec<MentionRow>,
    /// The cursor of the next older page, for `?before=`.
    pub older: Option<String>,
    /// The state that the page shows, for "Mark all as read".
    pub upto: String,
}

impl Mentions {
    /// Whether any row of this page is unread.
    pub fn has_unread(&self) -> bool {
        self.rows.iter().any(|row| row.unread)
    }
}
