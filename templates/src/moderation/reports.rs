//! Reporting a message, and the list of reports.

use askama::Template;
use domain::model::{Group, Message, Restorable, Topic};
use domain::moderation::reports::Item;
use domain::time::Timestamp;

use crate::form::ReportForm;
use crate::layout::Layout;

/// `/-/messages/ID/report`.
#[derive(Clone, Debug, Template)]
#[template(path = "moderation/reports/new.html")]
pub struct New {
    pub layout: Layout,
    pub group: Group,
    pub topic: Topic,
    pub message: Message,
    /// When the viewer reported it; `None` when no report of theirs is open.
    pub reported_at: Option<Timestamp>,
    pub form: ReportForm,
}

/// `/-/groups/ID/reports`.
#[derive(Clone, Debug, Template)]
#[template(path = "moderation/reports/index.html")]
pub struct Reports {
    pub layout: Layout,
    pub group: Group,
    pub moderates: bool,
    /// Oldest first.
    pub items: Vec<Item>,
    /// Number of reported messages over all pages.
    pub total: i64,
}

/// `/admin/reports`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/reports.html")]
pub struct OfSite {
    pub layout: Layout,
    /// Oldest first.
    pub items: Vec<Item>,
}

impl Reports {
    /// Returns the number of open reports, in words.
    pub fn fact(&self) -> String {
        format!("{} open", crate::numbers::thousands(self.total))
    }
}

/// Whether the message can still be deleted: the group is not archived, and the message is not deleted or its author
/// could restore it.
pub fn is_deletable(item: &Item) -> bool {
    let could_come_back = item.message.restorable == Some(Restorable::ByAuthor);
    (!item.message.deleted || could_come_back) && !item.row.group.is_archived()
}

/// Returns the title of its topic; never empty.
pub fn title(item: &Item) -> &str {
    domain::model::shown_title(&item.row.topic_name)
}

/// Returns how many reports are not shown.
pub fn more(item: &Item) -> i64 {
    item.row.reports - item.voices.len() as i64
}
