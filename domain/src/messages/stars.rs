//! Starring messages.

use crate::live::tell;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::jobs;
use crate::platform::jobs::{Cause, StarredBy};
use crate::site::rate_limits;
use crate::site::rate_limits::By;
use crate::topics;
use model::policy::Viewer;
use model::{MessageId, Permalink};
use store::messages::RawMessage;
use store::search_log::{self, Changed};

/// Toggles the viewer's star on a message. Returns the message's location and whether it is starred now.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`] for users who are not in the group, [`Error::TooMany`].
pub async fn toggle(cx: &Context, viewer: Viewer, id: MessageId) -> Result<(Permalink, bool)> {
    change(cx, viewer, id, None).await
}

/// Stars a message, or removes the viewer's star. Changes nothing if that is so already.
///
/// # Errors
/// As [`toggle`].
pub async fn set(cx: &Context, viewer: Viewer, id: MessageId, starred: bool) -> Result<()> {
    change(cx, viewer, id, Some(starred)).await.map(drop)
}

async fn change(cx: &Context, viewer: Viewer, id: MessageId, wanted: Option<bool>) -> Result<(Permalink, bool)> {
    let user = viewer.user()?;
    let raw = store::messages::raw(&cx.db, id).await?.ok_or(Error::NotFound)?;
    let found = topics::find(cx, viewer, raw.topic_id).await?;
    if raw.deleted {
        return Err(Error::NotFound);
    }
    found.check_write()?;
    rate_limits::count(cx, rate_limits::RateLimit::Star, By::User(user)).await?;
    let now = cx.now();
    let mut tx = cx.db.begin().await?;
    store::messages::touch(&mut tx, id).await?;
    let had = store::messages::stars::delete(&mut tx, id, user).await? > 0;
    let starred = wanted.unwrap_or(!had);
    if had && starred || !had && !starred {
        // As it should be: the transaction ends without a change.
        return Ok((place(found, &raw), starred));
    }
    if starred {
        store::messages::stars::insert(&mut tx, id, user, now).await?;
    }
    // The event stream of the API tells of it. The index finds the same words again.
    search_log::insert(&mut tx, Changed::Message(id)).await?;
    jobs::enqueue(&mut tx, Cause::StarsChanged { message: id, by: Some(StarredBy { user, starred, at: now }) }, now)
        .await?;
    tx.commit().await?;
    cx.wake.after_commit();
    tell::pages_changed(cx, Some((found.group.id, raw.topic_id))).await;
    Ok((place(found, &raw), starred))
}

fn place(found: topics::TopicAccess, raw: &RawMessage) -> Permalink {
    Permalink {
        group_id: found.group.id,
        group_slug: found.group.slug,
        topic_id: raw.topic_id,
        topic_slug: found.topic.slug,
        seq: raw.seq,
    }
}
