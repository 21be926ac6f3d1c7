//! Topics and their messages.

use super::*;
use crate::time::Timestamp;

/// A topic as stored.
#[derive(Clone, Debug, PartialEq, Eq, Hash, sqlx::FromRow)]
pub struct Topic {
    pub id: TopicId,
    pub group_id: GroupId,
    /// Unique in the group.
    pub slug: String,
    /// The title; may be empty in imports.
    pub name: String,
    pub creator_id: UserId,
    pub creator_name: String,
    pub created_at: Timestamp,
    /// The number of its newest message; 0 if it has none.
    pub last_seq: i64,
    pub last_message_at: Timestamp,
    /// Only moderators may write in it.
    pub locked: bool,
    /// Listed above the group's other topics.
    pub pinned: bool,
    /// Its question is answered.
    pub resolved: bool,
    /// Nothing in it can be changed.
    pub archived: bool,
    /// The number of its `TopicEvent`s.
    pub events: i64,
    /// Incremented with every visible change.
    pub version: i64,
    /// When it came into its group: at its start, unless it was moved.
    pub arrived_at: Timestamp,
    /// How often its messages were renumbered.
    pub numbering: i64,
}

impl Topic {
    /// Returns the title to show, never empty.
    pub fn title(&self) -> &str {
        shown_title(&self.name)
    }
}

/// Returns a topic's title as it is shown: in the current language if there is none.
pub fn shown_title(name: &str) -> &str {
    if name.trim().is_empty() { texts::words::untitled().words() } else { name }
}

/// A deleted topic that can be restored.
#[derive(Clone, Debug, PartialEq, Eq, Hash, sqlx::FromRow)]
pub struct DeletedTopic {
    pub id: TopicId,
    pub group_id: GroupId,
    pub slug: String,
    pub name: String,
    pub creator_id: UserId,
    pub creator_name: String,
    /// Its messages that were not deleted before.
    pub messages: i64,
    pub deleted_at: Timestamp,
}

/// Who may restore a deleted message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Restorable {
    /// Its author, who deleted it, and moderators.
    ByAuthor,
    /// Only moderators: one of them deleted it.
    ByModerators,
}

/// The other topic of a `TopicEvent`, for viewers who may read it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OtherTopic {
    /// The title; may be empty in imports.
    pub name: String,
    pub group_slug: String,
    pub slug: String,
}

impl OtherTopic {
    /// Returns the title to show, never empty.
    pub fn title(&self) -> &str {
        shown_title(&self.name)
    }

    /// Returns the path of its page.
    pub fn path(&self) -> String {
        format!("/{}/{}/", self.group_slug, self.slug)
    }
}

/// An action on a topic, shown as a line between its messages.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TopicEvent {
    /// The number of the message above the line.
    pub after_seq: i64,
    pub actor: Person,
    pub action: TopicAction,
    /// The old title of a renamed topic, the number of moved messages, or the title of a merged topic. Titles may be empty.
    pub detail: String,
    /// Where messages went to or came from; `None` also if the viewer may not know.
    pub other: Option<OtherTopic>,
    pub at: Timestamp,
}

/// The message that a reply answers. Both are in the same topic.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Original {
    pub id: MessageId,
    pub author: Person,
    /// Its first words as plain text; empty if deleted.
    pub excerpt: String,
    pub deleted: bool,
    /// Whether the viewer ignores its author: the excerpt is hidden.
    pub ignored: bool,
}

impl Original {
    /// Its first words; empty if they are not shown.
    pub fn words(&self) -> &str {
        if self.ignored { "" } else { &self.excerpt }
    }
}

/// A message as a page shows it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Message {
    pub id: MessageId,
    pub topic_id: TopicId,
    /// Its number in the topic, from 1.
    pub seq: i64,
    pub author: Person,
    /// Whether its author is a program.
    pub by_bot: bool,
    pub created_at: Timestamp,
    /// Its HTML, made when it was saved, with the fallback text of its attachment; empty if deleted.
    pub markup: String,
    /// `None` also if it is deleted.
    pub attachment: Option<Box<Attachment>>,
    /// What its links lead to; empty also if it is deleted.
    pub previews: Vec<LinkPreview>,
    pub mentions: Vec<UserId>,
    /// When it was last edited.
    pub edited_at: Option<Timestamp>,
    /// Whether only a placeholder is left.
    pub deleted: bool,
    /// Who may restore it, while its text is kept.
    pub restorable: Option<Restorable>,
    /// Whether the previous message (by number) is by the same author within five minutes: the name is left out.
    pub follows: bool,
    /// The users who starred it, earliest first.
    pub stars: Vec<Person>,
    /// Incremented with every visible change.
    pub version: i64,
    /// Whether the viewer ignores its author: it is collapsed.
    pub ignored: bool,
    /// The message that it replies to, if that is in the same topic.
    pub reply_to: Option<Original>,
    /// The number of replies to it in its topic, without deleted ones.
    pub replies: i64,
    /// Since when all members may edit it; `None`: only its author may.
    pub wiki_at: Option<Timestamp>,
}

/// A topic in a group's list.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TopicRow {
    pub topic: Topic,
    pub message_count: i64,
    /// The viewer's unread count; 0 if anonymous.
    pub unread: i64,
    /// `None` in a topic without messages.
    pub last_author: Option<Person>,
    /// The last message's first words as plain text; empty if deleted.
    pub excerpt: String,
    /// Whether the viewer ignores the last author: the excerpt is hidden.
    pub ignored: bool,
    /// Whether the viewer ignores who started the topic: the title is hidden too.
    pub folded: bool,
    /// Whether the viewer follows it. Only set on the unread page and on the list of followed topics.
    pub followed: bool,
}

/// A mention on the mentions page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MentionRow {
    /// The message that contains the mention.
    pub message: Message,
    pub topic: Topic,
    pub group: Group,
    pub unread: bool,
    /// Whether it replies to a message of the viewer, and does not name them.
    pub is_reply: bool,
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

/// How far someone has read a topic.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReadPosition {
    /// How often the topic's messages had been renumbered by then.
    pub numbering: i64,
    /// The number of the last message that was shown.
    pub seq: i64,
}
