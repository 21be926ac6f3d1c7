//! Deleted topics that can be restored.

use crate::db::{Db, Tx, sql};
use model::time::Timestamp;
use model::{DeletedTopic, GroupId, TopicId};

type Result<T> = std::result::Result<T, sqlx::Error>;

// SQL: topic `t` was deleted by itself: not with others of its creator, and not because it was merged into another topic.
macro_rules! by_itself {
    () => {
        "exists (select 1 from messages m where m.topic_id = t.id) and not exists (select 1 from removed_topics r where r.topic_id = t.id)"
    };
}

macro_rules! columns {
    () => {
        "t.id, t.group_id, t.slug, t.name, t.creator_id, c.username as creator_name, t.deleted_at,
         (select count(*) from messages m where m.topic_id = t.id and m.deleted_at is null) as messages"
    };
}

/// The topics of a group that were deleted after a moment, latest first.
pub async fn list(db: &Db, group: GroupId, since: Timestamp, limit: i64) -> Result<Vec<DeletedTopic>> {
    sql!(all db, DeletedTopic,
        concat!("select ", columns!(), " from topics t join users c on c.id = t.creator_id
                 where t.group_id = $1 and t.deleted_at > $2 and ", by_itself!(), " order by t.deleted_at desc, t.id desc limit $3"),
        group, since, limit)
}

/// A topic that was deleted after a moment.
pub async fn one(db: &Db, topic: TopicId, since: Timestamp) -> Result<Option<DeletedTopic>> {
    sql!(opt db, DeletedTopic,
        concat!("select ", columns!(), " from topics t join users c on c.id = t.creator_id
                 where t.id = $1 and t.deleted_at > $2 and ", by_itself!()),
        topic, since)
}

/// Restores a topic that is still in the group and was deleted after a moment. 0 when it is not.
pub async fn restore(tx: &mut Tx, topic: TopicId, group: GroupId, since: Timestamp) -> Result<u64> {
    sql!(run tx,
        concat!("update topics as t set version = version + 1, deleted_at = null
                 where t.id = $1 and t.group_id = $2 and t.deleted_at > $3 and ", by_itself!()),
        topic, group, since)
}
