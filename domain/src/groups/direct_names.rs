//! What conversations and their topics are called.

use crate::platform::error::Result;
use crate::platform::jobs;
use crate::platform::jobs::Cause;
use crate::platform::validate;
use model::names;
use model::time::Timestamp;
use model::{GroupId, MessageId};
use store::Tx;
use store::search_log;
use store::search_log::Changed;

/// Characters of a title that is made of the first words.
pub(crate) const TITLE: usize = 60;

/// What a topic is called that has no title, and whose first words are none.
pub(crate) const UNTITLED: &str = "Untitled";

/// Takes the words of messages that go out of the titles that were made of them. In a transaction that holds their topics.
pub(crate) async fn reset_title(tx: &mut Tx, messages: &[MessageId], now: Timestamp) -> Result<()> {
    for topic in store::messages::conversations::reset_title(tx, messages, UNTITLED).await? {
        search_log::insert(tx, Changed::Topic(topic)).await?;
        jobs::enqueue(tx, Cause::TopicChanged { topic }, now).await?;
    }
    Ok(())
}

/// Whether a topic of a conversation is called by these words, which are its first.
pub(crate) fn is_titled_by(title: &str, text: &str) -> bool {
    title == markup::excerpt(text, TITLE)
}

/// Gives a conversation the names of its people.
pub(crate) async fn rename(tx: &mut Tx, group: GroupId) -> Result<()> {
    let names = store::groups::members::names(tx, group).await?;
    store::groups::rename(tx, group, &names.join(", ")).await?;
    Ok(())
}

/// The title of a topic: as it was typed, or else the first words of its first message.
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

/// What the slug of a topic is made of: the title that was typed. Never the first words: they may be deleted, and an address stays.
pub(crate) fn slug_source(typed: &str) -> String {
    match validate::one_line(typed).is_empty() {
        true => "talk".to_owned(),
        false => names::slugify(typed),
    }
}
