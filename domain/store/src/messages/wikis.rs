//! Wikis: messages that all members may edit.

use crate::db::{Tx, sql};
use model::MessageId;
use model::time::Timestamp;

type Result<T> = std::result::Result<T, sqlx::Error>;

/// Makes a message a wiki from a moment on; `None`: makes it an ordinary message. 0 when it is deleted, is that already, or would be a
/// wiki without being the first of its topic.
/// Lock its topic first.
pub async fn set(tx: &mut Tx, message: MessageId, since: Option<Timestamp>) -> Result<u64> {
    sql!(run tx,
        "update messages set version = version + 1, wiki_at = $2
         where id = $1 and deleted_at is null and (case when wiki_at is null then 0 else 1 end) <> $3 and ($3 = 0 or seq = 1)",
        message, since, i64::from(since.is_some()))
}
