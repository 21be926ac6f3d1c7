//! Bulk deletes of everything by one user, and their undo. Conversation topics stay, and all of archived groups.

use crate::db::{Db, Tx, sql};
use model::time::Timestamp;
use model::{BulkDeleteId, BulkDeleteRow, BulkDeleteSize, GroupId, MessageId, TopicId, UserId};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// A bulk delete to begin.
#[derive(Clone, Copy, Debug)]
pub struct NewBulkDelete<'a> {
    /// The user whose messages are deleted.
    pub user: UserId,
    /// `None`: in the whole site.
    pub group: Option<GroupId>,
    /// The moderator or admin who deletes.
    pub by: UserId,
    pub reason: &'a str,
    /// Deletes only what was written since then; `None`: everything.
    pub since: Option<Timestamp>,
}

/// Begins a bulk delete.
pub async fn insert(tx: &mut Tx, new: NewBulkDelete<'_>, now: Timestamp) -> Result<BulkDeleteId> {
    sql!(value tx, BulkDeleteId,
        "insert into removals (user_id, group_id, by_id, reason, since, created_at) values ($1, $2, $3, $4, $5, $6) returning id",
        new.user, new.group, new.by, new.reason, new.since, now)
}

/// A bulk delete in progress, locked.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct LockedDelete {
    /// The user whose messages are deleted.
    pub user_id: UserId,
    /// `None`: in the whole site.
    pub group_id: Option<GroupId>,
    /// The moderator or admin who deletes.
    pub by_id: UserId,
    /// When it began. Messages written later stay.
    pub created_at: Timestamp,
    /// Deletes only what was written since then; `None`: everything.
    pub since: Option<Timestamp>,
    /// Whether the topics are done.
    pub topics_done: bool,
    /// The last topic that was processed.
    pub done_topic: TopicId,
    /// The last message in that topic that was processed.
    pub done_seq: i64,
    /// Whether everything is deleted.
    pub finished: bool,
    /// Whether an undo was requested.
    pub undone: bool,
    /// Whether the undo is complete.
    pub restored: bool,
}

impl LockedDelete {
    fn group(&self) -> i64 {
        self.group_id.map_or(0, |group| group.0)
    }

    fn since(&self) -> Timestamp {
        self.since.unwrap_or(Timestamp(0))
    }
}

macro_rules! locked {
    ($end:literal) => {
        concat!(
            "select user_id, group_id, by_id, created_at, since, topics_done, done_topic, done_seq, finished_at is not null as finished,
                    undone_at is not null as undone, restored_at is not null as restored from removals where id = $1",
            $end
        )
    };
}

/// Locks the bulk delete until the commit: one step at a time, in whichever process. `None` when it is gone.
pub async fn lock(tx: &mut Tx, id: BulkDeleteId) -> Result<Option<LockedDelete>> {
    sql!(opt tx, LockedDelete, pg locked!(" for update"), lite locked!(""), id)
}

/// Locks all bulk deletes of the same user until the commit. Call it before one hands anything over to another.
pub async fn lock_all(tx: &mut Tx, id: BulkDeleteId) -> Result<()> {
    let _ = sql!(all tx, (BulkDeleteId,),
        pg "select id from removals where user_id = (select user_id from removals where id = $1) order by id for update",
        lite "select id from removals where user_id = (select user_id from removals where id = $1)", id)?;
    Ok(())
}

/// SQL: topic `t` is not deleted, and its group `g` is neither deleted nor archived.
macro_rules! there {
    () => {
        "t.deleted_at is null and g.deleted_at is null and g.archived_at is null"
    };
}

/// SQL: message `m` can be bulk deleted. It is not deleted, or its author deleted it and could restore it.
macro_rules! takeable {
    () => {
        "(m.deleted_at is null or m.deleted_by = m.author_id and m.raw <> '')"
    };
}

/// SQL: another bulk delete `w` of the user is in force and covers what was written at a moment in a group.
macro_rules! covers {
    ($user:literal, $group:literal, $at:literal) => {
        concat!(
            "w.undone_at is null and w.user_id = ",
            $user,
            " and (w.group_id is null or w.group_id = ",
            $group,
            ") and ",
            $at,
            " <= w.created_at and (w.since is null or ",
            $at,
            " >= w.since)"
        )
    };
}

