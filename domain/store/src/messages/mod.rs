//! Messages.

pub mod attachments;
pub mod bookmarks;
pub mod completion;
pub mod conversations;
pub mod history;
pub mod kinds;
pub mod link_previews;
pub mod mentions;
mod pages;
pub mod polls;
pub mod replies;
mod save;
pub mod stars;
pub mod wikis;

pub use pages::{after, before, by_id, by_ids, first_unread_of};
pub use save::{NewMessage, Saved, save, save_alone};

use crate::db::{Db, Tx, sql};
use markup::Node;
use model::policy::topic_visible_to_first;
use model::time::Timestamp;
use model::{Attachment, GroupId, MessageId, TopicId, UserId};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// How many characters of a message its replies show.
const EXCERPT: usize = 90;

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
    /// As typed. It ends with the fallback text of the attachment.
    pub raw: String,
    pub deleted: bool,
    /// As stored: JSON.
    pub attachment: Option<String>,
    /// Since when all members may edit it.
    pub wiki_at: Option<Timestamp>,
}

impl RawMessage {
    /// Returns the attachment.
    ///
    /// # Errors
    /// When the stored attachment is damaged.
    pub fn attachment(&self) -> Result<Option<Box<Attachment>>> {
        attachments::decode(self.attachment.as_deref())
    }
}

/// Returns a message as typed.
pub async fn raw(db: &Db, id: MessageId) -> Result<Option<RawMessage>> {
    sql!(opt db, RawMessage,
        "select id, topic_id, seq, author_id, created_at, raw, deleted_at is not null as deleted, attachment, wiki_at from messages where id = $1", id)
}

/// Returns several messages as typed, to highlight search results.
pub async fn raws(db: &Db, ids: &[MessageId]) -> Result<Vec<RawMessage>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    sql!(all db, RawMessage,
        "select id, topic_id, seq, author_id, created_at, raw, deleted_at is not null as deleted, attachment, wiki_at from messages
         where id in (select cast(value as bigint) from json_each($1))", crate::list(ids))
}

/// Changes the text and the attachment of a message. Raise its version first. 0 when it is deleted.
pub async fn update(
    tx: &mut Tx,
    id: MessageId,
    by: UserId,
    (raw, nodes, attachment): (&str, &[Node], Option<&Attachment>),
    now: Timestamp,
) -> Result<u64> {
    let nodes = stored(nodes)?;
    link_previews::forget_unlinked(tx, id, &nodes).await?;
    sql!(run tx,
        "update messages set raw = $2, nodes = $3, nodes_version = $4, edited_at = $5, edited_by = $6, attachment = $7
         where id = $1 and deleted_at is null",
        id, raw, nodes.as_str(), i64::from(markup::NODES_VERSION), now, by, attachments::encode(attachment)?)
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

/// Raises the version of a message that changes.
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

/// Messages after `after` whose nodes have an older version and have to be parsed again, by id, with their attachments
/// as stored.
pub async fn outdated(
    db: &Db,
    version: i64,
    after: MessageId,
    limit: i64,
) -> Result<Vec<(MessageId, String, Option<String>)>> {
    sql!(all db, (MessageId, String, Option<String>),
        "select id, raw, attachment from messages where id > $2 and nodes_version < $1 order by id limit $3", version, after, limit)
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
