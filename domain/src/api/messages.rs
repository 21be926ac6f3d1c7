//! Messages of a topic: read, post, star, delete.

use super::objects::{Listed, Message};
use super::{Counts, PAGE, check_write, find_message, find_topic, may_mark, until};
use crate::messages::{Target, stars, submit};
use crate::people::basic_auth::Caller;
use crate::platform::context::Context;
use crate::platform::cut;
use crate::platform::error::{Error, Result};
use crate::platform::remote::RemoteImages;
use crate::platform::validate::Draft;
use crate::topics::reads;
use model::{MessageId, ReadPosition, Scope};
use store::api::messages::ApiMessage;
use texts::Text;

/// The objects of rows that are sorted newest first, oldest first.
pub(super) async fn objects(cx: &Context, rows: &[ApiMessage]) -> Result<Vec<Message>> {
    let images = RemoteImages::of(cx, crate::site::current(cx).await.settings.images);
    rows.iter().rev().map(|row| Message::new(cx, row, images)).collect()
}

pub(super) async fn object(cx: &Context, id: MessageId) -> Result<Message> {
    let rows = store::api::messages::by_ids(&cx.db, &[id]).await?;
    objects(cx, &rows).await?.pop().ok_or(Error::NotFound)
}

/// Returns the latest messages of a topic, or those before a message, oldest first. With `marks`, they count as read, as
/// on the topic's page.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Forbidden`] without the scope to read; [`Error::Invalid`] on `until_id`.
pub async fn list(cx: &Context, caller: &Caller, topic: &str, until_id: &str, marks: bool) -> Result<Listed<Message>> {
    let found = find_topic(cx, caller, topic).await?;
    let before = match until(until_id)? {
        None => i64::MAX,
        Some(id) => {
            let raw = store::messages::raw(&cx.db, id).await?;
            raw.filter(|raw| raw.topic_id == found.topic.id).ok_or_else(super::bad_until)?.seq
        }
    };
    let mut rows = store::api::messages::before(&cx.db, found.topic.id, before, PAGE as i64 + 1).await?;
    let more = cut(&mut rows, PAGE);
    let until_id = rows.last().filter(|_| more).map(|row| row.id.to_string());
    let items = objects(cx, &rows).await?;
    let shown = rows.first().map_or(0, |row| row.seq);
    // The last messages may be deleted ones, which are not shown: they are read with the others.
    let seq = if before == i64::MAX { found.topic.last_seq.max(shown) } else { shown };
    if marks && seq > found.read_seq.unwrap_or(0) && may_mark(cx, caller).await {
        let shown = ReadPosition { numbering: found.topic.numbering, seq };
        reads::advance(cx, caller.viewer().user()?, &[(found.topic.id, shown)]).await?;
    }
    Ok(Listed { name: "messages", items, until_id })
}

/// The text of a message that was pasted: one block that keeps its line breaks.
fn as_block(text: &str) -> String {
    let mut fence = "```".to_owned();
    while text.contains(&fence) {
        fence.push('`');
    }
    format!("{fence}\n{}\n{fence}", text.trim_end_matches(['\r', '\n']))
}

/// Returns the text to post.
///
/// # Errors
/// [`Error::Invalid`] when there is none.
pub(super) fn typed(text: &str, pasted: bool) -> Result<Draft> {
    if text.trim().is_empty() {
        return Err(Error::invalid("message", Text::verbatim("Message required.")));
    }
    Ok(Draft::new(if pasted { as_block(text) } else { text.to_owned() }, None))
}

/// Posts a message. It is stored when this returns.
///
/// # Errors
/// As [`submit`]; [`Error::Invalid`] when there is no text; [`Error::Forbidden`] if the topic is locked and the
/// credentials do not carry a moderator's rights.
pub async fn create(cx: &Context, caller: &Caller, topic: &str, text: &str, pasted: bool) -> Result<Message> {
    check_write(cx, caller, Counts::No).await?;
    let found = find_topic(cx, caller, topic).await?;
    let draft = typed(text, pasted)?;
    if found.topic.locked && found.is_open() {
        caller.check(Scope::Moderate)?;
    }
    let posted = submit(cx, caller.viewer(), Target::Topic(found.topic.id), draft).await?;
    object(cx, posted.id).await
}

/// Whether a message must be one of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Of {
    Anything,
    Conversation,
}

/// Stars a message, or removes the star. Returns the message and whether it is starred now.
///
/// # Errors
/// As [`stars::toggle`].
pub async fn star(cx: &Context, caller: &Caller, key: &str, of: Of) -> Result<(Message, bool)> {
    check_write(cx, caller, Counts::Yes).await?;
    let (raw, found) = find_message(cx, caller, key).await?;
    if of == Of::Conversation && !found.group.is_direct() {
        return Err(Error::NotFound);
    }
    let (_, starred) = stars::toggle(cx, caller.viewer(), raw.id).await?;
    Ok((object(cx, raw.id).await?, starred))
}

/// Deletes a message. Returns it as it was.
///
/// # Errors
/// As [`crate::messages::delete`]; [`Error::Forbidden`] if that takes a moderator's rights and the credentials do not
/// carry them.
pub async fn delete(cx: &Context, caller: &Caller, key: &str, of: Of) -> Result<Message> {
    let user = check_write(cx, caller, Counts::Yes).await?;
    let (raw, found) = find_message(cx, caller, key).await?;
    if of == Of::Conversation && !found.group.is_direct() {
        return Err(Error::NotFound);
    }
    if raw.author_id != user {
        // First the policy's answer: it names the reason that concerns the account.
        crate::messages::deletable(cx, caller.viewer(), raw.id).await?;
        caller.check(Scope::Moderate)?;
    }
    let before = object(cx, raw.id).await?;
    crate::messages::delete(cx, caller.viewer(), raw.id).await?;
    Ok(before)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pasted_text_becomes_one_block_whatever_it_contains() {
        assert_eq!(as_block("a\n b\n"), "```\na\n b\n```");
        assert_eq!(as_block("```\na\n```"), "````\n```\na\n```\n````");
    }
}
