//! Pending messages: they wait for approval, or were declined. They are in no other table.

use crate::conditions::waits;
use crate::db::{Db, Tx, sql};
use model::policy::settled_by_site_admin_first;
use model::time::Timestamp;
use model::{Attachment, GroupId, MessageId, PendingId, PendingRow, TopicId, UserId};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// A message to put into the queue.
#[derive(Clone, Copy, Debug)]
pub struct NewPending<'a> {
    pub author: UserId,
    pub group: GroupId,
    /// `None`: the message starts a topic.
    pub topic: Option<TopicId>,
    /// The title of the topic that it starts.
    pub title: &'a str,
    /// As typed.
    pub raw: &'a str,
    /// The form's idempotency key.
    pub key: Option<&'a str>,
    /// The message that it replies to.
    pub reply_to: Option<MessageId>,
    pub attachment: Option<&'a Attachment>,
    /// Why it needs approval.
    pub why: &'a str,
    /// When it was written.
    pub at: Timestamp,
}

/// Puts a message into the queue. `None` when the author's key was used before.
pub async fn insert(tx: &mut Tx, new: NewPending<'_>) -> Result<Option<PendingId>> {
    let NewPending { author, group, topic, title, raw, key, reply_to, attachment, why, at } = new;
    sql!(opt_value tx, PendingId,
        "insert into held (author_id, group_id, topic_id, title, raw, idempotency_key, reply_to, why, created_at, attachment)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict do nothing returning id",
        author, group, topic, title, raw, key, reply_to, why, at, crate::messages::attachments::encode(attachment)?)
}

/// The number of an author's messages in a group that wait for approval.
pub async fn waiting_of(tx: &mut Tx, author: UserId, group: GroupId) -> Result<i64> {
    sql!(value tx, i64, "select count(*) from held where author_id = $1 and group_id = $2 and declined_at is null", author, group)
}

/// When an author last wrote a pending or declined message in a topic; without one, a new topic in the group.
pub async fn last_by(tx: &mut Tx, author: UserId, group: GroupId, topic: Option<TopicId>) -> Result<Option<Timestamp>> {
    sql!(opt_value tx, Timestamp,
        "select created_at from held where author_id = $1 and group_id = $2 and (topic_id = $3 or ($4 = 0 and topic_id is null))
         order by created_at desc limit 1",
        author, group, topic, i64::from(topic.is_some()))
}

macro_rules! rows {
    ($($which:tt)+) => {
        concat!(
            "select ",
            crate::groups::columns!(),
            ", h.id as held_id, h.author_id, u.username as author_name, h.topic_id, t.slug as topic_slug, t.name as topic_name,
                coalesce(t.deleted_at is not null, 1 = 0) as topic_gone, h.title, h.raw, h.idempotency_key, h.reply_to, h.attachment, h.why, h.created_at as written_at
             from held h join groups g on g.id = h.group_id join users u on u.id = h.author_id left join topics t on t.id = h.topic_id
             where ",
            waits!(),
            " and g.deleted_at is null and ",
            $($which)+
        )
    };
}

/// The messages that wait in a group, oldest first.
pub async fn of_group(db: &Db, group: GroupId, limit: i64) -> Result<Vec<PendingRow>> {
    sql!(all db, PendingRow, rows!("h.group_id = $1 order by h.id limit $2"), group, limit)
}

/// The messages that wait wherever this site admin may decide, oldest first.
pub async fn of_site(db: &Db, admin: UserId, limit: i64) -> Result<Vec<PendingRow>> {
    sql!(all db, PendingRow, rows!(settled_by_site_admin_first!(), " order by h.id limit $2"), admin, limit)
}

/// The number of messages that wait wherever this site admin may decide.
pub async fn count_of_site(db: &Db, admin: UserId) -> Result<i64> {
    sql!(value db, i64,
        concat!("select count(*) from held h join groups g on g.id = h.group_id where ", waits!(), " and ", settled_by_site_admin_first!()),
        admin)
}

/// Returns a message that waits.
pub async fn by_id(db: &Db, id: PendingId) -> Result<Option<PendingRow>> {
    sql!(opt db, PendingRow, rows!("h.id = $1"), id)
}

/// Deletes a waiting message from the table. 0 when a moderator answered it, its author withdrew it, or a bulk delete
/// covers it. Lock its author first, so that no bulk delete begins meanwhile.
pub async fn take(tx: &mut Tx, id: PendingId) -> Result<u64> {
    sql!(run tx, concat!("delete from held as h where h.id = $1 and ", waits!()), id)
}

