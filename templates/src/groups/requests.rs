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
    /// Around it.
    pub layout: Layout,
    /// The group.
    pub group: Group,
    /// Its description as HTML from the markup module; may be empty.
    pub about: String,
    /// How many are in it.
    pub members: i64,
    /// Whether the viewer may ask.
    pub may_ask: bool,
    /// Whether the viewer may delete the group.
    pub may_delete: bool,
    /// Whether the viewer was banned from it.
    pub is_banned: bool,
    /// When the viewer asked, if they wait for an answer.
    pub asked_at: Option<Timestamp>,
    /// When the viewer may ask again who was declined.
    pub ask_again_at: Option<Timestamp>,
    /// The form.
    pub form: AskForm,
}

/// `/-/groups/ID/requests`.
#[derive(Clone, Debug, Template)]
#[template(path = "groups/requests/index.html")]
pub struct Requests {
    /// Around it.
    pub layout: Layout,
    /// The group.
    pub group: Group,
    /// Whether the viewer decides who is in it.
    pub moderates: bool,
    /// Whether nobody can be let in, since the group is archived.
    pub archived: bool,
    /// Who waits, the eldest first.
    pub rows: Vec<Row>,
    /// How many in all.
    pub total: i64,
}

impl Requests {
    /// How many wait, in words.
    pub fn fact(&self) -> String {
        format!("{} waiting", crate::numbers::thousands(self.total))
    }
}

/// Somebody who asks to be let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Who.
    pub person: Person,
    /// What they say; may be empty.
    pub message: String,
    /// Since when.
    pub at: Timestamp,
}

impl From<RequestRow> for Row {
    fn from(row: RequestRow) -> Self {
        Self { person: row.person, message: row.message, at: row.created_at }
    }
}
