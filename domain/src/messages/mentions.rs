//! Mentions: the page of them, and marking them read.

use crate::live::tell;
use crate::platform::cut;
use crate::topics::placed;
use serde_json::json;

use crate::live::unread;
use crate::platform::context::Context;
use crate::platform::error::Result;
use crate::topics::TopicAccess;
use crate::topics::placed::MessageInTopic;
use model::policy::{self, Viewer};
use model::{Group, MessageId, TopicId, UserId};

/// Returns the viewer's mentions before a message, newest first, with whether each is unread; and whether more follow.
pub async fn list(
    cx: &Context,
    viewer: Viewer,
    before: Option<MessageId>,
    limit: usize,
) -> Result<(Vec<(MessageInTopic, bool)>, bool)> {
    let user = viewer.user()?;
    let mut rows =
        store::messages::mentions::of_user(&cx.db, user, before.unwrap_or(MessageId(i64::MAX)), limit as i64 + 1)
            .await?;
    let more = cut(&mut rows, limit);
    let ids: Vec<MessageId> = rows.iter().map(|(id, _)| *id).collect();
    let placed = placed::placed(cx, viewer, &ids).await?;
    let with = |place: MessageInTopic| {
        let unread = rows.iter().any(|(id, unread)| *id == place.message.id && *unread);
        (place, unread)
    };
    Ok((placed.into_iter().map(with).collect(), more))
}

/// Marks the viewer's mentions as read, up to the newest one that the page showed.
pub async fn mark_read(cx: &Context, viewer: Viewer, upto: MessageId) -> Result<()> {
    let user = viewer.user()?;
    let mut tx = cx.db.begin().await?;
    unread::users_change(cx, &[user]).await?;
    store::messages::mentions::mark_read(&mut tx, user, upto, cx.now()).await?;
    tx.commit().await?;
    tell_count(cx, user).await
}

/// Sends the user's tabs the number of unread mentions.
pub(crate) async fn tell_count(cx: &Context, user: UserId) -> Result<()> {
    let mentions = store::messages::mentions::unread(&cx.db, user).await?;
    tell::publish_own(cx, user, json!({"type": "mention", "mentions": mentions}).to_string()).await;
    Ok(())
}

/// Returns which of these users may read a topic.
pub(crate) async fn readers(cx: &Context, group: &Group, topic: TopicId, users: &[UserId]) -> Result<Vec<UserId>> {
    if users.is_empty() || policy::anyone_reads(group.kind) {
        return Ok(users.to_vec());
    }
    let hearers = store::groups::members::hearers(&cx.db, &[(group.id, topic)], &[], users).await?;
    Ok(hearers.into_iter().flatten().map(|hearer| hearer.user_id).collect())
}

/// Returns the names of those of these users, except the viewer, who may not read the viewer's topic.
pub(crate) async fn unreached(
    cx: &Context,
    viewer: Viewer,
    found: &TopicAccess,
    named: &[UserId],
) -> Result<Vec<String>> {
    let readers = readers(cx, &found.group, found.topic.id, named).await?;
    let others: Vec<UserId> =
        named.iter().copied().filter(|id| !readers.contains(id) && viewer.id() != Some(*id)).collect();
    Ok(store::people::users::by_ids(&cx.db, &others).await?.into_iter().map(|person| person.username).collect())
}
