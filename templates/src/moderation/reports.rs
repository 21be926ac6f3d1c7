//! Reporting a message, and answering.

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
    /// When the viewer reported it, if that waits for an answer.
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
    /// What was reported, the eldest first.
    pub items: Vec<Item>,
    /// How many messages in all.
    pub total: i64,
}

/// `/admin/reports`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/reports.html")]
pub struct OfSite {
    pub layout: Layout,
    /// What was reported, the eldest first.
    pub items: Vec<Item>,
}

impl Reports {
    /// Returns how many wait, in words.
    pub fn fact(&self) -> String {
        format!("{} waiting", crate::numbers::thousands(self.total))
    }
}

/// Whether the message can still be deleted, and the group is not archived: it is there, or whoever wrote it could bring it back.
pub fn is_deletable(item: &Item) -> bool {
    let could_come_back = item.message.restorable == Some(Restorable::ByAuthor);
    (!item.message.deleted || could_come_back) && !item.row.group.is_archived()
}

/// The title of the topic that it stands in: never empty.
pub fn title(item: &Item) -> &str {
    if item.row.topic_name.trim().is_empty() { "(untitled)" } else { &item.row.topic_name }
}

/// How many more reported it than are shown.
pub fn more(item: &Item) -> i64 {
    item.row.reports - item.voices.len() as i64
}
