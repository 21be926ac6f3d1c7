//! Forms that are sent twice: the second sending finds what the first one posted.

use super::Posted;
use super::destination::Destination;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::validate::Draft;
use crate::topics;
use model::MessageId;
use model::policy::Viewer;

/// What the author's key posted before, where it is by now. Where that is nothing that they may read (it was moved, or split off), what
/// they are told of is the topic that they sent it to, and nothing of where it went.
///
/// # Errors
/// [`Error::NotFound`] when that was to be a new one.
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

/// After a save that found the form's key in use: where the first sending went; `None` when the topic went away and the submission
/// starts over.
pub(super) async fn settle(
    cx: &Context,
    viewer: Viewer,
    draft: &Draft,
    destination: &Destination<'_>,
) -> Result<Option<Posted>> {
    // The first sending may not be on the disk yet: on SQLite, people who post at the same time share a flush, and see of each other
    // what no reader sees before it.
    cx.db.begin().await?.commit().await?;
    let to = destination.topic();
    match posted_before(cx, viewer, draft, to).await {
        Ok(Some(posted)) => Ok(Some(posted)),
        Ok(None) | Err(Error::NotFound) => match to {
            // It moved to another group, or became part of another topic: what its author may do there is checked again.
            Some(found) if store::topics::went_on(&cx.db, found.topic.id, found.group.id).await? => Ok(None),
            _ => Err(Error::NotFound),
        },
        Err(error) => Err(error),
    }
}

/// What a repeated form posted before, in place of the reason why it cannot be posted again; else that reason.
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
    /// In a topic.
    pub(super) fn there(found: &topics::TopicAccess, id: MessageId, seq: i64) -> Self {
        let topics::TopicAccess { topic, group, .. } = found;
        let (group_slug, topic_slug) = (group.slug.clone(), topic.slug.clone());
        Self { id, seq, topic: topic.id, group: group.id, group_slug, topic_slug }
    }
}
