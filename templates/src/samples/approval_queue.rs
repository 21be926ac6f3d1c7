//! The approval queue.

use crate::form::Refill;
use askama::Template;
use domain::model::{GroupId, PendingId, PendingRow, TopicId, UserId};
use domain::moderation::approval_queue::OwnPending;
use texts::Text;

use super::{Drawn, ago, group, layout, person};
use crate::form::ReasonForm;
use crate::layout::Layout;
use crate::moderation::approval_queue::{ApprovalQueue, OfSite};

pub(super) fn own(topic: Option<i64>) -> Vec<OwnPending> {
    let waits = OwnPending {
        id: PendingId(3),
        group_id: GroupId(1),
        topic_id: topic.map(TopicId),
        title: if topic.is_some() { String::new() } else { "Is this a <wren>?".to_owned() },
        raw: "I am new here.\nIs <this> a wren, or a very small owl?".to_owned(),
        created_at: ago(12),
        declined_at: None,
        reason: String::new(),
    };
    let declined = OwnPending {
        id: PendingId(2),
        raw: "Finches for sale, ten a dozen.".to_owned(),
        declined_at: Some(ago(30)),
        reason: "We do not sell <birds> here.".to_owned(),
        ..waits.clone()
    };
    vec![declined, waits]
}

fn row(id: i64, topic: bool, by: usize, raw: &str) -> PendingRow {
    PendingRow {
        group: group(1),
        held_id: PendingId(id),
        author_id: UserId(by as i64),
        author_name: person(by).username,
        topic_id: topic.then_some(TopicId(9)),
        topic_slug: topic.then(|| "wrens".to_owned()),
        topic_name: topic.then(|| "Wrens in the wall".to_owned()),
        topic_gone: id == 4,
        title: if topic { String::new() } else { "Is this a <wren>?".to_owned() },
        raw: raw.to_owned(),
        idempotency_key: None,
        reply_to: None,
        attachment: None,
        why: if id == 1 { "New member" } else { "The rule “Birds for <sale>”" }.to_owned(),
        written_at: ago(40),
    }
}

fn rows() -> Vec<PendingRow> {
    vec![
        row(1, true, 8, "I am new here.\nIs this a wren, or a very small owl?"),
        row(2, false, 9, "It sat on the wall this morning, <b>singing</b>."),
        row(4, true, 7, "Finches for sale, ten a dozen."),
    ]
}

impl ApprovalQueue {
    /// Three pending messages, one of them in a deleted topic.
    pub fn sample() -> Self {
        let (layout, form) = (layout("/-/groups/1/held"), ReasonForm::default());
        Self { layout, group: group(1), moderates: true, items: rows(), total: 3, form, ticked: Vec::new() }
    }

    fn mending() -> Self {
        let mut page = Self { ticked: vec![PendingId(2)], ..Self::sample() };
        page.form.set_error("reason", Text::verbatim("Please add a reason."));
        page
    }
}

impl OfSite {
    /// The same for the site.
    pub fn sample() -> Self {
        let (layout, form) = (Layout { held: 3, ..layout("/admin/held") }, ReasonForm::default());
        Self { layout, items: rows(), form, ticked: Vec::new() }
    }
}

pub(super) fn all() -> Vec<Drawn> {
    vec![
        ("held", ApprovalQueue::sample().render()),
        ("held-mending", ApprovalQueue::mending().render()),
        ("held-none", ApprovalQueue { items: Vec::new(), total: 0, ..ApprovalQueue::sample() }.render()),
        ("admin-held", OfSite::sample().render()),
        ("admin-held-none", OfSite { items: Vec::new(), ..OfSite::sample() }.render()),
    ]
}
