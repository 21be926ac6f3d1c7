//! The caller's account and other users.

use serde::Serialize;

use super::objects::{FullUser, Listed, Message, TopicName, User};
use super::{Counts, PAGE, check_write, sidebar, until};
use crate::messages::mentions;
use crate::people::basic_auth::Caller;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::remote::RemoteImages;
use crate::topics::reads;
use model::{GroupId, Person, Scope, UserId, policy};

/// The most online users that are listed.
const MOST_ONLINE: usize = 500;

/// Users who are online.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[allow(missing_docs)]
pub struct Online {
    pub online: Vec<User>,
    pub count: usize,
}

impl Online {
    pub(super) fn new(cx: &Context, people: &[Person], count: usize) -> Self {
        Self { online: people.iter().map(|person| User::new(cx, person)).collect(), count }
    }
}

/// Returns the caller.
///
/// # Errors
/// [`Error::SignedOut`]; [`Error::Forbidden`] without the scope to read.
pub async fn verify(cx: &Context, caller: &Caller) -> Result<FullUser> {
    let user = caller.viewer().user()?;
    caller.check(Scope::Read)?;
    Ok(FullUser::new(cx, &crate::people::accounts::own(cx, user).await?))
}

/// Returns the user with this id.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Forbidden`] without the scope to read.
pub async fn by_id(cx: &Context, caller: &Caller, key: &str) -> Result<FullUser> {
    caller.check(Scope::Read)?;
    let id: UserId = match key.parse() {
        Ok(id) => id,
        Err(_) => return by_name(cx, caller, key).await,
    };
    visible(cx, store::people::users::by_id(&cx.db, id).await?)
}

/// Returns the user with this name, or who had it before.
///
/// # Errors
/// As [`by_id`].
pub async fn by_name(cx: &Context, caller: &Caller, name: &str) -> Result<FullUser> {
    caller.check(Scope::Read)?;
    if let Some(user) = store::people::users::by_name(&cx.db, name).await? {
        return visible(cx, Some(user));
    }
    let now = store::people::former_names::led_to(&cx.db, name).await?.ok_or(Error::NotFound)?;
    visible(cx, store::people::users::by_name(&cx.db, &now).await?)
}

fn visible(cx: &Context, user: Option<model::User>) -> Result<FullUser> {
    let user = user.filter(|user| !policy::waits(user.waiting_since)).ok_or(Error::NotFound)?;
    Ok(FullUser::new(cx, &user))
}

/// Returns the users who are online in the caller's groups.
///
/// # Errors
/// [`Error::SignedOut`]; [`Error::Forbidden`] without the scope to read.
pub async fn online(cx: &Context, caller: &Caller) -> Result<Online> {
    let user = caller.viewer().user()?;
    caller.check(Scope::Read)?;
    let sidebar = sidebar(cx, caller).await?;
    let groups: Vec<GroupId> =
        sidebar.groups.iter().map(|group| group.id).filter(|group| caller.covers(*group)).collect();
    let here = cx.bus.here().await.unwrap_or_else(|error| {
        tracing::debug!(%error, "who is online is not known");
        Vec::new()
    });
    let mut users: Vec<UserId> =
        store::groups::members_of_among(&cx.db, &groups, &here).await?.into_iter().map(|(_, user)| user).collect();
    let ignored = crate::people::ignores::of(cx, user).await?;
    users.retain(|user| !ignored.contains(user));
    users.sort_unstable();
    users.dedup();
    let count = users.len();
    users.truncate(MOST_ONLINE);
    Ok(Online::new(cx, &store::people::users::by_ids(&cx.db, &users).await?, count))
}

/// Marks everything as read; with credentials for some groups, everything in these.
///
/// # Errors
/// [`Error::SignedOut`]; [`Error::Forbidden`].
pub async fn mark_read(cx: &Context, caller: &Caller) -> Result<()> {
    check_write(cx, caller, Counts::No).await?;
    let sidebar = sidebar(cx, caller).await?;
    if caller.is_unlimited() {
        reads::mark_shown(cx, caller.viewer(), &reads::upto(&sidebar, None, cx.now())).await?;
        return Ok(());
    }
    for group in sidebar.groups.iter().filter(|group| caller.covers(group.id) && group.unread() > 0) {
        reads::mark_shown(cx, caller.viewer(), &reads::upto(&sidebar, Some(group.id), cx.now())).await?;
    }
    Ok(())
}

/// A mention of the caller.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[allow(missing_docs)]
pub struct Mention {
    pub kind: &'static str,
    /// Who wrote the message.
    pub user: User,
    pub mentioned_user: User,
    pub message: Message,
    pub topic: TopicName,
    /// The id of the group.
    pub group: String,
    pub date_created: f64,
    pub unread: bool,
}

/// Returns the caller's mentions, oldest first.
///
/// # Errors
/// [`Error::SignedOut`]; [`Error::Forbidden`] without the scope to read; [`Error::Invalid`] on `until_id`.
pub async fn mentions(cx: &Context, caller: &Caller, until_id: &str) -> Result<Listed<Mention>> {
    caller.viewer().user()?;
    caller.check(Scope::Read)?;
    let (placed, more) = mentions::list(cx, caller.viewer(), until(until_id)?, PAGE).await?;
    let next = placed.last().filter(|_| more).map(|(place, _)| place.message.id.to_string());
    let ids: Vec<_> = placed.iter().map(|(place, _)| place.message.id).collect();
    let rows = store::api::messages::by_ids(&cx.db, &ids).await?;
    let images = RemoteImages::of(cx, crate::site::current(cx).await.settings.images);
    let mentioned = caller.person.as_ref().map(|person| User::new(cx, person)).ok_or(Error::SignedOut)?;
    let mut items = Vec::with_capacity(placed.len());
    for (place, unread) in placed.iter().rev().filter(|(place, _)| caller.covers(place.group.id)) {
        let Some(row) = rows.iter().find(|row| row.id == place.message.id) else { continue };
        let message = Message::new(cx, row, images)?;
        items.push(Mention {
            kind: "mention",
            user: message.user.clone(),
            mentioned_user: mentioned.clone(),
            topic: TopicName::new(&place.topic, &place.group.slug),
            group: place.group.id.to_string(),
            date_created: message.date_created,
            message,
            unread: *unread,
        });
    }
    Ok(Listed { name: "mentions", items, until_id: next })
}
