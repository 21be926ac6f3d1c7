//! The states of groups that the matrix asks about, and the ids that its routes need.

use domain::model::Group;

/// An id that does not exist.
pub const ABSENT: i64 = 987_654_321;

/// The state of the group that a route is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Public,
    Closed,
    Private,
    /// A closed group that is archived.
    Archived,
    Direct,
    /// A public group whose topic and message were deleted.
    Gone,
    /// The group was deleted.
    Deleted,
    /// The group never existed.
    Absent,
}

pub const STATES: [State; 8] = [
    State::Public,
    State::Closed,
    State::Private,
    State::Archived,
    State::Direct,
    State::Gone,
    State::Deleted,
    State::Absent,
];

impl State {
    pub fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Closed => "closed",
            Self::Private => "private",
            Self::Archived => "archived",
            Self::Direct => "direct",
            Self::Gone => "gone",
            Self::Deleted => "deleted",
            Self::Absent => "absent",
        }
    }
}

/// A group and the ids that routes need.
#[derive(Clone, Debug)]
pub struct Scene {
    pub group: Group,
    pub topic: i64,
    pub topic_slug: String,
    pub message: i64,
    pub report: i64,
    pub rule: i64,
    /// A member's pending message.
    pub held: i64,
    pub invitation: i64,
    /// A bulk delete of a member's messages.
    pub removal: i64,
    /// A warning of that member.
    pub warning: i64,
    /// A row of the moderation log that names a user.
    pub entry: i64,
    pub token: String,
}

impl Scene {
    /// A scene of which only the group may exist.
    pub fn absent(group: Group) -> Self {
        Self {
            topic: ABSENT,
            topic_slug: group.slug.clone(),
            message: ABSENT,
            report: ABSENT,
            rule: ABSENT,
            held: ABSENT,
            invitation: ABSENT,
            removal: ABSENT,
            warning: ABSENT,
            entry: ABSENT,
            token: "0".repeat(32),
            group,
        }
    }
}

/// How much of a scene a route needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// A group with a topic, a message and members.
    Plain,
    /// Also reports, rules, the approval queue, invitations, requests, bans, bulk deletes and warnings. That takes most of the
    /// time.
    Whole,
}

impl Scope {
    /// What the path of a route needs.
    pub fn of(path: &str) -> Self {
        let words = [
            "report", "rule", "held", "log", "removal", "warn", "invit", "clear", "request", "ask", "bans", "history",
            "queue", "link",
        ];
        if words.iter().any(|word| path.contains(word)) { Self::Whole } else { Self::Plain }
    }
}
