//! Forms sent twice: the second request finds what the first one posted.

use super::Posted;
use super::destination::Destination;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::validate::Draft;
use crate::topics;
use model::MessageId;
use model::policy::Viewer;

/// Returns what the author posted before with this form key, at its current place. If it was moved or split off to
/// where they may not read, returns the topic they sent it to, to reveal nothing about the new place.
///
/// # Errors
/// [`Error::NotFound`] if the target was a new topic.
pub(super) async fn posted_before(
    cx: &Context,
    viewer: Viewer,
    draft: &Draft,
    to: Option<&topics::TopicAccess>,
) -> Result<Option<Posted>> {
    let (Some(key), Some(user)) = (&draft.key, viewer.id()) else { return Ok(None) };
    let Some(id) = store::messages::by_key(&cx.db, user, key).await? else { return Ok(None) };
    let Some(place) = store::topics::place_of(&cx.db, id).await? else { return Ok(None) };
    match (topics::find(cx, viewer, place.topic_id).await, to) {
        (Ok(found), _) => Ok(Some(Posted::there(&found, id, place.seq))),
        (Err(Error::NotFound), Some(to)) => Ok(Some(Posted::there(to, id, to.topic.last_seq))),
        (Err(error), _) => Err(error),
    }
}

/// Handles a save that found the form's key in use. Returns where the first request posted; `None` if the topic went
/// away and the submission starts over.
pub(super) async fn settle(
    cx: &Context,
    viewer: Viewer,
    draft: &Draft,
    destination: &Destination<'_>,
) -> Result<Option<Posted>> {
    // The first request may not be durable yet. On SQLite, concurrent posts share a flush and see each other's changes
    // before readers do. An empty commit waits for it.
    cx.db.begin().await?.commit().await?;
    let to = destination.topic();
    match posted_before(cx, viewer, draft, to).await {
        Ok(Some(posted)) => Ok(Some(posted)),
        Ok(None) | Err(Error::NotFound) => match to {
            // The topic moved or was merged: check again what the author may do there.
            Some(found) if store::topics::went_on(&cx.db, found.topic.id, found.group.id).await? => Ok(None),
            _ => Err(Error::NotFound),
        },
        Err(error) => Err(error),
    }
}

/// Returns what a repeated form posted before; otherwise `error`, the reason why it cannot be posted now.
pub(super) async fn instead_of(
    error: Error,
    cx: &Context,
    viewer: Viewer,
    draft: &Draft,
    destination: &Destination<'_>,
) -> Result<Posted> {
    match error {
        Error::Invalid(_) | Error::TooMany(_) | Error::Slow(_) => {
            posted_before(cx, viewer, draft, destination.topic()).await?.ok_or(error)
        }
        _ => Err(error),
    }
}

impl Posted {
    pub(super) fn there(found: &topics::TopicAccess, id: MessageId, seq: i64) -> Self {
        let topics::TopicAccess { topic, group, .. } = found;
        let (group_slug, topic_slug) = (group.slug.clone(), topic.slug.clone());
        Self { id, seq, topic: topic.id, group: group.id, group_slug, topic_slug }
    }
}
