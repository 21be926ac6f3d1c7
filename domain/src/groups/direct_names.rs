//! Names of conversations and of their topics.

use crate::platform::error::Result;
use crate::platform::jobs::Cause;
use crate::platform::{jobs, validate};
use model::time::Timestamp;
use model::{GroupId, MessageId, names};
use store::search_log::Changed;
use store::{Tx, search_log};

/// The most characters of a title made of a message's first words.
pub(crate) const TITLE: usize = 60;

/// The title of a topic that has none and whose first message has no words.
pub(crate) const UNTITLED: &str = "Untitled";

/// Resets the titles made of the first words of these deleted messages. The transaction must have locked the topics.
pub(crate) async fn reset_title(tx: &mut Tx, messages: &[MessageId], now: Timestamp) -> Result<()> {
    for topic in store::messages::conversations::reset_title(tx, messages, UNTITLED).await? {
        search_log::insert(tx, Changed::Topic(topic)).await?;
        jobs::enqueue(tx, Cause::TopicChanged { topic }, now).await?;
    }
    Ok(())
}

/// Whether the title of a conversation's topic was made of this text.
pub(crate) fn is_titled_by(title: &str, text: &str) -> bool {
    title == markup::excerpt(text, TITLE)
}

/// Names a conversation after its members.
pub(crate) async fn rename(tx: &mut Tx, group: GroupId) -> Result<()> {
    let names = store::groups::members::names(tx, group).await?;
    store::groups::rename(tx, group, &names.join(", ")).await?;
    Ok(())
}

/// The title of a topic: the typed one, or the first words of its first message.
///
/// # Errors
/// [`Error::Invalid`] on `title`.
pub(crate) fn title(typed: &str, text: &str) -> Result<String> {
    if validate::one_line(typed).is_empty() {
        let made = markup::excerpt(text, TITLE);
        return Ok(if made.is_empty() { UNTITLED.to_owned() } else { made });
    }
    validate::title(typed)
}

/// The text for a topic's slug: the typed title, never the first words, because a slug outlives a deleted message.
pub(crate) fn slug_source(typed: &str) -> String {
    match validate::one_line(typed).is_empty() {
        true => "talk".to_owned(),
        false => names::slugify(typed),
    }
}
