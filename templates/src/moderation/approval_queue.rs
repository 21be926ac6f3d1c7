//! Messages that wait for approval.

use askama::Template;
use domain::model::{Group, PendingId};
use domain::store::moderation::approval_queue::PendingRow;

use crate::form::ReasonForm;
use crate::layout::Layout;

/// `/-/groups/ID/held`.
#[derive(Clone, Debug, Template)]
#[template(path = "moderation/approval_queue/index.html")]
pub struct ApprovalQueue {
    /// Around it.
    pub layout: Layout,
    /// The group.
    pub group: Group,
    /// Whether the viewer decides who is in it.
    pub moderates: bool,
    /// What waits, the eldest first.
    pub items: Vec<PendingRow>,
    /// How many in all.
    pub total: i64,
    /// The form, with the reason.
    pub form: ReasonForm,
    /// What was ticked.
    pub ticked: Vec<PendingId>,
}

impl ApprovalQueue {
    /// How many wait, in words.
    pub fn fact(&self) -> String {
        format!("{} waiting", crate::numbers::thousands(self.total))
    }

    /// Where the form goes.
    pub fn action(&self) -> String {
        format!("/-/groups/{}/held", self.group.id)
    }
}

/// `/admin/held`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/held.html")]
pub struct OfSite {
    /// Around it.
    pub layout: Layout,
    /// What waits, the eldest first.
    pub items: Vec<PendingRow>,
    /// The form, with the reason.
    pub form: ReasonForm,
    /// What was ticked.
    pub ticked: Vec<PendingId>,
}

/// The title of the topic that a message is to stand in: never empty.
pub fn topic_title(row: &PendingRow) -> &str {
    row.topic_name.as_deref().filter(|name| !name.trim().is_empty()).unwrap_or("(untitled)")
}
