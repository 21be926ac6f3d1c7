//! Groups, and the layout's data about them.

use serde::{Deserialize, Serialize};

use super::*;
use crate::time::Timestamp;

/// A group as stored.
#[derive(Clone, Debug, PartialEq, Eq, Hash, sqlx::FromRow)]
pub struct Group {
    pub id: GroupId,
    pub slug: String,
    pub name: String,
    /// In the messages' markup; may be empty.
    pub description: String,
    pub kind: GroupKind,
    pub category: Category,
    /// Since when nothing in it can be changed.
    pub archived_at: Option<Timestamp>,
    pub creator_id: UserId,
    pub created_at: Timestamp,
    /// Slow mode: seconds between a member's messages in one topic; 0 is off.
    pub slow_seconds: i64,
    /// How many first messages of a new user need approval.
    pub first_held: i64,
    /// The digest of its image; empty without one.
    pub picture: String,
    /// Whether members can start topics by email.
    pub takes_email: bool,
}

impl Group {
    /// The choices of slow mode, in seconds.
    pub const SLOW: [i64; 5] = [0, 10, 60, 300, 3_600];
    /// The choices of how many first messages need approval.
    pub const FIRST_HELD: [i64; 3] = [0, 1, 3];

    /// Whether nothing in it can be changed.
    pub fn is_archived(&self) -> bool {
        self.archived_at.is_some()
    }

    /// Whether it is a conversation.
    pub fn is_direct(&self) -> bool {
        self.kind == GroupKind::Direct
    }

    /// Returns the name as this user sees it: a conversation's name leaves out their own.
    pub fn name_for(&self, username: &str) -> String {
        if self.is_direct() { others_in(&self.name, username) } else { self.name.clone() }
    }
}

/// Returns the name of a conversation without one of its members, in the current language if nobody else is left.
pub fn others_in(name: &str, username: &str) -> String {
    let others: Vec<&str> = name.split(", ").filter(|other| *other != username).collect();
    if others.is_empty() { texts::words::only_you().to_string() } else { others.join(", ") }
}

/// A group in the list of groups, or among a user's groups.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct GroupRow {
    pub group: Group,
    /// The number of members.
    pub members: i64,
    /// The number of topics.
    pub topics: i64,
    /// The creation time if there are no messages.
    pub last_message_at: Timestamp,
    /// Whether the viewer is a member.
    pub is_member: bool,
    /// Its latest message, if the viewer may read it and it was asked for.
    pub latest: Option<LatestMessage>,
}

/// The latest message of a group in a list of groups.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LatestMessage {
    pub topic_slug: String,
    pub topic_title: String,
    pub author: Person,
    /// The first words.
    pub excerpt: String,
    /// Who wrote last in the latest topics, each once, the author first.
    pub people: Vec<Person>,
}

/// A group in the sidebar.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SidebarGroup {
    pub id: GroupId,
    pub slug: String,
    pub name: String,
    pub kind: GroupKind,
    pub level: SubscriptionLevel,
    /// Whether the viewer moderates it.
    #[serde(default, alias = "keeps")]
    pub moderates: bool,
    /// The unread topics with the latest activity: all of them, unless the viewer has very many.
    pub topics: Vec<TopicUnread>,
    /// The unread messages of further topics.
    #[serde(default)]
    pub rest: i64,
}

/// The work that waits for a group's moderators.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Waits {
    pub id: GroupId,
    pub slug: String,
    pub name: String,
    /// The number of reported messages.
    pub reported: i64,
    /// The number of pending messages.
    pub held: i64,
    /// The number of join requests.
    pub asked: i64,
}

impl SidebarGroup {
    /// Returns the group's unread count.
    pub fn unread(&self) -> i64 {
        self.rest + self.topics.iter().map(|topic| topic.unread).sum::<i64>()
    }
}

