//! Splitting messages off into a new topic. The number of statements does not depend on the number of messages.

use crate::db::{Tx, sql};
use model::time::Timestamp;
use model::{GroupId, MessageId, TopicId, UserId};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// A locked topic.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct LockedTopic {
    pub group_id: GroupId,
    /// The number of its newest message.
    pub last_seq: i64,
    /// When it came into its group.
    pub arrived_at: Timestamp,
    /// The same; `None` when it was started there.
    pub came_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub creator_id: UserId,
    /// Whether only moderators may post.
    pub locked: bool,
    pub archived: bool,
}

/// Locks a topic until the commit: nobody posts meanwhile, and earlier posts are visible. `None` when it is gone.
pub async fn lock(tx: &mut Tx, topic: TopicId) -> Result<Option<LockedTopic>> {
    macro_rules! locked {
        ($end:literal) => {
            concat!(
                "select group_id, last_seq, coalesce(arrived_at, created_at) as arrived_at, arrived_at as came_at, created_at, creator_id,
                    locked_at is not null as locked, archived_at is not null as archived
                 from topics where id = $1 and deleted_at is null",
                $end
            )
        };
    }
    sql!(opt tx, LockedTopic, pg locked!(" for update"), lite locked!(""), topic)
}

/// The numbers of those of the messages that are in a topic, in ascending order.
pub async fn numbers(tx: &mut Tx, topic: TopicId, messages: &[MessageId]) -> Result<Vec<i64>> {
    sql!(values tx, i64,
        "select seq from messages where topic_id = $1 and id in (select cast(value as bigint) from json_each($2)) order by seq",
        topic, crate::list(messages))
}

/// Moves a topic's messages from a number on into an empty topic. Each user has read as many of them as before.
pub async fn take_from(tx: &mut Tx, topic: TopicId, into: TopicId, from: i64) -> Result<u64> {
    let moved = sql!(run tx,
        "update messages set topic_id = $2, seq = -seq, version = version + 1 where topic_id = $1 and seq >= $3", topic, into, from)?;
    sql!(run tx,
        "insert into reads (user_id, topic_id, read_seq, updated_at)
         select user_id, $2, read_seq - $3 + 1, updated_at from reads where topic_id = $1 and read_seq >= $3", topic, into, from)?;
    sql!(run tx, "update reads set read_seq = $2 - 1 where topic_id = $1 and read_seq >= $2", topic, from)?;
    sql!(run tx, "update topic_events set after_seq = $2 - 1 where topic_id = $1 and after_seq >= $2", topic, from)?;
    Ok(moved)
}

/// The same with single messages. Those that stay are renumbered.
pub async fn take_these(tx: &mut Tx, topic: TopicId, into: TopicId, messages: &[MessageId]) -> Result<u64> {
    // The number of moved messages below a number; for a user who had read up to it.
    macro_rules! gone_below {
        ($number:literal) => {
            concat!("(select count(*) from messages w where w.topic_id = $2 and w.seq >= -", $number, ")")
        };
    }
    let moved = sql!(run tx,
        "update messages set topic_id = $2, seq = -seq, version = version + 1
         where topic_id = $1 and id in (select cast(value as bigint) from json_each($3))", topic, into, crate::list(messages))?;
    sql!(run tx,
        concat!("insert into reads (user_id, topic_id, read_seq, updated_at)
                 select r.user_id, $2, r.below, r.updated_at
                 from (select user_id, updated_at, ", gone_below!("reads.read_seq"), " as below from reads where topic_id = $1) r
                 where r.below > 0"),
        topic, into)?;
    sql!(run tx,
        concat!("update reads set read_seq = read_seq - ", gone_below!("reads.read_seq"), " where topic_id = $1"), topic, into)?;
    sql!(run tx,
        concat!("update topic_events set after_seq = after_seq - ", gone_below!("topic_events.after_seq"), " where topic_id = $1"),
        topic, into)?;
    // Two steps, so that no two messages have the same number in between.
    sql!(run tx,
        "update messages set seq = -n.place, version = version + 1
         from (select id, row_number() over (order by seq) as place from messages where topic_id = $1) n
         where messages.id = n.id and messages.seq <> n.place", topic)?;
    sql!(run tx, "update messages set seq = -seq where topic_id = $1 and seq < 0", topic)?;
    Ok(moved)
}

/// Numbers the messages of a new topic and derives the topic from them: it has the first message's author and time,
/// and is locked if the topic `of` is. `came_at` is for a topic from another group.
pub async fn settle_new(tx: &mut Tx, topic: TopicId, of: TopicId, came_at: Option<Timestamp>) -> Result<u64> {
    sql!(run tx,
        "update messages set seq = n.place
         from (select id, row_number() over (order by seq desc) as place from messages where topic_id = $1) n
         where messages.id = n.id", topic)?;
    sql!(run tx,
        "update topics set version = version + 1, arrived_at = $3,
           creator_id = (select m.author_id from messages m where m.topic_id = $1 and m.seq = 1),
           created_at = (select m.created_at from messages m where m.topic_id = $1 and m.seq = 1),
           locked_at = (select o.locked_at from topics o where o.id = $2)
         where id = $1", topic, of, came_at)?;
    count_again(tx, topic).await
}

/// Recomputes a topic's last number and time. Read positions from before the renumbering have no effect any more.
pub async fn count_again(tx: &mut Tx, topic: TopicId) -> Result<u64> {
    sql!(run tx,
        "update topics set version = version + 1, numbering = numbering + 1,
           last_seq = (select count(*) from messages m where m.topic_id = $1),
           last_message_at = (select max(m.created_at) from messages m where m.topic_id = $1)
         where id = $1", topic)
}

/// Copies the users' levels for a topic to the topic that its messages moved to.
pub async fn copy_levels(tx: &mut Tx, topic: TopicId, into: TopicId) -> Result<u64> {
    sql!(run tx,
        "insert into topic_levels (user_id, topic_id, level) select user_id, $2, level from topic_levels where topic_id = $1", topic, into)
}

/// Prepares the move of a topic to another group. For users in both groups, messages that count as read because they
/// are older than the membership get a read position. The topic has been in `from` since `arrived`.
pub async fn carry_reads(
    tx: &mut Tx,
    topic: TopicId,
    from: GroupId,
    to: GroupId,
    arrived: Timestamp,
    now: Timestamp,
) -> Result<u64> {
    sql!(run tx,
        "insert into reads (user_id, topic_id, read_seq, updated_at)
         select b.user_id, $1, b.base, $5
         from (select here.user_id,
                      coalesce((select m.seq from messages m where m.topic_id = $1 and m.created_at <= here.read_before
                                order by m.seq desc limit 1), 0) as base
               from memberships here join memberships there on there.group_id = $3 and there.user_id = here.user_id
               where here.group_id = $2 and here.read_before >= $4) b
         where b.base > 0
         on conflict (user_id, topic_id) do update set read_seq = excluded.read_seq, updated_at = excluded.updated_at
         where excluded.read_seq > reads.read_seq",
        topic, from, to, arrived, now)
}

/// Returns the topic that a user split off from another one, if it has one of these messages now.
pub async fn done_before(tx: &mut Tx, by: UserId, of: TopicId, messages: &[MessageId]) -> Result<Option<TopicId>> {
    sql!(opt_value tx, TopicId,
        "select e.topic_id from topic_events e
         where e.other_id = $1 and e.what = 'splitfrom' and e.actor_id = $2
           and e.topic_id in (select m.topic_id from messages m where m.id in (select cast(value as bigint) from json_each($3)))
         order by e.id desc limit 1",
        of, by, crate::list(messages))
}
