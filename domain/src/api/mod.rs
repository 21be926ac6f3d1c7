//! The public API of Convore (2011). It calls the same functions as the pages. What it adds: objects, names in place of
//! ids, and the scopes of credentials.

pub mod conversations;
pub mod groups;
pub mod live;
pub mod messages;
pub mod objects;
pub mod people;
pub mod topics;
pub mod v1;

use crate::groups::GroupAccess;
use crate::live::unread;
use crate::people::basic_auth::Caller;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::site::rate_limits::{self, By, RateLimit};
use crate::topics::TopicAccess;
use model::policy::{self, Change};
use model::{GroupId, MessageId, Scope, Sidebar, TopicId, UserId};
use store::messages::RawMessage;
use texts::Text;

/// The items of a page.
const PAGE: usize = 50;

/// What counts against the limit on changes. Messages have a limit of their own, and clients mark as read by themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Counts {
    Yes,
    No,
}

/// Checks that the caller may change something now. Returns who it is.
///
/// # Errors
/// [`Error::SignedOut`] for anonymous readers; [`Error::Forbidden`] without the scope, or while the site is read-only;
/// [`Error::TooMany`].
async fn check_write(cx: &Context, caller: &Caller, counts: Counts) -> Result<UserId> {
    let user = caller.viewer().user()?;
    caller.check(Scope::Write)?;
    policy::check_change(crate::site::current(cx).await.settings.read_only, Change::Forum)?;
    if counts == Counts::Yes {
        rate_limits::count(cx, RateLimit::Form, By::User(user)).await?;
    }
    Ok(user)
}

/// Whether the caller may move their own read positions now.
async fn may_mark(cx: &Context, caller: &Caller) -> bool {
    caller.viewer().id().is_some() && caller.has(Scope::Write) && !crate::site::current(cx).await.settings.read_only
}

/// Returns the group with this id or slug.
///
/// # Errors
/// [`Error::NotFound`] if there is none, the caller may not know of it, or the credentials do not work in it;
/// [`Error::Forbidden`] without the scope to read.
async fn find_group(cx: &Context, caller: &Caller, key: &str) -> Result<GroupAccess> {
    caller.check(Scope::Read)?;
    let viewer = caller.viewer();
    let by_id = match key.parse::<GroupId>() {
        Ok(id) => crate::groups::by_id(cx, viewer, id).await,
        Err(_) => Err(Error::NotFound),
    };
    let found = match by_id {
        Err(Error::NotFound) => crate::groups::by_slug(cx, viewer, key).await?,
        found => found?,
    };
    if caller.covers(found.group.id) { Ok(found) } else { Err(Error::NotFound) }
}

/// Returns the topic with this id or slug.
///
/// # Errors
/// As [`find_group`].
async fn find_topic(cx: &Context, caller: &Caller, key: &str) -> Result<TopicAccess> {
    caller.check(Scope::Read)?;
    let viewer = caller.viewer();
    let by_id = match key.parse::<TopicId>() {
        Ok(id) => crate::topics::find(cx, viewer, id).await,
        Err(_) => Err(Error::NotFound),
    };
    let found = match by_id {
        Err(Error::NotFound) => {
            let id = store::api::topics::by_slug(&cx.db, viewer.id(), key).await?.ok_or(Error::NotFound)?;
            crate::topics::find(cx, viewer, id).await?
        }
        found => found?,
    };
    if caller.covers(found.group.id) { Ok(found) } else { Err(Error::NotFound) }
}

/// Returns a message with its topic.
///
/// # Errors
/// As [`find_group`]; [`Error::NotFound`] also for a deleted message.
async fn find_message(cx: &Context, caller: &Caller, key: &str) -> Result<(RawMessage, TopicAccess)> {
    caller.check(Scope::Read)?;
    let id: MessageId = key.parse().map_err(|_| Error::NotFound)?;
    let raw = store::messages::raw(&cx.db, id).await?.filter(|raw| !raw.deleted).ok_or(Error::NotFound)?;
    let found = crate::topics::find(cx, caller.viewer(), raw.topic_id).await?;
    if caller.covers(found.group.id) { Ok((raw, found)) } else { Err(Error::NotFound) }
}

/// What is unread for the caller; nothing for anonymous readers.
async fn sidebar(cx: &Context, caller: &Caller) -> Result<Sidebar> {
    match caller.viewer().id() {
        Some(user) => unread::sidebar(cx, user).await,
        None => Ok(Sidebar::default()),
    }
}

/// Reads `until_id`; empty and `null` mean none.
///
/// # Errors
/// [`Error::Invalid`] when it is no number.
fn until<T: std::str::FromStr>(text: &str) -> Result<Option<T>> {
    match text.trim() {
        "" | "null" | "None" | "undefined" => Ok(None),
        number => number.parse().map(Some).map_err(|_| bad_until()),
    }
}

fn bad_until() -> Error {
    Error::invalid("until_id", Text::verbatim("Send until_id as the last answer had it, or leave it out."))
}
