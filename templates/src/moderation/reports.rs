//! Reporting a message, and the list of reports.

use askama::Template;
use domain::model::{Grounds, Group, Message, Restorable, Topic};
use domain::moderation::reports::{Item, VoiceRow};
use domain::time::Timestamp;
use texts::{Html, Text, reports as words};

use crate::form::ReportForm;
use crate::layout::Layout;
use crate::links::person;

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
    pub fn fact(&self) -> Text {
        words::open(self.total)
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

/// Returns why a message was reported, and by whom.
pub fn source(voice: &VoiceRow) -> Html {
    let (grounds, name) = (voice.grounds.label(), voice.reporter_name.as_str());
    match (&voice.username, &voice.reporter_email) {
        (Some(username), _) => words::voice(grounds, person(username)),
        (None, _) if voice.grounds == Grounds::Rule => words::voice_rule(grounds),
        (None, None) if name.is_empty() => words::voice_outside(grounds),
        (None, None) => words::voice_outside_name(grounds, name),
        (None, Some(email)) if name.is_empty() => words::voice_outside_email(grounds, email),
        (None, Some(email)) => words::voice_outside_name_email(grounds, name, email),
    }
}

/// Returns how many reports are not shown.
pub fn more(item: &Item) -> i64 {
    item.row.reports - item.voices.len() as i64
}
