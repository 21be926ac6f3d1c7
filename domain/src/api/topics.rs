//! Topics: lists, and changes of one.

use super::objects::{Listed, TopicObject};
use super::{Counts, PAGE, check_write, find_group, find_topic, sidebar, until};
use crate::live::unread;
use crate::messages::{Target, submit};
use crate::people::basic_auth::Caller;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::validate::Draft;
use crate::topics::{self, PageEnd, TopicAccess, reads, subscriptions};
use model::{Scope, SubscriptionLevel, TopicId};
use texts::Text;

/// Returns the object of a topic.
async fn object(cx: &Context, caller: &Caller, found: &TopicAccess) -> Result<TopicObject> {
    let mut sidebar = sidebar(cx, caller).await?;
    unread::list_also(cx, caller.viewer(), &mut sidebar, [&found.topic].into_iter()).await?;
    let unread = sidebar.of_topic(found.topic.id).map_or(0, |listed| listed.unread);
    Ok(TopicObject::new(cx, &found.topic, &found.group.slug, found.message_count, unread))
}

/// Returns the topics of a group, latest activity first.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Forbidden`]; [`Error::Invalid`] on `until_id`.
pub async fn list(cx: &Context, caller: &Caller, group: &str, until_id: &str) -> Result<Listed<TopicObject>> {
    let found = find_group(cx, caller, group).await?;
    let before = match until::<TopicId>(until_id)? {
        None => None,
        Some(id) => {
            let at = store::api::topics::active_at(&cx.db, found.group.id, id).await?;
            Some(PageEnd { at: at.ok_or_else(super::bad_until)?, id })
        }
    };
    let mut sidebar = sidebar(cx, caller).await?;
    let (rows, next) = topics::list(cx, caller.viewer(), &found, &mut sidebar, before, PAGE).await?;
    let items = rows
        .iter()
        .map(|row| TopicObject::new(cx, &row.topic, &found.group.slug, row.message_count, row.unread))
        .collect();
    Ok(Listed { name: "topics", items, until_id: next.map(|end| end.id.to_string()) })
}

/// Returns a topic.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Forbidden`] without the scope to read.
pub async fn show(cx: &Context, caller: &Caller, key: &str) -> Result<TopicObject> {
    let found = find_topic(cx, caller, key).await?;
    object(cx, caller, &found).await
}

/// Starts a topic, without a message unless there is a text.
///
/// # Errors
/// [`Error::Invalid`] with what is missing; as [`submit`].
pub async fn create(cx: &Context, caller: &Caller, group: &str, name: &str, text: &str) -> Result<TopicObject> {
    check_write(cx, caller, Counts::Yes).await?;
    let found = find_group(cx, caller, group).await?;
    if name.trim().is_empty() {
        return Err(Error::invalid("name", Text::verbatim("Topic name required.")));
    }
    let id = if text.trim().is_empty() {
        topics::start(cx, caller.viewer(), found.group.id, name).await?
    } else {
        let target = Target::NewTopic { group: found.group.id, title: name };
        submit(cx, caller.viewer(), target, Draft::new(text.to_owned(), None)).await?.topic
    };
    let found = topics::find(cx, caller.viewer(), id).await?;
    object(cx, caller, &found).await
}

/// Renames a topic.
///
/// # Errors
/// As [`topics::rename`]; [`Error::Forbidden`] if that takes a moderator's rights and the credentials do not carry them.
pub async fn edit(cx: &Context, caller: &Caller, key: &str, name: &str) -> Result<TopicObject> {
    let user = check_write(cx, caller, Counts::Yes).await?;
    let found = find_topic(cx, caller, key).await?;
    if name.trim().is_empty() {
        return Err(Error::invalid("name", Text::verbatim("Topic name required.")));
    }
    if found.topic.creator_id != user {
        caller.check(Scope::Moderate)?;
    }
    topics::rename(cx, caller.viewer(), found.topic.id, name).await?;
    let found = topics::find(cx, caller.viewer(), found.topic.id).await?;
    object(cx, caller, &found).await
}

/// Deletes a topic with its messages. Returns it as it was.
///
/// # Errors
/// As [`topics::delete`]; [`Error::Forbidden`] if that takes a moderator's rights and the credentials do not carry them.
pub async fn delete(cx: &Context, caller: &Caller, key: &str) -> Result<TopicObject> {
    let user = check_write(cx, caller, Counts::Yes).await?;
    let found = find_topic(cx, caller, key).await?;
    let creator = found.topic.creator_id;
    if creator != user || store::topics::others_wrote(&cx.db, found.topic.id, creator).await? {
        // First the policy's answer: it names the reason that concerns the account.
        topics::check_delete(cx, caller.viewer(), &found).await?;
        caller.check(Scope::Moderate)?;
    }
    let before = object(cx, caller, &found).await?;
    topics::delete(cx, caller.viewer(), found.topic.id).await?;
    Ok(before)
}

/// Mutes a topic, or follows it if it is muted. Returns whether it is followed now.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Forbidden`], also for non-members.
pub async fn track(cx: &Context, caller: &Caller, key: &str) -> Result<bool> {
    check_write(cx, caller, Counts::Yes).await?;
    let found = find_topic(cx, caller, key).await?;
    let of_group = match found.level {
        Some(level) => Some(level),
        None => sidebar(cx, caller).await?.groups.iter().find(|g| g.id == found.group.id).map(|group| group.level),
    };
    let level = match of_group {
        Some(SubscriptionLevel::Muted) => SubscriptionLevel::Followed,
        Some(SubscriptionLevel::Normal | SubscriptionLevel::Followed) | None => SubscriptionLevel::Muted,
    };
    subscriptions::set_of_topic(cx, caller.viewer(), found.topic.id, level).await?;
    Ok(level == SubscriptionLevel::Followed)
}

/// Marks a topic as read.
///
/// # Errors
/// [`Error::SignedOut`]; [`Error::NotFound`]; [`Error::Forbidden`].
pub async fn mark_read(cx: &Context, caller: &Caller, key: &str) -> Result<()> {
    check_write(cx, caller, Counts::No).await?;
    let found = find_topic(cx, caller, key).await?;
    reads::mark(cx, caller.viewer(), found.topic.id, found.topic.last_seq).await
}
