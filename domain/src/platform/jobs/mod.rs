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
use model::{BulkDeleteId, EmailId, FileId, GroupId, IncomingEmailId, JobId, MessageId, PushDeviceId, TopicId, UserId};
use store::db::Tx;
use store::platform::jobs as table;

pub use drain::drain;
pub use periodic::{after_clock_change, tick};
pub use queue::{
    Claim, LEASE, MAX_ATTEMPTS, MOST_AT_ONCE, Outcome, Report, Turn, backoff, batches, renew, take_back, turn,
};
pub use wake::{Listening, Wake, Woken};

/// How long a failed reactor waits before it is retried alone.
pub const FIRST_RETRY: std::time::Duration = std::time::Duration::from_secs(1);

/// Work to do after the save. `jobs.kind` stores its kind and `jobs.payload` its arguments. Neither format may change,
/// since rows of an older version may be queued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Job {
    /// An event in the forum: the reactors run.
    Happened(Cause),
    /// Anything else.
    Task(Task),
}

/// A job that is not about an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Task {
    /// A group was renamed or changed its kind.
    GroupChanged { group: GroupId },
    /// One reactor failed and is retried alone.
    React { reactor: String, cause: Cause },
    #[serde(rename = "send_letter")]
    SendEmail {
        #[serde(rename = "letter")]
        email: EmailId,
    },
    /// A command of the operator changed an account. Its process may share no bus with the service, so a job of the
    /// service announces it.
    AccountChanged { user: UserId },
    /// An account was deleted: delete what it left.
    AccountDeleted {
        user: UserId,
        /// Whether to delete the text of its messages too.
        #[serde(rename = "blank")]
        erase: bool,
    },
    /// Delete all messages of an author.
    #[serde(rename = "clear_person")]
    BulkDelete { removal: BulkDeleteId },
    #[serde(rename = "bring_back")]
    UndoBulkDelete { removal: BulkDeleteId },
    /// Compare the unread summaries that this process keeps with the database, for the doctor in another process.
    CompareSummaries { token: String },
    /// Reducers have events of a group to read.
    Reduce { group: GroupId },
    /// A user got a notice: their pages show how many are unread.
    NoticesChanged { user: UserId },
    /// Something concerned a user a few minutes ago: what of it is unread is emailed.
    CollectEmail { user: UserId },
    /// Send a message to a device, if it still concerns its owner.
    Push(PushTry),
    /// A message has links: ask what they lead to.
    PreviewLinks { message: MessageId },
    /// An image was uploaded: make what pages show of it.
    ImageUploaded { file: FileId },
    /// Something no longer has this picture: delete its bytes if nothing has it.
    PictureReplaced { digest: String },
    /// An email was received: post it, or send it back.
    EmailReceived { email: IncomingEmailId },
    /// The job of a received email failed for good: send it back.
    EmailGivenUp { email: IncomingEmailId },
    /// Housekeeping: expired sessions, old rows of the search log.
    Sweep {
        /// The hour of its schedule: `2026-11-21T10`.
        slot: String,
    },
}

/// A try to send a message to a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct PushTry {
    pub device: PushDeviceId,
    pub message: MessageId,
    /// The number of this try, from 1.
    pub attempt: i64,
    /// Whether it waited because the owner looked at a page.
    pub waited: bool,
}

/// An event in the forum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Cause {
    MessagePosted {
        message: MessageId,
    },
    MessageEdited {
        message: MessageId,
    },
    MessageDeleted {
        message: MessageId,
    },
    MessageRestored {
        message: MessageId,
    },
    StarsChanged {
        message: MessageId,
        /// Who gave or took a star, and when; `None` in jobs of older versions, and when many stars went.
        #[serde(flatten, default, skip_serializing_if = "Option::is_none")]
        by: Option<StarredBy>,
    },
    /// People voted in a poll, or it was closed.
    PollChanged {
        message: MessageId,
    },
    /// A message got previews of its links, or lost them.
    PreviewsChanged {
        message: MessageId,
    },
    /// A topic was started without a message.
    TopicStarted {
        topic: TopicId,
    },
    /// A topic was renamed or moved.
    TopicChanged {
        topic: TopicId,
    },
    TopicMoved {
        topic: TopicId,
        /// The old group.
        from: GroupId,
    },
    TopicDeleted {
        topic: TopicId,
    },
}

/// Who gave or took a star, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct StarredBy {
    pub user: UserId,
    pub starred: bool,
    pub at: Timestamp,
}

