//! Claims: how people get the account that came with an import. It has no password; they set one with a link, which is
//! sent to the address that they had in the old forum, or which the operator gives them.

use crate::people::admins::{self, Actor};
use crate::people::outbound_email;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use model::{EmailKind, LogAction, User, UserId};
use store::Tx;

/// Returns the account that whoever reads this mailbox may claim.
pub(crate) async fn claimable(cx: &Context, address: &str) -> Result<Option<User>> {
    Ok(store::people::claims::by_email(&cx.db, &address.to_lowercase()).await?)
}

/// Gives a claimed account the address with which it was claimed, and ends the claims to it. Does nothing for other
/// accounts. Call it before the password is set; the account must be locked.
pub(crate) async fn claim(tx: &mut Tx, user: UserId, address: &str) -> Result<()> {
    if store::people::claims::of_user(tx, user).await?.iter().any(|email| *email == address.to_lowercase()) {
        store::people::claims::confirm(tx, user, address).await?;
    }
    store::people::claims::delete(tx, user).await?;
    Ok(())
}

/// Makes a link with which the owner of an unclaimed account sets its password, once. It ends as links to reset a
/// password do.
///
/// # Errors
/// [`Error::Forbidden`] when the account is claimed; otherwise as [`admins::person`].
pub async fn link(cx: &Context, actor: Actor, user: UserId) -> Result<String> {
    let mut tx = cx.db.begin().await?;
    let held = admins::hold(&mut tx, actor, user).await?;
    if held.user.claimed {
        return Err(Error::Forbidden("Its owner has a password already. Send them a link to reset it instead."));
    }
    store::people::emails::void(&mut tx, user, EmailKind::Reset).await?;
    let link = outbound_email::link_to_hand_over(&mut tx, cx, EmailKind::Reset, user).await?;
    held.log(&mut tx, cx, LogAction::ResetLinkSent).await?;
    tx.commit().await?;
    cx.wake.after_commit();
    Ok(link)
}
