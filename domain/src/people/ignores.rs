//! Ignoring users: their messages are folded for one reader, who can still open them.

use crate::live::tell;
use std::sync::Arc;

use serde_json::json;

use crate::live::presence::Aside;
use crate::live::unread;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use model::policy::Viewer;
use model::{Message, Person, TopicRow, UserId};

/// The most users that one user may ignore.
const MOST: usize = 1_000;

/// The users that a user ignores. Cached, usually without a query.
pub async fn of(cx: &Context, user: UserId) -> Result<Arc<[UserId]>> {
    let epoch = match cx.sessions.ignores(user) {
        Ok(ignored) => return Ok(ignored),
        Err(epoch) => epoch,
    };
    let ignored: Arc<[UserId]> = store::people::ignores::of_user(&cx.db, user).await?.into();
    cx.sessions.put_ignores(user, ignored.clone(), epoch);
    Ok(ignored)
}

/// Folds messages by authors whom the viewer ignores.
pub(crate) async fn fold(cx: &Context, viewer: Viewer, messages: &mut [Message]) -> Result<()> {
    let Some(user) = viewer.id() else { return Ok(()) };
    let ignored = of(cx, user).await?;
    for original in messages.iter_mut().filter_map(|message| message.reply_to.as_mut()) {
        original.ignored = ignored.contains(&original.author.id);
    }
    for message in messages.iter_mut().filter(|message| ignored.contains(&message.author.id)) {
        message.ignored = true;
        // Every folded message shows its author, since the first of a run is folded too.
        message.follows = false;
    }
    Ok(())
}

/// As `fold`, for the topics of a list: by their last author, and by who started them.
pub(crate) async fn fold_rows(cx: &Context, viewer: Viewer, rows: &mut [TopicRow]) -> Result<()> {
    let Some(user) = viewer.id() else { return Ok(()) };
    let ignored = of(cx, user).await?;
    for row in rows {
        row.ignored = row.last_author.as_ref().is_some_and(|author| ignored.contains(&author.id));
        row.folded = ignored.contains(&row.topic.creator_id);
    }
    Ok(())
}

/// Removes ignored users from the list of present users.
pub async fn leave_out(cx: &Context, viewer: Viewer, mut aside: Aside) -> Result<Aside> {
    if let Some(user) = viewer.id() {
        aside.without = of(cx, user).await?.to_vec();
        aside.here.retain(|person| !aside.without.contains(&person.id));
    }
    Ok(aside)
}

/// The users that the viewer ignores, by name.
pub async fn list(cx: &Context, viewer: Viewer) -> Result<Vec<Person>> {
    Ok(store::people::ignores::people(&cx.db, viewer.user()?).await?)
}

/// Ignores a user, or stops ignoring them. The user is not notified.
///
/// # Errors
/// [`Error::NotFound`] when no user has the name; [`Error::Forbidden`] for oneself and beyond the limit.
pub async fn set(cx: &Context, viewer: Viewer, name: &str, ignored: bool) -> Result<Person> {
    let user = viewer.user()?;
    let other = store::people::users::by_name(&cx.db, name).await?.ok_or(Error::NotFound)?.person();
    if other.id == user {
        return Err(Error::forbidden(texts::people_errors::ignore_yourself()));
    }
    if ignored && of(cx, user).await?.len() >= MOST {
        return Err(Error::forbidden(texts::people_errors::ignore_limit()));
    }
    let mut tx = cx.db.begin().await?;
    unread::users_change(cx, &[user]).await?;
    if ignored {
        store::people::ignores::insert(&mut tx, user, other.id, cx.now()).await?;
    } else {
        store::people::ignores::delete(&mut tx, user, other.id).await?;
    }
    tx.commit().await?;
    tell::account_changed(cx, user).await;
    tell::publish_own(cx, user, json!({"type": "member"}).to_string()).await;
    Ok(other)
}
