//! Holding a submission for approval: it is saved in a table of its own, and nothing is posted.

use super::slow_mode;
use crate::live::tell;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::validate::Draft;
use model::{GroupId, TopicId, UserId};
use store::moderation::approval_queue::NewPending;

/// Messages of one author that may wait in a group.
const MOST: i64 = 10;

/// Where a message that is to be held goes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PendingPlace<'a> {
    pub group: GroupId,
    /// `None`: it starts a topic.
    pub topic: Option<TopicId>,
    /// The title of that.
    pub title: &'a str,
    /// How many seconds the group's slow mode asks of its author.
    pub pause: i64,
}

/// Holds a submission. The same form sent twice is held once.
///
/// # Errors
/// [`Error::Slow`]; [`Error::Invalid`] on `text` when too many wait already.
pub(crate) async fn hold(
    cx: &Context,
    author: UserId,
    place: PendingPlace<'_>,
    draft: &Draft,
    why: &str,
) -> Result<()> {
    let PendingPlace { group, topic, title, pause } = place;
    let (raw, key, at) = (draft.text.as_str(), draft.key.as_deref(), cx.now());
    let mut tx = cx.db.begin().await?;
    let paused = slow_mode::check(&mut tx, author, group, topic, pause, at).await;
    let waiting = store::moderation::approval_queue::waiting_of(&mut tx, author, group).await?;
    let new = NewPending { author, group, topic, title, raw, key, why, at };
    if store::moderation::approval_queue::insert(&mut tx, new).await?.is_none() {
        return Ok(());
    }
    paused?;
    if waiting >= MOST {
        return Err(Error::invalid(
            "text",
            format!("{MOST} messages of yours wait here for approval already: give it some time."),
        ));
    }
    tx.commit().await?;
    changed(cx, group, author).await;
    Ok(())
}

/// Pages of those who answer show how many wait; those of the author what waits.
pub(crate) async fn changed(cx: &Context, group: GroupId, author: UserId) {
    tell::tell_moderators(cx, group).await;
    if let Err(error) = tell::redraw(cx, group, &[author]).await {
        tracing::warn!(%error, "an author's pages were not told");
    }
}
