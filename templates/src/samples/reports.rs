//! Reports.

use crate::form::Refill;
use askama::Template;
use domain::model::{Grounds, Group, GroupKind, ReportId, Restorable};
use domain::moderation::reports::Item;
use domain::store::moderation::reports::{OpenRow, VoiceRow};
use texts::Text;

use super::{Drawn, ago, group, layout, message, person, stranger, wrens};
use crate::form::ReportForm;
use crate::layout::Layout;
use crate::moderation::reports::{New, OfSite, Reports};

fn item(report: i64, kind: GroupKind, said: &str, by: usize) -> Item {
    let message = message(40 + report, by, 300, said);
    let voice = |id, grounds, words: &str, minutes| VoiceRow {
        message_id: message.id,
        username: (grounds != Grounds::Rule && id != 3).then(|| person(id).username),
        reporter_name: if id == 3 { "A <neighbour>".to_owned() } else { String::new() },
        reporter_email: (id == 3).then(|| "neighbour@example.org".to_owned()),
        grounds,
        words: words.to_owned(),
        said: if id == 2 { "Finches for <b>sale</b>,\nten a dozen.".to_owned() } else { String::new() },
        created_at: ago(minutes),
    };
    let voices = vec![
        voice(2, Grounds::Spam, "", 200),
        voice(1, Grounds::Rule, "Birds for <sale>", 190),
        voice(5, Grounds::Other, "He sells <wild> birds,\nagain.", 20),
        voice(3, Grounds::Other, "It names my <street>.", 10),
    ];
    let group = Group { kind, ..group(1) };
    let row = OpenRow {
        group,
        report_id: ReportId(report),
        message_id: message.id,
        reports: 3 + report,
        topic_slug: "wrens".to_owned(),
        topic_name: "Wrens in the wall".to_owned(),
        reads: true,
    };
    Item { row, message, voices }
}

impl New {
    /// With validation errors.
    pub fn sample() -> Self {
        let mut form = ReportForm { grounds: "other".into(), ..ReportForm::default() };
        form.set_error("words", Text::verbatim("Please add a reason."));
        Self {
            layout: layout("/-/messages/41/report"),
            group: group(1),
            topic: wrens(),
            message: message(41, 8, 300, "Finches for sale, ten a dozen."),
            reported_at: None,
            form,
        }
    }

    /// For a person without an account, with validation errors.
    fn from_outside() -> Self {
        let mut form = ReportForm { grounds: "private".into(), email: "nobody".into(), ..ReportForm::default() };
        form.set_error("email", Text::verbatim("Enter a valid email address."));
        form.set_error("good_faith", texts::moderation_errors::confirm());
        Self { layout: stranger("/-/messages/41/report"), form, ..Self::sample() }
    }

    fn again_in_a_conversation() -> Self {
        let direct = Group { kind: GroupKind::Direct, ..group(1) };
        Self { group: direct, reported_at: Some(ago(90)), form: ReportForm::default(), ..Self::sample() }
    }
}

impl Reports {
    /// Two messages, one of them deleted.
    pub fn sample() -> Self {
        let mut gone = item(2, GroupKind::Public, "", 9);
        gone.message.deleted = true;
        gone.message.restorable = Some(Restorable::ByAuthor);
        let items = vec![item(1, GroupKind::Public, "Finches for sale, ten a dozen.", 8), gone];
        Self { layout: layout("/-/groups/1/reports"), group: group(1), moderates: true, items, total: 2 }
    }
}

impl OfSite {
    /// One report in a group, one in a conversation.
    pub fn sample() -> Self {
        let kinds = [GroupKind::Public, GroupKind::Direct];
        let items = (1..).zip(kinds).map(|(id, kind)| item(id, kind, "Finches for sale.", 8)).collect();
        Self { layout: Layout { reports: 2, ..layout("/admin/reports") }, items }
    }
}

pub(super) fn all() -> Vec<Drawn> {
    vec![
        ("report", New::sample().render()),
        ("report-from-outside", New::from_outside().render()),
        ("report-again", New::again_in_a_conversation().render()),
        ("reports", Reports::sample().render()),
        ("reports-none", Reports { items: Vec::new(), total: 0, ..Reports::sample() }.render()),
        ("admin-reports", OfSite::sample().render()),
        ("admin-reports-none", OfSite { items: Vec::new(), ..OfSite::sample() }.render()),
    ]
}
