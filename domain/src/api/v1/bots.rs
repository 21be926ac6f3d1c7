//! Bots: those of the caller, and those of groups. Their tokens are made on the pages, with a password.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::cursor::Counted;
use super::objects::Person;
use super::words::{At, Id};
use super::{Ask, Body, Created, Cursor, Done, Found, Page, Query};
use crate::people::bots;
use crate::platform::error::{Error, Result};
use model::UserId;

/// A bot.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Bot {
    #[serde(flatten)]
    pub person: Person,
    /// The group whose admins are responsible for it. Null if a person is.
    pub group: Option<Id>,
    pub created_at: At,
}

impl From<model::Bot> for Bot {
    fn from(bot: model::Bot) -> Self {
        Self { person: (&bot.person).into(), group: bot.group_id.map(Into::into), created_at: bot.created_at.into() }
    }
}

/// A new bot.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewBot {
    #[schema(min_length = 1, max_length = 100)]
    pub username: String,
}

/// Returns the caller's own bots.
///
/// # Errors
/// As [`super::admit`]; [`Error::Forbidden`] for credentials that are limited to some groups.
pub async fn own(ask: Ask, Query(at): Query<Cursor>) -> Result<Found<Page<Bot>>> {
    ask.check_unlimited()?;
    let place = Counted::read("own-bots", &at)?;
    Page::counted(place, bots::own(&ask.cx, ask.viewer()).await?.into_iter().map(Into::into))
}

/// Creates a bot of the caller.
///
/// # Errors
/// As [`bots::create`]; [`Error::Forbidden`] for credentials that are limited to some groups.
pub async fn create(ask: Ask, Body(new): Body<NewBot>) -> Result<Created<Bot>> {
    ask.check_unlimited()?;
    let bot = bots::create(&ask.cx, ask.viewer(), &new.username).await?;
    answered_for(&ask, bot).await.map(Created)
}

/// Returns the bots of a group.
///
/// # Errors
/// As [`bots::of_group`].
pub async fn of_group(ask: Ask, Query(at): Query<Cursor>) -> Result<Found<Page<Bot>>> {
    let found = ask.group().await?;
    let place = Counted::read("bots", &at)?;
    let bots = bots::of_group(&ask.cx, ask.viewer(), found.group.id).await?;
    Page::counted(place, bots.into_iter().map(Into::into))
}

/// Creates a bot of a group.
///
/// # Errors
/// As [`bots::create_in_group`].
pub async fn create_in_group(ask: Ask, Body(new): Body<NewBot>) -> Result<Created<Bot>> {
    let found = ask.group().await?;
    let bot = bots::create_in_group(&ask.cx, ask.viewer(), found.group.id, &new.username).await?;
    answered_for(&ask, bot).await.map(Created)
}

async fn answered_for(ask: &Ask, bot: UserId) -> Result<Bot> {
    Ok(bots::answered_for(&ask.cx, ask.viewer(), bot).await?.into())
}

/// Deletes a bot.
///
/// # Errors
/// As [`bots::delete`].
pub async fn delete(ask: Ask, _: ()) -> Result<Done> {
    let bot = bots::answered_for(&ask.cx, ask.viewer(), ask.part("bot")?).await?;
    match bot.group_id {
        Some(group) if !ask.caller.covers(group) => return Err(Error::NotFound),
        Some(_) => ask.caller.check(model::Scope::Moderate)?,
        None => ask.check_unlimited()?,
    }
    bots::delete(&ask.cx, ask.viewer(), bot.person.id).await?;
    Ok(Done)
}
