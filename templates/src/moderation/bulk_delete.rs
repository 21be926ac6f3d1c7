//! Bulk delete: all messages of one user, and undoing it.

use askama::Template;
use domain::model::{BulkDeleteRow, BulkDeleteSize, Group, Person};
use domain::moderation::bulk_delete::{Measures, undo_until};
use domain::time::Timestamp;

use crate::form::BulkDeleteForm;
use crate::layout::Layout;
use crate::numbers::counted;

/// Says who can read the reason of an action in a group.
pub const IN_GROUP: &str = "They'll be notified. The group's moderation log will show it with both your names to everyone who can read the group.";
/// Says who can read the reason of an action on the site.
const IN_SITE: &str = "They'll be notified. The public moderation log will show it with both your names.";

/// `/admin/people/ID/clear` and `/-/groups/ID/members/USER/clear`: the amounts, and the form.
#[derive(Clone, Debug, Template)]
#[template(path = "moderation/bulk_delete/new.html")]
pub struct Clear {
    pub layout: Layout,
    /// `None`: in the whole site.
    pub group: Option<Group>,
    pub person: Person,
    /// Number of messages and topics for each span.
    pub measures: Measures,
    pub form: BulkDeleteForm,
}

impl Clear {
    /// Returns the path of the user's page.
    pub fn back(&self) -> String {
        match &self.group {
            Some(group) => format!("/-/groups/{}/members/{}", group.id, self.person.id),
            None => format!("/admin/people/{}", self.person.id),
        }
    }

    /// Returns who can read the reason.
    pub fn who_reads(&self) -> &'static str {
        if self.group.is_some() { IN_GROUP } else { IN_SITE }
    }

    /// Whether there is anything to delete.
    pub fn is_any(&self) -> bool {
        self.measures.iter().any(|(_, measure)| *measure != BulkDeleteSize::default())
    }
}

/// Returns an amount in words.
pub fn how_much(measure: &BulkDeleteSize) -> String {
    let messages = counted(measure.messages, "message", "messages").to_string();
    match measure.topics {
        0 => messages,
        topics => format!("{messages} and {}", counted(topics, "topic", "topics")),
    }
}

/// Returns how much was deleted, in words.
pub fn amount(row: &BulkDeleteRow) -> String {
    how_much(&BulkDeleteSize { messages: row.messages, topics: row.topics })
}

/// Returns the progress in words.
pub fn state(row: &BulkDeleteRow) -> &'static str {
    match (row.finished_at, row.undone_at, row.restored_at) {
        (_, _, Some(_)) => "restored",
        (_, Some(_), None) => "being restored",
        (Some(_), None, None) => "deleted",
        (None, None, None) => "being deleted",
    }
}

/// Returns until when it can be undone.
pub fn until(row: &BulkDeleteRow, now: &Timestamp) -> Option<Timestamp> {
    undo_until(row, *now)
}

/// Returns the action path of the undo form.
pub fn undo(row: &BulkDeleteRow) -> String {
    match row.group_id {
        Some(group) => format!("/-/groups/{group}/removals/{}/undo", row.id),
        None => format!("/admin/removals/{}/undo", row.id),
    }
}
