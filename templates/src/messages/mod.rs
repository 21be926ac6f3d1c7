//! Messages: the partial that pages and live events share, editing, deleting, history.

pub mod bookmarks;
pub mod composer;
pub mod conversations;
pub mod drafts;
pub mod kinds;
pub mod mentions;

use askama::Template;
use domain::messages::history::{Piece, Version};
use domain::model::{Attachment, Group, Message, Person, Poll, Tally, Topic};
use domain::platform::versions::VersionPage;
use domain::time::Timestamp;
use texts::Text;

use crate::form::{EditForm, ReasonForm};
use crate::layout::Layout;
use crate::when::Now;

/// A message as a live event carries it: the partial of the page, without anything that differs by viewer.
#[derive(Clone, Copy, Debug, Template)]
#[template(path = "messages/message.html")]
pub struct MessagePartial<'a> {
    pub message: &'a Message,
    pub topic: &'a Topic,
    pub group: &'a Group,
    pub now: Now,
}

/// Returns user ids separated by spaces, as `[data-mentions~="12"]` matches them.
pub fn spaced<'a>(ids: impl IntoIterator<Item = &'a domain::model::UserId>) -> String {
    ids.into_iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

/// Returns the ids of people, separated by spaces.
pub fn spaced_people(people: &[Person]) -> String {
    spaced(people.iter().map(|person| &person.id))
}

/// Returns who starred a message, in words: `Starred by mira, tomas and 3 others`.
pub fn starred_by(people: &[Person]) -> Text {
    use texts::messages as t;
    const NAMED: usize = 8;
    let names: Vec<&str> = people.iter().take(NAMED).map(|person| person.username.as_str()).collect();
    let others = people.len() - names.len();
    match (names.as_slice(), others) {
        ([], _) => t::star(),
        ([one], 0) => t::starred_by(one),
        ([first @ .., last], 0) => t::starred_by(t::names_and(first.join(", "), last)),
        (names, others) => t::starred_by(t::names_and_others(names.join(", "), others)),
    }
}

/// About how many lines of a message are shown before it folds, and how many characters fill one. The stylesheet cuts at
/// 48 lines.
const LINES: usize = 64;
const WIDE: usize = 80;

/// Whether a message is so long that it folds. An estimate from its markup: nothing shifts when the page is shown.
pub fn is_long(markup: &str) -> bool {
    if markup.len() < LINES {
        return false;
    }
    let blocks = ["<br>", "<p>", "<li", "<tr>", "<h"].iter().map(|tag| markup.matches(tag).count()).sum::<usize>();
    let images = 10 * markup.matches("<img ").count();
    let (mut lines, mut width, mut is_tag) = (blocks + images, 0, false);
    for c in markup.chars() {
        match c {
            '<' => is_tag = true,
            '>' => is_tag = false,
            _ if is_tag => {}
            '\n' => (lines, width) = (lines + 1, 0),
            _ if width == WIDE => (lines, width) = (lines + 1, 0),
            _ => width += 1,
        }
    }
    lines > LINES
}

/// An option of a poll, as a viewer sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PollOption<'a> {
    /// From 0.
    pub number: usize,
    pub text: &'a str,
    /// Whether the viewer chose it.
    pub is_chosen: bool,
    /// `None` if the viewer may not see it.
    pub share: Option<Share>,
}

/// How many chose an option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    pub votes: i64,
    /// Of the people who voted.
    pub percent: i64,
}

/// Returns the options of a poll.
pub fn options<'a>(poll: &'a Poll, tally: &Tally) -> Vec<PollOption<'a>> {
    let votes = poll.votes(tally);
    let option = |(number, text): (usize, &'a String)| {
        let is_chosen = i64::try_from(number).is_ok_and(|number| tally.chosen.contains(&number));
        let votes = votes.as_ref().and_then(|votes| votes.get(number).copied());
        let percent = |votes: i64| (votes * 100 + tally.voters / 2).checked_div(tally.voters).unwrap_or(0);
        PollOption { number, text, is_chosen, share: votes.map(|votes| Share { votes, percent: percent(votes) }) }
    };
    poll.options.iter().enumerate().map(option).collect()
}

/// Whether a value of an attachment is the address of a page.
pub fn is_link(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty() && !text.contains(|c: char| c.is_whitespace() || c.is_control()))
}

