//! Background jobs: what they are and how they are queued.
//!
//! A job carries ids, reads the state when it runs, and may run twice. It is queued in the transaction of its cause.

mod drain;
mod periodic;
mod queue;
mod wake;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use model::time::Timestamp;
use model::{GroupId, JobId, LetterId, MessageId, RemovalId, TopicId, UserId};
use store::db::Tx;
use store::platform::jobs as table;

pub use drain::drain;
pub use periodic::tick;
pub use queue::{Claim, LEASE, MAX_ATTEMPTS, Outcome, Report, Turn, backoff, renew, take_back, turn};
pub use wake::{Listening, Wake, Woken};

/// How long a reactor that failed waits before it is tried alone.
pub const FIRST_RETRY: std::time::Duration = std::time::Duration::from_secs(1);

/// Something to be done after the save. Its word is kept in `jobs.kind`, its ids in `jobs.payload`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Job {
    /// A message was posted.
    MessagePosted {
        /// Which.
        message: MessageId,
    },
    /// A message was edited.
    MessageEdited {
        /// Which.
        message: MessageId,
    },
    /// A message was deleted.
    MessageDeleted {
        /// Which.
        message: MessageId,
    },
    /// A deleted message was brought back.
    MessageRestored {
        /// Which.
        message: MessageId,
    },
    /// A message's stars changed.
    StarsChanged {
        /// Which.
        message: MessageId,
    },
    /// A topic was renamed or moved.
    TopicChanged {
        /// Which.
        topic: TopicId,
    },
    /// A topic was moved to another group.
    TopicMoved {
        /// Which.
        topic: TopicId,
        /// Where it was.
        from: GroupId,
    },
    /// A topic was deleted.
    TopicDeleted {
        /// Which.
        topic: TopicId,
    },
    /// A group was renamed, or has another kind.
    GroupChanged {
        /// Which.
        group: GroupId,
    },
    /// One reactor failed at a cause and is tried again alone.
    React {
        /// Which reactor.
        reactor: Reactor,
        /// What it reacts to.
        cause: Cause,
    },
    /// A letter is to be sent.
    SendLetter {
        /// Which.
        letter: LetterId,
    },
    /// An account was deleted: what it left is to be taken away.
    AccountDeleted {
        /// Whose it was.
        user: UserId,
        /// Whether the words of its messages go too.
        blank: bool,
    },
    /// What somebody wrote is to be taken away.
    ClearPerson {
        /// By which removal.
        removal: RemovalId,
    },
    /// What a removal took away is to be brought back.
    BringBack {
        /// Which.
        removal: RemovalId,
    },
    /// Housekeeping: expired sessions, old rows of the search log.
    Sweep {
        /// Which slot of its schedule, an hour: `2026-11-21T10`.
        slot: String,
    },
}

/// Who reacts to what happened in the forum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reactor {
    /// Tells those who are mentioned.
    Mentions,
    /// Keeps the summaries of what is unread.
    Unread,
    /// Publishes to those who are there to see it.
    Live,
    /// Tells the search followers.
    Search,
}

/// What happened in the forum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Cause {
    /// A message was posted.
    MessagePosted {
        /// Which.
        message: MessageId,
    },
    /// A message was edited.
    MessageEdited {
        /// Which.
        message: MessageId,
    },
    /// A message was deleted.
    MessageDeleted {
        /// Which.
        message: MessageId,
    },
    /// A deleted message was brought back.
    MessageRestored {
        /// Which.
        message: MessageId,
    },
    /// A message's stars changed.
    StarsChanged {
        /// Which.
        message: MessageId,
    },
    /// A topic was renamed or moved.
    TopicChanged {
        /// Which.
        topic: TopicId,
    },
    /// A topic was moved to another group.
    TopicMoved {
        /// Which.
        topic: TopicId,
        /// Where it was.
        from: GroupId,
    },
    /// A topic was deleted.
    TopicDeleted {
        /// Which.
        topic: TopicId,
    },
}

impl From<Cause> for Job {
    fn from(cause: Cause) -> Self {
        match cause {
            Cause::MessagePosted { message } => Self::MessagePosted { message },
            Cause::MessageEdited { message } => Self::MessageEdited { message },
            Cause::MessageDeleted { message } => Self::MessageDeleted { message },
            Cause::MessageRestored { message } => Self::MessageRestored { message },
            Cause::StarsChanged { message } => Self::StarsChanged { message },
            Cause::TopicChanged { topic } => Self::TopicChanged { topic },
            Cause::TopicMoved { topic, from } => Self::TopicMoved { topic, from },
            Cause::TopicDeleted { topic } => Self::TopicDeleted { topic },
        }
    }
}

impl Job {
    /// The word that stands for what it does.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::MessagePosted { .. } => "message_posted",
            Self::MessageEdited { .. } => "message_edited",
            Self::MessageDeleted { .. } => "message_deleted",
            Self::MessageRestored { .. } => "message_restored",
            Self::StarsChanged { .. } => "stars_changed",
            Self::TopicChanged { .. } => "topic_changed",
            Self::TopicMoved { .. } => "topic_moved",
            Self::TopicDeleted { .. } => "topic_deleted",
            Self::GroupChanged { .. } => "group_changed",
            Self::React { .. } => "react",
            Self::SendLetter { .. } => "send_letter",
            Self::AccountDeleted { .. } => "account_deleted",
            Self::ClearPerson { .. } => "clear_person",
            Self::BringBack { .. } => "bring_back",
            Self::Sweep { .. } => "sweep",
        }
    }

    /// Its arguments as they are kept.
    fn payload(&self) -> Result<String, store::Error> {
        let mut value = serde_json::to_value(self).map_err(|error| store::Error::Encode(error.into()))?;
        if let Value::Object(fields) = &mut value {
            fields.remove("kind");
        }
        Ok(value.to_string())
    }

    /// Reads what was kept; the error says what is wrong with it.
    fn from_row(kind: &str, payload: &str) -> Result<Self, serde_json::Error> {
        let mut fields: serde_json::Map<String, Value> = serde_json::from_str(payload)?;
        fields.insert("kind".into(), Value::from(kind));
        serde_json::from_value(Value::Object(fields))
    }
}

/// Queues a job for `run_at`, mostly now, in the transaction of its cause: it is there if and only if that commits. Wake
/// the workers after the commit with [`Wake::after_commit`].
pub async fn enqueue(tx: &mut Tx, job: &Job, run_at: Timestamp) -> Result<JobId, store::Error> {
    table::insert(tx, job.kind(), &job.payload()?, run_at).await
}

/// Queues a job for `run_at` unless one with the key is still there. Says whether it did.
pub async fn enqueue_unique(tx: &mut Tx, key: &str, job: &Job, run_at: Timestamp) -> Result<bool, store::Error> {
    Ok(table::insert_unique(tx, key, job.kind(), &job.payload()?, run_at).await?.is_some())
}
