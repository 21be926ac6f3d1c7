//! Topics: reading, renaming and deleting them.

pub mod merges;
pub mod splits;
pub mod subscriptions;
pub mod timeline;
pub mod titles;

use askama::Template;
use domain::live::presence::Aside;
use domain::model::{
    Group, Message, Original, SidebarGroup, SubscriptionLevel, Topic, TopicAction, TopicEvent, shown_title,
};
use domain::moderation::approval_queue::OwnPending;
use texts::{Html, Text};

use crate::form::{MessageForm, RenameForm};
use crate::layout::Layout;
use crate::links;

/// `/GROUP/TOPIC/`.
#[derive(Clone, Debug, Hash, Template)]
#[template(path = "topics/show.html")]
pub struct Show {
    pub layout: Layout,
    pub group: Group,
    /// The group description as HTML from the markup module; may be empty.
    pub about: String,
    pub topic: Topic,
    pub message_count: i64,
    /// The messages of this page, in order.
    pub messages: Vec<Message>,
    /// Events of the topic, shown as lines between these messages.
    pub events: Vec<TopicEvent>,
    /// Number of messages before the first one here.
    pub earlier: i64,
    /// Number of messages after the last one here.
    pub later: i64,
    /// `None` when everything is read or nobody is signed in.
    pub new: Option<NewSince>,
    /// Number of the message up to which the viewer has read; `None` when nobody is signed in.
    pub read_seq: Option<i64>,
    /// With this, the link to the next page marks this page as read.
    pub seen: Option<String>,
    /// Whether the viewer has read here before.
    pub visited: bool,
    /// Whether the viewer may write here.
    pub may_write: bool,
    pub is_member: bool,
    /// Whether the viewer may invite others, or add them to a conversation.
    pub may_invite: bool,
    /// The viewer's subscription level for the topic; `None` follows that of the group.
    pub level: Option<SubscriptionLevel>,
    /// For a conversation to which people were added: the conversation that continues it.
    pub continues: Option<Topic>,
    /// Whether the viewer could write here after joining the group.
    pub may_join: bool,
    pub may_edit: bool,
    pub may_delete: bool,
    /// The number of members, and who of them is online.
    pub aside: Aside,
    /// A few other topics of the group.
    pub also: Vec<Topic>,
    /// The form to write a message.
    pub form: MessageForm,
    /// The message that the form replies to.
    pub replying: Option<Original>,
    /// What limits the viewer's messages, in sentences.
    pub limits: Vec<Text>,
    /// The viewer's own messages that are pending or declined.
    pub own_held: Vec<OwnPending>,
}

/// Where the unread messages begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NewSince {
    /// Sequence number of the first unread message.
    pub seq: i64,
    /// The unread count.
    pub count: i64,
}

impl Show {
    /// Returns the sequence number of the first message here, or 0 when there are none.
    pub fn first_seq(&self) -> i64 {
        self.messages.first().map_or(0, |message| message.seq)
    }

    /// Returns the sequence number of the last message here, or the topic's last when there are none, so that new
    /// messages connect.
    pub fn last_seq(&self) -> i64 {
        self.messages.last().map_or(self.topic.last_seq, |message| message.seq)
    }

    /// Whether the topic's newest message is on this page: only then are live messages appended.
    pub fn at_end(&self) -> bool {
        self.later == 0
    }

    /// Whether the line "new since your last visit" comes before this message: before the first one that counts. A page
    /// that begins later has no such line.
    pub fn begins_new(&self, message: &Message) -> bool {
        let Some(new) = self.new.filter(|new| self.first_seq() <= new.seq) else { return false };
        let me = self.layout.viewer.as_ref().map(|viewer| viewer.person.id);
        let counts =
            |other: &&Message| other.seq >= new.seq && !other.deleted && !other.ignored && Some(other.author.id) != me;
        self.messages.iter().find(counts).is_some_and(|first| first.seq == message.seq)
    }

    /// Whether a line with the date stands before this message: it is of another day than the one before it, or the first
    /// one of a page in the middle of the topic.
    pub fn begins_day(&self, message: &Message) -> bool {
        let day = |message: &Message| message.created_at.to_date_time().date();
        match self.messages.iter().rev().find(|other| other.seq < message.seq) {
            Some(before) => day(before) != day(message),
            None => message.seq > 1,
        }
    }

    /// Whether the topic has more than one page.
    pub fn is_long(&self) -> bool {
        self.earlier > 0 || self.later > 0
    }

    /// Returns the timeline of the topic; `None` if it is short.
    pub fn timeline(&self) -> Option<timeline::Timeline> {
        let first = self.messages.first()?;
        timeline::Timeline::new(first.seq, first.created_at, self.topic.last_seq)
    }

    /// Returns the topic's own address.
    pub fn address(&self) -> String {
        format!("/{}/{}/", self.group.slug, self.topic.slug)
    }

    /// Returns the address of the topic's first messages: its own address, where readers with an account go on reading.
    pub fn first_address(&self) -> String {
        let at = if self.layout.signed_in() { "?at=1" } else { "" };
        format!("{}{at}", self.address())
    }

    /// Whether the page shows messages that the viewer has not read.
    pub fn has_unread_here(&self) -> bool {
        self.read_seq.is_some_and(|read| self.messages.last().is_some_and(|last| last.seq > read))
    }

    /// Returns the events after this message and before the next.
    pub fn below(&self, seq: &i64) -> impl Iterator<Item = &TopicEvent> {
        let seq = *seq;
        self.events.iter().filter(move |event| event.after_seq == seq)
    }

