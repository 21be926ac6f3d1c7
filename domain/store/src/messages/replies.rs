//! Replies: messages that answer another message of their topic.
//!
//! With `+topic_id`, databases look for replies by the message that they answer, and not through the whole topic.

use crate::db::{Db, Tx, sql};
use model::{MessageId, Original, Person, TopicId, UserId};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// The version of a message, and the number of replies to it.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct Count {
    pub id: MessageId,
    pub version: i64,
    /// Without deleted ones.
    pub replies: i64,
}

#[derive(sqlx::FromRow)]
struct OriginalRow {
    id: MessageId,
    author_id: UserId,
    username: String,
    display: String,
    raw: String,
}

/// Returns a message of a topic as a reply to it names it; `None` if it is deleted or not in the topic.
pub async fn original(db: &Db, topic: TopicId, message: MessageId) -> Result<Option<Original>> {
    let row = sql!(opt db, OriginalRow,
        "select m.id, m.author_id, u.username, u.name as display, substr(m.raw, 1, 1000) as raw from messages m join users u on u.id = m.author_id
         where m.id = $1 and m.topic_id = $2 and m.deleted_at is null", message, topic)?;
    Ok(row.map(|row| Original {
        id: row.id,
        author: Person { name: row.display, ..Person::new(row.author_id, row.username) },
        excerpt: markup::excerpt(&row.raw, super::EXCERPT),
        deleted: false,
        ignored: false,
    }))
}

/// The numbers of replies to several messages.
pub async fn counts(db: &Db, ids: &[MessageId]) -> Result<Vec<Count>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    sql!(all db, Count,
        "select m.id, m.version,
                (select count(*) from messages a where a.reply_to = m.id and +a.topic_id = m.topic_id and a.deleted_at is null) as replies
         from messages m where m.id in (select cast(value as bigint) from json_each($1))", crate::list(ids))
}

/// The replies to a message, without deleted ones, oldest first.
pub async fn to(db: &Db, topic: TopicId, message: MessageId, limit: i64) -> Result<Vec<MessageId>> {
    sql!(values db, MessageId,
        "select id from messages where reply_to = $1 and +topic_id = $2 and deleted_at is null order by seq limit $3",
        message, topic, limit)
}

/// Raises the versions of the replies to a message, which show its first words. Lock its topic first.
pub async fn touch_replies(tx: &mut Tx, message: MessageId) -> Result<u64> {
    sql!(run tx,
        "update messages set version = version + 1
         where reply_to = $1 and +topic_id = (select m.topic_id from messages m where m.id = $1)", message)
}

/// The same, and that of the message that it answers, which shows the number of its replies.
pub async fn touch_around(tx: &mut Tx, message: MessageId) -> Result<u64> {
    sql!(run tx,
        "update messages set version = version + 1
         where +topic_id = (select m.topic_id from messages m where m.id = $1)
           and (reply_to = $1 or id = (select m.reply_to from messages m where m.id = $1))", message)
}
