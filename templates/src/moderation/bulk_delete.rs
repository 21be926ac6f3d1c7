//! Everything by one person, taken away and brought back.

use askama::Template;
use domain::model::{Group, Person};
use domain::moderation::bulk_delete::{Measures, undo_until};
use domain::store::moderation::bulk_delete::{BulkDeleteRow, Measure};
use domain::time::Timestamp;

use crate::form::ClearForm;
use crate::layout::Layout;
use crate::numbers::counted;

/// Who reads the reason of what is done in a group.
pub const IN_GROUP: &str = "They are told. It also stands in the log of the group, with their name and yours: everyone who may read the group may read it there.";
/// Who reads the reason of what is done in the site.
const IN_SITE: &str =
    "They are told. It also stands in the log of the site, with their name and yours: everyone may read it there.";

/// `/admin/people/ID/clear` and `/-/groups/ID/members/USER/clear`: how much it is, and the form that takes it away.
#[derive(Clone, Debug, Template)]
#[template(path = "moderation/bulk_delete/new.html")]
pub struct Clear {
    pub layout: Layout,
    /// In which group; `None`: in the whole site.
    pub group: Option<Group>,
    pub person: Person,
    /// How much there is.
    pub measures: Measures,
    pub form: ClearForm,
}

impl Clear {
    /// The page of the person.
    pub fn back(&self) -> String {
        match &self.group {
            Some(group) => format!("/-/groups/{}/members/{}", group.id, self.person.id),
            None => format!("/admin/people/{}", self.person.id),
        }
    }

    /// Who reads the reason.
    pub fn who_reads(&self) -> &'static str {
        if self.group.is_some() { IN_GROUP } else { IN_SITE }
    }

    /// Whether there is anything to be taken away.
    pub fn is_any(&self) -> bool {
        self.measures.iter().any(|(_, measure)| *measure != Measure::default())
    }
}

/// How much it is, in words.
pub fn how_much(measure: &Measure) -> String {
    let messages = counted(measure.messages, "message", "messages").to_string();
    match measure.topics {
        0 => messages,
        topics => format!("{messages}, and with them {}", counted(topics, "topic", "topics")),
    }
}

/// How much was taken away, in words.
pub fn amount(row: &BulkDeleteRow) -> String {
    how_much(&Measure { messages: row.messages, topics: row.topics })
}

/// How far it is, in words.
pub fn state(row: &BulkDeleteRow) -> &'static str {
    match (row.finished_at, row.undone_at, row.restored_at) {
        (_, _, Some(_)) => "brought back",
        (_, Some(_), None) => "coming back",
        (Some(_), None, None) => "removed",
        (None, None, None) => "being removed",
    }
}

/// Until when it can be undone.
pub fn until(row: &BulkDeleteRow, now: &Timestamp) -> Option<Timestamp> {
    undo_until(row, *now)
}

/// Where the form goes that undoes it.
pub fn undo(row: &BulkDeleteRow) -> String {
    match row.group_id {
        Some(group) => format!("/-/groups/{group}/removals/{}/undo", row.id),
        None => format!("/admin/removals/{}/undo", row.id),
    }
}
