//! What is kept of one person, for that person.

use super::db::{Db, sql};
use crate::model::{GroupId, MessageId, Role, TopicId, UserId};
use crate::time::Timestamp;

type Result<T> = std::result::Result<T, sqlx::Error>;

/// A group that they are in.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct OwnGroup {
    /// The group.
    pub id: GroupId,
    /// Its word in addresses.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Their part in it.
    pub role: Role,
    /// Since when.
    pub created_at: Timestamp,
}

/// The groups that somebody is in.
pub async fn groups(db: &Db, user: UserId) -> Result<Vec<OwnGroup>> {
    sql!(all db, OwnGroup,
        "select g.id, g.slug, g.name, m.role, m.created_at from memberships m join groups g on g.id = m.group_id where m.user_id = $1 order by g.id",
        user)
}

/// A topic that they started.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct OwnTopic {
    /// The topic.
    pub id: TopicId,
    /// Its group's name.
    pub group_name: String,
    /// Its title.
    pub name: String,
    /// When.
    pub created_at: Timestamp,
}

/// Topics that somebody started, by id after `after`.
pub async fn topics(db: &Db, user: UserId, after: TopicId, limit: i64) -> Result<Vec<OwnTopic>> {
    sql!(all db, OwnTopic,
        "select t.id, g.name as group_name, t.name, t.created_at from topics t join groups g on g.id = t.group_id
         where t.creator_id = $1 and t.id > $2 order by t.id limit $3", user, after, limit)
}

/// A message that they wrote.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct OwnMessage {
    /// The message.
    pub id: MessageId,
    /// Its topic.
    pub topic_id: TopicId,
    /// Its group's name.
    pub group_name: String,
    /// Its topic's title.
    pub topic_name: String,
    /// Its number in the topic.
    pub seq: i64,
    /// When it was written.
    pub created_at: Timestamp,
    /// When it was last edited.
    pub edited_at: Option<Timestamp>,
    /// When it was deleted.
    pub deleted_at: Option<Timestamp>,
    /// As it was typed; empty once it is gone for good.
    pub raw: String,
}

/// Messages that somebody wrote, by id after `after`.
pub async fn messages(db: &Db, user: UserId, after: MessageId, limit: i64) -> Result<Vec<OwnMessage>> {
    sql!(all db, OwnMessage,
        "select m.id, m.topic_id, g.name as group_name, t.name as topic_name, m.seq, m.created_at, m.edited_at, m.deleted_at, m.raw
         from messages m join topics t on t.id = m.topic_id join groups g on g.id = t.group_id
         where m.author_id = $1 and m.id > $2 order by m.id limit $3", user, after, limit)
}

/// What messages of theirs said before they were edited: the message, the version's number, when it was written, its text.
pub async fn versions(db: &Db, messages: &[MessageId]) -> Result<Vec<(MessageId, i64, Timestamp, String)>> {
    if messages.is_empty() {
        return Ok(Vec::new());
    }
    sql!(all db, (MessageId, i64, Timestamp, String),
        "select message_id, number, written_at, raw from former_texts where message_id in (select cast(value as bigint) from json_each($1))
         order by message_id, number", super::list(messages))
}

/// Stars that somebody gave, by message after `after`.
pub async fn stars(db: &Db, user: UserId, after: MessageId, limit: i64) -> Result<Vec<(MessageId, Timestamp)>> {
    sql!(all db, (MessageId, Timestamp),
        "select message_id, created_at from stars where user_id = $1 and message_id > $2 order by message_id limit $3", user, after, limit)
}
