//! Holding a submission for approval: saves it in the table of pending messages and posts nothing.

use super::slow_mode;
use crate::live::tell;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::validate::Draft;
use model::policy::Viewer;
use model::{GroupId, MessageId, TopicId, UserId};
use store::moderation::approval_queue::{NewPending, OwnPending};

/// Maximum pending messages of one author in a group.
const MOST: i64 = 10;

/// Where a held message will go.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PendingPlace<'a> {
    pub group: GroupId,
    /// `None` if it starts a topic.
    pub topic: Option<TopicId>,
    /// The title of that topic.
    pub title: &'a str,
    /// The message that it replies to.
    pub reply_to: Option<MessageId>,
    /// The group's slow mode interval for the author, in seconds.
    pub pause: i64,
}

/// Holds a submission. Sending the same form twice holds it once.
///
/// # Errors
/// [`Error::Slow`]; [`Error::Invalid`] on `text` if too many messages are pending.
pub(crate) async fn hold(
    cx: &Context,
    author: UserId,
    place: PendingPlace<'_>,
    draft: &Draft,
    why: &str,
) -> Result<()> {
    let PendingPlace { group, topic, title, reply_to, pause } = place;
    let (raw, key, at) = (draft.text.as_str(), draft.key.as_deref(), cx.now());
    let attachment = draft.attachment.as_deref();
    let mut tx = cx.db.begin().await?;
    let paused = slow_mode::check(&mut tx, author, group, topic, pause, at).await;
    let waiting = store::moderation::approval_queue::waiting_of(&mut tx, author, group).await?;
    let new = NewPending { author, group, topic, title, raw, key, reply_to, attachment, why, at };
    if store::moderation::approval_queue::insert(&mut tx, new).await?.is_none() {
        return Ok(());
    }
    paused?;
    if waiting >= MOST {
        return Err(Error::invalid("text", texts::screening::too_many_held(MOST)));
    }
    tx.commit().await?;
    changed(cx, group, author).await;
    Ok(())
}

/// Updates the moderators' count of pending messages and the author's pages.
pub(crate) async fn changed(cx: &Context, group: GroupId, author: UserId) {
    tell::tell_moderators(cx, group).await;
    if let Err(error) = tell::redraw(cx, group, &[author]).await {
        tracing::warn!(%error, "an author's pages were not told");
    }
}

/// Returns the viewer's own pending and declined messages in a topic, or (`None`) the topics that they want to start in
/// the group.
pub async fn own(cx: &Context, viewer: Viewer, group: GroupId, topic: Option<TopicId>) -> Result<Vec<OwnPending>> {
    match viewer.id() {
        Some(user) => Ok(store::moderation::approval_queue::own(&cx.db, user, group, topic).await?),
        None => Ok(Vec::new()),
    }
}
