//! A person's public profile, with the messages of theirs that the reader may see.

use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use model::policy::{self, Viewer};
use model::{Group, User};

/// What anyone may see of somebody.
#[derive(Clone, Debug)]
pub struct PublicProfile {
    /// Who they are.
    pub user: User,
    /// Their words about themselves, as HTML.
    pub bio_markup: String,
    /// The groups they are in that the reader may see.
    pub groups: Vec<Group>,
    /// What they wrote last that the reader may see.
    pub recent: Vec<crate::topics::placed::MessageInTopic>,
    /// Whether the reader ignores them.
    pub ignored: bool,
    /// Whether the reader may begin a conversation with them.
    pub may_write: bool,
}

/// Somebody's profile.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn profile(cx: &Context, viewer: Viewer, name: &str) -> Result<PublicProfile> {
    let found = store::people::users::by_name(&cx.db, name).await?;
    let mut user = found.filter(|user| !policy::waits(user.waiting_since)).ok_or(Error::NotFound)?;
    (user.email, user.new_email) = (None, None);
    let bio_markup = crate::platform::text::render(cx, &user.bio).await?;
    let groups = store::groups::of_user(&cx.db, viewer.id_or_none(), user.id).await?;
    let ids = store::messages::of_author(&cx.db, viewer.id_or_none(), user.id, 10).await?;
    let recent = crate::topics::placed::placed(cx, viewer, &ids).await?;
    let (ignored, may_write) = match viewer.id() {
        Some(reader) if reader != user.id => (
            crate::people::ignores::of(cx, reader).await?.contains(&user.id),
            crate::messages::conversations::correspondents(cx, reader, &user).await?.may_write(),
        ),
        _ => (false, false),
    };
    Ok(PublicProfile { user, bio_markup, groups, recent, ignored, may_write })
}

/// What an address of a profile leads to.
#[derive(Clone, Debug)]
pub enum Shown {
    /// A profile.
    Profile(Box<PublicProfile>),
    /// Somebody who has another name by now.
    Renamed(String),
}

/// Somebody's profile, also by a name that they had.
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
