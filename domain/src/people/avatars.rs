//! Avatars: what users upload in place of their initials.

use crate::files::pictures::{self, Shape};
use crate::live::tell;
use crate::people::admins::{self, Actor};
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use model::{LogAction, UserId};
use store::Tx;

/// Sets a user's own avatar.
///
/// # Errors
/// [`Error::Invalid`] on `file` when it is no image or too large; [`Error::TooMany`]; [`Error::Storage`].
pub async fn set(cx: &Context, user: UserId, image: Vec<u8>) -> Result<()> {
    let made = pictures::make(cx, user, Shape::Square, image).await?;
    let claim = made.store(cx).await?;
    let done = async {
        let mut tx = cx.db.begin().await?;
        store::people::users::lock(&mut tx, &[user]).await?;
        change(&mut tx, cx, user, &made.digest).await?;
        claim.end(&mut tx).await?;
        save(cx, tx, user).await
    };
    pictures::settled(cx, claim, done.await).await
}

/// Removes a user's own avatar. Their initials are shown again.
///
/// # Errors
/// [`Error::NotFound`] when the account is deleted.
pub async fn remove(cx: &Context, user: UserId) -> Result<()> {
    let mut tx = cx.db.begin().await?;
    store::people::users::lock(&mut tx, &[user]).await?;
    change(&mut tx, cx, user, "").await?;
    save(cx, tx, user).await
}

/// Removes the avatar of another user.
///
/// # Errors
/// As [`admins::person`].
pub async fn clear(cx: &Context, actor: Actor, user: UserId) -> Result<()> {
    let mut tx = cx.db.begin().await?;
    let locked = admins::lock(&mut tx, actor, user).await?;
    change(&mut tx, cx, user, "").await?;
    locked.log(&mut tx, cx, LogAction::AvatarCleared).await?;
    save(cx, tx, user).await
}

async fn change(tx: &mut Tx, cx: &Context, user: UserId, digest: &str) -> Result<()> {
    let before = store::pictures::set_avatar(tx, user, digest).await?.ok_or(Error::NotFound)?;
    pictures::replaced(tx, before, cx.now()).await
}

async fn save(cx: &Context, tx: Tx, user: UserId) -> Result<()> {
    tx.commit().await?;
    cx.wake.after_commit();
    tell::person_changed(cx, user).await;
    Ok(())
}
