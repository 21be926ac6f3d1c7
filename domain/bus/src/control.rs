//! Control messages: what the processes of one forum tell each other so that they can invalidate their caches.

use serde::{Deserialize, Serialize};

use model::{GroupId, TopicId, UserId};

/// A message from one process to all processes, itself included. It is sent once and may be lost, so nothing may depend
/// on it alone. Receivers learn of a loss by [`Control::Reconnected`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "control", rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Control {
    /// A session was signed out or revoked.
    SessionEnded {
        /// The session's public id, never its token.
        id: String,
    },
    /// An account changed in a way that affects what it may do or see: suspended, deleted, ignores another user.
    UserChanged { user: UserId },
    /// A user joined a group, left it, was removed, or got another role.
    MembershipChanged { user: UserId, group: GroupId },
    /// A group was created, renamed, deleted, or switched between public and private.
    GroupChanged {
        group: GroupId,
        /// Whether fewer people may read it from now on.
        #[serde(default = "narrows")]
        narrows: bool,
    },
    /// The online users of these groups, or their members, changed.
    HereChanged { groups: Vec<GroupId> },
    /// Public pages changed. With a topic in its group, only the topic's messages changed. Without one, anything may have
    /// changed: pages of other topics can show a topic's title.
    PagesChanged { topic: Option<(GroupId, TopicId)> },
    /// The rules that check messages before they are saved changed.
    RulesChanged,
    /// Webhooks or external auditors changed.
    WebhooksChanged,
    /// The site settings changed.
    SiteChanged,
    /// The search index has work to do.
    SearchChanged,
    /// Messages may have been missed: drop every cache that control messages keep up to date.
    Reconnected,
}

/// A control message as Redis carries it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ControlMessage {
    #[serde(flatten)]
    pub control: Control,
    /// The process that sent it.
    #[serde(default)]
    pub from: String,
}

/// What a process of an older version means, which does not say it.
fn narrows() -> bool {
    true
}
