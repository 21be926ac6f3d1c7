//! Marks of topics (locked, pinned, resolved, archived), and short lists of topics.

use super::columns;
use crate::db::{Db, Tx, sql};
use model::policy::topic_visible_to_first;
use model::time::Timestamp;
use model::{GroupId, Mark, Topic, TopicId, UserId};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// The topics of a group by latest activity, without their messages.
pub async fn latest(db: &Db, group: GroupId, limit: i64) -> Result<Vec<Topic>> {
    sql!(all db, Topic,
        concat!("select ", columns!(), " from topics t join users c on c.id = t.creator_id
                 where t.group_id = $1 and t.deleted_at is null order by t.last_message_at desc, t.id desc limit $2"),
        group, limit)
}

/// Marks a topic of a group, or removes the mark. 0 when nothing changes, or the topic is gone.
pub async fn mark(tx: &mut Tx, group: GroupId, topic: TopicId, mark: Mark, at: Option<Timestamp>) -> Result<u64> {
    macro_rules! set {
        ($column:literal) => {
            concat!(
                "update topics set version = version + 1, ",
                $column,
                " = $2 where id = $1 and group_id = $4 and deleted_at is null and (",
                $column,
                " is null) <> $3"
            )
        };
    }
    let off = at.is_none();
    match mark {
        Mark::Locked => sql!(run tx, set!("locked_at"), topic, at, off, group),
        Mark::Pinned => sql!(run tx, set!("pinned_at"), topic, at, off, group),
        Mark::Resolved => sql!(run tx, set!("resolved_at"), topic, at, off, group),
        Mark::Archived => sql!(run tx, set!("archived_at"), topic, at, off, group),
    }
}

/// The pinned topics of a group, last pinned first.
pub async fn pinned(db: &Db, group: GroupId, limit: i64) -> Result<Vec<Topic>> {
    sql!(all db, Topic,
        concat!("select ", columns!(), " from topics t join users c on c.id = t.creator_id
                 where t.group_id = $1 and t.deleted_at is null and t.pinned_at is not null order by t.pinned_at desc, t.id limit $2"),
        group, limit)
}

/// The newest topic of a group that a reader may read.
pub async fn newest(db: &Db, reader: Option<UserId>, group: GroupId) -> Result<Option<Topic>> {
    sql!(opt db, Topic,
        concat!("select ", columns!(), " from topics t join users c on c.id = t.creator_id join groups g on g.id = t.group_id
                 where t.group_id = $2 and ", topic_visible_to_first!(), " order by t.created_at desc, t.id desc limit 1"),
        reader, group)
}
