//! Notices.

use askama::Template;
use domain::model::{DecidedBy, Grounds, GroupId, MessageId, NoticeDetails, NoticeId, NoticeKind, NoticeLine, Verdict};

use super::{Drawn, ago, layout};
use crate::people::notices::Notices;

fn line(id: i64, kind: NoticeKind, details: NoticeDetails) -> NoticeLine {
    let is_there = id % 2 == 0;
    NoticeLine {
        id: NoticeId(id),
        kind,
        group_id: Some(GroupId(1)),
        group_name: "Bird <watch>".to_owned(),
        group_slug: is_there.then(|| "birds".to_owned()),
        message_id: (is_there && kind != NoticeKind::Declined).then_some(MessageId(140)),
        topic_name: is_there.then(|| "Where do wrens sleep in January?".to_owned()),
        topic_path: is_there.then(|| "/birds/where-do-wrens-sleep-in-january/".to_owned()),
        reason: if kind == NoticeKind::Approved { String::new() } else { "No <wild> birds.\nPlease.".to_owned() },
        details,
        created_at: ago(id as u64 * 40),
        read_at: (id > 4).then(|| ago(20)),
        taken_back_at: (id == 8).then(|| ago(10)),
    }
}

impl Notices {
    /// One of each kind.
    pub fn sample() -> Self {
        let by = Some(DecidedBy::Moderators);
        let (text, at) = ("Finches for <b>sale</b>,\nten a dozen.".to_owned(), Some(ago(900)));
        let declined = NoticeDetails { by, text, at, automatic: true, ..NoticeDetails::NONE };
        let title = "Finches <again>".to_owned();
        let started = NoticeDetails { by: Some(DecidedBy::Admins), title, ..declined.clone() };
        let grounds = vec![Grounds::Spam, Grounds::Insult];
        let deleted = NoticeDetails { by, grounds: grounds.clone(), automatic: true, ..NoticeDetails::NONE };
        let plain = NoticeDetails { by, ..NoticeDetails::NONE };
        let answered =
            |verdict| NoticeDetails { by, grounds: grounds.clone(), at, verdict: Some(verdict), ..NoticeDetails::NONE };
        let names = vec!["ines".to_owned(), "wen".to_owned()];
        let lines = [
            (NoticeKind::Declined, declined),
            (NoticeKind::Declined, started),
            (NoticeKind::Approved, NoticeDetails::NONE),
            (NoticeKind::MessageDeleted, deleted),
            (NoticeKind::MessageDeleted, plain.clone()),
            (NoticeKind::ReportAnswered, answered(Verdict::Deleted)),
            (NoticeKind::ReportAnswered, answered(Verdict::Nothing)),
            (NoticeKind::Warning, NoticeDetails::NONE),
            (NoticeKind::Unreached, NoticeDetails { names, ..NoticeDetails::NONE }),
            (NoticeKind::TopicDeleted, NoticeDetails { title: "Finches".to_owned(), ..plain.clone() }),
            (NoticeKind::TopicRestored, NoticeDetails { title: "Finches".to_owned(), ..plain.clone() }),
            (NoticeKind::GroupRestored, plain),
        ];
        Self {
            layout: layout("/notices"),
            lines: (1..).zip(lines).map(|(id, (kind, details))| line(id, kind, details)).collect(),
            admins: vec!["mira".to_owned(), "bertil".to_owned()],
            older: Some("1".to_owned()),
            upto: "10".to_owned(),
        }
    }
}

pub(super) fn all() -> Vec<Drawn> {
    let none = Notices { lines: Vec::new(), older: None, ..Notices::sample() };
    vec![("notices", Notices::sample().render()), ("notices-none", none.render())]
}