    /// Returns the events before the first message.
    pub fn on_top(&self) -> impl Iterator<Item = &TopicEvent> {
        self.below(&0)
    }

    /// Whether unread messages here are muted.
    pub fn is_muted(&self) -> bool {
        match self.level {
            Some(level) => level == SubscriptionLevel::Muted,
            None => self.layout.own_group().is_some_and(Layout::is_muted),
        }
    }

    /// Whether the viewer follows the topic.
    pub fn is_followed(&self) -> bool {
        self.level == Some(SubscriptionLevel::Followed)
    }

    /// Whether there are unread messages here.
    pub fn has_new(&self) -> bool {
        self.new.is_some()
    }
}

/// Returns what somebody did to a topic, for a line between its messages; the time follows.
pub fn line(event: &TopicEvent) -> Html {
    use texts::topics as t;
    let person = links::person(&event.actor.username);
    let title = || shown_title(&event.detail);
    let done = match (event.action, &event.other) {
        (TopicAction::Locked, _) => t::was_locked(person),
        (TopicAction::Unlocked, _) => t::was_unlocked(person),
        (TopicAction::Pinned, _) => t::was_pinned(person),
        (TopicAction::Unpinned, _) => t::was_unpinned(person),
        (TopicAction::Resolved, _) => t::was_resolved(person),
        (TopicAction::Reopened, _) => t::was_reopened(person),
        (TopicAction::Archived, _) => t::was_archived(person),
        (TopicAction::Unarchived, _) => t::was_unarchived(person),
        (TopicAction::Restored, _) => t::was_restored(person),
        (TopicAction::Renamed, _) => t::was_renamed(person, title()),
        (TopicAction::Moved, _) => t::was_moved(person),
        (TopicAction::SplitOff, Some(other)) => return t::split_off(person, moved(event), other.path(), other.title()),
        (TopicAction::SplitOff, None) => t::split_off_unnamed(person, moved(event)),
        (TopicAction::SplitFrom, Some(other)) => return t::split_from(person, other.path(), other.title()),
        (TopicAction::SplitFrom, None) => t::split_from_unnamed(person),
        (TopicAction::Merged, _) => t::was_merged(person, title()),
    };
    done.into_html()
}

/// The number of messages that became another topic.
fn moved(event: &TopicEvent) -> i64 {
    event.detail.parse().unwrap_or_default()
}

/// `/-/topics/ID/edit`.
#[derive(Clone, Debug, Template)]
#[template(path = "topics/edit.html")]
pub struct Edit {
    pub layout: Layout,
    pub group: Group,
    pub topic: Topic,
    pub form: RenameForm,
    /// Whether the viewer may also lock, pin and move the topic.
    pub moderates: bool,
    /// Whether the viewer may archive and unarchive the topic.
    pub may_archive: bool,
    /// Why it was not moved.
    pub not_moved: Option<texts::Text>,
}

impl Edit {
    /// Returns the groups that the topic can move to.
    pub fn targets(&self) -> impl Iterator<Item = &SidebarGroup> {
        let fits = |group: &&SidebarGroup| {
            group.id != self.group.id && (group.kind == self.group.kind || Layout::is_private(group))
        };
        self.layout.sidebar.groups.iter().filter(fits)
    }
}

/// `/-/topics/ID/delete`.
#[derive(Clone, Debug, Template)]
#[template(path = "topics/delete.html")]
pub struct Delete {
    pub layout: Layout,
    pub group: Group,
    pub topic: Topic,
    /// Number of messages deleted with it.
    pub message_count: i64,
}

#[cfg(test)]
mod tests {
    use domain::model::{OtherTopic, Person, UserId};
    use domain::time::Timestamp;
    use texts::{Lang, within};

    use super::*;

    fn event(action: TopicAction, detail: &str, other: Option<&str>) -> TopicEvent {
        let other = other.map(|name| OtherTopic {
            name: name.to_owned(),
            group_slug: "birds".to_owned(),
            slug: "wrens".to_owned(),
        });
        let actor = Person::new(UserId(1), "mira");
        TopicEvent { after_seq: 1, actor, action, detail: detail.to_owned(), other, at: Timestamp(0) }
    }

    #[test]
    fn a_line_names_the_other_topic_to_those_who_may_read_it() {
        let english = |other| line(&event(TopicAction::SplitOff, "1", other)).to_string();
        let mira = "<a class=\"person\" href=\"/users/mira/\">mira</a>";
        assert_eq!(english(None), format!("{mira} moved 1 message to another topic"));
        let link = "<a href=\"/birds/wrens/\">&#60;b&#62;</a>";
        assert_eq!(english(Some("<b>")), format!("{mira} moved 1 message to {link}"));
        let german = line(&event(TopicAction::SplitOff, "12", Some("<b>"))).to(Lang::De);
        assert_eq!(german, format!("{mira} hat 12 Nachrichten nach {link} verschoben"));
    }

    #[test]
    fn a_topic_without_a_title_has_one_in_the_language_of_the_page() {
        for (lang, title) in [(Lang::En, "“(untitled)”"), (Lang::De, "„(ohne Titel)“")] {
            let lines = within(lang, || {
                [TopicAction::Renamed, TopicAction::Merged].map(|action| line(&event(action, " ", None)).to_string())
            });
            assert!(lines.iter().all(|line| line.contains(title)), "{lines:?}");
            let from = within(lang, || line(&event(TopicAction::SplitFrom, "", Some(""))).to_string());
            assert!(from.contains(title.trim_matches(['“', '”', '„'])), "{from}");
        }
    }
}
