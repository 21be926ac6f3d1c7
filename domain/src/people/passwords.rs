//! Passwords: change one that is known, replace one that was forgotten.

use crate::people::sessions;
use crate::people::sessions::Origin;
use crate::people::{addresses, outbound_email};
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::secrets;
use crate::platform::secrets::Password;
use crate::site::rate_limits;
use crate::site::rate_limits::{By, RateLimit};
use model::EmailKind;
use model::UserId;
use store::{self, Tx};

/// The hash of the account's password, when that is what was typed.
///
/// # Errors
/// [`Error::Invalid`] on `field`, [`Error::TooMany`].
pub(crate) async fn check_own(cx: &Context, user: UserId, typed: Password, field: &'static str) -> Result<String> {
    rate_limits::count(cx, RateLimit::SignIn, By::User(user)).await?;
    let hash = store::people::users::password_hash(&cx.db, user).await?;
    let is_right = typed.verify(hash.clone()).await?;
    hash.filter(|_| is_right).ok_or_else(|| not_yours(field))
}

fn not_yours(field: &'static str) -> Error {
    Error::invalid(field, "That is not your password.")
}

/// Holds the account until the commit, if its password still has the hash: it may have been replaced since it was checked.
///
/// # Errors
/// [`Error::Invalid`] on `current_password`.
pub(crate) async fn hold_own(tx: &mut Tx, user: UserId, hash: &str) -> Result<()> {
    store::people::users::lock(tx, &[user]).await?;
    let now = store::people::users::password_hash_in(tx, user).await?;
    if now.as_deref() == Some(hash) { Ok(()) } else { Err(not_yours("current_password")) }
}

/// Changes the password and ends all sessions: the token of a new one, for the cookie of whoever changed it.
///
/// # Errors
/// [`Error::Invalid`] when the current one is wrong or the new one unfit.
pub async fn change(cx: &Context, user: UserId, current: Password, new: Password, origin: &Origin) -> Result<String> {
    new.check("new_password")?;
    let before = check_own(cx, user, current, "current_password").await?;
    let hash = new.hash().await?;
    let mut tx = cx.db.begin().await?;
    hold_own(&mut tx, user, &before).await?;
    let ended = replace(&mut tx, cx, user, &hash).await?;
    let token = sessions::open_in(&mut tx, cx, user, origin).await?;
    tx.commit().await?;
    announce_ended(cx, ended).await;
    Ok(token)
}

/// Sets the password, ends all sessions and links that could set another one, and writes to the owner. Whoever knew the password may have
/// asked for another mail address, by which they could set the next one: that ends too. An account without a confirmed address
/// keeps the one that it waits for, and can ask for its letter again.
async fn replace(tx: &mut Tx, cx: &Context, user: UserId, hash: &str) -> Result<Vec<String>> {
    store::people::users::set_password(tx, user, hash).await?;
    store::people::emails::void(tx, user, EmailKind::Reset).await?;
    store::people::emails::void(tx, user, EmailKind::Confirm).await?;
    store::people::users::drop_new_email(tx, user).await?;
    let address = store::people::users::email_in(tx, user).await?;
    outbound_email::news(tx, cx, EmailKind::PasswordChanged, user, address.as_deref()).await?;
    Ok(store::people::sessions::delete_all(tx, user).await?)
}

/// Says after the commit that these sessions have ended.
pub(crate) async fn announce_ended(cx: &Context, ended: Vec<String>) {
    cx.wake.after_commit();
    for id in ended {
        sessions::ended_everywhere(cx, id).await;
    }
}

/// Sends a link that sets a new password to an address, if it is an account's. Known and unknown ones are answered alike and
/// cost the same: whose it is decides itself when the letter is sent.
///
/// # Errors
/// [`Error::Invalid`] on `email` for what is no address, [`Error::TooMany`].
pub async fn forgot(cx: &Context, typed: &str, origin: &Origin) -> Result<()> {
    let Some(email) = addresses::check(typed)? else {
        return Err(Error::invalid("email", "Type the mail address of your account."));
    };
    rate_limits::count(cx, RateLimit::Mail, By::Address(origin.address)).await?;
    rate_limits::count(cx, RateLimit::Reset, By::Mailbox(&email)).await?;
    let mut tx = cx.db.begin().await?;
    outbound_email::with_link(&mut tx, cx, EmailKind::Reset, None, &email).await?;
    tx.commit().await?;
    cx.wake.after_commit();
    Ok(())
}

/// Whose password a link sets: the account's name.
///
/// # Errors
/// [`Error::NotFound`] when the link has ended, was used, or never was.
pub async fn resetting(cx: &Context, token: &str) -> Result<String> {
    let letter = outbound_email::opened(cx, EmailKind::Reset, token).await?;
    Ok(crate::people::accounts::own(cx, letter.user_id.ok_or(Error::NotFound)?).await?.username)
}

/// Sets a new password with a link, once. All sessions end; the second step stays.
///
/// # Errors
/// [`Error::Invalid`] on `new_password`; [`Error::NotFound`] when the link has ended, was used, or never was.
pub async fn reset(cx: &Context, token: &str, new: Password) -> Result<()> {
    new.check("new_password")?;
    let user = outbound_email::opened(cx, EmailKind::Reset, token).await?.user_id.ok_or(Error::NotFound)?;
    let hash = new.hash().await?;
    let mut tx = cx.db.begin().await?;
    // Before its letters: whoever changes both holds the account first.
    store::people::users::lock(&mut tx, &[user]).await?;
    let letter = store::people::emails::take(&mut tx, EmailKind::Reset, &secrets::digest(token), cx.now()).await?;
    if letter.and_then(|letter| letter.user_id) != Some(user) {
        return Err(Error::NotFound);
    }
    let ended = replace(&mut tx, cx, user, &hash).await?;
    tx.commit().await?;
    announce_ended(cx, ended).await;
    Ok(())
}
