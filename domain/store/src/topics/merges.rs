//! Merging a topic into another one. The number of statements does not depend on the number of messages.

use crate::db::{Db, Tx, sql};
use crate::topics::splits::LockedTopic;
use model::time::Timestamp;
use model::{GroupId, TopicId};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// SQL: the messages of topics `$1` and `$2` with their future numbers: by time, and in the old order within a topic.
macro_rules! placed {
    () => {
        "(select id, topic_id, seq, row_number() over (order by created_at, topic_id, seq) as place
          from messages where topic_id in ($1, $2)) n"
    };
}

/// Marks mentions read that count as read because their message does. A merge may move read positions back.
pub async fn keep_mentions_read(tx: &mut Tx, topic: TopicId, into: TopicId, now: Timestamp) -> Result<u64> {
    sql!(run tx,
        "update mentions set read_at = $3 where read_at is null and exists
           (select 1 from messages m join reads r on r.topic_id = m.topic_id and r.user_id = mentions.user_id
            where m.id = mentions.message_id and m.topic_id in ($1, $2) and m.seq <= r.read_seq)
         and message_id in (select id from messages where topic_id in ($1, $2))", topic, into, now)
}

/// The two topics of a merge, in one group, and when each came into it.
#[derive(Clone, Copy, Debug)]
pub struct Both {
    /// The topic that ends.
    pub topic: TopicId,
    /// The topic that stays.
    pub into: TopicId,
    pub group: GroupId,
    /// When `topic` came into the group.
    pub topic_arrived: Timestamp,
    /// When `into` came into the group.
    pub into_arrived: Timestamp,
    /// When the merged topic came into the group; `None` when it was started there.
    pub came_at: Option<Timestamp>,
}

/// Sets the read position of each user in the merged topic: just before the first message that did not count as read
/// in its own topic. Call it before the merge.
pub async fn read_both(tx: &mut Tx, both: &Both, now: Timestamp) -> Result<u64> {
    // The number up to which a topic counts as read, by reading or because it is older than the membership.
    macro_rules! base {
        ($greatest:literal, $topic:literal, $arrived:literal, $reads:literal) => {
            concat!(
                $greatest,
                "(coalesce(",
                $reads,
                ".read_seq, 0), case when ms.read_before >= ",
                $arrived,
                " then
                   coalesce((select m.seq from messages m where m.topic_id = ",
                $topic,
                " and m.created_at <= ms.read_before
                             order by m.seq desc limit 1), 0) else 0 end)"
            )
        };
    }
    macro_rules! read_both {
        ($greatest:literal, $least:literal) => {
            concat!(
                "with n as (select * from ", placed!(), ")
                 insert into reads (user_id, topic_id, read_seq, updated_at)
                 select b.user_id, $2, ", $least, "(coalesce(x.place, z.total + 1), coalesce(y.place, z.total + 1)) - 1, $8
                 from (select p.user_id, ", base!($greatest, "$1", "$4", "rx"), " as base_x, ", base!($greatest, "$2", "$5", "ry"), " as base_y
                       from (select user_id from reads where topic_id in ($1, $2)
                             union select user_id from memberships where group_id = $3 and read_before < $6 and read_before >= $7) p
                       left join memberships ms on ms.group_id = $3 and ms.user_id = p.user_id
                       left join reads rx on rx.user_id = p.user_id and rx.topic_id = $1
                       left join reads ry on ry.user_id = p.user_id and ry.topic_id = $2) b
                 cross join (select count(*) as total from n) z
                 left join n x on x.topic_id = $1 and x.seq = b.base_x + 1
                 left join n y on y.topic_id = $2 and y.seq = b.base_y + 1
                 where true
                 on conflict (user_id, topic_id) do update set read_seq = excluded.read_seq, updated_at = excluded.updated_at"
            )
        };
    }
    let Both { topic, into, group, topic_arrived, into_arrived, came_at } = *both;
    sql!(run tx, pg read_both!("greatest", "least"), lite read_both!("max", "min"),
        topic, into, group, topic_arrived, into_arrived, came_at, topic_arrived.min(into_arrived), now)
}

