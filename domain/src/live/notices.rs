//! Notices to one user. All are on the user's page of notices. Some are also shown above the next page until the user
//! confirms them.

use serde_json::json;

use crate::live::{tell, unread};
use crate::platform::context::Context;
use crate::platform::error::Result;
use crate::platform::jobs::{self, Task};
use model::policy::Viewer;
use model::{NoticeId, NoticeLine, NoticeRow, UserId};
use store::people::notices::NewNotice;
use store::{self, Tx};

/// How long a notice is kept after it was read.
pub(crate) const KEPT: std::time::Duration = std::time::Duration::from_secs(90 * 24 * 3_600);

/// The user's oldest unread notice that is shown above the page.
pub async fn unread(cx: &Context, user: UserId) -> Result<Option<NoticeRow>> {
    Ok(store::people::notices::unread(&cx.db, user).await?)
}

/// Returns the viewer's notices before one, newest first, and whether more follow.
///
/// # Errors
/// [`crate::Error::SignedOut`].
pub(crate) async fn list(
    cx: &Context,
    viewer: Viewer,
    before: Option<NoticeId>,
    limit: usize,
) -> Result<(Vec<NoticeLine>, bool)> {
    let user = viewer.user()?;
    let before = before.unwrap_or(NoticeId(i64::MAX));
    let mut lines = store::people::notices::of_user(&cx.db, user, before, limit as i64 + 1).await?;
    let more = crate::platform::cut(&mut lines, limit);
    Ok((lines, more))
}

/// Sends a notice, in the transaction of its action. The group's name is left out when the user may not know of the
/// group. Returns the name. A job updates the count on the user's pages after the commit; if the notice is shown above
/// the next page, call [`tell::account_changed`] too.
pub(crate) async fn tell(cx: &Context, tx: &mut Tx, new: NewNotice<'_>) -> Result<String> {
    tell_member(cx, tx, new, false).await
}

/// As `tell`; `was_member` says whether the user was in the group, and so knows it, before the action.
pub(crate) async fn tell_member(cx: &Context, tx: &mut Tx, new: NewNotice<'_>, was_member: bool) -> Result<String> {
    let name = store::people::notices::insert(tx, new, was_member, cx.now()).await?;
    jobs::enqueue(tx, Task::NoticesChanged { user: new.user }, cx.now()).await?;
    unread::users_change(cx, &[new.user]).await?;
    Ok(name)
}

/// Sends the user's pages the number of unread notices, and makes the next page count them again.
pub(crate) async fn tell_count(cx: &Context, user: UserId) -> Result<()> {
    unread::users_change(cx, &[user]).await?;
    let notices = store::people::notices::count(&cx.db, user).await?;
    tell::publish_own(cx, user, json!({"type": "notice", "notices": notices}).to_string()).await;
    Ok(())
}

/// Marks a notice as read. Repeating it is harmless.
///
/// # Errors
/// [`crate::Error::SignedOut`].
pub async fn mark_read(cx: &Context, viewer: Viewer, id: NoticeId) -> Result<()> {
    let user = viewer.user()?;
    let mut tx = cx.db.begin().await?;
    store::people::notices::mark_read(&mut tx, id, user, cx.now()).await?;
    finish(cx, tx, user).await
}

/// Marks the viewer's notices as read, up to the newest one that the page showed.
///
/// # Errors
/// [`crate::Error::SignedOut`].
pub async fn mark_all_read(cx: &Context, viewer: Viewer, upto: NoticeId) -> Result<()> {
    let user = viewer.user()?;
    let mut tx = cx.db.begin().await?;
    store::people::notices::mark_all_read(&mut tx, user, upto, cx.now()).await?;
    finish(cx, tx, user).await
}

async fn finish(cx: &Context, tx: Tx, user: UserId) -> Result<()> {
    unread::users_change(cx, &[user]).await?;
    tx.commit().await?;
    tell::account_changed(cx, user).await;
    tell_count(cx, user).await
}
