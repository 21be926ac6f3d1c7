//! Attachments of messages: polls, and data of registered kinds.

use askama::Template;
use domain::model::{Attachment, Poll, ShowResults, Tally, View};

use super::{Drawn, ago, conversation, group, layout, person, wrens};
use crate::form::Refill;
use crate::messages::Votes;
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
        page.form.set_error("options", "Enter 2 to 20 options.");
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

pub(super) fn all() -> Vec<Drawn> {
    vec![("topic-attachments", Show::with_attachments().render()), ("topic-votes", Votes::sample().render())]
}
