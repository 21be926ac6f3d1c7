//! Attachments of messages, as JSON beside the text.

use crate::db::{Db, Tx, sql};
use model::{Attachment, MessageId, TopicId};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// Returns an attachment as it is stored.
///
/// # Errors
/// When it cannot be written as JSON.
pub fn encode(attachment: Option<&Attachment>) -> Result<Option<String>> {
    attachment.map(serde_json::to_string).transpose().map_err(|error| sqlx::Error::Encode(error.into()))
}

/// Reads an attachment as it is stored.
///
/// # Errors
/// When it is damaged.
pub fn decode(stored: Option<&str>) -> Result<Option<Box<Attachment>>> {
    stored
        .map(serde_json::from_str)
        .transpose()
        .map_err(|error| sqlx::Error::Decode(format!("an attachment: {error}").into()))
}

/// An attachment whose message is locked until the transaction ends.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Locked {
    pub topic_id: TopicId,
    pub raw: String,
    /// As stored.
    pub attachment: Option<String>,
}

/// Raises the version of a message that is not deleted, which locks it, and returns its text and attachment.
pub async fn lock(tx: &mut Tx, message: MessageId) -> Result<Option<Locked>> {
    sql!(opt tx, Locked,
        "update messages set version = version + 1 where id = $1 and deleted_at is null returning topic_id, raw, attachment", message)
}

/// Replaces the attachment of a message.
pub async fn set(tx: &mut Tx, message: MessageId, attachment: &Attachment) -> Result<u64> {
    sql!(run tx, "update messages set attachment = $2 where id = $1", message, encode(Some(attachment))?)
}

/// The attachments of these messages that are not deleted, as stored.
pub async fn of(db: &Db, messages: &[MessageId]) -> Result<Vec<(MessageId, String)>> {
    if messages.is_empty() {
        return Ok(Vec::new());
    }
    sql!(all db, (MessageId, String),
        "select id, attachment from messages
         where id in (select cast(value as bigint) from json_each($1)) and deleted_at is null and attachment is not null",
        crate::list(messages))
}