/// Moves the messages of a topic into another one, numbers all of them by time, and moves the events along.
pub async fn put_together(tx: &mut Tx, topic: TopicId, into: TopicId) -> Result<u64> {
    sql!(run tx,
        concat!("update topic_events set topic_id = $2, after_seq = n.place from ", placed!(), "
                 where topic_events.topic_id in ($1, $2) and n.topic_id = topic_events.topic_id and n.seq = topic_events.after_seq"),
        topic, into)?;
    sql!(run tx,
        concat!("update topic_events set topic_id = $2, after_seq = n.place - 1 from ", placed!(), "
                 where topic_events.topic_id = $1 and n.topic_id = $1 and n.seq = 1"),
        topic, into)?;
    sql!(run tx, "update topic_events set topic_id = $2 where topic_id = $1", topic, into)?;
    // Two steps, so that no two messages have the same number in between.
    let moved = sql!(run tx,
        concat!("update messages set topic_id = $2, seq = -n.place, version = version + 1 from ", placed!(), "
                 where messages.id = n.id and (messages.topic_id <> $2 or messages.seq <> n.place)"),
        topic, into)?;
    sql!(run tx, "update messages set seq = -seq where topic_id = $1 and seq < 0", into)?;
    Ok(moved)
}

/// Copies the users' subscription levels of a topic to the topic that it merges into, where they chose none. A
/// follower follows the merged topic. A user who muted the topic, or unfollowed it, does not start to follow because
/// of messages written there. Call it before the merge.
pub async fn merge_levels(tx: &mut Tx, topic: TopicId, into: TopicId) -> Result<u64> {
    sql!(run tx,
        "insert into topic_levels (user_id, topic_id, level)
         select l.user_id, $2, case l.level when 'tracked' then 'tracked' else 'normal' end from topic_levels l
         where l.topic_id = $1 and (l.level = 'tracked' or not exists
           (select 1 from messages w where w.topic_id = $2 and w.author_id = l.user_id and w.deleted_at is null))
         on conflict (user_id, topic_id) do nothing", topic, into)
}

/// Ends a topic whose messages were moved. Its addresses, and events that name it, lead to the other topic.
pub async fn end(tx: &mut Tx, topic: TopicId, into: TopicId, now: Timestamp) -> Result<u64> {
    sql!(run tx, "update former_topics set topic_id = $2 where topic_id = $1", topic, into)?;
    sql!(run tx,
        "insert into former_topics (group_id, slug, topic_id) select group_id, slug, $2 from topics where id = $1
         on conflict (group_id, slug) do update set topic_id = excluded.topic_id", topic, into)?;
    sql!(run tx, "update topic_events set other_id = $2 where other_id = $1", topic, into)?;
    sql!(run tx, "delete from reads where topic_id = $1", topic)?;
    sql!(run tx, "delete from topic_levels where topic_id = $1", topic)?;
    sql!(run tx,
        "update topics set version = version + 1, numbering = numbering + 1, deleted_at = $2, last_seq = 0, pinned_at = null where id = $1",
        topic, now)
}

/// Gives the merged topic the start and creator of the older one.
pub async fn begin_with(tx: &mut Tx, into: TopicId, older: &LockedTopic, came_at: Option<Timestamp>) -> Result<u64> {
    sql!(run tx, "update topics set created_at = $2, creator_id = $3, arrived_at = $4 where id = $1",
        into, older.created_at, older.creator_id, came_at)
}

/// Returns the topic that a topic was merged into.
pub async fn ended_in(db: &Db, topic: TopicId) -> Result<Option<TopicId>> {
    sql!(opt_value db, TopicId,
        "select f.topic_id from topics t join former_topics f on f.group_id = t.group_id and f.slug = t.slug
         where t.id = $1 and t.deleted_at is not null and t.last_seq = 0", topic)
}
