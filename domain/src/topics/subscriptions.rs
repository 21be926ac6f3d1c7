//! Subscription levels of topics, and marking messages as unread.

use std::time::Duration;

use crate::live::tell;
use crate::platform::cut;

use crate::live::unread;
use crate::people::ignores;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::topics;
use crate::topics::PageEnd;
use model::policy::Viewer;
use model::{Group, MessageId, Sidebar, SubscriptionLevel, TopicId, TopicRow, UserId};

/// How long muting a topic can be undone.
const UNDO: Duration = Duration::from_secs(15 * 60);

fn undo_key(user: UserId) -> String {
    format!("muted:{{u:{user}}}")
}

/// Sets the viewer's subscription level for a topic; "normal" falls back to the level of the group.
///
/// # Errors
/// [`Error::NotFound`] if the viewer may not see the topic, [`Error::Forbidden`] if they are not in its group.
pub async fn set_of_topic(
    cx: &Context,
    viewer: Viewer,
    topic: TopicId,
    level: SubscriptionLevel,
) -> Result<topics::TopicAccess> {
    let user = viewer.user()?;
    let found = topics::find(cx, viewer, topic).await?;
    if found.access.role().is_none() {
        return Err(Error::forbidden(texts::groups_errors::not_in_group()));
    }
    let mut tx = cx.db.begin().await?;
    let before = store::people::ignores::topic_level(&mut tx, user, topic).await?;
    unread::users_change(cx, &[user]).await?;
    store::people::ignores::set_topic_level(&mut tx, user, topic, level).await?;
    tx.commit().await?;
    if level == SubscriptionLevel::Muted && before != Some(level) {
        remember(cx, user, topic, before).await;
    }
    tell::redraw_own(cx, user, &[found.group.id]).await;
    Ok(found)
}

/// Remembers the level that the user had chosen for a topic before it was muted.
async fn remember(cx: &Context, user: UserId, topic: TopicId, before: Option<SubscriptionLevel>) {
    let Ok(bytes) = serde_json::to_vec(&(topic, before)) else { return };
    if let Err(error) = cx.kv.set(&undo_key(user), &bytes, UNDO).await {
        tracing::warn!(%error, "muting cannot be undone");
    }
}

/// Gives the topic that the viewer muted last the level that it had before. Returns whether there was something to undo.
///
/// # Errors
/// [`Error::SignedOut`].
pub async fn undo_mute(cx: &Context, viewer: Viewer) -> Result<bool> {
    let user = viewer.user()?;
    let key = undo_key(user);
    let Ok(Some(bytes)) = cx.kv.get(&key).await else { return Ok(false) };
    let Ok((topic, before)) = serde_json::from_slice::<(TopicId, Option<SubscriptionLevel>)>(&bytes) else {
        return Ok(false);
    };
    let found = match topics::find(cx, viewer, topic).await {
        Ok(found) => found,
        Err(Error::NotFound) => return Ok(false),
        Err(error) => return Err(error),
    };
    if found.access.role().is_none() {
        return Ok(false);
    }
    let mut tx = cx.db.begin().await?;
    unread::users_change(cx, &[user]).await?;
    if store::people::ignores::unmute_topic(&mut tx, user, topic).await? == 0 {
        return Ok(false);
    }
    if let Some(before) = before {
        store::people::ignores::set_topic_level(&mut tx, user, topic, before).await?;
    }
    tx.commit().await?;
    let _ = cx.kv.delete(&[key]).await;
    tell::redraw_own(cx, user, &[found.group.id]).await;
    Ok(true)
}

/// Returns a page of followed topics with their groups, by latest activity, and the next cursor.
///
/// # Errors
/// [`Error::SignedOut`].
pub async fn followed(
    cx: &Context,
    viewer: Viewer,
    sidebar: &mut Sidebar,
    before: Option<PageEnd>,
    limit: usize,
) -> Result<(Vec<(Group, TopicRow)>, Option<PageEnd>)> {
    let user = viewer.user()?;
    let before = before.map(|end| (end.at, end.id));
    let mut rows = store::topics::subscriptions::followed(&cx.db, user, before, limit as i64 + 1).await?;
    let more = cut(&mut rows, limit);
    topics::fill_unread(cx, viewer, &mut rows, sidebar).await?;
    ignores::fold_rows(cx, viewer, &mut rows).await?;
    let next = rows.last().filter(|_| more).map(|row| PageEnd { at: row.topic.last_message_at, id: row.topic.id });
    let groups = store::groups::by_ids(&cx.db, &rows.iter().map(|row| row.topic.group_id).collect::<Vec<_>>()).await?;
    let with_group = |row: TopicRow| Some((groups.iter().find(|g| g.id == row.topic.group_id)?.clone(), row));
    Ok((rows.into_iter().filter_map(with_group).collect(), next))
}

/// Marks a message and all later messages of its topic as unread. For some minutes,
/// [`undo`](crate::topics::reads::undo) takes it back.
///
/// # Errors
/// [`Error::NotFound`] if the viewer may not see the message, [`Error::Forbidden`] if they are not in its group or joined
/// after it was posted: what was there before counts as read.
pub async fn unread_from(cx: &Context, viewer: Viewer, message: MessageId) -> Result<topics::TopicAccess> {
    let user = viewer.user()?;
    let place = store::topics::place_of(&cx.db, message).await?.ok_or(Error::NotFound)?;
    let found = topics::find(cx, viewer, place.topic_id).await?;
    if found.access.role().is_none() {
        return Err(Error::forbidden(texts::groups_errors::not_in_group()));
    }
    if let Some(before) = found.read_before.filter(|before| found.topic.arrived_at <= *before)
        && place.seq <= store::messages::seq_at(&cx.db, place.topic_id, before).await?
    {
        return Err(Error::forbidden(texts::topics_errors::before_you_joined()));
    }
    let mut tx = cx.db.begin().await?;
    unread::users_change(cx, &[user]).await?;
    store::topics::reads::set(&mut tx, user, place.topic_id, place.seq - 1, cx.now()).await?;
    tx.commit().await?;
    // A form that is sent twice does not forget what was before.
    if found.read_seq != Some(place.seq - 1) {
        let before = found.read_seq.map(|seq| (place.topic_id, seq)).into_iter().collect();
        topics::reads::remember(cx, user, &[(place.topic_id, place.seq - 1)], &before).await;
    }
    tell::redraw_own(cx, user, &[found.group.id]).await;
    Ok(found)
}
