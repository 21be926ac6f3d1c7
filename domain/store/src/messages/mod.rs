//! Messages.

pub mod attachments;
pub mod conversations;
pub mod history;
pub mod kinds;
pub mod mentions;
pub mod polls;
mod save;
pub mod stars;

pub use save::{NewMessage, Saved, save, save_alone};

use crate::db::{Db, Tx, sql};
use markup::Node;
use model::policy::topic_visible_to_first;
use model::time::Timestamp;
use model::{Attachment, GroupId, Message, MessageId, Person, Restorable, TopicId, UserId};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// A message by the author of the previous message, within this time, is shown without the name.
const FOLLOWS_WITHIN: std::time::Duration = std::time::Duration::from_secs(300);

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
}

impl RawMessage {
    /// Returns what the message carries.
    ///
    /// # Errors
    /// When what is stored is damaged.
    pub fn attachment(&self) -> Result<Option<Box<Attachment>>> {
        attachments::decode(self.attachment.as_deref())
    }
}

/// Returns a message as typed.
pub async fn raw(db: &Db, id: MessageId) -> Result<Option<RawMessage>> {
    sql!(opt db, RawMessage,
        "select id, topic_id, seq, author_id, created_at, raw, deleted_at is not null as deleted, attachment from messages where id = $1", id)
}

/// Returns several messages as typed, to highlight search results.
pub async fn raws(db: &Db, ids: &[MessageId]) -> Result<Vec<RawMessage>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    sql!(all db, RawMessage,
        "select id, topic_id, seq, author_id, created_at, raw, deleted_at is not null as deleted, attachment from messages
         where id in (select cast(value as bigint) from json_each($1))", crate::list(ids))
}

