//! The messages that the caller bookmarked or starred.

use serde::Serialize;
use utoipa::ToSchema;

use super::objects::PlacedMessage;
use super::words::At;
use super::{Ask, Cursor, Done, Found, PAGE, Page, Query, cursor};
use crate::messages::bookmarks::{self, Marked, MarkedEnd};
use crate::platform::error::Result;
use crate::topics::placed::MessageInTopic;
use model::MessageId;
use model::time::Timestamp;

/// A message that the caller marked.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MarkedMessage {
    /// When the caller marked it.
    pub marked_at: At,
    #[serde(flatten)]
    pub place: PlacedMessage,
}

/// Returns the caller's bookmarks, the latest first.
///
/// # Errors
/// [`Error::Invalid`](crate::Error::Invalid) on `cursor`.
pub async fn index(ask: Ask, Query(from): Query<Cursor>) -> Result<Found<Page<MarkedMessage>>> {
    list(&ask, Marked::Bookmarked, "bookmarks", &from).await
}

/// Returns the messages that the caller starred, the latest stars first.
///
/// # Errors
/// [`Error::Invalid`](crate::Error::Invalid) on `cursor`.
pub async fn starred(ask: Ask, Query(from): Query<Cursor>) -> Result<Found<Page<MarkedMessage>>> {
    list(&ask, Marked::Starred, "stars", &from).await
}

async fn list(ask: &Ask, marked: Marked, kind: &str, from: &Cursor) -> Result<Found<Page<MarkedMessage>>> {
    let before = cursor::read(kind, from.cursor.as_deref(), |place| MarkedEnd::parse(place).ok())?;
    let (placed, next) = bookmarks::list(&ask.cx, ask.viewer(), marked, before, PAGE).await?;
    let next = next.map(|end| cursor::make(kind, end.to_param()));
    let placed: Vec<_> = placed.into_iter().filter(|(place, _)| ask.caller.covers(place.group.id)).collect();
    let ids: Vec<MessageId> = placed.iter().map(|(place, _)| place.message.id).collect();
    let messages = super::me::by_ids(ask, &ids).await?;
    let object = |(place, at): (MessageInTopic, Timestamp)| {
        let message = messages.iter().find(|message| message.id == place.message.id.into())?.clone();
        let place = PlacedMessage { message, topic: (&place.topic).into(), group: (&place.group).into() };
        Some(MarkedMessage { marked_at: at.into(), place })
    };
    Page::found(placed.into_iter().filter_map(object).collect(), next)
}

/// Bookmarks a message. Nobody else sees it.
///
/// # Errors
/// As [`bookmarks::set`].
pub async fn add(ask: Ask, _: ()) -> Result<Done> {
    set(&ask, true).await
}

/// Removes the caller's bookmark.
///
/// # Errors
/// As [`bookmarks::set`].
pub async fn remove(ask: Ask, _: ()) -> Result<Done> {
    set(&ask, false).await
}

async fn set(ask: &Ask, bookmarked: bool) -> Result<Done> {
    let (raw, _) = ask.message().await?;
    bookmarks::set(&ask.cx, ask.viewer(), raw.id, bookmarked).await?;
    Ok(Done)
}
