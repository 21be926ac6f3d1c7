//! The moderation log and notices from moderators.

use crate::form::Refill;
use askama::Template;
use domain::model::{
    BulkDeleteId, BulkDeleteRow, BulkDeleteSize, EntryId, GroupId, GroupKind, LogAction, LogLine, MessageId, NoticeId,
    NoticeKind, NoticeRow, TopicId, UserId, WarningRow,
};
use domain::moderation::bulk_delete::Span;
use domain::moderation::records::Record;
use texts::Text;

use super::{Drawn, ago, group, layout, person, stranger};
use crate::form::{BulkDeleteForm, LogFilterForm};
use crate::home;
use crate::layout::Layout;
use crate::moderation::bulk_delete::Clear;
use crate::moderation::log::{OfAdmins, OfGroup, OfSite};

fn line(id: i64, by: usize, what: LogAction, whom: Option<usize>, minutes: u64) -> LogLine {
    let group = group(1);
    LogLine {
        id: EntryId(id),
        created_at: ago(minutes),
        actor: Some(person(by).username),
        actor_gone: false,
        what,
        group_id: Some(group.id),
        group_name: group.name,
        group_slug: Some(group.slug),
        group_kind: Some(GroupKind::Public),
        topic_id: None,
        topic_name: None,
        topic_path: None,
        message_id: None,
        user_id: whom.map(|id| person(id).id),
        user: whom.map(|id| person(id).username),
        user_gone: false,
        reason: String::new(),
        detail: String::new(),
        hidden: false,
    }
}

/// Lines of nearly every kind.
fn lines() -> Vec<LogLine> {
    let topic = |line: LogLine| LogLine {
        topic_id: Some(TopicId(9)),
        topic_name: Some("Where do wrens sleep in January?".to_owned()),
        topic_path: Some("/birds/where-do-wrens-sleep-in-january/".to_owned()),
        ..line
    };
    let reason = |line: LogLine, why: &str| LogLine { reason: why.to_owned(), ..line };
    let detail = |line: LogLine, detail: &str| LogLine { detail: detail.to_owned(), ..line };
    vec![
        reason(detail(line(31, 1, LogAction::PersonCleared, Some(8), 4), "all posts"), "Sold <wild> birds,\nagain."),
        reason(line(30, 1, LogAction::MemberBanned, Some(8), 4), "Sold <wild> birds, again."),
        detail(
            LogLine { message_id: Some(MessageId(141)), ..topic(line(29, 2, LogAction::MessageDeleted, Some(8), 70)) },
            "reported",
        ),
        LogLine { hidden: true, user: None, user_id: None, ..line(28, 2, LogAction::MemberRemoved, None, 300) },
        LogLine { hidden: true, ..reason(line(27, 2, LogAction::MemberBanned, Some(6), 2_000), "Shouting.") },
        topic(line(26, 2, LogAction::TopicLocked, None, 3_000)),
        detail(line(25, 1, LogAction::RoleGiven, Some(2), 9_000), "moderator"),
        detail(line(24, 1, LogAction::GroupEdited, None, 20_000), "name, closed to public"),
        LogLine { user_gone: true, actor_gone: true, ..line(23, 5, LogAction::MessageRestored, Some(5), 90_000) },
        LogLine { actor: None, group_id: None, ..line(22, 5, LogAction::AdminMade, Some(3), 91_000) },
    ]
}

/// The record of a user with many entries.
pub(super) fn record(group: Option<i64>) -> Record {
    let removal = |id, minutes, messages, topics| BulkDeleteRow {
        id: BulkDeleteId(id),
        user_id: UserId(2),
        group_id: group.map(GroupId),
        by_name: "mira".to_owned(),
        reason: "Sold <wild> birds, again.".to_owned(),
        created_at: ago(minutes),
        since: None,
        messages,
        topics,
        finished_at: Some(ago(minutes)),
        undone_at: None,
        restored_at: None,
    };
    let back = BulkDeleteRow { undone_at: Some(ago(80)), restored_at: Some(ago(80)), ..removal(2, 100, 3, 0) };
    let long_ago = removal(1, 60_000, 1, 1);
    let removals = vec![BulkDeleteRow { finished_at: None, ..removal(3, 0, 1_240, 12) }, back, long_ago];
    let warning = |id, minutes, read: bool, back: bool| WarningRow {
        id: NoticeId(id),
        group_id: group.map(GroupId),
        reason: "No <wild> birds are sold here.\nPlease.".to_owned(),
        by_name: "mira".to_owned(),
        created_at: ago(minutes),
        read_at: read.then(|| ago(minutes - 1)),
        back_name: back.then(|| "noor".to_owned()),
        taken_back_at: back.then(|| ago(minutes - 2)),
    };
    let warnings = vec![warning(9, 30, false, false), warning(8, 300, true, false), warning(7, 9_000, true, true)];
    Record { lines: lines().into_iter().take(4).collect(), removals, warnings }
}

