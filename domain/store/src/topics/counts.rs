//! Counting topics, and purging them.

use crate::db::{Db, Tx, sql};
use model::TopicId;
use model::time::Timestamp;

type Result<T> = std::result::Result<T, sqlx::Error>;

/// How many messages were ever written in the topics that are there: by their numbers, without looking at each.
pub async fn count_messages(db: &Db) -> Result<i64> {
    sql!(value db, i64, "select cast(coalesce(sum(last_seq), 0) as bigint) from topics where deleted_at is null")
}

/// How many topics are there.
pub async fn count(db: &Db) -> Result<i64> {
    sql!(value db, i64, "select count(*) from topics where deleted_at is null")
}

/// How many topics have rows, those that were deleted too.
pub async fn count_rows(db: &Db) -> Result<i64> {
    sql!(value db, i64, "select count(*) from topics")
}

/// Topics whose newest number is not the number of their messages: the topic, its newest number, the count.
pub async fn misnumbered(db: &Db) -> Result<Vec<(TopicId, i64, i64)>> {
    sql!(all db, (TopicId, i64, i64),
        "select t.id, t.last_seq, coalesce(m.counted, 0) from topics t
         left join (select topic_id, count(*) as counted from messages group by topic_id) m on m.topic_id = t.id
         where t.last_seq <> coalesce(m.counted, 0) order by t.id limit 100")
}

/// The topic that was deleted first, of those that were deleted before a moment.
pub async fn deleted_before(db: &Db, before: Timestamp) -> Result<Option<TopicId>> {
    sql!(opt_value db, TopicId, "select id from topics where deleted_at < $1 order by deleted_at, id limit 1", before)
}

/// Forgets up to so many messages of a deleted topic, with all that was noted of them; how many.
pub async fn purge_messages(tx: &mut Tx, topic: TopicId, limit: i64) -> Result<u64> {
    sql!(run tx, "delete from messages where id in (select m.id from messages m join topics t on t.id = m.topic_id
                    where m.topic_id = $1 and t.deleted_at is not null order by m.seq limit $2)", topic, limit)
}

/// Forgets a deleted topic that has no messages any more.
pub async fn purge(tx: &mut Tx, topic: TopicId) -> Result<u64> {
    sql!(run tx, "delete from topics where id = $1 and deleted_at is not null", topic)
}
