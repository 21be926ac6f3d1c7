//! Emails that were received, what became of them, and the groups in which they start topics.

use crate::db::{Db, Tx, sql};
use model::time::Timestamp;
use model::{GroupId, IncomingEmailId, IncomingLine, IncomingOutcome, MessageId, UserId};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// A received email that waits.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct IncomingRow {
    pub id: IncomingEmailId,
    pub user_id: UserId,
    pub digest: String,
    /// From the envelope; empty for reports of mail servers.
    pub sender: String,
    pub recipient: String,
    /// The email, in which each character is a byte.
    pub raw: String,
    pub received_at: Timestamp,
}

/// A received email to store.
#[derive(Clone, Copy, Debug)]
pub struct NewIncoming<'a> {
    pub user: UserId,
    pub digest: &'a str,
    pub sender: &'a str,
    pub recipient: &'a str,
    pub raw: &'a str,
    pub at: Timestamp,
}

/// What became of a received email.
#[derive(Clone, Copy, Debug)]
pub struct Handled<'a> {
    pub outcome: IncomingOutcome,
    /// The address in its head; may be empty.
    pub author: &'a str,
    /// What was posted.
    pub message: Option<MessageId>,
    /// Why it was not posted; may be empty.
    pub reason: &'a str,
    pub at: Timestamp,
}

/// Stores a received email. `None` if it was received before.
pub async fn insert(tx: &mut Tx, new: &NewIncoming<'_>) -> Result<Option<IncomingEmailId>> {
    sql!(opt_value tx, IncomingEmailId,
        "insert into incoming_emails (user_id, digest, sender, recipient, raw, received_at) values ($1, $2, $3, $4, $5, $6)
         on conflict (digest) do nothing returning id",
        new.user, new.digest, new.sender, new.recipient, new.raw, new.at)
}

/// Returns a received email if it still waits.
pub async fn waiting(db: &Db, id: IncomingEmailId) -> Result<Option<IncomingRow>> {
    sql!(opt db, IncomingRow,
        "select id, user_id, digest, sender, recipient, raw, received_at from incoming_emails where id = $1 and outcome = 'waiting'", id)
}

/// The number of emails to a user's addresses that wait.
pub async fn count_waiting(db: &Db, user: UserId) -> Result<i64> {
    sql!(value db, i64, "select count(*) from incoming_emails where user_id = $1 and outcome = 'waiting'", user)
}

/// The number of emails that went back to a user since a moment.
pub async fn count_returned(tx: &mut Tx, user: UserId, since: Timestamp) -> Result<i64> {
    sql!(value tx, i64,
        "select count(*) from incoming_emails where user_id = $1 and outcome = 'returned' and received_at > $2", user, since)
}

/// Records what became of an email, and forgets the rest of it. 0 if another job did before.
pub async fn handled(tx: &mut Tx, id: IncomingEmailId, what: &Handled<'_>) -> Result<u64> {
    sql!(run tx,
        "update incoming_emails set outcome = $2, author = $3, message_id = $4, reason = $5, handled_at = $6,
                sender = '', recipient = '', raw = ''
         where id = $1 and outcome = 'waiting'",
        id, what.outcome, what.author, what.message, what.reason, what.at)
}

/// The newest received emails below an id, of an outcome (`None`: of any).
pub async fn log(
    db: &Db,
    outcome: Option<IncomingOutcome>,
    before: Option<IncomingEmailId>,
    limit: i64,
) -> Result<Vec<IncomingLine>> {
    sql!(all db, IncomingLine,
        "select e.id, u.username, e.author, e.outcome, e.message_id, e.reason, e.received_at
         from incoming_emails e join users u on u.id = e.user_id
         where ($1 = '' or e.outcome = $1) and e.id < $2 order by e.id desc limit $3",
        outcome.map_or("", IncomingOutcome::as_str), before.map_or(i64::MAX, |id| id.0), limit)
}

/// How many emails were received since a moment, by what became of them.
pub async fn counts(db: &Db, since: Timestamp) -> Result<Vec<(IncomingOutcome, i64)>> {
    sql!(all db, (IncomingOutcome, i64),
        "select outcome, count(*) from incoming_emails where received_at > $1 group by outcome order by outcome", since)
}

/// Forgets the emails that were received before a moment and handled.
pub async fn delete_before(tx: &mut Tx, before: Timestamp) -> Result<u64> {
    sql!(run tx, "delete from incoming_emails where received_at <= $1 and outcome <> 'waiting'", before)
}

/// Forgets the emails to a user's addresses.
pub async fn delete_of(tx: &mut Tx, user: UserId) -> Result<u64> {
    sql!(run tx, "delete from incoming_emails where user_id = $1", user)
}

/// Lets members start topics by email, or no longer. 0 when nothing changes.
pub async fn set_takes_email(tx: &mut Tx, id: GroupId, is_on: bool) -> Result<u64> {
    sql!(run tx, "update groups set takes_email = $2 where id = $1 and takes_email <> $2", id, is_on)
}
