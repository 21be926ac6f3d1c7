//! Everything by one person, taken away at once, and brought back. Conversations keep their topics; what is archived stays as it is.

use crate::db::{Db, Tx, sql};
use model::time::Timestamp;
use model::{BulkDeleteId, GroupId, MessageId, TopicId, UserId};
use model::{BulkDeleteRow, BulkDeleteSize};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// What is to be taken away.
#[derive(Clone, Copy, Debug)]
pub struct NewBulkDelete<'a> {
    /// Whose.
    pub user: UserId,
    /// In which group; `None`: in the whole site.
    pub group: Option<GroupId>,
    /// Who takes it away.
    pub by: UserId,
    /// Why.
    pub reason: &'a str,
    /// What was written since then; `None`: all of it.
    pub since: Option<Timestamp>,
}

/// Begins one.
pub async fn insert(tx: &mut Tx, new: NewBulkDelete<'_>, now: Timestamp) -> Result<BulkDeleteId> {
    sql!(value tx, BulkDeleteId,
        "insert into removals (user_id, group_id, by_id, reason, since, created_at) values ($1, $2, $3, $4, $5, $6) returning id",
        new.user, new.group, new.by, new.reason, new.since, now)
}

/// One that is being worked on.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct LockedDelete {
    /// Whose.
    pub user_id: UserId,
    /// In which group; `None`: in the whole site.
    pub group_id: Option<GroupId>,
    /// Who takes it away.
    pub by_id: UserId,
    /// When it began: what was written later stays.
    pub created_at: Timestamp,
    /// What was written since then; `None`: all of it.
    pub since: Option<Timestamp>,
    /// Whether the topics are done.
    pub topics_done: bool,
    /// The topic that it has come to.
    pub done_topic: TopicId,
    /// The message in it.
    pub done_seq: i64,
    /// Whether all of it is away.
    pub finished: bool,
    /// Whether it is to be brought back.
    pub undone: bool,
    /// Whether it is.
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

/// Holds it until the commit: one step at a time, whoever runs it. `None` when it is gone.
pub async fn lock(tx: &mut Tx, id: BulkDeleteId) -> Result<Option<LockedDelete>> {
    sql!(opt tx, LockedDelete, pg locked!(" for update"), lite locked!(""), id)
}

/// Holds all removals of the person until the commit, whose removal this is: before one of them gives anything to another.
pub async fn hold_all(tx: &mut Tx, id: BulkDeleteId) -> Result<()> {
    let _ = sql!(all tx, (BulkDeleteId,),
        pg "select id from removals where user_id = (select user_id from removals where id = $1) order by id for update",
        lite "select id from removals where user_id = (select user_id from removals where id = $1)", id)?;
    Ok(())
}

/// What of somebody's is there to be taken away: groups that were not archived, topics and messages that are there.
macro_rules! there {
    () => {
        "t.deleted_at is null and g.deleted_at is null and g.archived_at is null"
    };
}

/// Messages that can be taken away: also those that whoever wrote them deleted, and could bring back.
macro_rules! takeable {
    () => {
        "(m.deleted_at is null or m.deleted_by = m.author_id and m.raw <> '')"
    };
}

/// Whether another removal `w` of the person, that stands, covers what was written at a moment in a group.
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

/// Topics in which nobody else wrote: those that go with the person who started them.
macro_rules! alone {
    () => {
        "g.kind <> 'direct' and not exists (select 1 from messages o where o.topic_id = t.id and o.author_id <> t.creator_id and o.deleted_at is null)"
    };
}

/// How much somebody wrote since a moment, in a group or in the whole site.
pub async fn measure(db: &Db, user: UserId, group: Option<GroupId>, since: Timestamp) -> Result<BulkDeleteSize> {
    sql!(one db, BulkDeleteSize,
        concat!("select (select count(*) from messages m join topics t on t.id = m.topic_id join groups g on g.id = t.group_id
                         where m.author_id = $1 and m.created_at >= $3 and ($2 = 0 or t.group_id = $2) and ", takeable!(), " and ", there!(), ") as messages,
                        (select count(*) from topics t join groups g on g.id = t.group_id
                         where t.creator_id = $1 and t.created_at >= $3 and ($2 = 0 or t.group_id = $2) and ", there!(), " and ", alone!(), ") as topics"),
        user, group.map_or(0, |group| group.0), since)
}

