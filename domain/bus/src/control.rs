//! What the processes of one forum tell each other: which of the things they remember are no longer so.

use serde::{Deserialize, Serialize};

use model::{GroupId, UserId};

/// A word from one process to all, itself included. Nothing may depend on it alone: it is sent once and may be lost, which
/// the receivers learn by [`Control::Reconnected`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "control", rename_all = "snake_case")]
pub enum Control {
    /// A session ended: signed out, or revoked.
    SessionEnded {
        /// The session's public id, never its token.
        id: String,
    },
    /// Something about an account changed that decides what it may do or see: suspended, deleted, ignoring somebody.
    UserChanged {
        /// The account.
        user: UserId,
    },
    /// Somebody came into a group, left it, was removed, or has another role.
    MembershipChanged {
        /// Who.
        user: UserId,
        /// Where.
        group: GroupId,
    },
    /// A group was made, renamed, deleted, or is now public or private.
    GroupChanged {
        /// The group.
        group: GroupId,
    },
    /// Who is here of these groups, or in them, is not who was.
    HereChanged {
        /// The groups.
        groups: Vec<GroupId>,
    },
    /// Rules that look at messages before they are there are not those that were.
    RulesChanged,
    /// What admins decide about the site is another thing now.
    SiteChanged,
    /// There is something new for the search index.
    SearchChanged,
    /// Words may have been missed: forget everything that they keep true.
    Reconnected,
}
