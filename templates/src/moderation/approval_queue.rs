//! The approval queue.

use askama::Template;
use domain::model::{Group, PendingId, PendingRow};

use crate::form::ReasonForm;
use crate::layout::Layout;

/// `/-/groups/ID/held`.
#[derive(Clone, Debug, Template)]
#[template(path = "moderation/approval_queue/index.html")]
pub struct ApprovalQueue {
    pub layout: Layout,
    pub group: Group,
    pub moderates: bool,
    /// Oldest first.
    pub items: Vec<PendingRow>,
    /// Total over all pages.
    pub total: i64,
    pub form: ReasonForm,
    pub ticked: Vec<PendingId>,
}

impl ApprovalQueue {
    /// Returns how many wait, in words.
    pub fn fact(&self) -> String {
        format!("{} waiting", crate::numbers::thousands(self.total))
    }

    /// Returns the form's action path.
    pub fn action(&self) -> String {
        format!("/-/groups/{}/held", self.group.id)
    }
}

/// `/admin/held`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/approval_queue.html")]
pub struct OfSite {
    pub layout: Layout,
    /// Oldest first.
    pub items: Vec<PendingRow>,
    pub form: ReasonForm,
    pub ticked: Vec<PendingId>,
}

/// Returns the title of the topic that the message would go to; never empty.
pub fn topic_title(row: &PendingRow) -> &str {
    domain::model::shown_title(row.topic_name.as_deref().unwrap_or_default())
}