/// Declines a waiting message. 0 when it was answered or withdrawn.
pub async fn decline(tx: &mut Tx, id: PendingId, by: UserId, reason: &str, now: Timestamp) -> Result<u64> {
    sql!(run tx, "update held set declined_at = $4, declined_by = $2, reason = $3 where id = $1 and declined_at is null",
        id, by, reason, now)
}

/// An author's own message that waits or was declined.
#[derive(Clone, Debug, PartialEq, Eq, Hash, sqlx::FromRow)]
pub struct OwnPending {
    pub id: PendingId,
    pub group_id: GroupId,
    /// `None`: the message starts a topic.
    pub topic_id: Option<TopicId>,
    /// The title of the topic that it starts.
    pub title: String,
    /// As typed.
    pub raw: String,
    pub created_at: Timestamp,
    pub declined_at: Option<Timestamp>,
    /// Why it was declined.
    pub reason: String,
}

/// An author's own messages in a topic. Without a topic: the topics that the author wants to start in the group.
pub async fn own(db: &Db, author: UserId, group: GroupId, topic: Option<TopicId>) -> Result<Vec<OwnPending>> {
    sql!(all db, OwnPending,
        "select id, group_id, topic_id, title, raw, created_at, declined_at, reason from held
         where author_id = $1 and group_id = $2 and (topic_id = $3 or ($4 = 0 and topic_id is null)) order by id limit 50",
        author, group, topic, i64::from(topic.is_some()))
}

/// All of an author's own messages, for the author only.
pub async fn of_author(db: &Db, author: UserId, limit: i64) -> Result<Vec<OwnPending>> {
    sql!(all db, OwnPending,
        "select id, group_id, topic_id, title, raw, created_at, declined_at, reason from held where author_id = $1 order by id limit $2",
        author, limit)
}

/// A waiting message whose topic or group was deleted.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Stranded {
    pub id: PendingId,
    pub author_id: UserId,
    pub group_id: GroupId,
    pub title: String,
    pub raw: String,
    pub created_at: Timestamp,
    /// Whether the whole group was deleted.
    pub group_gone: bool,
}

/// Deletes waiting messages whose topic or group was deleted, and returns them. A topic that a bulk delete deleted may
/// come back until `before`.
pub async fn take_stranded(tx: &mut Tx, before: Timestamp, limit: i64) -> Result<Vec<Stranded>> {
    let rows = sql!(all tx, Stranded,
        concat!("select h.id, h.author_id, h.group_id, h.title, h.raw, h.created_at, g.deleted_at is not null as group_gone
                 from held h join groups g on g.id = h.group_id left join topics t on t.id = h.topic_id
                 where ", waits!(), " and (g.deleted_at is not null or t.deleted_at < $1 or t.deleted_at is not null
                   and not exists (select 1 from removed_topics r where r.topic_id = t.id)) order by h.id limit $2"),
        before, limit)?;
    let mut taken = Vec::with_capacity(rows.len());
    for row in rows {
        if take(tx, row.id).await? > 0 {
            taken.push(row);
        }
    }
    Ok(taken)
}

/// Withdraws an author's own message, waiting or declined. Returns its group.
pub async fn withdraw(tx: &mut Tx, author: UserId, id: PendingId) -> Result<Option<GroupId>> {
    sql!(opt_value tx, GroupId, "delete from held where id = $1 and author_id = $2 returning group_id", id, author)
}

/// Deletes all messages of an author.
pub async fn delete_of(tx: &mut Tx, author: UserId) -> Result<u64> {
    sql!(run tx, "delete from held where author_id = $1", author)
}

/// Moves the pending messages of a topic along into another group.
pub async fn follow(tx: &mut Tx, topic: TopicId, to: GroupId) -> Result<u64> {
    sql!(run tx, "update held set group_id = $2 where topic_id = $1", topic, to)
}

/// Moves the pending messages of a topic that is merged into another one, perhaps in another group.
pub async fn merge(tx: &mut Tx, topic: TopicId, into: TopicId, group: GroupId) -> Result<u64> {
    sql!(run tx, "update held set topic_id = $2, group_id = $3 where topic_id = $1", topic, into, group)
}

/// Deletes messages that were declined, or covered by a bulk delete, before a moment.
pub async fn purge(tx: &mut Tx, before: Timestamp) -> Result<u64> {
    sql!(run tx,
        "delete from held where declined_at < $1 or exists (
             select 1 from removals w where w.user_id = held.author_id and w.undone_at is null and (w.group_id is null or w.group_id = held.group_id)
               and held.created_at <= w.created_at and (w.since is null or held.created_at >= w.since) and w.created_at < $1)", before)
}

/// The newest message in the table.
#[cfg(feature = "testing")]
pub async fn newest(db: &Db) -> Result<Option<PendingId>> {
    sql!(opt_value db, PendingId, "select id from held order by id desc limit 1")
}
