//! Messages.

pub mod bookmarks;
pub mod completion;
pub mod conversations;
pub mod history;
pub mod mentions;
mod pages;
pub mod replies;
pub mod stars;

pub use pages::{after, before, by_id, by_ids, first_unread_of};

use sqlx::PgExecutor;

use crate::db::{Db, Tx, sql};
use markup::Node;
use model::policy::topic_visible_to_first;
use model::time::Timestamp;
use model::{GroupId, MessageId, TopicId, UserId};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// How many characters of a message its replies show.
const EXCERPT: usize = 90;

/// A message to save.
#[derive(Debug)]
pub struct NewMessage<'a> {
    pub topic: TopicId,
    /// The group in which the topic was found. The save fails if it moved: its author may not be allowed to write
    /// there.
    pub group: GroupId,
    pub author: UserId,
    /// When it was written. The topic may make it a little later.
    pub at: Timestamp,
    /// As typed.
    pub raw: &'a str,
    /// As parsed.
    pub nodes: &'a [Node],
    /// The form's idempotency key.
    pub key: Option<&'a str>,
    /// The message that it replies to.
    pub reply_to: Option<MessageId>,
}

/// The id and number that a saved message got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Saved {
    pub id: MessageId,
    /// Its number in the topic.
    pub seq: i64,
}

/// The kind of the job. The job must have this name to be read back.
const JOB: &str = "message_posted";

/// On Postgres the whole transaction of a message is one statement: one round trip to the server instead of six. The
/// topic's row stays locked to its end, so that numbers become visible in order.
const SAVE: &str = r#"
    with topic as (
        update topics set version = version + 1, last_seq = last_seq + 1, last_message_at = case when last_message_at > $3 then last_message_at else $3 end
        where id = $1 and group_id = $9 and deleted_at is null returning last_seq, last_message_at),
    message as (
        insert into messages (topic_id, seq, author_id, created_at, raw, nodes, nodes_version, idempotency_key, reply_to)
        select $1, last_seq, $2, last_message_at, $4, $5, $6, $7, $11 from topic returning id, seq, created_at),
    original as (update messages set version = version + 1 from message where messages.id = $11 and messages.topic_id = $1),
    job as (
        insert into jobs (kind, payload, run_at, created_at)
        select $8, '{"message":' || id || $10 || '}', created_at, created_at from message),
    note as (insert into search_log (kind, ref_id) select 'message', id from message)
    select id, seq from message"#;

/// Saves a message in its own transaction: the topic's next number, the message, its job and its search log row.
/// `None` when the author's key was used before, or the topic is gone or in another group.
pub async fn save_alone(db: &Db, new: &NewMessage<'_>) -> Result<Option<Saved>> {
    if let Db::Postgres(pool, outage) = db {
        return outage.guard(save_on(pool, new)).await;
    }
    let mut tx = db.begin().await?;
    let saved = save(&mut tx, new).await?;
    if saved.is_some() {
        tx.commit().await?;
    }
    Ok(saved)
}

/// The same as a part of a transaction. If it returns `None`, roll the transaction back.
pub async fn save(tx: &mut Tx, new: &NewMessage<'_>) -> Result<Option<Saved>> {
    if let Tx::Postgres(tx, outage) = tx {
        return outage.guard(save_on(&mut **tx, new)).await;
    }
    let Some((seq, at)) = crate::topics::next_seq(tx, new.topic, new.group, new.at).await? else { return Ok(None) };
    let id = sql!(opt_value tx, MessageId,
        "insert into messages (topic_id, seq, author_id, created_at, raw, nodes, nodes_version, idempotency_key, reply_to)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing returning id",
        new.topic, seq, new.author, at, new.raw, stored(new.nodes)?, i64::from(markup::NODES_VERSION), new.key, new.reply_to)?;
    let Some(id) = id else { return Ok(None) };
    if let Some(original) = new.reply_to {
        sql!(run tx, "update messages set version = version + 1 where id = $1 and topic_id = $2", original, new.topic)?;
    }
    crate::platform::jobs::insert(tx, JOB, &format!("{{\"message\":{id}}}"), at).await?;
    crate::search_log::insert(tx, crate::search_log::Changed::Message(id)).await?;
    Ok(Some(Saved { id, seq }))
}

async fn save_on(on: impl PgExecutor<'_>, new: &NewMessage<'_>) -> Result<Option<Saved>> {
    let saved = sqlx::query_as(SAVE)
        .bind(new.topic)
        .bind(new.author)
        .bind(new.at)
        .bind(new.raw)
        .bind(stored(new.nodes)?)
        .bind(i64::from(markup::NODES_VERSION))
        .bind(new.key)
        .bind(JOB)
        .bind(new.group)
        .bind(crate::request::member())
        .bind(new.reply_to)
        .fetch_optional(on)
        .await;
    match saved {
        Err(sqlx::Error::Database(error)) if error.constraint() == Some("messages_key") => Ok(None),
        saved => saved,
    }
}

/// When an author last wrote in a topic, including deleted messages.
pub async fn last_by(tx: &mut Tx, topic: TopicId, author: UserId) -> Result<Option<Timestamp>> {
    sql!(opt_value tx, Timestamp,
        "select created_at from messages where author_id = $2 and topic_id = $1 order by seq desc limit 1", topic, author)
}

