//! Bulk delete: all messages of one user, and undoing it.

use askama::Template;
use domain::model::{BulkDeleteRow, BulkDeleteSize, Group, Person};
use domain::moderation::bulk_delete::{Measures, undo_until};
use domain::time::Timestamp;
use texts::{Html, Text, moderation as words};

use crate::form::BulkDeleteForm;
use crate::layout::Layout;
use crate::links;
use crate::when::{self, Now};

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
    pub fn who_reads(&self) -> Text {
        if self.group.is_some() { words::reason_in_group() } else { words::reason_on_site() }
    }

    /// Whether there is anything to delete.
    pub fn is_any(&self) -> bool {
        self.measures.iter().any(|(_, measure)| *measure != BulkDeleteSize::default())
    }
}

/// Returns an amount in words.
pub fn how_much(measure: &BulkDeleteSize) -> Text {
    match measure.topics {
        0 => words::messages(measure.messages),
        topics => words::messages_and_topics(measure.messages, topics),
    }
}

/// Returns how much was deleted, in words.
pub fn amount(row: &BulkDeleteRow) -> Text {
    how_much(&BulkDeleteSize { messages: row.messages, topics: row.topics })
}

/// Returns the progress in words.
pub fn state(row: &BulkDeleteRow) -> Text {
    match (row.finished_at, row.undone_at, row.restored_at) {
        (_, _, Some(_)) => words::state_restored(),
        (_, Some(_), None) => words::state_being_restored(),
        (Some(_), None, None) => words::state_deleted(),
        (None, None, None) => words::state_being_deleted(),
    }
}

/// Returns until when it can be undone.
pub fn until(row: &BulkDeleteRow, now: &Timestamp) -> Option<Timestamp> {
    undo_until(row, *now)
}

/// Returns who did it and when, and until when it can be undone.
pub fn by(row: &BulkDeleteRow, now: &Now) -> Html {
    let at = links::time(&row.created_at, now);
    match until(row, &now.at) {
        Some(end) => words::by_until(&row.by_name, at, when::day(&end, now)).into_html(),
        None => words::by(&row.by_name, at).into_html(),
    }
}

/// Returns the action path of the undo form.
pub fn undo(row: &BulkDeleteRow) -> String {
    match row.group_id {
        Some(group) => format!("/-/groups/{group}/removals/{}/undo", row.id),
        None => format!("/admin/removals/{}/undo", row.id),
    }
}
