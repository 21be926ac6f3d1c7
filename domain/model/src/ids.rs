//! Typed ids.

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
    /// The id of an account.
    UserId,
    /// The id of a group.
    GroupId,
    /// The id of a topic.
    TopicId,
    /// The id of a message.
    MessageId,
    /// The id of a background job.
    JobId,
    /// An email in the outgoing queue.
    EmailId,
    /// A link that invites into a group.
    InvitationId,
    /// The id of a report.
    ReportId,
    /// A moderation rule, which checks messages before they are saved.
    RuleId,
    /// A message in the approval queue.
    PendingId,
    /// A link that invites to sign up.
    SiteInvitationId,
    /// A row of the moderation log.
    EntryId,
    /// A moderators' notice to a user.
    NoticeId,
    /// A bulk delete of everything by one user.
    BulkDeleteId,
    /// A token for the API.
    ApiTokenId,
    /// A URL by which programs post.
    IncomingHookId,
    /// A webhook that receives events.
    WebhookId,
    /// An event that is sent to a webhook.
    DeliveryId,
    /// A program that is asked before a message is saved.
    ExternalAuditorId,
    /// A kind of attachment that a program registered.
    KindId,
    /// A device that gets push messages.
    PushDeviceId,
    /// A file that somebody uploaded.
    FileId,
    /// An email that was received.
    IncomingEmailId,
}
