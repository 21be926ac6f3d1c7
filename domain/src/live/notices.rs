//! Notices: what moderators and admins tell a person. One is shown above their next page until they confirm it.

use crate::live::tell;
use crate::platform::context::Context;
use crate::platform::error::Result;
use model::policy::Viewer;
use model::{NoticeId, UserId};
use store::moderation::warnings::{NewNotice, NoticeRow};
use store::{self, Tx};

/// What somebody has not read yet, the eldest of it.
pub async fn unread(cx: &Context, user: UserId) -> Result<Option<NoticeRow>> {
    Ok(store::moderation::warnings::unread(&cx.db, user).await?)
}

/// Tells somebody something, in the transaction of the action: about a group that they may know nothing of, without its name. Call
/// [`tell::account_changed`] after the commit.
pub(crate) async fn tell(cx: &Context, tx: &mut Tx, new: NewNotice<'_>) -> Result<()> {
    store::moderation::warnings::insert(tx, new, false, cx.now()).await?;
    Ok(())
}

/// The same, where the action itself took the group from them if they were a member of it.
pub(crate) async fn tell_member(cx: &Context, tx: &mut Tx, new: NewNotice<'_>, was_member: bool) -> Result<()> {
    store::moderation::warnings::insert(tx, new, was_member, cx.now()).await?;
    Ok(())
}

/// Says that one has read it. Saying it twice does no harm.
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
