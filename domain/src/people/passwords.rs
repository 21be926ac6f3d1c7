//! Passwords: change a known one, reset a forgotten one.

use crate::live::tell;
use crate::people::sessions::Origin;
use crate::people::{addresses, claims, outbound_email, sessions};
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::hashing::Lane;
use crate::platform::secrets;
use crate::platform::secrets::Password;
use crate::site::rate_limits;
use crate::site::rate_limits::{By, RateLimit};
use model::{EmailKind, UserId};
use store::{self, Tx};

/// Checks the typed password and returns the account's password hash.
///
/// # Errors
/// [`Error::Invalid`] on `field`; [`Error::TooMany`].
pub(crate) async fn check_own(cx: &Context, user: UserId, typed: Password, field: &'static str) -> Result<String> {
    rate_limits::count(cx, RateLimit::SignIn, By::User(user)).await?;
    let hash = store::people::users::password_hash(&cx.db, user).await?;
    let is_right = typed.verify(&lane(cx, user), hash.clone()).await?;
    hash.filter(|_| is_right).ok_or_else(|| not_yours(field))
}

/// The account's lane in the queue for hashing.
fn lane(cx: &Context, user: UserId) -> Lane<'_> {
    cx.hashing.lane(format!("u{user}"))
}

fn not_yours(field: &'static str) -> Error {
    Error::invalid(field, texts::people_errors::password_wrong())
}

/// Locks the account until the commit, and checks that the password has not changed since `hash` was read.
///
/// # Errors
/// [`Error::Invalid`] on `current_password`.
pub(crate) async fn lock_own(tx: &mut Tx, user: UserId, hash: &str) -> Result<()> {
    store::people::users::lock(tx, &[user]).await?;
    let now = store::people::users::password_hash_in(tx, user).await?;
    if now.as_deref() == Some(hash) { Ok(()) } else { Err(not_yours("current_password")) }
}

pub(crate) async fn check_new(cx: &Context, user: UserId, new: &Password) -> Result<()> {
    let own = crate::people::accounts::own(cx, user).await?;
    let email = own.email.unwrap_or_default();
    let site = crate::site::current(cx).await;
    new.check(&lane(cx, user), "new_password", &[&own.username, &email, &site.settings.name]).await
}

/// Changes the password and ends all sessions. Returns the cookie token of a new session for the requester.
///
/// # Errors
/// [`Error::Invalid`] when the current password is wrong or the new one unfit.
pub async fn change(cx: &Context, user: UserId, current: Password, new: Password, origin: &Origin) -> Result<String> {
    check_new(cx, user, &new).await?;
    let before = check_own(cx, user, current, "current_password").await?;
    let hash = new.hash(&lane(cx, user)).await?;
    let mut tx = cx.db.begin().await?;
    lock_own(&mut tx, user, &before).await?;
    let ended = replace(&mut tx, cx, user, &hash).await?;
    let token = sessions::open_in(&mut tx, cx, user, origin).await?;
    tx.commit().await?;
    announce_ended(cx, ended).await;
    tell::account_changed(cx, user).await;
    Ok(token)
}

/// Sets the password, ends all sessions and all links that could set another password, and notifies the owner. An
/// unconfirmed new address is dropped too: an intruder who knew the password may have requested it to reset the
/// password later. An account without a confirmed address keeps its unconfirmed one, and can request the email again.
pub(crate) async fn replace(tx: &mut Tx, cx: &Context, user: UserId, hash: &str) -> Result<Vec<String>> {
    store::people::users::set_password(tx, user, hash).await?;
    outbound_email::end_links(tx, user).await?;
    store::people::users::drop_new_email(tx, user).await?;
    let address = store::people::users::email_in(tx, user).await?;
    outbound_email::news(tx, cx, EmailKind::PasswordChanged, user, address.as_deref()).await?;
    // A password change signs out everything else, including programs.
    store::people::api_tokens::delete_all(tx, user).await?;
    Ok(store::people::sessions::delete_all(tx, user).await?)
}

/// Announces the ended sessions. Call it after the commit.
pub(crate) async fn announce_ended(cx: &Context, ended: Vec<String>) {
    cx.wake.after_commit();
    for id in ended {
        sessions::ended_everywhere(cx, id).await;
    }
}

/// Sends a link to reset the password, if the address belongs to an account. Known and unknown addresses get the same
/// answer at the same cost: the account is looked up when the email is sent.
///
/// # Errors
/// [`Error::Invalid`] on `email` when it is not an address; [`Error::TooMany`].
pub async fn forgot(cx: &Context, typed: &str, origin: &Origin) -> Result<()> {
    let Some(email) = addresses::check(typed)? else {
        return Err(Error::invalid("email", texts::people_errors::email_missing()));
    };
    rate_limits::count(cx, RateLimit::Mail, origin.by()).await?;
    rate_limits::count(cx, RateLimit::Reset, By::Mailbox(&email)).await?;
    let mut tx = cx.db.begin().await?;
    outbound_email::with_link(&mut tx, cx, EmailKind::Reset, None, &email).await?;
    tx.commit().await?;
    cx.wake.after_commit();
    Ok(())
}

/// The name of the account whose password a link resets.
///
/// # Errors
/// [`Error::NotFound`] when the link has expired, was used, or never existed.
pub async fn resetting(cx: &Context, token: &str) -> Result<String> {
    let email = outbound_email::opened(cx, EmailKind::Reset, token).await?;
    Ok(crate::people::accounts::own(cx, email.user_id.ok_or(Error::NotFound)?).await?.username)
}

/// Sets a new password with a link, which works once, and returns whose. All sessions end; two-factor authentication
/// stays on.
///
/// # Errors
/// [`Error::Invalid`] on `new_password`; [`Error::NotFound`] when the link has expired, was used, or never existed.
pub async fn reset(cx: &Context, token: &str, new: Password) -> Result<UserId> {
    let user = outbound_email::opened(cx, EmailKind::Reset, token).await?.user_id.ok_or(Error::NotFound)?;
    check_new(cx, user, &new).await?;
    let hash = new.hash(&lane(cx, user)).await?;
    let mut tx = cx.db.begin().await?;
    // Lock the account before its emails, in the same order as everywhere.
    store::people::users::lock(&mut tx, &[user]).await?;
    let email = store::people::emails::take(&mut tx, EmailKind::Reset, &secrets::digest(token), cx.now()).await?;
    let email = email.filter(|email| email.user_id == Some(user)).ok_or(Error::NotFound)?;
    claims::claim(&mut tx, user, &email.address).await?;
    let ended = replace(&mut tx, cx, user, &hash).await?;
    tx.commit().await?;
    announce_ended(cx, ended).await;
    tell::account_changed(cx, user).await;
    Ok(user)
}
