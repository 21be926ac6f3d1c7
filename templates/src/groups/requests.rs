//! Asking to be let into a group, and answering.

use askama::Template;
use domain::model::{Group, Person};
use domain::store::groups::requests::RequestRow;
use domain::time::Timestamp;

use crate::form::AskForm;
use crate::layout::Layout;

/// `/GROUP/` of a closed group, for those outside of it.
#[derive(Clone, Debug, Template)]
#[template(path = "groups/requests/door.html")]
pub struct Door {
    pub layout: Layout,
    pub group: Group,
    /// HTML from the markup module; may be empty.
    pub about: String,
    pub members: i64,
    pub may_ask: bool,
    pub may_delete: bool,
    pub is_banned: bool,
    /// When the viewer asked, if they wait for an answer.
    pub asked_at: Option<Timestamp>,
    /// When the viewer may ask again who was declined.
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
    /// Whether nobody can be let in, since the group is archived.
    pub archived: bool,
    /// Who waits, the eldest first.
    pub rows: Vec<Row>,
    /// Total over all pages.
    pub total: i64,
}

impl Requests {
    /// Returns how many wait, in words.
    pub fn fact(&self) -> String {
        format!("{} waiting", crate::numbers::thousands(self.total))
    }
}

/// Somebody who asks to be let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub person: Person,
    /// What they say; may be empty.
    pub message: String,
    pub at: Timestamp,
}

impl From<RequestRow> for Row {
    fn from(row: RequestRow) -> Self {
        Self { person: row.person, message: row.message, at: row.created_at }
    }
}
