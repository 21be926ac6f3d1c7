//! The save of a message.

use sqlx::PgExecutor;

use super::{attachments, stored};
use crate::db::{Db, Tx, sql};
use markup::Node;
use model::time::Timestamp;
use model::{Attachment, GroupId, MessageId, TopicId, UserId};

type Result<T> = std::result::Result<T, sqlx::Error>;

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
    pub attachment: Option<&'a Attachment>,
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
        insert into messages (topic_id, seq, author_id, created_at, raw, nodes, nodes_version, idempotency_key, reply_to, attachment)
        select $1, last_seq, $2, last_message_at, $4, $5, $6, $7, $11, $12 from topic returning id, seq, created_at),
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
        "insert into messages (topic_id, seq, author_id, created_at, raw, nodes, nodes_version, idempotency_key, reply_to, attachment)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict do nothing returning id",
        new.topic, seq, new.author, at, new.raw, stored(new.nodes)?, i64::from(markup::NODES_VERSION), new.key, new.reply_to,
        attachments::encode(new.attachment)?)?;
    let Some(id) = id else { return Ok(None) };
    if let Some(original) = new.reply_to {
        sql!(run tx, "update messages set version = version + 1 where id = $1 and topic_id = $2", original, new.topic)?;
    }
    crate::platform::jobs::insert(tx, JOB, &format!("{{\"message\":{id}}}"), at, at).await?;
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
        .bind(attachments::encode(new.attachment)?)
        .fetch_optional(on)
        .await;
    match saved {
        Err(sqlx::Error::Database(error)) if error.constraint() == Some("messages_key") => Ok(None),
        saved => saved,
    }
}
