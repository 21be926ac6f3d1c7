//! Earlier texts of edited messages, and the texts of deleted ones.

use crate::db::{Db, Tx, sql};
use model::time::Timestamp;
use model::{MessageId, Person, TopicId, UserId};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// Saves the current text of a message before an edit. Lock its topic first, since numbers are assigned in sequence.
pub async fn keep(tx: &mut Tx, message: MessageId) -> Result<u64> {
    sql!(run tx,
        "insert into former_texts (message_id, number, raw, attachment, written_at, written_by)
         select m.id, coalesce((select max(f.number) from former_texts f where f.message_id = m.id), 0) + 1, m.raw, m.attachment,
                coalesce(m.edited_at, m.created_at), coalesce(m.edited_by, m.author_id)
         from messages m where m.id = $1 and m.deleted_at is null", message)
}

/// An earlier or the current text of a message.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct TextRow {
    /// The number of the version: 1, 2, 3.
    pub number: i64,
    /// As typed.
    pub raw: String,
    /// The attachment, as stored.
    pub attachment: Option<String>,
    pub written_at: Timestamp,
    #[sqlx(flatten)]
    pub by: Person,
}

/// Returns the number of the current text of a message.
pub async fn last(db: &Db, message: MessageId) -> Result<i64> {
    sql!(value db, i64, "select coalesce(max(number), 0) + 1 from former_texts where message_id = $1", message)
}

/// Returns the number of the first earlier text that was written after a moment.
pub async fn first_after(db: &Db, message: MessageId, after: Timestamp) -> Result<Option<i64>> {
    sql!(opt_value db, i64,
        "select number from former_texts where message_id = $1 and written_at > $2 order by number limit 1", message, after)
}

/// Returns the texts of a message with the numbers `from` to `to`, newest first. The last number is that of the current text.
pub async fn texts(db: &Db, message: MessageId, from: i64, to: i64) -> Result<Vec<TextRow>> {
    sql!(all db, TextRow,
        "select t.number, t.raw, t.attachment, t.written_at, u.id, u.username from (
             select number, raw, attachment, written_at, written_by from former_texts where message_id = $1 and number >= $2 and number <= $3
             union all
             select coalesce((select max(number) from former_texts where message_id = $1), 0) + 1, raw, attachment, coalesce(edited_at, created_at),
                    coalesce(edited_by, author_id) from messages where id = $1
         ) t join users u on u.id = t.written_by where t.number >= $2 and t.number <= $3 order by t.number desc", message, from, to)
}

/// How a message was deleted.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct Deletion {
    pub deleted_at: Timestamp,
    pub deleted_by: Option<UserId>,
    /// Whether its text still exists.
    pub has_words: bool,
}

/// Returns how a message was deleted; `None` when it was not.
pub async fn deletion(db: &Db, message: MessageId) -> Result<Option<Deletion>> {
    sql!(opt db, Deletion,
        "select deleted_at, deleted_by, raw <> '' as has_words from messages where id = $1 and deleted_at is not null", message)
}

/// Restores a message that `by` deleted after a moment. 0 when its text is gone, it is restored, or was deleted again
/// by another.
pub async fn restore(tx: &mut Tx, message: MessageId, after: Timestamp, by: Option<UserId>) -> Result<u64> {
    sql!(run tx,
        "update messages set version = version + 1, deleted_at = null, deleted_by = null
         where id = $1 and deleted_at > $2 and raw <> '' and coalesce(deleted_by, 0) = $3",
        message, after, by.map_or(0, |by| by.0))
}

/// Deletes the texts of up to `limit` messages that were deleted before a moment. Returns how many.
pub async fn purge(tx: &mut Tx, before: Timestamp, limit: i64) -> Result<u64> {
    // The conditions are repeated: a message may have been restored before its row was locked.
    let ids = sql!(values tx, MessageId,
        "update messages set version = version + 1, raw = '', nodes = '[]', attachment = null, previews = null
         where id in (select id from messages where deleted_at is not null and raw <> '' and deleted_at <= $1 order by id limit $2)
           and deleted_at <= $1 and raw <> '' returning id", before, limit)?;
    sql!(run tx, "delete from former_texts where message_id in (select cast(value as bigint) from json_each($1))", crate::list(&ids))?;
    super::polls::delete_all(tx, &ids).await?;
    crate::files::unlink_all(tx, &ids).await?;
    Ok(ids.len() as u64)
}

/// The topics of messages, by id.
pub async fn topics_of(tx: &mut Tx, messages: &[MessageId]) -> Result<Vec<TopicId>> {
    sql!(values tx, TopicId,
        "select distinct topic_id from messages where id in (select cast(value as bigint) from json_each($1)) order by topic_id",
        crate::list(messages))
}