fn notice(kind: NoticeKind, group: &str, more: i64) -> Option<NoticeRow> {
    let reason = if kind == NoticeKind::Restored { "" } else { "No <wild> birds are sold here.\nPlease." };
    let (group_name, reason) = (group.to_owned(), reason.to_owned());
    Some(NoticeRow { id: NoticeId(4), group_name, kind, reason, created_at: ago(12), more })
}

impl OfGroup {
    /// As a member reads it.
    pub fn sample() -> Self {
        let (layout, group, more) = (layout("/-/groups/1/log"), group(1), Some(EntryId(22)));
        Self { layout, group, moderates: false, may_hide: false, what: None, lines: lines(), more }
    }
}

impl OfSite {
    /// As a visitor reads it.
    pub fn sample() -> Self {
        Self { layout: stranger("/-/log"), may_hide: false, what: None, lines: lines(), more: None }
    }
}

impl OfAdmins {
    /// Filtered by an unknown name.
    pub fn sample() -> Self {
        let mut layout = layout("/admin/log?by=nobody");
        layout.viewer.iter_mut().for_each(|viewer| viewer.is_admin = true);
        let mut form = LogFilterForm { by: "nobody".into(), ..LogFilterForm::default() };
        form.set_error("by", Text::verbatim("No user with this username."));
        Self { layout, form, lines: Vec::new(), more: None }
    }

    fn all() -> Self {
        Self { form: LogFilterForm::default(), lines: lines(), more: Some(EntryId(22)), ..Self::sample() }
    }
}

impl Clear {
    /// In a group, with validation errors.
    pub fn sample() -> Self {
        let measure = |messages, topics| BulkDeleteSize { messages, topics };
        let measures = [(Span::Day, measure(3, 0)), (Span::Week, measure(41, 1)), (Span::All, measure(1_240, 12))];
        let mut form = BulkDeleteForm { span: "week".into(), also: "ban".into(), ..BulkDeleteForm::default() };
        form.set_error("reason", Text::verbatim("Please add a reason."));
        Self { layout: layout("/-/groups/1/members/8/clear"), group: Some(group(1)), person: person(8), measures, form }
    }

    fn in_the_site() -> Self {
        let form = BulkDeleteForm { span: "all".into(), days: "7".into(), ..BulkDeleteForm::default() };
        Self { layout: layout("/admin/people/8/clear"), group: None, form, ..Self::sample() }
    }

    fn of_nothing() -> Self {
        Self { measures: Span::ALL.map(|span| (span, BulkDeleteSize::default())), ..Self::sample() }
    }
}

pub(super) fn all() -> Vec<Drawn> {
    let with = |told| home::Home { layout: Layout { told, ..layout("/") }, ..home::Home::sample() };
    vec![
        ("group-log", OfGroup::sample().render()),
        ("group-log-admin", OfGroup { moderates: true, may_hide: true, ..OfGroup::sample() }.render()),
        ("group-log-none", OfGroup { lines: Vec::new(), more: None, ..OfGroup::sample() }.render()),
        ("log", OfSite::sample().render()),
        ("log-none", OfSite { lines: Vec::new(), ..OfSite::sample() }.render()),
        ("admin-log", OfAdmins::all().render()),
        ("admin-log-nobody", OfAdmins::sample().render()),
        ("clear", Clear::sample().render()),
        ("clear-site", Clear::in_the_site().render()),
        ("clear-nothing", Clear::of_nothing().render()),
        ("told-warning", with(notice(NoticeKind::Warning, "Bird watch", 2)).render()),
        ("told-removal", with(notice(NoticeKind::Removal, "", 0)).render()),
        ("told-restored", with(notice(NoticeKind::Restored, "", 0)).render()),
        ("told-ban", with(notice(NoticeKind::Ban, "Bird watch", 0)).render()),
    ]
}
