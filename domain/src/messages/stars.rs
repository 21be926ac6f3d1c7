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

/// Toggles the viewer's star on a message. Returns the message's location and whether it is starred now.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`] for users who are not in the group, [`Error::TooMany`].
pub async fn toggle(cx: &Context, viewer: Viewer, id: MessageId) -> Result<(Permalink, bool)> {
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
    let starred = store::messages::stars::delete(&mut tx, id, user).await? == 0;
    if starred {
        store::messages::stars::insert(&mut tx, id, user, now).await?;
    }
    jobs::enqueue(&mut tx, Cause::StarsChanged { message: id, by: Some(StarredBy { user, starred, at: now }) }, now)
        .await?;
    tx.commit().await?;
    cx.wake.after_commit();
    tell::pages_changed(cx, Some((found.group.id, raw.topic_id))).await;
    let place = Permalink {
        group_id: found.group.id,
        group_slug: found.group.slug,
        topic_id: raw.topic_id,
        topic_slug: found.topic.slug,
        seq: raw.seq,
    };
    Ok((place, starred))
}
