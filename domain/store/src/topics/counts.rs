//! Counting topics, and purging them.

use crate::db::{Db, Tx, sql};
use model::TopicId;
use model::time::Timestamp;

type Result<T> = std::result::Result<T, sqlx::Error>;

/// The number of messages ever written in topics that are not deleted: the sum of their last numbers, so no message is
/// read.
pub async fn count_messages(db: &Db) -> Result<i64> {
    sql!(value db, i64, "select cast(coalesce(sum(last_seq), 0) as bigint) from topics where deleted_at is null")
}

/// The number of topics that are not deleted.
pub async fn count(db: &Db) -> Result<i64> {
    sql!(value db, i64, "select count(*) from topics where deleted_at is null")
}

/// The number of topics, including deleted ones.
pub async fn count_rows(db: &Db) -> Result<i64> {
    sql!(value db, i64, "select count(*) from topics")
}

/// Topics whose last number differs from the number of their messages: topic, last number, count.
pub async fn misnumbered(db: &Db) -> Result<Vec<(TopicId, i64, i64)>> {
    sql!(all db, (TopicId, i64, i64),
        "select t.id, t.last_seq, coalesce(m.counted, 0) from topics t
         left join (select topic_id, count(*) as counted from messages group by topic_id) m on m.topic_id = t.id
         where t.last_seq <> coalesce(m.counted, 0) order by t.id limit 100")
}

/// Of the topics deleted before a moment, returns the one deleted first.
pub async fn deleted_before(db: &Db, before: Timestamp) -> Result<Option<TopicId>> {
    sql!(opt_value db, TopicId, "select id from topics where deleted_at < $1 order by deleted_at, id limit 1", before)
}

/// Deletes up to `limit` messages of a deleted topic permanently, with everything that refers to them. Returns how many.
pub async fn purge_messages(tx: &mut Tx, topic: TopicId, limit: i64) -> Result<u64> {
    sql!(run tx, "delete from messages where id in (select m.id from messages m join topics t on t.id = m.topic_id
                    where m.topic_id = $1 and t.deleted_at is not null order by m.seq limit $2)", topic, limit)
}

/// Deletes the row of a deleted topic that has no messages any more.
pub async fn purge(tx: &mut Tx, topic: TopicId) -> Result<u64> {
    sql!(run tx, "delete from topics where id = $1 and deleted_at is not null", topic)
}
