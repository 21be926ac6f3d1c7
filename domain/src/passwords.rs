//! Passwords: change one that is known, replace one that was forgotten.

use crate::context::Context;
use crate::error::{Error, Result};
use crate::limits::{self, By, Deed};
use crate::mail::Kind;
use crate::model::UserId;
use crate::secrets::{self, Password};
use crate::sessions::{self, Origin};
use crate::store::{self, Tx};
use crate::{addresses, letters};

/// Nothing when it is the account's password.
///
/// # Errors
/// [`Error::Invalid`] on `field`, [`Error::TooMany`].
pub(crate) async fn check_own(cx: &Context, user: UserId, typed: Password, field: &'static str) -> Result<()> {
    limits::count(cx, Deed::SignIn, By::User(user)).await?;
    let hash = store::users::password_hash(&cx.db, user).await?;
    if typed.verify(hash).await? { Ok(()) } else { Err(Error::invalid(field, "That is not your password.")) }
}

/// Changes the password and ends all sessions: the token of a new one, for the cookie of whoever changed it.
///
/// # Errors
/// [`Error::Invalid`] when the current one is wrong or the new one unfit.
pub async fn change(cx: &Context, user: UserId, current: Password, new: Password, origin: &Origin) -> Result<String> {
    new.check("new_password")?;
    check_own(cx, user, current, "current_password").await?;
    let hash = new.hash().await?;
    let mut tx = cx.db.begin().await?;
    let ended = replace(&mut tx, cx, user, &hash).await?;
    let token = sessions::open_in(&mut tx, cx, user, origin).await?;
    tx.commit().await?;
    told(cx, ended).await;
    Ok(token)
}

/// Sets the password, ends all sessions and links that could set another one, and writes to the owner.
async fn replace(tx: &mut Tx, cx: &Context, user: UserId, hash: &str) -> Result<Vec<String>> {
    store::users::set_password(tx, user, hash).await?;
    store::letters::void(tx, user, Kind::Reset).await?;
    let address = store::users::email_in(tx, user).await?;
    letters::news(tx, cx, Kind::PasswordChanged, user, address.as_deref()).await?;
    Ok(store::sessions::delete_all(tx, user).await?)
}

async fn told(cx: &Context, ended: Vec<String>) {
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
    limits::count(cx, Deed::Mail, By::Address(origin.address)).await?;
    limits::count(cx, Deed::Mail, By::Mailbox(&email)).await?;
    let mut tx = cx.db.begin().await?;
    letters::with_link(&mut tx, cx, Kind::Reset, None, &email).await?;
    tx.commit().await?;
    cx.wake.after_commit();
    Ok(())
}

/// Whose password a link sets: the account's name.
///
/// # Errors
/// [`Error::NotFound`] when the link has ended, was used, or never was.
pub async fn resetting(cx: &Context, token: &str) -> Result<String> {
    let letter = letters::opened(cx, Kind::Reset, token).await?;
    Ok(crate::accounts::own(cx, letter.user_id.ok_or(Error::NotFound)?).await?.username)
}

/// Sets a new password with a link, once. All sessions end; the second step stays.
///
/// # Errors
/// [`Error::Invalid`] on `new_password`; [`Error::NotFound`] when the link has ended, was used, or never was.
pub async fn reset(cx: &Context, token: &str, new: Password) -> Result<()> {
    new.check("new_password")?;
    letters::opened(cx, Kind::Reset, token).await?;
    let hash = new.hash().await?;
    let mut tx = cx.db.begin().await?;
    let letter = store::letters::take(&mut tx, Kind::Reset, &secrets::digest(token), cx.now()).await?;
    let user = letter.and_then(|letter| letter.user_id).ok_or(Error::NotFound)?;
    let ended = replace(&mut tx, cx, user, &hash).await?;
    tx.commit().await?;
    told(cx, ended).await;
    Ok(())
}
