//! Claims: how people get the account that came with an import. It has no password; they set one with a link, which is
//! sent to the address that they had in the old forum, or which a site admin or the operator gives them.

use crate::people::admins::{self, Actor};
use crate::people::outbound_email;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use model::time::Timestamp;
use model::{EmailKind, LogAction, User, UserId};
use store::Tx;

/// The form of an address by which claims are found. Only ASCII letters are folded: an address with another letter that
/// looks the same, or folds to the same one, is another mailbox.
pub(crate) fn key(address: &str) -> String {
    address.to_ascii_lowercase()
}

/// Returns the account that the owner of this mailbox can claim, and the address to send email to: the one in the
/// source, not the one that was typed.
pub(crate) async fn claimable(cx: &Context, address: &str) -> Result<Option<(User, String)>> {
    let key = key(address);
    Ok(store::people::claims::by_email(&cx.db, &key).await?.map(|user| (user, key)))
}

/// Gives a claimed account the address with which it was claimed, and ends the claims to it. Does nothing for other
/// accounts. Call it before the password is set; the account must be locked.
pub(crate) async fn claim(tx: &mut Tx, user: UserId, address: &str) -> Result<()> {
    let key = key(address);
    if store::people::claims::of_user(tx, user).await?.contains(&key) {
        store::people::claims::confirm(tx, user, &key).await?;
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
    let locked = admins::lock(&mut tx, actor, user).await?;
    if locked.user.claimed {
        return Err(Error::forbidden(texts::people_errors::has_password()));
    }
    store::people::emails::void(&mut tx, user, EmailKind::Reset).await?;
    let link = outbound_email::link_to_hand_over(&mut tx, cx, EmailKind::Reset, user).await?;
    locked.log(&mut tx, cx, LogAction::ResetLinkSent).await?;
    tx.commit().await?;
    cx.wake.after_commit();
    Ok(link)
}

/// Revokes the link that [`link`] made.
///
/// # Errors
/// [`Error::NotFound`] when no link works now; otherwise as [`admins::person`].
pub async fn revoke(cx: &Context, actor: Actor, user: UserId) -> Result<()> {
    let mut tx = cx.db.begin().await?;
    let locked = admins::lock(&mut tx, actor, user).await?;
    if store::people::emails::end_handed_over(&mut tx, user, EmailKind::Reset, cx.now()).await? == 0 {
        return Err(Error::NotFound);
    }
    locked.log(&mut tx, cx, LogAction::ClaimLinkRevoked).await?;
    tx.commit().await?;
    cx.wake.after_commit();
    Ok(())
}

/// Returns until when a link that [`link`] made works, if one does.
pub(crate) async fn link_expires(cx: &Context, user: UserId) -> Result<Option<Timestamp>> {
    Ok(store::people::emails::handed_over_until(&cx.db, user, EmailKind::Reset, cx.now()).await?)
}

#[cfg(test)]
mod tests {
    use super::key;

    #[test]
    fn only_ascii_letters_are_folded() {
        assert_eq!(key("Ann@Example.ORG"), "ann@example.org");
        // Unicode folds the Kelvin sign to `k`.
        assert_ne!(key("\u{212a}ay@example.org"), "kay@example.org");
    }
}
