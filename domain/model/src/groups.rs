//! Groups, and what stands beside them for somebody.

use serde::{Deserialize, Serialize};

use super::*;
use crate::time::Timestamp;

/// A group.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Group {
    /// The group.
    pub id: GroupId,
    /// Its word in addresses.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// What it is about, in the messages' markup; may be empty.
    pub description: String,
    /// Who may see it.
    pub kind: GroupKind,
    /// Where it stands among those that one can discover.
    pub category: Category,
    /// Since when nothing in it can be changed.
    pub archived_at: Option<Timestamp>,
    /// Who made it.
    pub creator_id: UserId,
    /// When it was made.
    pub created_at: Timestamp,
    /// A member writes one message in a topic in so many seconds; 0: as many as they like.
    pub slow_seconds: i64,
    /// So many messages of somebody new wait for approval.
    pub first_held: i64,
}

impl Group {
    /// Seconds that slow mode may have.
    pub const SLOW: [i64; 5] = [0, 10, 60, 300, 3_600];
    /// How many first messages may have to wait.
    pub const FIRST_HELD: [i64; 3] = [0, 1, 3];

    /// Whether nothing in it can be changed.
    pub fn is_archived(&self) -> bool {
        self.archived_at.is_some()
    }

    /// Whether it is a conversation.
    pub fn is_direct(&self) -> bool {
        self.kind == GroupKind::Direct
    }

    /// As somebody reads its name: in that of a conversation they do not read their own.
    pub fn name_for(&self, username: &str) -> String {
        if self.is_direct() { others_in(&self.name, username) } else { self.name.clone() }
    }
}

/// The name of a conversation without one of its people.
pub fn others_in(name: &str, username: &str) -> String {
    let others: Vec<&str> = name.split(", ").filter(|other| *other != username).collect();
    if others.is_empty() { "You alone".to_owned() } else { others.join(", ") }
}

/// A group in the list of those one can discover, or of those that a person is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupRow {
    /// The group.
    pub group: Group,
    /// How many are in it.
    pub members: i64,
    /// How many topics stand in it.
    pub topics: i64,
    /// When something was last written; its creation when nothing was.
    pub last_message_at: Timestamp,
    /// Whether the reader is in it.
    pub is_member: bool,
}

/// A group in the column at the left of every page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SidebarGroup {
    /// The group.
    pub id: GroupId,
    /// Its word in addresses.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Who may see it.
    pub kind: GroupKind,
    /// What of it reaches them.
    pub level: SubscriptionLevel,
    /// Whether they keep order in it.
    #[serde(default, alias = "keeps")]
    pub moderates: bool,
    /// What is unread in it, by topic.
    pub topics: Vec<TopicUnread>,
}

/// What waits in a group for those who keep order in it.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Waits {
    /// The group.
    pub id: GroupId,
    /// Its word in addresses.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Messages that were reported.
    pub reported: i64,
    /// Messages to be approved.
    pub held: i64,
    /// People who asked to be let in.
    pub asked: i64,
}

impl SidebarGroup {
    /// How many messages are unread in the group.
    pub fn unread(&self) -> i64 {
        self.topics.iter().map(|topic| topic.unread).sum()
    }
}

/// What is unread in one topic, and as of which message: what the browser needs to go on counting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, sqlx::FromRow)]
pub struct TopicUnread {
    /// The topic.
    pub topic: TopicId,
    /// How many messages are unread.
    pub unread: i64,
    /// Up to which number the topic was read.
    pub read_seq: i64,
    /// The topic's newest number when this was counted.
    pub last_seq: i64,
    /// How often its messages were given other numbers by then.
    pub numbering: i64,
}

/// What the frame around every page shows to somebody signed in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sidebar {
    /// The groups they are in: unread ones first, each part by name.
    pub groups: Vec<SidebarGroup>,
    /// How many mentions are unread.
    pub mentions: i64,
    /// How many groups they are invited to by name.
    pub invited: i64,
}

impl Sidebar {
    /// The groups that are no conversations.
    pub fn joined_groups(&self) -> impl Iterator<Item = &SidebarGroup> {
        self.groups.iter().filter(|group| group.kind != GroupKind::Direct)
    }

    /// The conversations.
    pub fn conversations(&self) -> impl Iterator<Item = &SidebarGroup> {
        self.groups.iter().filter(|group| group.kind == GroupKind::Direct)
    }

    /// How many messages are unread in all groups.
    pub fn unread(&self) -> i64 {
        self.groups.iter().map(SidebarGroup::unread).sum()
    }
}

/// A group in the site admins' list: counts, and nothing of what was written in it.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ListedGroup {
    #[sqlx(flatten)]
    pub group: Group,
    pub members: i64,
    pub topics: i64,
    pub messages: i64,
    /// When the newest message was posted; without messages, when the group was created.
    pub last_message_at: Timestamp,
    /// The viewer's own role in it.
    pub role: Option<Role>,
}

/// The order of the group directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DirectoryOrder {
    /// Newest message first.
    Recent,
    /// Most members first.
    Popular,
    Name,
}

/// Which groups the directory lists.
#[derive(Clone, Copy, Debug)]
pub struct DirectoryFilter<'a> {
    /// Words in name, slug or description; may be empty.
    pub words: &'a str,
    pub category: Option<Category>,
    pub order: DirectoryOrder,
}

/// An invitation link to a group.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Invitation {
    pub id: InvitationId,
    pub group_id: GroupId,
    pub inviter_id: UserId,
    /// The inviter's username.
    pub inviter: String,
    /// The role that it gives; `None`: it only lets people ask to join.
    pub role: Option<Role>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub uses_left: i64,
    pub used: i64,
}

/// A user who was invited by name and has not answered.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct InvitedRow {
    #[sqlx(flatten)]
    pub person: Person,
    /// The inviter's username.
    pub inviter: String,
    pub created_at: Timestamp,
}

/// A group that the viewer is invited to.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct InvitedTo {
    #[sqlx(flatten)]
    pub group: Group,
    /// The inviter's username.
    pub inviter: String,
    pub invited_at: Timestamp,
}

/// A member in the list of members.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct MemberRow {
    #[sqlx(flatten)]
    pub person: Person,
    pub role: Role,
    /// When they joined.
    pub created_at: Timestamp,
}

/// A user who is banned from a group.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct BanRow {
    #[sqlx(flatten)]
    pub person: Person,
    pub reason: String,
    /// The moderator's username.
    pub by_name: String,
    pub created_at: Timestamp,
}

/// A request to join a group.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct RequestRow {
    #[sqlx(flatten)]
    pub person: Person,
    pub message: String,
    pub created_at: Timestamp,
}
