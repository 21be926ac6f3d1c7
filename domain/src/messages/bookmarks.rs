//! Messages that a user marked: bookmarks, which nobody else sees, and stars.

use crate::platform::context::Context;
use crate::platform::cut;
use crate::platform::error::{Error, Result};
use crate::site::rate_limits;
use crate::site::rate_limits::{By, RateLimit};
use crate::topics;
use crate::topics::placed::{self, MessageInTopic};
use model::policy::Viewer;
use model::time::Timestamp;
use model::{MessageId, Permalink};

/// Which messages to list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Marked {
    /// With a bookmark.
    Bookmarked,
    /// With the user's star.
    Starred,
}

/// A cursor: the next page holds the messages that were marked before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct MarkedEnd {
    pub at: Timestamp,
    pub id: MessageId,
}

impl MarkedEnd {
    /// Formats the cursor as a query parameter.
    pub fn to_param(self) -> String {
        format!("{}-{}", self.at.0, self.id)
    }

    /// Parses a query parameter.
    ///
    /// # Errors
    /// [`Error::NotFound`] if it is malformed.
    pub fn parse(param: &str) -> Result<Self> {
        let (at, id) = param.split_once('-').ok_or(Error::NotFound)?;
        let at = Timestamp(at.parse().map_err(|_| Error::NotFound)?);
        Ok(Self { at, id: id.parse().map_err(|_| Error::NotFound)? })
    }
}

/// Bookmarks a message, or removes the viewer's bookmark. Changes nothing if that is so already. Returns the message's
/// location.
///
/// # Errors
/// [`Error::NotFound`] if there is no such message or the viewer may not see it, [`Error::TooMany`].
pub async fn set(cx: &Context, viewer: Viewer, id: MessageId, bookmarked: bool) -> Result<Permalink> {
    let user = viewer.user()?;
    let raw = store::messages::raw(&cx.db, id).await?.ok_or(Error::NotFound)?;
    let found = topics::find(cx, viewer, raw.topic_id).await?;
    if raw.deleted {
        return Err(Error::NotFound);
    }
    rate_limits::count(cx, RateLimit::Star, By::User(user)).await?;
    let mut tx = cx.db.begin().await?;
    match bookmarked {
        true => store::messages::bookmarks::insert(&mut tx, user, id, cx.now()).await?,
        false => store::messages::bookmarks::delete(&mut tx, user, id).await?,
    };
    tx.commit().await?;
    Ok(Permalink {
        group_id: found.group.id,
        group_slug: found.group.slug,
        topic_id: raw.topic_id,
        topic_slug: found.topic.slug,
        seq: raw.seq,
    })
}

/// Returns a page of the messages that the viewer marked, each with the time of its mark, the latest first; and where the
/// next page begins.
///
/// # Errors
/// [`Error::SignedOut`].
pub async fn list(
    cx: &Context,
    viewer: Viewer,
    marked: Marked,
    before: Option<MarkedEnd>,
    limit: usize,
) -> Result<(Vec<(MessageInTopic, Timestamp)>, Option<MarkedEnd>)> {
    let user = viewer.user()?;
    let (before, most) = (before.map(|end| (end.at, end.id)), limit as i64 + 1);
    let mut rows = match marked {
        Marked::Bookmarked => store::messages::bookmarks::of_user(&cx.db, user, before, most).await?,
        Marked::Starred => store::messages::bookmarks::starred(&cx.db, user, before, most).await?,
    };
    let more = cut(&mut rows, limit);
    let next = rows.last().filter(|_| more).map(|(id, at)| MarkedEnd { at: *at, id: *id });
    let ids: Vec<MessageId> = rows.iter().map(|(id, _)| *id).collect();
    let placed = placed::placed(cx, viewer, &ids).await?;
    let with = |place: MessageInTopic| {
        let (_, at) = rows.iter().find(|(id, _)| *id == place.message.id)?;
        Some((place, *at))
    };
    Ok((placed.into_iter().filter_map(with).collect(), next))
}
