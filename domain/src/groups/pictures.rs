//! The images of groups.

use super::{GroupAccess, members, save_change, with_permission};
use crate::files::pictures::{self, Shape};
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::log;
use model::policy::{Permission, Viewer};
use model::{Group, GroupId, LogAction, LogEntry};
use store::Tx;

/// Sets the image of a group.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`] for viewers who are not its admins; [`Error::Invalid`] on `file` when it is no
/// image or too large; [`Error::TooMany`]; [`Error::Storage`].
pub async fn set(cx: &Context, viewer: Viewer, id: GroupId, image: Vec<u8>) -> Result<Group> {
    let GroupAccess { group, .. } = with_permission(cx, viewer, id, Permission::Administer).await?;
    let made = pictures::make(cx, viewer.user()?, Shape::Square, image).await?;
    let claim = made.store(cx).await?;
    let done = async {
        let mut tx = cx.db.begin().await?;
        members::lock(&mut tx, viewer, id).await?.check(Permission::Administer)?;
        change(&mut tx, cx, viewer, id, &made.digest).await?;
        claim.end(&mut tx).await?;
        save_change(cx, tx, id, false).await
    };
    pictures::settled(cx, claim, done.await).await?;
    Ok(Group { picture: made.digest, ..group })
}

/// Removes the image of a group.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`] for viewers who are not its admins.
pub async fn remove(cx: &Context, viewer: Viewer, id: GroupId) -> Result<Group> {
    let GroupAccess { group, .. } = with_permission(cx, viewer, id, Permission::Administer).await?;
    if group.picture.is_empty() {
        return Ok(group);
    }
    let mut tx = cx.db.begin().await?;
    members::lock(&mut tx, viewer, id).await?.check(Permission::Administer)?;
    change(&mut tx, cx, viewer, id, "").await?;
    save_change(cx, tx, id, false).await?;
    Ok(Group { picture: String::new(), ..group })
}

async fn change(tx: &mut Tx, cx: &Context, viewer: Viewer, id: GroupId, digest: &str) -> Result<()> {
    let before = store::pictures::set_of_group(tx, id, digest).await?.ok_or(Error::NotFound)?;
    pictures::replaced(tx, before, cx.now()).await?;
    let detail = if digest.is_empty() { "no image" } else { "image" };
    let entry = LogEntry::new(viewer.user()?, LogAction::GroupEdited).group(id).detail(detail);
    log::write(tx, entry, cx.now()).await
}
