//! Topics and their messages.

use super::*;
use crate::time::Timestamp;

/// A topic.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Topic {
    /// The topic.
    pub id: TopicId,
    /// The group it stands in.
    pub group_id: GroupId,
    /// Its word in addresses, unique in the group.
    pub slug: String,
    /// Its title; may be empty in imports.
    pub name: String,
    /// Who started it.
    pub creator_id: UserId,
    /// Their name.
    pub creator_name: String,
    /// When it was started.
    pub created_at: Timestamp,
    /// The number of its newest message; 0 when it has none.
    pub last_seq: i64,
    /// When its newest message was written.
    pub last_message_at: Timestamp,
    /// Whether only moderators write in it.
    pub locked: bool,
    /// Whether it stands above the others of its group.
    pub pinned: bool,
    /// Whether what it asked is answered.
    pub resolved: bool,
    /// Whether everything in it stays as it is.
    pub archived: bool,
    /// How many lines say what was done to it.
    pub events: i64,
    /// Grows with each change of what pages show of it.
    pub version: i64,
    /// When it came into its group: when it was started, where it was started there.
    pub arrived_at: Timestamp,
    /// How often its messages were given other numbers.
    pub numbering: i64,
}

impl Topic {
    /// The title to show: never empty.
    pub fn title(&self) -> &str {
        if self.name.trim().is_empty() { "(untitled)" } else { &self.name }
    }
}

/// Who may bring a deleted message back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Restorable {
    /// Its author, who deleted it, and moderators.
    ByAuthor,
    /// Moderators alone: one of them deleted it.
    ByModerators,
}

/// The other topic that a line speaks of, for whoever may read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherTopic {
    /// Its title.
    pub title: String,
    /// Its group's word in addresses.
    pub group_slug: String,
    /// Its own.
    pub slug: String,
}

/// What was done to a topic, as a line between its messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicEvent {
    /// The number of the message that it stands below.
    pub after_seq: i64,
    /// Who did it.
    pub actor: Person,
    /// What.
    pub action: TopicAction,
    /// Of a new title, the old one; of messages that went, how many; of a topic that became a part of this one, its title.
    pub detail: String,
    /// Where messages went, or came from; `None` also when the reader may not know.
    pub other: Option<OtherTopic>,
    /// When.
    pub at: Timestamp,
}

/// A message as a page shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The message.
    pub id: MessageId,
    /// The topic it stands in.
    pub topic_id: TopicId,
    /// Its number in the topic: 1, 2, 3.
    pub seq: i64,
    /// Who wrote it.
    pub author: Person,
    /// When it was written.
    pub created_at: Timestamp,
    /// Its HTML, made when it was saved; empty when deleted.
    pub markup: String,
    /// Who it mentions.
    pub mentions: Vec<UserId>,
    /// When it was last edited.
    pub edited_at: Option<Timestamp>,
    /// Whether only a placeholder is left.
    pub deleted: bool,
    /// Who may bring it back, while its words are kept.
    pub restorable: Option<Restorable>,
    /// Whether the message before it (by number) is by the same author within five minutes: it then goes without a name.
    pub follows: bool,
    /// Who starred it, earliest first.
    pub stars: Vec<Person>,
    /// Grows with each change of what pages show of it.
    pub version: i64,
    /// Whether the reader ignores its author: it is folded away.
    pub ignored: bool,
}

/// A topic in a group's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicRow {
    /// The topic.
    pub topic: Topic,
    /// How many messages stand in it.
    pub message_count: i64,
    /// How many of them the reader has not read; 0 for anonymous readers.
    pub unread: i64,
    /// Who wrote last; `None` in a topic without messages.
    pub last_author: Option<Person>,
    /// The last message's first words as plain text; empty when deleted.
    pub excerpt: String,
    /// Whether the reader ignores whoever wrote last: the words are not shown.
    pub ignored: bool,
    /// Whether the reader follows it; known on the paper of what is unread, and on the list of topics that one follows.
    pub followed: bool,
}

/// A mention on the mentions page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MentionRow {
    /// The message with the mention in it.
    pub message: Message,
    /// Its topic.
    pub topic: Topic,
    /// Its group.
    pub group: Group,
    /// Whether it has not been read yet.
    pub unread: bool,
}

/// The address of a message: its topic, the slugs, and its number.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Permalink {
    pub group_id: GroupId,
    pub group_slug: String,
    pub topic_id: TopicId,
    pub topic_slug: String,
    pub seq: i64,
}

/// How far somebody has read a topic.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReadPosition {
    /// How often the topic's messages had been renumbered by then.
    pub numbering: i64,
    /// The number of the last message that was shown.
    pub seq: i64,
}