/// Changes the text and the attachment of a message. 0 when it is deleted.
pub async fn update(
    tx: &mut Tx,
    id: MessageId,
    by: UserId,
    (raw, nodes, attachment): (&str, &[Node], Option<&Attachment>),
    now: Timestamp,
) -> Result<u64> {
    sql!(run tx,
        "update messages set version = version + 1, raw = $2, nodes = $3, nodes_version = $4, edited_at = $5, edited_by = $6, attachment = $7
         where id = $1 and deleted_at is null",
        id, raw, stored(nodes)?, i64::from(markup::NODES_VERSION), now, by, attachments::encode(attachment)?)
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

#[derive(sqlx::FromRow)]
struct Row {
    id: MessageId,
    topic_id: TopicId,
    seq: i64,
    author_id: UserId,
    username: String,
    by_bot: bool,
    created_at: Timestamp,
    nodes: String,
    attachment: Option<String>,
    edited_at: Option<Timestamp>,
    deleted: bool,
    has_words: bool,
    by_author: bool,
    before_author: Option<UserId>,
    before_at: Option<Timestamp>,
    stars: String,
    version: i64,
}

#[derive(serde::Deserialize)]
struct Star(i64, String);

impl Row {
    fn into_message(self) -> Result<Message> {
        let corrupt =
            |error: serde_json::Error| sqlx::Error::Decode(format!("nodes of message {}: {error}", self.id).into());
        let mut attachment = if self.deleted { None } else { attachments::decode(self.attachment.as_deref())? };
        if let Some(attachment) = &mut attachment {
            attachment.typed_markup = markup::markup_without_plain(&self.nodes).map_err(corrupt)?;
        }
        let (markup, mentions) = if self.deleted {
            (String::new(), Vec::new())
        } else {
            (markup::markup_of(&self.nodes).map_err(corrupt)?, mentioned(&self.nodes).map_err(corrupt)?)
        };
        let stars: Vec<Star> = serde_json::from_str(&self.stars).map_err(corrupt)?;
        Ok(Message {
            id: self.id,
            topic_id: self.topic_id,
            seq: self.seq,
            author: Person { id: self.author_id, username: self.username },
            by_bot: self.by_bot,
            created_at: self.created_at,
            markup,
            attachment,
            mentions,
            edited_at: self.edited_at,
            deleted: self.deleted,
            restorable: match (self.deleted && self.has_words, self.by_author) {
                (false, _) => None,
                (true, true) => Some(Restorable::ByAuthor),
                (true, false) => Some(Restorable::ByModerators),
            },
            follows: self.before_author == Some(self.author_id)
                && self.before_at.is_some_and(|before| self.created_at.since(before) <= FOLLOWS_WITHIN),
            stars: stars.into_iter().map(|Star(id, username)| Person { id: UserId(id), username }).collect(),
            version: self.version,
            ignored: false,
        })
    }
}

/// Encodes nodes as text, on both databases. A `jsonb` value would not keep the order of the keys.
fn stored(nodes: &[Node]) -> Result<String> {
    serde_json::to_string(nodes).map_err(|error| sqlx::Error::Encode(error.into()))
}

/// Returns the users whom stored nodes mention. Most messages mention nobody; their nodes are not parsed.
fn mentioned(nodes: &str) -> std::result::Result<Vec<UserId>, serde_json::Error> {
    if !nodes.contains("\"user_id\"") && !nodes.contains("\"mentions\"") {
        return Ok(Vec::new());
    }
    let nodes: Vec<Node> = serde_json::from_str(nodes)?;
    Ok(markup::mentions(&nodes).into_iter().map(UserId).collect())
}

fn messages(rows: Vec<Row>) -> Result<Vec<Message>> {
    rows.into_iter().map(Row::into_message).collect()
}

// Stars come along as a JSON list, so that a page needs one statement. `b` is the previous message. On Postgres a
// lateral join looks it up row by row: with a plain join, a plan made for topics of the usual size reads all of a long
// topic, once for each message of the page.
macro_rules! select {
    (pg $rest:expr) => {
        concat!(
            "select m.id, m.topic_id, m.seq, m.author_id, u.username, u.is_bot as by_bot, m.created_at, m.nodes, m.attachment, m.edited_at, m.version,
                    m.deleted_at is not null as deleted, m.raw <> '' as has_words, coalesce(m.deleted_by = m.author_id, false) as by_author, b.author_id as before_author, b.created_at as before_at,
                    coalesce((select json_agg(json_build_array(s.user_id, su.username) order by s.created_at, s.user_id)
                              from stars s join users su on su.id = s.user_id where s.message_id = m.id)::text, '[]') as stars
             from messages m join users u on u.id = m.author_id
             left join lateral (select p.author_id, p.created_at from messages p
                                where p.topic_id = m.topic_id and p.seq = m.seq - 1 limit 1) b on true ",
            $rest
        )
    };
    (lite $rest:expr) => {
        concat!(
            "select m.id, m.topic_id, m.seq, m.author_id, u.username, u.is_bot as by_bot, m.created_at, m.nodes, m.attachment, m.edited_at, m.version,
                    m.deleted_at is not null as deleted, m.raw <> '' as has_words, coalesce(m.deleted_by = m.author_id, false) as by_author, b.author_id as before_author, b.created_at as before_at,
                    (select json_group_array(json_array(user_id, username)) from (select s.user_id, su.username
                              from stars s join users su on su.id = s.user_id where s.message_id = m.id
                              order by s.created_at, s.user_id)) as stars
             from messages m join users u on u.id = m.author_id
             left join messages b on b.topic_id = m.topic_id and b.seq = m.seq - 1 ",
            $rest
        )
    };
}

macro_rules! fetch {
    ($db:expr, $rest:expr $(, $bind:expr)*) => {
        sql!(all $db, Row, pg select!(pg $rest), lite select!(lite $rest) $(, $bind)*)
    };
}

/// Messages of a topic with numbers above `after`, in ascending order.
pub async fn after(db: &Db, topic: TopicId, after: i64, limit: i64) -> Result<Vec<Message>> {
    messages(fetch!(db, "where m.topic_id = $1 and m.seq > $2 order by m.seq limit $3", topic, after, limit)?)
}

/// The messages of a topic nearest below the number `before`, in ascending order.
pub async fn before(db: &Db, topic: TopicId, before: i64, limit: i64) -> Result<Vec<Message>> {
    let mut found = messages(fetch!(
        db,
        "where m.topic_id = $1 and m.seq < $2 order by m.seq desc limit $3",
        topic,
        before,
        limit
    )?)?;
    found.reverse();
    Ok(found)
}

/// Returns a message.
pub async fn by_id(db: &Db, id: MessageId) -> Result<Option<Message>> {
    Ok(messages(fetch!(db, "where m.id = $1", id)?)?.pop())
}

/// Returns several messages, in no order.
pub async fn by_ids(db: &Db, ids: &[MessageId]) -> Result<Vec<Message>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    messages(fetch!(db, "where m.id in (select cast(value as bigint) from json_each($1))", crate::list(ids))?)
}

/// The last messages of several topics, at most `each` per topic, by topic and number.
pub async fn latest_of(db: &Db, topics: &[TopicId], each: i64) -> Result<Vec<Message>> {
    if topics.is_empty() {
        return Ok(Vec::new());
    }
    messages(fetch!(db,
        "join topics t on t.id = m.topic_id
               where m.topic_id in (select cast(value as bigint) from json_each($1)) and m.seq > t.last_seq - $2 order by m.topic_id, m.seq",
        crate::list(topics), each)?)
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
