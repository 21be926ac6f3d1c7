//! Profiles of users.

use serde::Serialize;
use utoipa::ToSchema;

use super::objects::{GroupName, PlacedMessage, User};
use super::{Ask, Found};
use crate::messages::by_person::{self, Shown};
use crate::platform::error::Result;
use model::MessageId;

/// A user's profile.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Profile {
    pub user: User,
    /// The bio as HTML.
    pub bio_rendered: String,
    /// The user's groups that the caller can see.
    pub groups: Vec<GroupName>,
    /// The user's latest messages that the caller can read.
    pub recent: Vec<PlacedMessage>,
    /// Whether the caller ignores the user.
    pub ignored: bool,
    /// Whether the caller can start a conversation with the user.
    pub may_write: bool,
}

/// Returns the profile of the user who has this name, or had it before.
///
/// # Errors
/// [`crate::Error::NotFound`].
pub async fn show(ask: Ask, _: ()) -> Result<Found<Profile>> {
    let shown = match by_person::show(&ask.cx, ask.viewer(), ask.text("username")).await? {
        Shown::Profile(profile) => *profile,
        Shown::Renamed(now) => by_person::profile(&ask.cx, ask.viewer(), &now).await?,
    };
    let recent: Vec<_> = shown.recent.into_iter().filter(|place| ask.caller.covers(place.group.id)).collect();
    let ids: Vec<MessageId> = recent.iter().map(|place| place.message.id).collect();
    let messages = super::me::by_ids(&ask, &ids).await?;
    let place = |place: &crate::topics::placed::MessageInTopic| {
        let message = messages.iter().find(|message| message.id == place.message.id.into())?.clone();
        Some(PlacedMessage { message, topic: (&place.topic).into(), group: (&place.group).into() })
    };
    Ok(Found(Profile {
        user: User::new(&ask.cx, &shown.user),
        bio_rendered: shown.bio_markup,
        groups: shown.groups.iter().filter(|group| ask.caller.covers(group.id)).map(Into::into).collect(),
        recent: recent.iter().filter_map(place).collect(),
        ignored: shown.ignored,
        may_write: shown.may_write && ask.caller.is_unlimited(),
    }))
}
