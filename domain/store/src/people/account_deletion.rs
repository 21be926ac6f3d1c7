//! Statements for the deletion of an account.

use crate::db::{Db, Tx, sql};
use model::time::Timestamp;
use model::{GroupId, MessageId, UserId};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// Reduces an account to its id and a placeholder name. 0 when it was deleted before, or the name is taken.
pub async fn anonymize(tx: &mut Tx, user: UserId, placeholder: &str, now: Timestamp) -> Result<u64> {
    sql!(run tx,
        "update users set username = $2, username_lower = $2, username_key = null, email = null, new_email = null, password_hash = null,
                name = '', avatar = '', bio = '', location = '', web = '', theme = 'auto', language = null, is_admin = $4, deleted_at = $3
         where id = $1 and deleted_at is null and not exists (select 1 from users other where other.username_lower = $2 and other.id <> $1)",
        user, placeholder, now, false)
}

/// The groups of a user, by id.
pub async fn groups(tx: &mut Tx, user: UserId) -> Result<Vec<GroupId>> {
    sql!(values tx, GroupId, "select group_id from memberships where user_id = $1 order by group_id", user)
}

/// Deletes a user's read positions, bookmarks, ignores, kinds of attachments, topic levels, email settings, claims, join requests and
/// invitations, both made and received.
pub async fn delete_own(tx: &mut Tx, user: UserId) -> Result<u64> {
    sql!(run tx, "delete from ignores where user_id = $1", user)?;
    crate::messages::kinds::delete_of(tx, user).await?;
    crate::notifications::delete_of(tx, user).await?;
    sql!(run tx, "delete from topic_levels where user_id = $1", user)?;
    crate::groups::deleted::forget_user(tx, user).await?;
    sql!(run tx, "delete from bookmarks where user_id = $1", user)?;
    sql!(run tx, "delete from claims where user_id = $1", user)?;
    sql!(run tx, "delete from join_requests where user_id = $1", user)?;
    sql!(run tx, "delete from invited where user_id = $1 or inviter_id = $1", user)?;
    sql!(run tx, "delete from invitations where inviter_id = $1", user)?;
    sql!(run tx, "delete from reads where user_id = $1", user)
}

/// Removes up to `limit` stars of a user. Returns the messages that had them.
pub async fn delete_stars(tx: &mut Tx, user: UserId, limit: i64) -> Result<Vec<MessageId>> {
    sql!(values tx, MessageId,
        "delete from stars where user_id = $1 and message_id in (select message_id from stars where user_id = $1 order by message_id limit $2)
         returning message_id", user, limit)
}

/// Up to `limit` messages that mention a user, as typed, with their attachments as stored.
pub async fn naming(db: &Db, user: UserId, limit: i64) -> Result<Vec<(MessageId, String, Option<String>)>> {
    sql!(all db, (MessageId, String, Option<String>),
        "select m.id, m.raw, m.attachment from mentions n join messages m on m.id = n.message_id where n.user_id = $1 order by m.id limit $2", user, limit)
}

/// Deletes a user's mentions in these messages.
pub async fn delete_mentions(tx: &mut Tx, user: UserId, messages: &[MessageId]) -> Result<u64> {
    sql!(run tx, "delete from mentions where user_id = $1 and message_id in (select cast(value as bigint) from json_each($2))",
        user, crate::list(messages))
}

/// Erases the text and earlier texts of up to `limit` messages of an author. Returns these messages.
pub async fn erase_messages(tx: &mut Tx, user: UserId, limit: i64, now: Timestamp) -> Result<Vec<MessageId>> {
    let ids = sql!(values tx, MessageId, "select id from messages where author_id = $1 and raw <> '' order by id limit $2", user, limit)?;
    // Code that changes a message and its topic locks the topics first.
    for topic in crate::messages::history::topics_of(tx, &ids).await? {
        crate::topics::touch(tx, topic).await?;
    }
    let list = crate::list(&ids);
    sql!(run tx, "delete from former_texts where message_id in (select cast(value as bigint) from json_each($1))", &list)?;
    crate::messages::polls::delete_all(tx, &ids).await?;
    crate::files::unlink_all(tx, &ids).await?;
    sql!(run tx,
        "update messages set version = version + 1, raw = '', nodes = '[]', attachment = null, previews = null, deleted_by = case when deleted_at is null then author_id else deleted_by end,
                deleted_at = coalesce(deleted_at, $2)
         where id in (select cast(value as bigint) from json_each($1))", &list, now)?;
    Ok(ids)
}
