//! The caller's push notifications: what they are about, and the devices.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::words::{At, Id, given};
use super::{Ask, Body, Done, Found};
use crate::people::push;
use crate::platform::error::Result;
use model::PushKinds;

/// What the caller gets push notifications about, and on which devices.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PushSettings {
    pub mentions: bool,
    pub replies: bool,
    pub direct_messages: bool,
    /// All messages in topics that the caller follows.
    pub followed: bool,
    /// The newest first.
    pub devices: Vec<PushDevice>,
}

/// A device that gets push notifications.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PushDevice {
    pub id: Id,
    /// The user agent of its browser.
    pub agent: String,
    pub created_at: At,
    /// When its last notification was sent.
    pub sent_at: Option<At>,
}

/// Returns what the caller gets push notifications about, and on which devices.
///
/// # Errors
/// [`crate::Error::Forbidden`] for credentials that are limited to some groups.
pub async fn show(ask: Ask, _: ()) -> Result<Found<PushSettings>> {
    ask.check_unlimited()?;
    let user = ask.user()?;
    let PushKinds { mentions, replies, directs, followed } = push::kinds(&ask.cx, user).await?;
    let device = |device: model::PushDevice| PushDevice {
        id: device.id.into(),
        agent: device.agent,
        created_at: device.created_at.into(),
        sent_at: device.sent_at.map(Into::into),
    };
    let devices = push::devices(&ask.cx, user).await?.into_iter().map(device).collect();
    Ok(Found(PushSettings { mentions, replies, direct_messages: directs, followed, devices }))
}

/// Changes of what the caller gets push notifications about. Omitted fields stay as they are.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PushChange {
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = bool, required = false)]
    pub mentions: Option<bool>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = bool, required = false)]
    pub replies: Option<bool>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = bool, required = false)]
    pub direct_messages: Option<bool>,
    /// All messages in topics that the caller follows.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = bool, required = false)]
    pub followed: Option<bool>,
}

/// Changes what the caller gets push notifications about.
///
/// # Errors
/// As [`show`].
pub async fn update(ask: Ask, Body(change): Body<PushChange>) -> Result<Found<PushSettings>> {
    ask.check_unlimited()?;
    let user = ask.user()?;
    let known = push::kinds(&ask.cx, user).await?;
    let kinds = PushKinds {
        mentions: change.mentions.unwrap_or(known.mentions),
        replies: change.replies.unwrap_or(known.replies),
        directs: change.direct_messages.unwrap_or(known.directs),
        followed: change.followed.unwrap_or(known.followed),
    };
    push::set_kinds(&ask.cx, user, kinds).await?;
    show(ask, ()).await
}

/// Removes a device. It gets no more push notifications.
///
/// # Errors
/// As [`show`] and [`push::remove`].
pub async fn remove(ask: Ask, _: ()) -> Result<Done> {
    ask.check_unlimited()?;
    push::remove(&ask.cx, ask.user()?, ask.part("id")?).await?;
    Ok(Done)
}
