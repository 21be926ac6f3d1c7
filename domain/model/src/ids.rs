//! Numbers that stand for things.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

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
    EmailId,
    /// A link that leads into a group.
    InvitationId,
    /// A report of a message.
    ReportId,
    /// A rule that looks at messages before they are there.
    RuleId,
    /// A message that waits for approval.
    PendingId,
    /// A link with which one may sign up.
    SiteInvitationId,
    /// A row of the log of those who keep order.
    EntryId,
    /// What somebody is told by those who keep order.
    NoticeId,
    /// Everything by one person, taken away at once.
    BulkDeleteId,
}
