//! Requests to join a group.

use askama::Template;
use domain::model::{Group, Person, RequestRow};
use domain::time::Timestamp;
use texts::Text;

use crate::form::AskForm;
use crate::layout::Layout;

/// `/GROUP/` of a closed group, for non-members.
#[derive(Clone, Debug, Hash, Template)]
#[template(path = "groups/requests/closed_group.html")]
pub struct ClosedGroup {
    pub layout: Layout,
    pub group: Group,
    /// HTML from the markup module; may be empty.
    pub about: String,
    pub members: i64,
    pub may_ask: bool,
    pub may_delete: bool,
    pub is_banned: bool,
    /// When the viewer asked; `None` when no request is waiting.
    pub asked_at: Option<Timestamp>,
    /// When the viewer may ask again after being declined.
    pub ask_again_at: Option<Timestamp>,
    pub form: AskForm,
}

/// `/-/groups/ID/requests`.
#[derive(Clone, Debug, Template)]
#[template(path = "groups/requests/index.html")]
pub struct Requests {
    pub layout: Layout,
    pub group: Group,
    pub moderates: bool,
    /// The group is archived, so nobody can be admitted.
    pub archived: bool,
    /// Oldest first.
    pub rows: Vec<Row>,
    /// Total over all pages.
    pub total: i64,
}

impl Requests {
    /// Returns how many requests wait, in words.
    pub fn fact(&self) -> Text {
        texts::invitations::waiting(self.total)
    }
}

/// A request to join.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub person: Person,
    /// May be empty.
    pub message: String,
    pub at: Timestamp,
}

impl From<RequestRow> for Row {
    fn from(row: RequestRow) -> Self {
        Self { person: row.person, message: row.message, at: row.created_at }
    }
}
