//! Replies: the message that a reply answers, and the replies to a message.

use crate::platform::context::Context;
use crate::platform::cut;
use crate::platform::error::{Error, Result};
use crate::topics::TopicAccess;
use crate::topics::placed::{self, MessageInTopic};
use model::policy::Viewer;
use model::{MessageId, Original, TopicId};

/// The most replies on the page of a message's replies.
const LIST_LIMIT: usize = 100;

/// Checks that a message can be replied to in a topic: it is there, and not deleted.
///
/// # Errors
/// [`Error::Invalid`] on `reply_to`.
pub(super) async fn check(cx: &Context, found: &TopicAccess, message: MessageId) -> Result<()> {
    match store::messages::replies::original(&cx.db, found.topic.id, message).await? {
        Some(_) => Ok(()),
        None => Err(Error::invalid("reply_to", texts::messages_errors::original_gone())),
    }
}

/// Returns a message of a topic that the viewer may read, as the composer names it; `None` if it is deleted or not in
/// the topic.
pub async fn original(cx: &Context, viewer: Viewer, topic: TopicId, message: MessageId) -> Result<Option<Original>> {
    let Some(mut original) = store::messages::replies::original(&cx.db, topic, message).await? else { return Ok(None) };
    if let Some(user) = viewer.id() {
        original.ignored = crate::people::ignores::of(cx, user).await?.contains(&original.author.id);
    }
    Ok(Some(original))
}

/// A message with its replies.
#[derive(Clone, Debug)]
pub struct Replies {
    /// The message.
    pub original: MessageInTopic,
    /// The replies, oldest first.
    pub replies: Vec<MessageInTopic>,
    /// Whether there are more than these.
    pub more: bool,
}

/// Returns the replies to a message, without deleted ones.
///
/// # Errors
/// [`Error::NotFound`] if there is no such message or the viewer may not know of it.
pub async fn of(cx: &Context, viewer: Viewer, id: MessageId) -> Result<Replies> {
    let original = placed::show(cx, viewer, id).await?;
    let mut ids = store::messages::replies::to(&cx.db, original.topic.id, id, LIST_LIMIT as i64 + 1).await?;
    let more = cut(&mut ids, LIST_LIMIT);
    let replies = placed::placed(cx, viewer, &ids).await?;
    Ok(Replies { original, replies, more })
}