/// When an author last started a topic in a group after a moment, including deleted ones.
pub async fn last_start_by(tx: &mut Tx, group: GroupId, author: UserId, after: Timestamp) -> Result<Option<Timestamp>> {
    sql!(opt_value tx, Timestamp,
        "select m.created_at from messages m join topics t on t.id = m.topic_id
         where m.author_id = $2 and m.created_at > $3 and m.seq = 1 and t.group_id = $1 order by m.created_at desc limit 1",
        group, author, after)
}

/// Returns the message that an author posted with this key.
pub async fn by_key(db: &Db, author: UserId, key: &str) -> Result<Option<MessageId>> {
    sql!(opt_value db, MessageId, "select id from messages where author_id = $1 and idempotency_key = $2", author, key)
}

/// A message as typed, with what decides who may change it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct RawMessage {
    pub id: MessageId,
    pub topic_id: TopicId,
    /// Its number in the topic.
    pub seq: i64,
    pub author_id: UserId,
    pub created_at: Timestamp,
    /// As typed.
    pub raw: String,
    pub deleted: bool,
}

/// Returns a message as typed.
pub async fn raw(db: &Db, id: MessageId) -> Result<Option<RawMessage>> {
    sql!(opt db, RawMessage,
        "select id, topic_id, seq, author_id, created_at, raw, deleted_at is not null as deleted from messages where id = $1", id)
}

/// Returns several messages as typed, to highlight search results.
pub async fn raws(db: &Db, ids: &[MessageId]) -> Result<Vec<RawMessage>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    sql!(all db, RawMessage,
        "select id, topic_id, seq, author_id, created_at, raw, deleted_at is not null as deleted from messages
         where id in (select cast(value as bigint) from json_each($1))", crate::list(ids))
}

/// Changes the text of a message. 0 when it is deleted.
pub async fn update(tx: &mut Tx, id: MessageId, by: UserId, raw: &str, nodes: &[Node], now: Timestamp) -> Result<u64> {
    sql!(run tx,
        "update messages set version = version + 1, raw = $2, nodes = $3, nodes_version = $4, edited_at = $5, edited_by = $6
         where id = $1 and deleted_at is null",
        id, raw, stored(nodes)?, i64::from(markup::NODES_VERSION), now, by)
}

/// Deletes a message; a placeholder stays. 0 when it was deleted before.
pub async fn delete(tx: &mut Tx, id: MessageId, by: UserId, now: Timestamp) -> Result<u64> {
    sql!(run tx, "update messages set version = version + 1, deleted_at = $2, deleted_by = $3 where id = $1 and deleted_at is null", id, now, by)
}

/// Makes `by` the one who deleted a message, if its author deleted it and its text still exists. Returns when it was
/// deleted. The author can then no longer restore it.
pub async fn reassign_deletion(tx: &mut Tx, id: MessageId, by: UserId) -> Result<Option<Timestamp>> {
    sql!(opt_value tx, Timestamp,
        "update messages set version = version + 1, deleted_by = $2
         where id = $1 and deleted_at is not null and deleted_by = author_id and author_id <> $2 and raw <> '' returning deleted_at", id, by)
}

/// Raises the version of a message whose stars change.
pub async fn touch(tx: &mut Tx, id: MessageId) -> Result<u64> {
    sql!(run tx, "update messages set version = version + 1 where id = $1", id)
}

/// Encodes nodes as text, on both databases. A `jsonb` value would not keep the order of the keys.
fn stored(nodes: &[Node]) -> Result<String> {
    serde_json::to_string(nodes).map_err(|error| sqlx::Error::Encode(error.into()))
}

/// The number of the newest message of a topic that was written up to a moment; 0 when there is none.
pub async fn seq_at(db: &Db, topic: TopicId, at: Timestamp) -> Result<i64> {
    Ok(sql!(opt_value db, i64,
        "select seq from messages where topic_id = $1 and created_at <= $2 order by seq desc limit 1", topic, at)?
    .unwrap_or(0))
}

/// The last messages of an author that `reader` may see, newest first, without conversations.
pub async fn of_author(db: &Db, reader: Option<UserId>, author: UserId, limit: i64) -> Result<Vec<MessageId>> {
    sql!(values db, MessageId,
        concat!("select m.id from messages m join topics t on t.id = m.topic_id join groups g on g.id = t.group_id
                 where m.author_id = $2 and m.deleted_at is null and g.kind <> 'direct' and ", topic_visible_to_first!(),
                " order by m.created_at desc limit $3"),
        reader, author, limit)
}

/// Messages after `after` whose nodes have an older version and have to be parsed again, by id.
pub async fn outdated(db: &Db, version: i64, after: MessageId, limit: i64) -> Result<Vec<(MessageId, String)>> {
    sql!(all db, (MessageId, String),
        "select id, raw from messages where id > $2 and nodes_version < $1 order by id limit $3", version, after, limit)
}

/// Replaces the nodes of a message, if its text is still `raw`.
pub async fn set_nodes(tx: &mut Tx, id: MessageId, raw: &str, nodes: &[Node]) -> Result<u64> {
    sql!(run tx, "update messages set nodes = $3, nodes_version = $4 where id = $1 and raw = $2",
        id, raw, stored(nodes)?, i64::from(markup::NODES_VERSION))
}

/// The first message of each topic.
pub async fn firsts_of(db: &Db, topics: &[TopicId]) -> Result<Vec<(TopicId, MessageId)>> {
    if topics.is_empty() {
        return Ok(Vec::new());
    }
    sql!(all db, (TopicId, MessageId),
        "select topic_id, id from messages where seq = 1 and topic_id in (select cast(value as bigint) from json_each($1))", crate::list(topics))
}
