//! The right to administer a group or the whole site. Rules and webhooks need it.

use super::{GroupAccess, members, with_permission};
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::site::admins;
use model::GroupId;
use model::policy::{Permission, Viewer};
use store::Tx;
use texts::Text;

/// Checks that the viewer is an admin of the group, or (`None`) of the site. Returns the group with their access.
///
/// # Errors
/// [`Error::SignedOut`], [`Error::NotFound`], [`Error::Forbidden`]; also in conversations, with this reason.
pub(crate) async fn check(
    cx: &Context,
    viewer: Viewer,
    group: Option<GroupId>,
    not_in_conversations: Text,
) -> Result<Option<GroupAccess>> {
    viewer.user()?;
    let Some(group) = group else {
        viewer.site_admin()?;
        return Ok(None);
    };
    let found = with_permission(cx, viewer, group, Permission::Administer).await?;
    if found.group.is_direct() {
        return Err(Error::forbidden(not_in_conversations));
    }
    Ok(Some(found))
}

/// Checks the same again, and locks the group, or the site admins, until the commit.
pub(crate) async fn lock(tx: &mut Tx, viewer: Viewer, group: Option<GroupId>) -> Result<()> {
    match group {
        Some(group) => members::lock(tx, viewer, group).await?.check(Permission::Administer)?,
        None => drop(admins::lock(tx, viewer).await?),
    }
    Ok(())
}
