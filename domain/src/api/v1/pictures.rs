//! Avatars, the images of groups, and the logo of the site.

use serde::Deserialize;
use utoipa::ToSchema;

use super::groups::object;
use super::me::{self, Account};
use super::objects::Group;
use super::{Ask, Body, Done, Found};
use crate::admin::logo;
use crate::groups;
use crate::people::admins::Actor;
use crate::people::{avatars, basic_auth};
use crate::platform::error::{Error, Result};
use model::policy::Permission;

/// An image.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPicture {
    /// A PNG, JPEG, GIF or WebP as Base64. The site keeps its pixels alone.
    #[schema(max_length = 950000)]
    pub image: String,
}

impl NewPicture {
    fn bytes(&self) -> Result<Vec<u8>> {
        basic_auth::decode(&self.image).ok_or_else(|| Error::invalid("image", texts::api_errors::not_base64()))
    }
}

/// Names fields as the API does.
fn with_own_names(error: Error) -> Error {
    super::renamed(error, &[("file", "image")])
}

/// Sets the caller's avatar.
///
/// # Errors
/// As [`avatars::set`]; [`Error::Forbidden`] for credentials that are limited to some groups.
pub async fn set_avatar(ask: Ask, Body(new): Body<NewPicture>) -> Result<Found<Account>> {
    ask.check_unlimited()?;
    avatars::set(&ask.cx, ask.user()?, new.bytes()?).await.map_err(with_own_names)?;
    me::show(ask, ()).await
}

/// Removes the caller's avatar.
///
/// # Errors
/// As [`avatars::remove`]; [`Error::Forbidden`] for credentials that are limited to some groups.
pub async fn remove_avatar(ask: Ask, _: ()) -> Result<Done> {
    ask.check_unlimited()?;
    avatars::remove(&ask.cx, ask.user()?).await?;
    Ok(Done)
}

/// Sets the image of a group.
///
/// # Errors
/// As [`groups::pictures::set`].
pub async fn set_of_group(ask: Ask, Body(new): Body<NewPicture>) -> Result<Found<Group>> {
    let found = ask.group().await?;
    found.access.check(Permission::Administer)?;
    let id = found.group.id;
    groups::pictures::set(&ask.cx, ask.viewer(), id, new.bytes()?).await.map_err(with_own_names)?;
    Ok(Found(object(&ask, id).await?))
}

/// Removes the image of a group.
///
/// # Errors
/// As [`groups::pictures::remove`].
pub async fn remove_of_group(ask: Ask, _: ()) -> Result<Done> {
    let found = ask.group().await?;
    groups::pictures::remove(&ask.cx, ask.viewer(), found.group.id).await?;
    Ok(Done)
}

/// Sets the logo of the site.
///
/// # Errors
/// As [`logo::set`]; [`Error::Forbidden`] for credentials that are limited to some groups.
pub async fn set_logo(ask: Ask, Body(new): Body<NewPicture>) -> Result<Done> {
    ask.check_unlimited()?;
    logo::set(&ask.cx, ask.viewer(), new.bytes()?).await.map_err(with_own_names)?;
    Ok(Done)
}

/// Removes the logo of the site.
///
/// # Errors
/// As [`logo::remove`]; [`Error::Forbidden`] for credentials that are limited to some groups.
pub async fn remove_logo(ask: Ask, _: ()) -> Result<Done> {
    ask.check_unlimited()?;
    logo::remove(&ask.cx, ask.viewer()).await?;
    Ok(Done)
}

/// Removes the avatar of a user.
///
/// # Errors
/// As [`avatars::clear`]; [`Error::Forbidden`] for credentials that are limited to some groups.
pub async fn clear_avatar(ask: Ask, _: ()) -> Result<Done> {
    ask.check_unlimited()?;
    avatars::clear(&ask.cx, Actor::Admin(ask.viewer()), ask.part("id")?).await?;
    Ok(Done)
}
