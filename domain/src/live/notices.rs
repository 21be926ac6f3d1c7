//! Notices from moderators and admins to a user. A notice is shown above the user's next page until they confirm it.

use crate::live::tell;
use crate::platform::context::Context;
use crate::platform::error::Result;
use model::policy::Viewer;
use model::{NoticeId, NoticeRow, UserId};
use store::moderation::warnings::NewNotice;
use store::{self, Tx};

/// The user's oldest unread notice.
pub async fn unread(cx: &Context, user: UserId) -> Result<Option<NoticeRow>> {
    Ok(store::moderation::warnings::unread(&cx.db, user).await?)
}

/// Sends a notice, in the transaction of its action. The group's name is left out when the user may not know of the
/// group. Call [`tell::account_changed`] after the commit.
pub(crate) async fn tell(cx: &Context, tx: &mut Tx, new: NewNotice<'_>) -> Result<()> {
    store::moderation::warnings::insert(tx, new, false, cx.now()).await?;
    Ok(())
}

/// As `tell`; `was_member` says whether the user was in the group, and so knows it, before the action.
pub(crate) async fn tell_member(cx: &Context, tx: &mut Tx, new: NewNotice<'_>, was_member: bool) -> Result<()> {
    store::moderation::warnings::insert(tx, new, was_member, cx.now()).await?;
    Ok(())
}

/// Marks a notice as read. Repeating it is harmless.
///
/// # Errors
/// [`crate::Error::SignedOut`].
pub async fn mark_read(cx: &Context, viewer: Viewer, id: NoticeId) -> Result<()> {
    let user = viewer.user()?;
    let mut tx = cx.db.begin().await?;
    store::moderation::warnings::mark_read(&mut tx, id, user, cx.now()).await?;
    tx.commit().await?;
    tell::account_changed(cx, user).await;
    Ok(())
}
