//! Plain types: what the forum is made of. Pages and store both speak them; nothing here does anything.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => { $(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, sqlx::Type)]
        #[serde(transparent)]
        #[sqlx(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = std::num::ParseIntError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )* };
}

ids! {
    /// A person's account.
    UserId,
    /// A group.
    GroupId,
    /// A topic.
    TopicId,
    /// A message.
    MessageId,
    /// A background job.
    JobId,
    /// A letter.
    LetterId,
    /// A link that leads into a group.
    InvitationId,
    /// A report of a message.
    ReportId,
    /// A rule that looks at messages before they are there.
    RuleId,
    /// A message that waits for approval.
    HeldId,
    /// A link with which one may sign up.
    SiteInvitationId,
    /// A row of the log of those who keep order.
    EntryId,
    /// What somebody is told by those who keep order.
    NoticeId,
    /// Everything by one person, taken away at once.
    RemovalId,
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, sqlx::Type)]
        #[sqlx(type_name = "text")]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $word)] #[sqlx(rename = $word)] $variant),* }

        impl $name {
            /// All of them.
            pub const EACH: &[Self] = &[$(Self::$variant),*];

            /// The word that stands for it in the database, forms and the API.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }

            /// Reads the word; `None` for any other.
            pub fn parse(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)* _ => None }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

pub(crate) use words;

words! {
    /// Who may see a group.
    GroupKind {
        /// Everyone reads, members write.
        Public = "public",
        /// Everyone knows of it, members read and write.
        Closed = "closed",
        /// Members only; to everyone else it is not there.
        Private = "private",
        /// A conversation of a few people, who are its members.
        Direct = "direct",
    }
}

words! {
    /// Where a group stands among those that one can discover.
    Category {
        /// Anything else.
        Other = "other",
        /// Painting, writing, theatre.
        Arts = "arts",
        /// Books.
        Books = "books",
        /// Cooking and eating.
        Food = "food",
        /// Games.
        Games = "games",
        /// House and garden.
        Home = "home",
        /// Places, and who lives there.
        Local = "local",
        /// Music.
        Music = "music",
        /// Animals, plants, weather.
        Nature = "nature",
        /// Science.
        Science = "science",
        /// Sports.
        Sports = "sports",
        /// Computers and other machines.
        Technology = "technology",
        /// Travel.
        Travel = "travel",
        /// Work and learning.
        Work = "work",
    }
}

impl Category {
    /// All of them, in the order shown.
    pub const ALL: [Self; 14] = [
        Self::Arts,
        Self::Books,
        Self::Food,
        Self::Games,
        Self::Home,
        Self::Local,
        Self::Music,
        Self::Nature,
        Self::Science,
        Self::Sports,
        Self::Technology,
        Self::Travel,
        Self::Work,
        Self::Other,
    ];

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Other => "Everything else",
            Self::Arts => "Arts and crafts",
            Self::Books => "Books",
            Self::Food => "Food and drink",
            Self::Games => "Games",
            Self::Home => "House and garden",
            Self::Local => "Around here",
            Self::Music => "Music",
            Self::Nature => "Nature",
            Self::Science => "Science",
            Self::Sports => "Sports",
            Self::Technology => "Technology",
            Self::Travel => "Travel",
            Self::Work => "Work and learning",
        }
    }
}

words! {
    /// What of a group or topic reaches somebody.
    Level {
        /// What is new is counted.
        Normal = "normal",
        /// It is counted, a topic even where its group is muted.
        Tracked = "tracked",
        /// It is not counted.
        Muted = "muted",
    }
}

words! {
    /// Who may begin a conversation with somebody.
    DirectFrom {
        /// Anyone who is signed in.
        Anyone = "anyone",
        /// Whoever is in a group with them.
        Shared = "shared",
        /// Nobody.
        Nobody = "nobody",
    }
}

words! {
    /// What is wrong with a message, as whoever reports it says.
    Grounds {
        /// It sells something, or is everywhere.
        Spam = "spam",
        /// It insults or threatens somebody.
        Insult = "insult",
        /// It tells what is somebody's own.
        Private = "private",
        /// What they say in words.
        Other = "other",
        /// What a rule looks for: nobody reported it.
        Rule = "rule",
    }
}

impl Grounds {
    /// Those that people choose from, in the order shown.
    pub const ALL: [Self; 4] = [Self::Spam, Self::Insult, Self::Private, Self::Other];

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Spam => "Spam",
            Self::Insult => "An insult or a threat",
            Self::Private => "A private matter",
            Self::Other => "Something else",
            Self::Rule => "Caught by a rule",
        }
    }
}

words! {
    /// What a rule looks for.
    RuleKind {
        /// Whole words, one a line.
        Words = "words",
        /// A regular expression.
        Pattern = "pattern",
    }
}

words! {
    /// What a rule does with what it caught.
    RuleDeed {
        /// It is not taken, and whoever writes it is told why.
        Refuse = "refuse",
        /// It waits until somebody approves it.
        Hold = "hold",
        /// It is posted, and reported to those who keep order.
        Report = "report",
    }
}

words! {
    /// How a report was answered.
    Verdict {
        /// There was nothing to do.
        Nothing = "nothing",
        /// The message was deleted.
        Deleted = "deleted",
    }
}

words! {
    /// What those who keep order tell somebody.
    NoticeKind {
        /// They are warned.
        Warning = "warning",
        /// They are banned from a group.
        Ban = "ban",
        /// What they wrote was removed.
        Removal = "removal",
        /// It was brought back.
        Restored = "restored",
    }
}