impl Cause {
    /// The kinds of all causes, as stored.
    const WORDS: [&str; 11] = [
        "message_posted",
        "message_edited",
        "message_deleted",
        "message_restored",
        "stars_changed",
        "poll_changed",
        "previews_changed",
        "topic_started",
        "topic_changed",
        "topic_moved",
        "topic_deleted",
    ];

    /// The message that the event is about.
    pub fn message(&self) -> Option<MessageId> {
        match *self {
            Self::MessagePosted { message }
            | Self::MessageEdited { message }
            | Self::MessageDeleted { message }
            | Self::MessageRestored { message }
            | Self::StarsChanged { message, .. }
            | Self::PollChanged { message }
            | Self::PreviewsChanged { message } => Some(message),
            Self::TopicStarted { .. }
            | Self::TopicChanged { .. }
            | Self::TopicMoved { .. }
            | Self::TopicDeleted { .. } => None,
        }
    }

    /// The new message.
    pub fn posted(&self) -> Option<MessageId> {
        matches!(self, Self::MessagePosted { .. }).then(|| self.message()).flatten()
    }

    /// The topic that the event is about, if no message is.
    pub fn topic(&self) -> Option<TopicId> {
        match *self {
            Self::TopicStarted { topic }
            | Self::TopicChanged { topic }
            | Self::TopicMoved { topic, .. }
            | Self::TopicDeleted { topic } => Some(topic),
            _ => None,
        }
    }
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
    /// The kind and the arguments, as stored.
    fn to_row(&self) -> Result<(String, String), store::Error> {
        let (tag, value) = match self {
            Self::Happened(cause) => ("event", serde_json::to_value(cause)),
            Self::Task(task) => ("kind", serde_json::to_value(task)),
        };
        let mut value = value.map_err(|error| store::Error::Encode(error.into()))?;
        let word = value.as_object_mut().and_then(|fields| fields.remove(tag));
        Ok((word.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned(), value.to_string()))
    }

    /// The kind of job, as stored.
    pub fn kind(&self) -> String {
        self.to_row().map(|(kind, _)| kind).unwrap_or_default()
    }

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

/// Queues a job for `run_at`, mostly now, in the transaction of its cause: the job exists if and only if that commits.
/// Wake the workers after the commit with [`Wake::after_commit`].
pub async fn enqueue(tx: &mut Tx, job: impl Into<Job>, run_at: Timestamp) -> Result<JobId, store::Error> {
    let (kind, payload) = job.into().to_row()?;
    table::insert(tx, &kind, &payload, run_at, run_at).await
}

/// Queues a job for a later time.
pub async fn plan(tx: &mut Tx, job: impl Into<Job>, now: Timestamp, run_at: Timestamp) -> Result<JobId, store::Error> {
    let (kind, payload) = job.into().to_row()?;
    table::insert(tx, &kind, &payload, now.min(run_at), run_at).await
}

/// Queues a job for a later time unless one with the key is still queued. Returns whether it did.
pub async fn plan_unique(
    tx: &mut Tx,
    key: &str,
    job: impl Into<Job>,
    now: Timestamp,
    run_at: Timestamp,
) -> Result<bool, store::Error> {
    let (kind, payload) = job.into().to_row()?;
    Ok(table::insert_unique(tx, key, &kind, &payload, now.min(run_at), run_at).await?.is_some())
}

/// Queues a job for `run_at`, which is now, unless one with the key is still queued. Returns whether it did.
pub async fn enqueue_unique(
    tx: &mut Tx,
    key: &str,
    job: impl Into<Job>,
    run_at: Timestamp,
) -> Result<bool, store::Error> {
    let (kind, payload) = job.into().to_row()?;
    Ok(table::insert_unique(tx, key, &kind, &payload, run_at, run_at).await?.is_some())
}

/// Queues jobs for `run_at`, each unless one with its key is still queued.
pub async fn enqueue_all_unique(tx: &mut Tx, jobs: Vec<(String, Job)>, run_at: Timestamp) -> Result<(), store::Error> {
    if jobs.is_empty() {
        return Ok(());
    }
    let row = |(key, job): (String, Job)| job.to_row().map(|(kind, payload)| (key, kind, payload));
    let rows = jobs.into_iter().map(row).collect::<Result<Vec<_>, _>>()?;
    table::insert_all_unique(tx, &rows, run_at).await.map(drop)
}
