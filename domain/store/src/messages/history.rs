//! What messages said before: earlier texts of those that were edited, and the words of those that were deleted.

use crate::db::{Db, Tx, sql};
use model::time::Timestamp;
use model::{MessageId, Person, TopicId, UserId};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// Keeps what a message says now, before it says something else. Hold its topic: numbers are given one after the other.
pub async fn keep(tx: &mut Tx, message: MessageId) -> Result<u64> {
    sql!(run tx,
        "insert into former_texts (message_id, number, raw, written_at, written_by)
         select m.id, coalesce((select max(f.number) from former_texts f where f.message_id = m.id), 0) + 1, m.raw,
                coalesce(m.edited_at, m.created_at), coalesce(m.edited_by, m.author_id)
         from messages m where m.id = $1 and m.deleted_at is null", message)
}

/// A text that a message had, or has.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct TextRow {
    /// Its number: 1, 2, 3.
    pub number: i64,
    /// As it was typed.
    pub raw: String,
    /// When.
    pub written_at: Timestamp,
    /// By whom.
    #[sqlx(flatten)]
    pub by: Person,
}

/// All texts of a message, the first one first and the one that it has now last.
pub async fn texts(db: &Db, message: MessageId) -> Result<Vec<TextRow>> {
    sql!(all db, TextRow,
        "select t.number, t.raw, t.written_at, u.id, u.username from (
             select number, raw, written_at, written_by from former_texts where message_id = $1
             union all
             select coalesce((select max(number) from former_texts where message_id = $1), 0) + 1, raw, coalesce(edited_at, created_at),
                    coalesce(edited_by, author_id) from messages where id = $1
         ) t join users u on u.id = t.written_by order by t.number", message)
}

/// How a message was deleted.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct Deletion {
    /// When.
    pub deleted_at: Timestamp,
    /// By whom.
    pub deleted_by: Option<UserId>,
    /// Whether its words are still there.
    pub has_words: bool,
}

/// How a message was deleted; `None` when it was not.
pub async fn deletion(db: &Db, message: MessageId) -> Result<Option<Deletion>> {
    sql!(opt db, Deletion,
        "select deleted_at, deleted_by, raw <> '' as has_words from messages where id = $1 and deleted_at is not null", message)
}

/// Brings a deleted message back that was deleted after a moment, by whom is known. 0 when its words are gone, it is back already, or
/// the deletion is another one's by now.
pub async fn restore(tx: &mut Tx, message: MessageId, after: Timestamp, by: Option<UserId>) -> Result<u64> {
    sql!(run tx,
        "update messages set version = version + 1, deleted_at = null, deleted_by = null
         where id = $1 and deleted_at > $2 and raw <> '' and coalesce(deleted_by, 0) = $3",
        message, after, by.map_or(0, |by| by.0))
}

/// Takes the words for good out of up to so many messages that were deleted before a moment; how many that were.
pub async fn purge(tx: &mut Tx, before: Timestamp, limit: i64) -> Result<u64> {
    // What was brought back meanwhile is looked at again when its row is held.
    let ids = sql!(values tx, MessageId,
        "update messages set version = version + 1, raw = '', nodes = '[]'
         where id in (select id from messages where deleted_at is not null and raw <> '' and deleted_at <= $1 order by id limit $2)
           and deleted_at <= $1 and raw <> '' returning id", before, limit)?;
    sql!(run tx, "delete from former_texts where message_id in (select cast(value as bigint) from json_each($1))", crate::list(&ids))?;
    Ok(ids.len() as u64)
}

/// The topics of messages, by id.
pub async fn topics_of(tx: &mut Tx, messages: &[MessageId]) -> Result<Vec<TopicId>> {
    sql!(values tx, TopicId,
        "select distinct topic_id from messages where id in (select cast(value as bigint) from json_each($1)) order by topic_id",
        crate::list(messages))
}
