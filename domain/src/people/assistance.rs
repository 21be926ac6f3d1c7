//! What site admins and the operator do with an account for its owner. The transaction of each action logs it and
//! enqueues an email to the owner. See also `admins`, `two_factor` and `account_deletion`.

use futures_util::Stream;
use hyper::body::Bytes;

use crate::live::tell;
use crate::people::admins::{self, Actor};
use crate::people::{addresses, export, export_archive, outbound_email, passwords};
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::secrets;
use crate::platform::secrets::Password;
use crate::site::rate_limits;
use crate::site::rate_limits::{By, RateLimit};
use model::{EmailKind, LogAction, User, UserId};
use store::{self, Tx};

/// Returns the account with this name, for the operator.
///
/// # Errors
/// [`Error::NotFound`] when no one has that name.
pub async fn named(cx: &Context, name: &str) -> Result<User> {
    store::people::users::by_name(&cx.db, name).await?.filter(|user| !user.deleted).ok_or(Error::NotFound)
}

/// Sends a link to set a new password to the account's confirmed address.
///
/// # Errors
/// [`Error::Forbidden`] when the account has no confirmed address; [`Error::TooMany`]; otherwise as [`admins::person`].
pub async fn send_reset_link(cx: &Context, actor: Actor, user: UserId) -> Result<()> {
    send_link(cx, actor, user, EmailKind::Reset, LogAction::ResetLinkSent).await
}

/// Sends a link to download the account's data to its confirmed address. Only the owner gets the data: it includes what
/// they wrote in groups and conversations that no admin can read.
///
/// # Errors
/// As [`send_reset_link`].
pub async fn send_data_link(cx: &Context, actor: Actor, user: UserId) -> Result<()> {
    send_link(cx, actor, user, EmailKind::DataLink, LogAction::DataLinkSent).await
}

async fn send_link(cx: &Context, actor: Actor, user: UserId, kind: EmailKind, what: LogAction) -> Result<()> {
    let mut tx = cx.db.begin().await?;
    let locked = admins::lock(&mut tx, actor, user).await?;
    let Some(address) = locked.user.email.as_deref() else {
        return Err(Error::forbidden(texts::people_errors::no_address()));
    };
    rate_limits::count(cx, RateLimit::Reset, By::Mailbox(address)).await?;
    store::people::emails::void(&mut tx, user, kind).await?;
    outbound_email::with_link(&mut tx, cx, kind, Some(user), address).await?;
    locked.log(&mut tx, cx, what).await?;
    commit(cx, tx).await
}

/// Confirms the address that waits for confirmation, if it is still the given one.
///
/// # Errors
/// [`Error::Forbidden`] when it is not; [`Error::Invalid`] on `email` when another account has it; otherwise as
/// [`admins::person`].
pub async fn confirm_address(cx: &Context, actor: Actor, user: UserId, address: &str) -> Result<()> {
    let mut tx = cx.db.begin().await?;
    let locked = admins::lock(&mut tx, actor, user).await?;
    if !addresses::waits_for(&locked.user, address) {
        return Err(nothing_to_confirm());
    }
    addresses::replace(&mut tx, cx, &locked.user, address).await?;
    locked.log(&mut tx, cx, LogAction::AddressConfirmed).await?;
    outbound_email::news(&mut tx, cx, EmailKind::AddressConfirmed, user, Some(address)).await?;
    commit(cx, tx).await
}

/// Sends the email that asks to confirm an address again.
///
/// # Errors
/// [`Error::Forbidden`] when there is nothing to confirm; [`Error::TooMany`]; otherwise as [`admins::person`].
pub async fn send_confirmation(cx: &Context, actor: Actor, user: UserId) -> Result<()> {
    let mut tx = cx.db.begin().await?;
    let locked = admins::lock(&mut tx, actor, user).await?;
    let address = locked.user.new_email.clone().ok_or_else(nothing_to_confirm)?;
    addresses::count(cx, user, &address).await?;
    addresses::ask(&mut tx, cx, user, &address).await?;
    locked.log(&mut tx, cx, LogAction::ConfirmationSent).await?;
    commit(cx, tx).await
}

fn nothing_to_confirm() -> Error {
    Error::forbidden(texts::people_errors::nothing_to_confirm())
}

/// Sets the password of an account. All its sessions end, and the links that were sent to it.
///
/// # Errors
/// [`Error::Invalid`] on `new_password`; [`Error::Forbidden`] for bots; [`Error::NotFound`] as [`admins::person`].
pub async fn set_password(cx: &Context, user: UserId, new: Password) -> Result<()> {
    passwords::check_new(cx, user, &new).await?;
    let hash = new.hash(&cx.hashing.lane("command")).await?;
    let mut tx = cx.db.begin().await?;
    let locked = admins::lock(&mut tx, Actor::Operator, user).await?;
    if locked.user.is_bot {
        return Err(Error::forbidden(texts::people_errors::bot_sign_in()));
    }
    let ended = passwords::replace(&mut tx, cx, user, &hash).await?;
    locked.log(&mut tx, cx, LogAction::PasswordSet).await?;
    tx.commit().await?;
    passwords::announce_ended(cx, ended).await;
    tell::account_changed(cx, user).await;
    Ok(())
}

/// Streams all data of an account to the operator, as [`export::download`].
///
/// # Errors
/// As [`admins::person`] and [`export::download`].
pub async fn export(cx: &Context, user: UserId) -> Result<impl Stream<Item = Result<String>> + use<>> {
    let lines = export::download(cx, user).await?;
    let mut tx = cx.db.begin().await?;
    let locked = admins::lock(&mut tx, Actor::Operator, user).await?;
    locked.log(&mut tx, cx, LogAction::AccountExported).await?;
    locked.tell(&mut tx, cx, EmailKind::Exported).await?;
    commit(cx, tx).await?;
    Ok(lines)
}

/// Returns the name of the account whose data a link downloads.
///
/// # Errors
/// [`Error::NotFound`] when the link has expired, was used, or never existed.
pub async fn downloading(cx: &Context, token: &str) -> Result<String> {
    let email = outbound_email::opened(cx, EmailKind::DataLink, token).await?;
    Ok(crate::people::accounts::own(cx, email.user_id.ok_or(Error::NotFound)?).await?.username)
}

/// Streams a zip with the data of the account that a link belongs to, and its name. The link works once.
///
/// # Errors
/// As [`downloading`] and [`export_archive::download`].
pub async fn download(cx: &Context, token: &str) -> Result<(String, impl Stream<Item = Result<Bytes>> + use<>)> {
    let user = outbound_email::opened(cx, EmailKind::DataLink, token).await?.user_id.ok_or(Error::NotFound)?;
    let name = crate::people::accounts::own(cx, user).await?.username;
    let zip = export_archive::download(cx, user).await?;
    let mut tx = cx.db.begin().await?;
    let digest = secrets::digest(token);
    let email = store::people::emails::take(&mut tx, EmailKind::DataLink, &digest, cx.now()).await?;
    email.filter(|email| email.user_id == Some(user)).ok_or(Error::NotFound)?;
    tx.commit().await?;
    Ok((name, zip))
}

async fn commit(cx: &Context, tx: Tx) -> Result<()> {
    tx.commit().await?;
    cx.wake.after_commit();
    Ok(())
}
