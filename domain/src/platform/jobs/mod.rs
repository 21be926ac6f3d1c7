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
use model::{BulkDeleteId, EmailId, GroupId, JobId, MessageId, TopicId, UserId};
use store::db::Tx;
use store::platform::jobs as table;

pub use drain::drain;
pub use periodic::tick;
pub use queue::{Claim, LEASE, MAX_ATTEMPTS, Outcome, Report, Turn, backoff, renew, take_back, turn};
pub use wake::{Listening, Wake, Woken};

/// How long a reactor that failed waits before it is tried alone.
pub const FIRST_RETRY: std::time::Duration = std::time::Duration::from_secs(1);

/// Something to be done after the save. Its word is kept in `jobs.kind`, its arguments in `jobs.payload`: both stay as they are, since
/// rows of an older version may wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Job {
    /// Something happened in the forum: the reactors run.
    Happened(Cause),
    /// Anything else.
    Task(Task),
}

/// A job that is not about something that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Task {
    /// A group was renamed, or has another kind.
    GroupChanged {
        /// Which.
        group: GroupId,
    },
    /// One reactor failed at a cause and is tried again alone.
    React {
        /// The reactor's name.
        reactor: String,
        /// What it reacts to.
        cause: Cause,
    },
    /// An email is to be sent.
    #[serde(rename = "send_letter")]
    SendEmail {
        /// Which.
        #[serde(rename = "letter")]
        email: EmailId,
    },
    /// An account was deleted: what it left is to be removed.
    AccountDeleted {
        /// Whose it was.
        user: UserId,
        /// Whether the text of its messages goes too.
        #[serde(rename = "blank")]
        erase: bool,
    },
    /// All that a person posted is to be deleted.
    #[serde(rename = "clear_person")]
    BulkDelete {
        /// By which bulk deletion.
        removal: BulkDeleteId,
    },
    /// A bulk deletion is to be undone.
    #[serde(rename = "bring_back")]
    UndoBulkDelete {
        /// Which.
        removal: BulkDeleteId,
    },
    /// Housekeeping: expired sessions, old rows of the search log.
    Sweep {
        /// Which slot of its schedule, an hour: `2026-11-21T10`.
        slot: String,
    },
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

impl Cause {
    /// The words of all causes, as they are kept.
    const WORDS: [&str; 8] = [
        "message_posted",
        "message_edited",
        "message_deleted",
        "message_restored",
        "stars_changed",
        "topic_changed",
        "topic_moved",
        "topic_deleted",
    ];
}

impl From<Cause> for Job {
    fn from(cause: Cause) -> Self {
        Self::Happened(cause)
    }
}

impl From<Task> for Job {
    fn from(task: Task) -> Self {
        Self::Task(task)
    }
}

impl Job {
    /// Its word and its arguments, as they are kept.
    fn to_row(&self) -> Result<(String, String), store::Error> {
        let (tag, value) = match self {
            Self::Happened(cause) => ("event", serde_json::to_value(cause)),
            Self::Task(task) => ("kind", serde_json::to_value(task)),
        };
        let mut value = value.map_err(|error| store::Error::Encode(error.into()))?;
        let word = value.as_object_mut().and_then(|fields| fields.remove(tag));
        Ok((word.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned(), value.to_string()))
    }

    /// The word that stands for what it does.
    pub fn kind(&self) -> String {
        self.to_row().map(|(kind, _)| kind).unwrap_or_default()
    }

    /// Reads what was kept; the error says what is wrong with it.
    fn from_row(kind: &str, payload: &str) -> Result<Self, serde_json::Error> {
        let mut fields: serde_json::Map<String, Value> = serde_json::from_str(payload)?;
        if Cause::WORDS.contains(&kind) {
            fields.insert("event".into(), Value::from(kind));
            return serde_json::from_value(Value::Object(fields)).map(Self::Happened);
        }
        fields.insert("kind".into(), Value::from(kind));
        serde_json::from_value(Value::Object(fields)).map(Self::Task)
    }
}

/// Queues a job for `run_at`, mostly now, in the transaction of its cause: it is there if and only if that commits. Wake
/// the workers after the commit with [`Wake::after_commit`].
pub async fn enqueue(tx: &mut Tx, job: impl Into<Job>, run_at: Timestamp) -> Result<JobId, store::Error> {
    let (kind, payload) = job.into().to_row()?;
    table::insert(tx, &kind, &payload, run_at).await
}

/// Queues a job for `run_at` unless one with the key is still there. Says whether it did.
pub async fn enqueue_unique(
    tx: &mut Tx,
    key: &str,
    job: impl Into<Job>,
    run_at: Timestamp,
) -> Result<bool, store::Error> {
    let (kind, payload) = job.into().to_row()?;
    Ok(table::insert_unique(tx, key, &kind, &payload, run_at).await?.is_some())
}
