//! Bookmarks, and the list of starred messages.

use crate::db::{Db, Tx, sql};
use model::policy::topic_visible_to_first;
use model::time::Timestamp;
use model::{MessageId, UserId};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// Adds a bookmark. 0 when there is one.
pub async fn insert(tx: &mut Tx, user: UserId, message: MessageId, now: Timestamp) -> Result<u64> {
    sql!(run tx, "insert into bookmarks (user_id, message_id, created_at) values ($1, $2, $3) on conflict do nothing", user, message, now)
}

/// Removes a bookmark. 0 when there was none.
pub async fn delete(tx: &mut Tx, user: UserId, message: MessageId) -> Result<u64> {
    sql!(run tx, "delete from bookmarks where user_id = $1 and message_id = $2", user, message)
}

macro_rules! marked {
    ($table:literal, $rest:literal) => {
        concat!(
            "select n.message_id, n.created_at from ",
            $table,
            " n
             join messages m on m.id = n.message_id
             join topics t on t.id = m.topic_id
             join groups g on g.id = t.group_id
             where n.user_id = $1 and m.deleted_at is null and ",
            topic_visible_to_first!(),
            " ",
            $rest
        )
    };
}

/// A user's bookmarks of messages that they may see, the latest first, after the cursor `before`.
pub async fn of_user(
    db: &Db,
    user: UserId,
    before: Option<(Timestamp, MessageId)>,
    limit: i64,
) -> Result<Vec<(MessageId, Timestamp)>> {
    match before {
        None => sql!(all db, (MessageId, Timestamp),
            marked!("bookmarks", "order by n.created_at desc, n.message_id desc limit $2"), user, limit),
        Some((at, id)) => sql!(all db, (MessageId, Timestamp),
            marked!("bookmarks", "and (n.created_at, n.message_id) < ($3, $4) order by n.created_at desc, n.message_id desc limit $2"),
            user, limit, at, id),
    }
}

/// The messages that a user starred and may see, the latest stars first, after the cursor `before`.
pub async fn starred(
    db: &Db,
    user: UserId,
    before: Option<(Timestamp, MessageId)>,
    limit: i64,
) -> Result<Vec<(MessageId, Timestamp)>> {
    match before {
        None => sql!(all db, (MessageId, Timestamp),
            marked!("stars", "order by n.created_at desc, n.message_id desc limit $2"), user, limit),
        Some((at, id)) => sql!(all db, (MessageId, Timestamp),
            marked!("stars", "and (n.created_at, n.message_id) < ($3, $4) order by n.created_at desc, n.message_id desc limit $2"),
            user, limit, at, id),
    }
}