/// SQL: nobody but its creator wrote in topic `t`, which is no conversation's. Such topics are deleted as a whole.
macro_rules! alone {
    () => {
        "g.kind <> 'direct' and not exists (select 1 from messages o where o.topic_id = t.id and o.author_id <> t.creator_id and o.deleted_at is null)"
    };
}

/// Returns how much a user wrote since a moment, in a group or in the whole site.
pub async fn measure(db: &Db, user: UserId, group: Option<GroupId>, since: Timestamp) -> Result<BulkDeleteSize> {
    sql!(one db, BulkDeleteSize,
        concat!("select (select count(*) from messages m join topics t on t.id = m.topic_id join groups g on g.id = t.group_id
                         where m.author_id = $1 and m.created_at >= $3 and ($2 = 0 or t.group_id = $2) and ", takeable!(), " and ", there!(), ") as messages,
                        (select count(*) from topics t join groups g on g.id = t.group_id
                         where t.creator_id = $1 and t.created_at >= $3 and ($2 = 0 or t.group_id = $2) and ", there!(), " and ", alone!(), ") as topics"),
        user, group.map_or(0, |group| group.0), since)
}

/// The next topics that the user started.
pub async fn topics(tx: &mut Tx, of: &LockedDelete, limit: i64) -> Result<Vec<TopicId>> {
    sql!(values tx, TopicId,
        concat!("select t.id from topics t join groups g on g.id = t.group_id
                 where t.creator_id = $1 and t.id > $2 and ($3 = 0 or t.group_id = $3) and t.created_at >= $4 and t.created_at <= $5
                   and g.kind <> 'direct' and ", there!(), " order by t.id limit $6"),
        of.user_id, of.done_topic, of.group(), of.since(), of.created_at, limit)
}

/// Deletes a topic in which nobody but its creator wrote. Returns how many messages are deleted with it. `None` when
/// another user wrote in it, or it was deleted before. Lock the topic first.
pub async fn delete_topic(tx: &mut Tx, removal: BulkDeleteId, topic: TopicId, now: Timestamp) -> Result<Option<i64>> {
    let gone = sql!(run tx,
        "update topics set deleted_at = $2 where id = $1 and deleted_at is null
           and not exists (select 1 from messages o where o.topic_id = $1 and o.author_id <> topics.creator_id and o.deleted_at is null)",
        topic, now)?;
    if gone == 0 {
        return Ok(None);
    }
    sql!(run tx, "insert into removed_topics (removal_id, topic_id, deleted_at) values ($1, $2, $3)", removal, topic, now)?;
    Ok(Some(sql!(value tx, i64, "select count(*) from messages where topic_id = $1 and deleted_at is null", topic)?))
}

/// The next messages of the user, by topic and number.
pub async fn messages(tx: &mut Tx, of: &LockedDelete, limit: i64) -> Result<Vec<(TopicId, i64, MessageId)>> {
    sql!(all tx, (TopicId, i64, MessageId),
        concat!("select m.topic_id, m.seq, m.id from messages m join topics t on t.id = m.topic_id join groups g on g.id = t.group_id
                 where m.author_id = $1 and (m.topic_id, m.seq) > ($2, $3) and ($4 = 0 or t.group_id = $4)
                   and m.created_at >= $5 and m.created_at <= $6 and ", takeable!(), " and ", there!(), " order by m.topic_id, m.seq limit $7"),
        of.user_id, of.done_topic, of.done_seq, of.group(), of.since(), of.created_at, limit)
}

/// Records that the bulk delete took a message at a moment. `own`: the author had deleted it at that moment.
pub async fn took(tx: &mut Tx, removal: BulkDeleteId, message: MessageId, at: Timestamp, own: bool) -> Result<u64> {
    sql!(run tx, "insert into removed_messages (removal_id, message_id, deleted_at, own) values ($1, $2, $3, $4)
                  on conflict (removal_id, message_id) do update set deleted_at = excluded.deleted_at, own = excluded.own",
        removal, message, at, own)
}

/// Records the progress, and how much more was deleted.
pub async fn advance(
    tx: &mut Tx,
    id: BulkDeleteId,
    topics_done: bool,
    to: (TopicId, i64),
    more: BulkDeleteSize,
) -> Result<u64> {
    sql!(run tx,
        "update removals set topics_done = $2, done_topic = $3, done_seq = $4, messages = messages + $5, topics = topics + $6 where id = $1",
        id, topics_done, to.0, to.1, more.messages, more.topics)
}

/// Records that everything is deleted.
pub async fn finish(tx: &mut Tx, id: BulkDeleteId, now: Timestamp) -> Result<u64> {
    sql!(run tx, "update removals set finished_at = $2 where id = $1", id, now)
}

/// Records that an undo was requested. 0 when that was so already, or the bulk delete is too old.
pub async fn undo(tx: &mut Tx, id: BulkDeleteId, by: UserId, now: Timestamp, after: Timestamp) -> Result<u64> {
    sql!(run tx, "update removals set undone_at = $3, undone_by = $2 where id = $1 and undone_at is null and created_at > $4",
        id, by, now, after)
}

/// Records that everything is restored.
pub async fn restored(tx: &mut Tx, id: BulkDeleteId, now: Timestamp) -> Result<u64> {
    sql!(run tx, "update removals set restored_at = $2 where id = $1", id, now)
}

/// A topic that a bulk delete still keeps deleted.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct TopicAway {
    pub topic_id: TopicId,
    pub group_id: GroupId,
    pub deleted_at: Timestamp,
    /// Another bulk delete that covers the topic too.
    pub successor: Option<BulkDeleteId>,
}

/// The topics that a bulk delete still keeps deleted.
pub async fn topics_away(tx: &mut Tx, id: BulkDeleteId, limit: i64) -> Result<Vec<TopicAway>> {
    sql!(all tx, TopicAway,
        concat!("select r.topic_id, t.group_id, r.deleted_at,
                   (select min(w.id) from removals w where w.id <> $1 and ", covers!("t.creator_id", "t.group_id", "t.created_at"), ") as successor
                 from removed_topics r join topics t on t.id = r.topic_id
                 where r.removal_id = $1 order by r.topic_id limit $2"), id, limit)
}

/// A message that a bulk delete still keeps deleted.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct MessageAway {
    pub message_id: MessageId,
    pub topic_id: TopicId,
    pub deleted_at: Timestamp,
    /// Whether its author had deleted it.
    pub own: bool,
    /// Another bulk delete that covers the message too.
    pub successor: Option<BulkDeleteId>,
}

/// The messages that a bulk delete still keeps deleted, by topic and number.
pub async fn messages_away(tx: &mut Tx, id: BulkDeleteId, limit: i64) -> Result<Vec<MessageAway>> {
    sql!(all tx, MessageAway,
        concat!("select r.message_id, m.topic_id, r.deleted_at, r.own,
                   (select min(w.id) from removals w where w.id <> $1 and ", covers!("m.author_id", "t.group_id", "m.created_at"), ") as successor
                 from removed_messages r join messages m on m.id = r.message_id join topics t on t.id = m.topic_id
                 where r.removal_id = $1 order by m.topic_id, m.seq limit $2"), id, limit)
}

/// Hands a topic over to another bulk delete, which keeps it deleted.
pub async fn hand_topic(tx: &mut Tx, id: BulkDeleteId, successor: BulkDeleteId, topic: TopicId) -> Result<u64> {
    sql!(run tx, "insert into removed_topics (removal_id, topic_id, deleted_at)
                  select $2, topic_id, deleted_at from removed_topics where removal_id = $1 and topic_id = $3
                  on conflict (removal_id, topic_id) do update set deleted_at = excluded.deleted_at", id, successor, topic)?;
    let messages =
        sql!(value tx, i64, "select count(*) from messages where topic_id = $1 and deleted_at is null", topic)?;
    add(tx, successor, messages, 1).await?;
    sql!(run tx, "delete from removed_topics where removal_id = $1 and topic_id = $2", id, topic)
}

/// Hands a message over to another bulk delete, which keeps it deleted.
pub async fn hand_message(tx: &mut Tx, id: BulkDeleteId, successor: BulkDeleteId, message: MessageId) -> Result<u64> {
    sql!(run tx, "insert into removed_messages (removal_id, message_id, deleted_at, own)
                  select $2, message_id, deleted_at, own from removed_messages where removal_id = $1 and message_id = $3
                  on conflict (removal_id, message_id) do update set deleted_at = excluded.deleted_at, own = excluded.own",
        id, successor, message)?;
    add(tx, successor, 1, 0).await?;
    sql!(run tx, "delete from removed_messages where removal_id = $1 and message_id = $2", id, message)
}

/// A message that is restored with its topic, though another bulk delete covers it.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct Covered {
    pub message_id: MessageId,
    /// The bulk delete that covers it.
    pub removal_id: BulkDeleteId,
    /// Who began that bulk delete.
    pub by_id: UserId,
}

/// The messages in a topic, deleted as a whole by this bulk delete, that another bulk delete covers and did not find.
pub async fn covered_in(tx: &mut Tx, id: BulkDeleteId, topic: TopicId, limit: i64) -> Result<Vec<Covered>> {
    sql!(all tx, Covered,
        concat!("select m.id as message_id, o.id as removal_id, o.by_id
                 from messages m join topics t on t.id = m.topic_id join removals r on r.id = $1
                 join removals o on o.id = (select min(w.id) from removals w where w.id <> $1 and ",
                covers!("m.author_id", "t.group_id", "m.created_at"), ")
                 where m.topic_id = $2 and m.author_id = r.user_id and ", takeable!(), " order by m.seq limit $3"),
        id, topic, limit)
}

/// Adds to the counts of a bulk delete.
pub async fn add(tx: &mut Tx, id: BulkDeleteId, messages: i64, topics: i64) -> Result<u64> {
    sql!(run tx, "update removals set messages = messages + $2, topics = topics + $3 where id = $1", id, messages, topics)
}

/// Whether another bulk delete in force covers everything that this one does.
pub async fn is_covered(tx: &mut Tx, id: BulkDeleteId) -> Result<bool> {
    sql!(value tx, bool,
        "select exists (select 1 from removals r join removals w on w.user_id = r.user_id and w.id <> r.id and w.undone_at is null
           where r.id = $1 and (w.group_id is null or w.group_id = r.group_id) and w.created_at >= r.created_at
             and (w.since is null or r.since is not null and w.since <= r.since))", id)
}

/// Restores a topic that is still as the bulk delete left it. Lock the topic first.
pub async fn restore_topic(tx: &mut Tx, id: BulkDeleteId, topic: TopicId, at: Timestamp) -> Result<u64> {
    sql!(run tx, "delete from removed_topics where removal_id = $1 and topic_id = $2", id, topic)?;
    sql!(run tx, "update topics set deleted_at = null where id = $1 and deleted_at = $2", topic, at)
}

/// Restores a message that is still as the bulk delete left it and whose text exists. A message that its author had
/// deleted stays deleted, but the author may restore it again. Lock its topic first.
pub async fn restore_message(tx: &mut Tx, id: BulkDeleteId, away: &MessageAway) -> Result<u64> {
    let (message, at) = (away.message_id, away.deleted_at);
    sql!(run tx, "delete from removed_messages where removal_id = $1 and message_id = $2", id, message)?;
    if away.own {
        return sql!(run tx,
            "update messages set version = version + 1, deleted_by = author_id where id = $1 and deleted_at = $2 and raw <> ''", message, at);
    }
    sql!(run tx,
        "update messages set version = version + 1, deleted_at = null, deleted_by = null where id = $1 and deleted_at = $2 and raw <> ''",
        message, at)
}

macro_rules! row {
    ($rest:literal) => {
        concat!(
            "select r.id, r.user_id, r.group_id, u.username as by_name, r.reason, r.created_at, r.since, r.messages, r.topics, r.finished_at,
                    r.undone_at, r.restored_at from removals r join users u on u.id = r.by_id where ",
            $rest
        )
    };
}

/// The bulk deletes of a user, in a group or in the whole site, newest first.
pub async fn of_user(db: &Db, user: UserId, group: Option<GroupId>, limit: i64) -> Result<Vec<BulkDeleteRow>> {
    sql!(all db, BulkDeleteRow,
        row!("r.user_id = $1 and coalesce(r.group_id, 0) = $2 order by r.id desc limit $3"),
        user, group.map_or(0, |group| group.0), limit)
}

/// Returns a bulk delete.
pub async fn by_id(db: &Db, id: BulkDeleteId) -> Result<Option<BulkDeleteRow>> {
    sql!(opt db, BulkDeleteRow, row!("r.id = $1"), id)
}

/// Whether a site-wide bulk delete of its author took a message and was not undone.
pub async fn took_from_site(tx: &mut Tx, message: MessageId) -> Result<bool> {
    let found = sql!(opt_value tx, BulkDeleteId,
        "select w.id from removed_messages r join removals w on w.id = r.removal_id
         where r.message_id = $1 and w.group_id is null and w.undone_at is null limit 1", message)?;
    Ok(found.is_some())
}
