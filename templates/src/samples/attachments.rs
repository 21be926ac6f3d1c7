//! Attachments of messages: polls, and data of registered kinds.

use askama::Template;
use domain::model::{Attachment, Kind, KindId, Layout, Poll, ShowResults, Tally, View};

use super::admin::admins_layout;
use super::{Drawn, ago, conversation, group, layout, person, wrens};
use crate::form::Refill;
use crate::messages::composer::Preview;
use crate::messages::kinds::{Kinds, OfSite};
use crate::messages::{Edit, Votes};
use crate::topics::Show;

/// A poll for which 4 people voted.
fn poll(results: ShowResults, multiple: bool, is_closed: bool, chosen: &[i64]) -> Attachment {
    let options = ["In <boxes>", "In reed", "In ivy"].map(str::to_owned).to_vec();
    let closes_at = multiple.then(|| ago(0));
    let poll = Poll {
        question: "Where do they sleep?".to_owned(),
        options,
        multiple,
        anonymous: multiple,
        results,
        closes_at,
    };
    let mut tally = Tally::new(is_closed, 4, vec![3, 1, 0]);
    tally.chosen = chosen.to_vec();
    attachment("poll", View::Poll(poll), Some(tally))
}

fn attachment(kind: &str, view: View, tally: Option<Tally>) -> Attachment {
    Attachment {
        kind: kind.to_owned(),
        version: 1,
        data: serde_json::Value::Null,
        fallback: "As text".to_owned(),
        view,
        closed_at: None,
        tally,
        typed_markup: "Please <em>look</em>.".to_owned(),
    }
}

impl Show {
    /// Polls in several states, and data of registered kinds.
    fn with_attachments() -> Self {
        let word = str::to_owned;
        let rows = vec![(word("State"), word("failed <b>")), (word("Log"), word("https://builds.example/7?a=1&b=2"))];
        let cells = vec![vec![word("Wren"), word("31")], vec![word("Dunnock"), String::new()]];
        let attachments = [
            poll(ShowResults::Always, false, false, &[]),
            poll(ShowResults::Voted, true, false, &[]),
            poll(ShowResults::Voted, true, false, &[0, 1]),
            poll(ShowResults::Closed, false, true, &[1]),
            attachment("ada/build", View::Card { title: word("Build 7"), rows }, None),
            attachment(
                "ada/counts",
                View::Table { title: String::new(), columns: vec![word("Bird"), word("Count")], rows: cells },
                None,
            ),
            attachment(
                "ada/list",
                View::List { title: word("Seen"), items: vec![word("Wren"), word("Dunnock")] },
                None,
            ),
        ];
        let mut page = Self::sample();
        for (message, attachment) in page.messages.iter_mut().filter(|message| !message.deleted).zip(attachments) {
            message.attachment = Some(Box::new(attachment));
        }
        page.form.question = "Where?".into();
        page.form.options = "Here".into();
        page.form.set_error("options", texts::messages_errors::enter_options(20));
        page
    }
}

impl Votes {
    /// With an option that nobody chose.
    pub fn sample() -> Self {
        let message = conversation().swap_remove(3);
        let View::Poll(poll) = poll(ShowResults::Always, false, false, &[]).view else { unreachable!("a poll") };
        let options = vec![vec![person(1), person(2)], vec![person(3)], Vec::new()];
        Self {
            layout: layout("/-/messages/140/votes"),
            group: group(1),
            topic: wrens(),
            message,
            poll,
            options,
            more: true,
        }
    }
}

impl Edit {
    /// Of a message with this attachment.
    fn with(attachment: Attachment) -> Self {
        let mut page = Self::sample();
        page.message.attachment = Some(Box::new(attachment));
        page.message.author = person(4);
        page.form.question = "Where do they sleep?".into();
        page.form.options = "With <boxes>\nWith reed".into();
        page
    }

    /// Nobody voted, and the poll is closed.
    fn with_closed_poll() -> Self {
        let mut closed = poll(ShowResults::Always, false, true, &[]);
        closed.tally = Some(Tally::new(true, 0, vec![0, 0, 0]));
        Self::with(closed)
    }

    /// Nobody voted: the poll can change. With an error.
    fn with_poll_fields() -> Self {
        let mut open = poll(ShowResults::Always, false, false, &[]);
        open.tally = Some(Tally::new(false, 0, vec![0, 0, 0]));
        let mut page = Self::with(open);
        page.form.remove_attachment = "yes".into();
        page.form.set_error("options", texts::messages_errors::enter_options(20));
        page
    }
}

impl Preview {
    /// A poll without a text.
    fn of_poll() -> Self {
        let View::Poll(asked) = poll(ShowResults::Voted, true, false, &[]).view else { unreachable!("a poll") };
        let mut page = Self { markup: String::new(), poll: Some(asked), ..Self::sample() };
        page.form.text = String::new().into();
        page.form.question = "Where do they sleep?".into();
        page.form.options = "With <boxes>\nWith reed".into();
        page
    }
}

/// A kind in each state: in use, retired, disabled.
fn kinds() -> Vec<Kind> {
    let kind = |id: i64, version: i64| Kind {
        id: KindId(id),
        owner_id: person(4).id,
        owner_name: person(4).username,
        name: "build".to_owned(),
        version,
        layout: Layout::Card,
        title: "Build {number} <b>".to_owned(),
        fields: "[]".to_owned(),
        schema: r#"{"type": "object", "properties": {"number": {"description": "<b>"}}}"#.to_owned(),
        created_at: ago(9_000),
        retired_at: None,
        disabled_at: None,
    };
    vec![kind(1, 1), Kind { retired_at: Some(ago(60)), ..kind(2, 2) }, Kind { disabled_at: Some(ago(5)), ..kind(3, 3) }]
}

impl OfSite {
    /// With another page.
    pub fn sample() -> Self {
        Self { layout: admins_layout("/admin/kinds"), rows: kinds(), next: Some(KindId(3)) }
    }
}

pub(super) fn all() -> Vec<Drawn> {
    let card = View::Card { title: "Build 7".to_owned(), rows: Vec::new() };
    vec![
        ("topic-attachments", Show::with_attachments().render()),
        ("topic-votes", Votes::sample().render()),
        ("message-edit-poll", Edit::with_poll_fields().render()),
        ("message-edit-voted", Edit::with(poll(ShowResults::Always, false, false, &[1])).render()),
        ("message-edit-closed", Edit::with_closed_poll().render()),
        ("message-edit-card", Edit::with(attachment("ada/build", card, None)).render()),
        ("message-preview-poll", Preview::of_poll().render()),
        ("kinds", Kinds { layout: layout("/-/settings/kinds"), rows: kinds() }.render()),
        ("kinds-none", Kinds { layout: layout("/-/settings/kinds"), rows: Vec::new() }.render()),
        ("admin-kinds", OfSite::sample().render()),
        ("admin-kinds-none", OfSite { rows: Vec::new(), next: None, ..OfSite::sample() }.render()),
    ]
}
