//! The log of those who keep order.

use super::db::{Tx, sql};
use crate::audit_log::Entry;
use crate::time::Timestamp;

type Result<T> = std::result::Result<T, sqlx::Error>;

/// Adds a row. The name of a group is kept as it is; that of a conversation, which is made of its people's, is not.
pub async fn insert(tx: &mut Tx, entry: &Entry, now: Timestamp) -> Result<u64> {
    sql!(run tx,
        "insert into audit_log (created_at, actor_id, what, group_id, group_name, topic_id, message_id, user_id, reason, detail)
         values ($1, $2, $3, $4, coalesce((select name from groups where id = $4 and kind <> 'direct'), ''), $5, $6, $7, $8, $9)",
        now, entry.by, entry.what, entry.group, entry.topic, entry.message, entry.whom, &entry.reason, &entry.detail)
}

/// Who did what, in the order of the rows.
#[cfg(feature = "testing")]
pub async fn all(db: &super::Db) -> Result<Vec<(Option<crate::model::UserId>, crate::audit_log::LogDeed)>> {
    sql!(all db, (Option<crate::model::UserId>, crate::audit_log::LogDeed), "select actor_id, what from audit_log order by id")
}