/// Topics that they started, the next ones of them.
pub async fn topics(tx: &mut Tx, of: &LockedDelete, limit: i64) -> Result<Vec<TopicId>> {
    sql!(values tx, TopicId,
        concat!("select t.id from topics t join groups g on g.id = t.group_id
                 where t.creator_id = $1 and t.id > $2 and ($3 = 0 or t.group_id = $3) and t.created_at >= $4 and t.created_at <= $5
                   and g.kind <> 'direct' and ", there!(), " order by t.id limit $6"),
        of.user_id, of.done_topic, of.group(), of.since(), of.created_at, limit)
}

/// Deletes a topic, if nobody but who started it wrote in it: how many messages go with it. Hold the topic first.
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

/// Messages of theirs, the next ones of them, by topic and number.
pub async fn messages(tx: &mut Tx, of: &LockedDelete, limit: i64) -> Result<Vec<(TopicId, i64, MessageId)>> {
    sql!(all tx, (TopicId, i64, MessageId),
        concat!("select m.topic_id, m.seq, m.id from messages m join topics t on t.id = m.topic_id join groups g on g.id = t.group_id
                 where m.author_id = $1 and (m.topic_id, m.seq) > ($2, $3) and ($4 = 0 or t.group_id = $4)
                   and m.created_at >= $5 and m.created_at <= $6 and ", takeable!(), " and ", there!(), " order by m.topic_id, m.seq limit $7"),
        of.user_id, of.done_topic, of.done_seq, of.group(), of.since(), of.created_at, limit)
}

/// Notes that it took a message away, at a moment; with `own`, one that whoever wrote it had deleted then.
pub async fn took(tx: &mut Tx, removal: BulkDeleteId, message: MessageId, at: Timestamp, own: bool) -> Result<u64> {
    sql!(run tx, "insert into removed_messages (removal_id, message_id, deleted_at, own) values ($1, $2, $3, $4)
                  on conflict (removal_id, message_id) do update set deleted_at = excluded.deleted_at, own = excluded.own",
        removal, message, at, own)
}

/// Notes how far it has come, and how much more it took away.
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

/// Notes that all of it is away.
pub async fn finish(tx: &mut Tx, id: BulkDeleteId, now: Timestamp) -> Result<u64> {
    sql!(run tx, "update removals set finished_at = $2 where id = $1", id, now)
}

/// Notes that it is to be brought back. 0 when that was so already, or it is too old.
pub async fn undo(tx: &mut Tx, id: BulkDeleteId, by: UserId, now: Timestamp, after: Timestamp) -> Result<u64> {
    sql!(run tx, "update removals set undone_at = $3, undone_by = $2 where id = $1 and undone_at is null and created_at > $4",
        id, by, now, after)
}

/// Notes that all of it is back.
pub async fn restored(tx: &mut Tx, id: BulkDeleteId, now: Timestamp) -> Result<u64> {
    sql!(run tx, "update removals set restored_at = $2 where id = $1", id, now)
}

/// A topic that a removal still keeps away.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct TopicAway {
    /// The topic.
    pub topic_id: TopicId,
    /// Its group.
    pub group_id: GroupId,
    /// When it was deleted.
    pub deleted_at: Timestamp,
    /// Another removal that keeps it away too.
    pub heir: Option<BulkDeleteId>,
}

/// Topics that it still keeps away.
pub async fn topics_away(tx: &mut Tx, id: BulkDeleteId, limit: i64) -> Result<Vec<TopicAway>> {
    sql!(all tx, TopicAway,
        concat!("select r.topic_id, t.group_id, r.deleted_at,
                   (select min(w.id) from removals w where w.id <> $1 and ", covers!("t.creator_id", "t.group_id", "t.created_at"), ") as heir
                 from removed_topics r join topics t on t.id = r.topic_id
                 where r.removal_id = $1 order by r.topic_id limit $2"), id, limit)
}

/// A message that a removal still keeps away.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct MessageAway {
    /// The message.
    pub message_id: MessageId,
    /// Its topic.
    pub topic_id: TopicId,
    /// When it was deleted.
    pub deleted_at: Timestamp,
    /// Whether whoever wrote it did that.
    pub own: bool,
    /// Another removal that keeps it away too.
    pub heir: Option<BulkDeleteId>,
}

/// Messages that it still keeps away, by topic and number.
pub async fn messages_away(tx: &mut Tx, id: BulkDeleteId, limit: i64) -> Result<Vec<MessageAway>> {
    sql!(all tx, MessageAway,
        concat!("select r.message_id, m.topic_id, r.deleted_at, r.own,
                   (select min(w.id) from removals w where w.id <> $1 and ", covers!("m.author_id", "t.group_id", "m.created_at"), ") as heir
                 from removed_messages r join messages m on m.id = r.message_id join topics t on t.id = m.topic_id
                 where r.removal_id = $1 order by m.topic_id, m.seq limit $2"), id, limit)
}

/// Has another removal keep a topic away.
pub async fn hand_topic(tx: &mut Tx, id: BulkDeleteId, heir: BulkDeleteId, topic: TopicId) -> Result<u64> {
    sql!(run tx, "insert into removed_topics (removal_id, topic_id, deleted_at)
                  select $2, topic_id, deleted_at from removed_topics where removal_id = $1 and topic_id = $3
                  on conflict (removal_id, topic_id) do update set deleted_at = excluded.deleted_at", id, heir, topic)?;
    let messages =
        sql!(value tx, i64, "select count(*) from messages where topic_id = $1 and deleted_at is null", topic)?;
    add(tx, heir, messages, 1).await?;
    sql!(run tx, "delete from removed_topics where removal_id = $1 and topic_id = $2", id, topic)
}

/// Has another removal keep a message away.
pub async fn hand_message(tx: &mut Tx, id: BulkDeleteId, heir: BulkDeleteId, message: MessageId) -> Result<u64> {
    sql!(run tx, "insert into removed_messages (removal_id, message_id, deleted_at, own)
                  select $2, message_id, deleted_at, own from removed_messages where removal_id = $1 and message_id = $3
                  on conflict (removal_id, message_id) do update set deleted_at = excluded.deleted_at, own = excluded.own",
        id, heir, message)?;
    add(tx, heir, 1, 0).await?;
    sql!(run tx, "delete from removed_messages where removal_id = $1 and message_id = $2", id, message)
}

/// A message that comes back with its topic, though another removal covers it.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct Covered {
    /// The message.
    pub message_id: MessageId,
    /// The removal.
    pub removal_id: BulkDeleteId,
    /// Who began that.
    pub by_id: UserId,
}

/// Messages in a topic, that a removal keeps away as a whole, that another removal covers and did not find.
pub async fn covered_in(tx: &mut Tx, id: BulkDeleteId, topic: TopicId, limit: i64) -> Result<Vec<Covered>> {
    sql!(all tx, Covered,
        concat!("select m.id as message_id, o.id as removal_id, o.by_id
                 from messages m join topics t on t.id = m.topic_id join removals r on r.id = $1
                 join removals o on o.id = (select min(w.id) from removals w where w.id <> $1 and ",
                covers!("m.author_id", "t.group_id", "m.created_at"), ")
                 where m.topic_id = $2 and m.author_id = r.user_id and ", takeable!(), " order by m.seq limit $3"),
        id, topic, limit)
}

/// Notes that more is away by it.
pub async fn add(tx: &mut Tx, id: BulkDeleteId, messages: i64, topics: i64) -> Result<u64> {
    sql!(run tx, "update removals set messages = messages + $2, topics = topics + $3 where id = $1", id, messages, topics)
}

/// Whether another removal that stands covers all that this one does.
pub async fn is_covered(tx: &mut Tx, id: BulkDeleteId) -> Result<bool> {
    sql!(value tx, bool,
        "select exists (select 1 from removals r join removals w on w.user_id = r.user_id and w.id <> r.id and w.undone_at is null
           where r.id = $1 and (w.group_id is null or w.group_id = r.group_id) and w.created_at >= r.created_at
             and (w.since is null or r.since is not null and w.since <= r.since))", id)
}

/// Brings a topic back that is still as the removal left it. Hold the topic first.
pub async fn restore_topic(tx: &mut Tx, id: BulkDeleteId, topic: TopicId, at: Timestamp) -> Result<u64> {
    sql!(run tx, "delete from removed_topics where removal_id = $1 and topic_id = $2", id, topic)?;
    sql!(run tx, "update topics set deleted_at = null where id = $1 and deleted_at = $2", topic, at)
}

/// Brings a message back that is still as the removal left it, and whose words are there; one that whoever wrote it had deleted is
/// theirs to bring back. Hold its topic first.
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

/// Those of somebody's, in a group or in the whole site, the newest first.
pub async fn of_user(db: &Db, user: UserId, group: Option<GroupId>, limit: i64) -> Result<Vec<BulkDeleteRow>> {
    sql!(all db, BulkDeleteRow,
        row!("r.user_id = $1 and coalesce(r.group_id, 0) = $2 order by r.id desc limit $3"),
        user, group.map_or(0, |group| group.0), limit)
}

/// One of them.
pub async fn by_id(db: &Db, id: BulkDeleteId) -> Result<Option<BulkDeleteRow>> {
    sql!(opt db, BulkDeleteRow, row!("r.id = $1"), id)
}

/// Whether a message was taken away with everything by its author in the whole site, and that was not undone.
pub async fn took_from_site(tx: &mut Tx, message: MessageId) -> Result<bool> {
    let found = sql!(opt_value tx, BulkDeleteId,
        "select w.id from removed_messages r join removals w on w.id = r.removal_id
         where r.message_id = $1 and w.group_id is null and w.undone_at is null limit 1", message)?;
    Ok(found.is_some())
}