/// `/-/messages/ID/votes`: who voted in a poll.
#[derive(Clone, Debug, Template)]
#[template(path = "messages/votes.html")]
pub struct Votes {
    pub layout: Layout,
    pub group: Group,
    pub topic: Topic,
    pub message: Message,
    pub poll: Poll,
    /// Of each option, earliest vote first.
    pub options: Vec<Vec<Person>>,
    /// Whether there are more votes than are listed.
    pub more: bool,
}

impl Votes {
    /// The options with their voters.
    pub fn rows(&self) -> impl Iterator<Item = (&String, &Vec<Person>)> {
        self.poll.options.iter().zip(&self.options)
    }
}

/// `/-/messages/ID/edit`.
#[derive(Clone, Debug, Template)]
#[template(path = "messages/edit.html")]
pub struct Edit {
    pub layout: Layout,
    pub group: Group,
    pub topic: Topic,
    pub message: Message,
    /// With the text as typed.
    pub form: EditForm,
}

impl Edit {
    /// Whether the viewer wrote the message. Others may edit only the text of a wiki.
    pub fn is_own(&self) -> bool {
        self.layout.viewer.as_ref().is_none_or(|viewer| viewer.person.id == self.message.author.id)
    }

    /// Whether the form shows the fields of the poll: it is open, nobody voted, and the viewer wrote the message.
    pub fn has_poll_fields(&self) -> bool {
        let attachment = self.message.attachment.as_deref();
        self.is_own()
            && attachment.is_some_and(|attachment| {
                attachment.poll().is_some() && !has_voters(attachment) && !is_over(attachment)
            })
    }

    /// Whether anybody voted in the poll.
    pub fn has_votes(&self) -> bool {
        self.message.attachment.as_deref().is_some_and(has_voters)
    }
}

fn has_voters(attachment: &Attachment) -> bool {
    attachment.tally.as_ref().is_some_and(|tally| tally.voters > 0)
}

fn is_over(attachment: &Attachment) -> bool {
    attachment.tally.as_ref().is_some_and(|tally| tally.is_closed)
}

/// `/-/messages/ID/delete`.
#[derive(Clone, Debug, Template)]
#[template(path = "messages/delete.html")]
pub struct Delete {
    pub layout: Layout,
    pub group: Group,
    pub topic: Topic,
    pub message: Message,
    pub form: ReasonForm,
}

impl Delete {
    /// Whether the viewer did not write the message: then the author is told the reason.
    pub fn is_of_somebody_else(&self) -> bool {
        self.layout.viewer.as_ref().is_some_and(|viewer| viewer.person.id != self.message.author.id)
    }
}

#[cfg(test)]
mod tests {
    use domain::model::UserId;

    use super::*;

    fn people(count: i64) -> Vec<Person> {
        (1..=count).map(|id| Person::new(UserId(id), format!("p{id}"))).collect()
    }

    #[test]
    fn only_long_messages_fold() {
        for short in ["", "Hello", &"word ".repeat(600), &"<a href=\"https://example.org/\">x</a> ".repeat(200)] {
            assert!(!is_long(short), "{} bytes", short.len());
        }
        for long in ["line<br>".repeat(70), "word ".repeat(2_000), format!("<pre>{}</pre>", "code\n".repeat(80))] {
            assert!(is_long(&long), "{} bytes", long.len());
        }
    }

    #[test]
    fn stars_are_shown_with_names() {
        assert_eq!(starred_by(&people(1)), "Starred by p1");
        assert_eq!(starred_by(&people(3)), "Starred by p1, p2 and p3");
        assert!(starred_by(&people(9)).to_string().ends_with("p8 and 1 other"));
        assert_eq!(spaced_people(&people(2)), "1 2");
    }
}

/// `/-/messages/ID/history`.
#[derive(Clone, Debug, Template)]
#[template(path = "messages/history.html")]
pub struct History {
    pub layout: Layout,
    pub group: Group,
    pub topic: Topic,
    pub message: Message,
    /// A page of its versions, newest first.
    pub versions: Vec<Version>,
    pub page: VersionPage,
    /// Until when the text of the deleted message is kept; `None` when it is not deleted.
    pub kept_until: Option<Timestamp>,
    /// Whether the viewer may restore it until then.
    pub may_restore: bool,
    /// Whether the viewer may edit it, and thereby restore an earlier version.
    pub may_edit: bool,
}

impl History {
    /// Returns the number of edits.
    pub fn edits(&self) -> i64 {
        self.page.last - self.page.first
    }
}