/// A topic's unread count, and as of which message: the browser counts on from there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, sqlx::FromRow)]
pub struct TopicUnread {
    pub topic: TopicId,
    pub unread: i64,
    /// The number up to which the topic was read.
    pub read_seq: i64,
    /// The topic's newest number when this was counted.
    pub last_seq: i64,
    /// How often its messages had been renumbered by then.
    pub numbering: i64,
    /// When its newest message was posted.
    pub at: Timestamp,
}

/// The layout's data for a signed-in viewer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Sidebar {
    /// The viewer's groups: unread ones first, each part by name.
    pub groups: Vec<SidebarGroup>,
    /// The number of unread mentions.
    pub mentions: i64,
    /// The number of pending invitations by name.
    pub invited: i64,
    /// The number of unread notices.
    pub notices: i64,
}

impl Sidebar {
    /// Iterates over the groups that are not conversations.
    pub fn joined_groups(&self) -> impl Iterator<Item = &SidebarGroup> {
        self.groups.iter().filter(|group| group.kind != GroupKind::Direct)
    }

    /// Iterates over the conversations.
    pub fn conversations(&self) -> impl Iterator<Item = &SidebarGroup> {
        self.groups.iter().filter(|group| group.kind == GroupKind::Direct)
    }

    /// Returns the unread count of a topic if the sidebar lists it.
    pub fn of_topic(&self, topic: TopicId) -> Option<&TopicUnread> {
        self.groups.iter().flat_map(|group| &group.topics).find(|listed| listed.topic == topic)
    }

    /// Returns the number of listed topics.
    pub fn listed(&self) -> usize {
        self.groups.iter().map(|group| group.topics.len()).sum()
    }

    /// Lists at most this many topics, those with the latest activity. The others are counted in their group's rest.
    pub fn list_at_most(&mut self, most: usize) {
        let mut latest: Vec<(Timestamp, TopicId)> =
            self.groups.iter().flat_map(|group| &group.topics).map(|topic| (topic.at, topic.topic)).collect();
        if latest.len() <= most {
            return;
        }
        latest.sort_unstable_by(|a, b| b.cmp(a));
        let first_dropped = latest[most];
        self.list_only(|place| place > first_dropped);
    }

    /// Returns the listed topic with the oldest latest activity, and when that was.
    pub fn oldest_listed(&self) -> Option<(Timestamp, TopicId)> {
        self.groups.iter().flat_map(|group| &group.topics).map(|topic| (topic.at, topic.topic)).min()
    }

    /// Lists only topics from a place on. The others are counted in their group's rest.
    pub fn list_from(&mut self, oldest: (Timestamp, TopicId)) {
        self.list_only(|place| place >= oldest);
    }

    fn list_only(&mut self, is_listed: impl Fn((Timestamp, TopicId)) -> bool) {
        for group in &mut self.groups {
            let rest = &mut group.rest;
            group.topics.retain(|topic| {
                let is_listed = is_listed((topic.at, topic.topic));
                *rest += if is_listed { 0 } else { topic.unread };
                is_listed
            });
        }
    }

    /// Lists these topics too, which were counted in their group's rest.
    pub fn list_also(&mut self, topics: impl IntoIterator<Item = (GroupId, TopicUnread)>) {
        for (id, topic) in topics {
            let Some(group) = self.groups.iter_mut().find(|group| group.id == id) else { continue };
            if group.topics.iter().all(|listed| listed.topic != topic.topic) {
                group.rest = (group.rest - topic.unread).max(0);
                group.topics.push(topic);
            }
        }
    }

    /// Returns the unread count of all groups.
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
    /// Whether it is the account of a program.
    pub is_bot: bool,
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

/// A deleted group that can be restored.
#[derive(Clone, Debug, PartialEq, Eq, Hash, sqlx::FromRow)]
pub struct DeletedGroup {
    pub id: GroupId,
    pub slug: String,
    pub name: String,
    pub kind: GroupKind,
    /// The members that come back with it.
    pub members: i64,
    pub topics: i64,
    pub deleted_at: Timestamp,
}