words! {
    /// What a member may do in a group. Later ones may do all that earlier ones may.
    Role {
        /// Reads and writes.
        Member = "member",
        /// Keeps order.
        Moderator = "moderator",
        /// Decides about the group.
        Admin = "admin",
    }
}

words! {
    /// Who may sign up.
    #[derive(Default)]
    SignUps {
        /// Anyone.
        #[default]
        Open = "open",
        /// Whoever has an invitation.
        Invited = "invited",
        /// Anyone, and an admin decides about the account.
        Approved = "approved",
        /// Nobody.
        Closed = "closed",
    }
}

impl SignUps {
    /// All of them, in the order shown.
    pub const ALL: [Self; 4] = [Self::Open, Self::Invited, Self::Approved, Self::Closed];
}

words! {
    /// What an admin of the site looks for among accounts.
    AccountState {
        /// They administer the site.
        Admins = "admins",
        /// They wait for an admin, or were declined lately.
        Waiting = "waiting",
        /// They are suspended.
        Suspended = "suspended",
        /// They are banned.
        Banned = "banned",
        /// They came with an import, and nobody signs in to them.
        Unclaimed = "unclaimed",
        /// They were deleted.
        Deleted = "deleted",
    }
}

impl AccountState {
    /// All of them, in the order shown.
    pub const ALL: [Self; 6] =
        [Self::Admins, Self::Waiting, Self::Suspended, Self::Banned, Self::Unclaimed, Self::Deleted];

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Admins => "Admins of the site",
            Self::Waiting => "Waiting",
            Self::Suspended => "Suspended",
            Self::Banned => "Banned",
            Self::Unclaimed => "Unclaimed",
            Self::Deleted => "Deleted",
        }
    }
}

words! {
    /// Which colours the pages have.
    Theme {
        /// As the browser prefers.
        Auto = "auto",
        /// Paper.
        Light = "light",
        /// Ink.
        Dark = "dark",
    }
}

/// Somebody as they appear beside what they did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, sqlx::FromRow)]
pub struct Person {
    /// The account.
    pub id: UserId,
    /// The unique name.
    pub username: String,
}

/// An account as its owner and its profile show it.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct User {
    /// The account.
    pub id: UserId,
    /// The unique name.
    pub username: String,
    /// Where mail goes; private.
    pub email: Option<String>,
    /// Where it is to go once that is confirmed; private.
    pub new_email: Option<String>,
    /// The name as they write it; may be empty.
    pub name: String,
    /// A few words about themselves, in the messages' markup; may be empty.
    pub bio: String,
    /// Where they are; may be empty.
    pub location: String,
    /// Their page: an http or https address, or empty.
    pub web: String,
    /// The colours they chose.
    pub theme: Theme,
    /// Whether they administer the site.
    pub is_admin: bool,
    /// Whether anyone can sign in to it; accounts that came with an import are unclaimed.
    pub claimed: bool,
    /// Whether it was deleted: then only its id and a placeholder for the name are left.
    pub deleted: bool,
    /// When they joined.
    pub created_at: Timestamp,
    /// Until when they are suspended, if that is not over.
    pub suspended_until: Option<Timestamp>,
    /// Since when they are banned.
    pub banned_at: Option<Timestamp>,
    /// Why they are suspended or banned, as they are told.
    pub barred_reason: String,
    /// Who may begin a conversation with them.
    pub direct_from: DirectFrom,
    /// Whether they follow the topics that they write in.
    pub follow_written: bool,
    /// Since when the account waits for an admin of the site; it can do nothing meanwhile.
    pub waiting_since: Option<Timestamp>,
}

impl User {
    /// As they appear beside a message.
    pub fn person(&self) -> Person {
        Person { id: self.id, username: self.username.clone() }
    }
}

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

/// The name of a conversation without one of its people, unless they are alone.
pub fn others_in(name: &str, username: &str) -> String {
    let others: Vec<&str> = name.split(", ").filter(|other| *other != username).collect();
    if others.is_empty() { name.to_owned() } else { others.join(", ") }
}

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

words! {
    /// What a topic can be besides.
    Mark {
        /// Only moderators write in it.
        Locked = "locked",
        /// It stands above the others of its group.
        Pinned = "pinned",
        /// What it asked is answered.
        Resolved = "resolved",
    }
}

words! {
    /// What was done to a topic.
    TopicDeed {
        /// It was locked.
        Locked = "locked",
        /// It was opened again.
        Unlocked = "unlocked",
        /// It was put above the others.
        Pinned = "pinned",
        /// It stands among the others again.
        Unpinned = "unpinned",
        /// What it asked is answered.
        Resolved = "resolved",
        /// Or is not.
        Reopened = "reopened",
        /// It has another title.
        Renamed = "renamed",
        /// It came from another group.
        Moved = "moved",
        /// Some of its messages went to a topic of their own.
        SplitOff = "splitoff",
        /// Its first messages came from another topic.
        SplitFrom = "splitfrom",
        /// Another topic became a part of it.
        Merged = "merged",
    }
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
    pub deed: TopicDeed,
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
    pub level: Level,
    /// What is unread in it, by topic.
    pub topics: Vec<TopicUnread>,
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
    pub fn places(&self) -> impl Iterator<Item = &SidebarGroup> {
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

/// A background job as the admin page lists it.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct JobRow {
    /// The job.
    pub id: JobId,
    /// What it does.
    pub kind: String,
    /// Its arguments, JSON.
    pub payload: String,
    /// `ready`, `running` or `failed`.
    pub state: String,
    /// How often it was tried.
    pub attempt: i64,
    /// When it may run; of a running one, when its lease ends.
    pub run_at: Timestamp,
    /// Why it last failed.
    pub last_error: Option<String>,
    /// When its cause was.
    pub created_at: Timestamp,
}
