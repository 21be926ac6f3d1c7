//! Stars.

use crate::db::{Tx, sql};
use model::time::Timestamp;
use model::{MessageId, UserId};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// Adds a star. 0 when the user had starred the message.
pub async fn insert(tx: &mut Tx, message: MessageId, user: UserId, now: Timestamp) -> Result<u64> {
    sql!(run tx, "insert into stars (message_id, user_id, created_at) values ($1, $2, $3) on conflict do nothing", message, user, now)
}

/// Removes a star. 0 when there was none.
pub async fn delete(tx: &mut Tx, message: MessageId, user: UserId) -> Result<u64> {
    sql!(run tx, "delete from stars where message_id = $1 and user_id = $2", message, user)
}
