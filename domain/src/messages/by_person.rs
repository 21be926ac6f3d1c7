//! A user's public profile, with their messages that the viewer may see.

use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use model::policy::{self, Viewer};
use model::{BotOwner, Group, User};

/// A user's profile as anyone may see it.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct PublicProfile {
    pub user: User,
    /// The bio as HTML.
    pub bio_markup: String,
    /// The user's groups that the viewer may see.
    pub groups: Vec<Group>,
    /// The user's latest messages that the viewer may see.
    pub recent: Vec<crate::topics::placed::MessageInTopic>,
    /// Whether the viewer ignores the user.
    pub ignored: bool,
    /// Whether the viewer may start a conversation with the user.
    pub may_write: bool,
    /// Who answers for a bot.
    pub owner: Option<BotOwner>,
}

/// Returns the profile of the user with this name.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn profile(cx: &Context, viewer: Viewer, name: &str) -> Result<PublicProfile> {
    let found = store::people::users::by_name(&cx.db, name).await?;
    let mut user = found.filter(|user| !policy::waits(user.waiting_since)).ok_or(Error::NotFound)?;
    (user.email, user.new_email) = (None, None);
    let bio_markup = crate::platform::text::render(cx, &user.bio).await?;
    let groups = store::groups::of_user(&cx.db, viewer.id(), user.id).await?;
    let ids = store::messages::of_author(&cx.db, viewer.id(), user.id, 10).await?;
    let recent = crate::topics::placed::placed(cx, viewer, &ids).await?;
    let (ignored, may_write) = match viewer.id() {
        Some(reader) if reader != user.id => (
            crate::people::ignores::of(cx, reader).await?.contains(&user.id),
            crate::messages::conversations::correspondents(cx, reader, &user).await?.may_write(),
        ),
        _ => (false, false),
    };
    let owner = if user.is_bot { crate::people::bots::owner(cx, viewer, user.id).await? } else { None };
    Ok(PublicProfile { user, bio_markup, groups, recent, ignored, may_write, owner })
}

/// What the address of a profile leads to.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum Shown {
    Profile(Box<PublicProfile>),
    /// The user has this name now.
    Renamed(String),
}

/// Returns the profile of the user with this name, or the current name of a user who had it before.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn show(cx: &Context, viewer: Viewer, name: &str) -> Result<Shown> {
    match profile(cx, viewer, name).await {
        Err(Error::NotFound) => {
            Ok(Shown::Renamed(store::people::former_names::led_to(&cx.db, name).await?.ok_or(Error::NotFound)?))
        }
        found => Ok(Shown::Profile(Box::new(found?))),
    }
}
