//! Access of a viewer to a group.

use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use model::policy::{self, Access, Membership, Permission, Viewer};
use model::{Group, GroupId};
use store::groups::GroupFor;

/// A group and the viewer's access to it.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct GroupAccess {
    pub group: Group,
    pub access: Access,
    /// How many reported messages are open. Only counted for viewers who may answer them.
    pub reported: i64,
    /// How many messages are pending in the approval queue. Only counted for the same viewers.
    pub held: i64,
    /// Whether the viewer has pending or declined topics in the group.
    pub own_held: bool,
}

fn found(viewer: Viewer, row: GroupFor) -> GroupAccess {
    let membership = Membership { role: row.role, is_banned: row.banned, sees_from: row.sees_from };
    let access = Access::new(viewer, row.group.kind, row.group.is_archived(), membership);
    GroupAccess { group: row.group, access, reported: row.reported, held: row.held, own_held: row.own_held }
}

/// The group with this id, without a permission check: for actions that are open to viewers who may not know of it.
pub(crate) async fn stand(cx: &Context, viewer: Viewer, id: GroupId) -> Result<GroupAccess> {
    Ok(found(viewer, store::groups::by_id(&cx.db, id, viewer.id()).await?.ok_or(Error::NotFound)?))
}

/// The group with this slug.
///
/// # Errors
/// [`Error::NotFound`] when there is none or the viewer may not know of it.
pub async fn by_slug(cx: &Context, viewer: Viewer, slug: &str) -> Result<GroupAccess> {
    let found = found(viewer, store::groups::by_slug(&cx.db, slug, viewer.id()).await?.ok_or(Error::NotFound)?);
    found.access.check(Permission::Know)?;
    Ok(found)
}

/// The group that had this slug before.
///
/// # Errors
/// [`Error::NotFound`] when there is none or the viewer may not know of it.
pub async fn formerly(cx: &Context, viewer: Viewer, slug: &str) -> Result<Group> {
    let row = store::groups::by_former_slug(&cx.db, slug, viewer.id()).await?;
    let found = found(viewer, row.ok_or(Error::NotFound)?);
    found.access.check(Permission::Know)?;
    Ok(found.group)
}

/// The group with this id.
///
/// # Errors
/// [`Error::NotFound`] when there is none or the viewer may not know of it.
pub async fn by_id(cx: &Context, viewer: Viewer, id: GroupId) -> Result<GroupAccess> {
    let found = stand(cx, viewer, id).await?;
    found.access.check(Permission::Know)?;
    Ok(found)
}

/// Those of these groups that the viewer may know of.
pub async fn by_ids(cx: &Context, viewer: Viewer, ids: &[GroupId]) -> Result<Vec<GroupAccess>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = store::groups::by_ids_for(&cx.db, ids, viewer.id()).await?;
    let known = |found: &GroupAccess| found.access.may(Permission::Know);
    Ok(rows.into_iter().map(|row| found(viewer, row)).filter(known).collect())
}

/// The group with this id, if the viewer has the permission.
///
/// # Errors
/// [`Error::NotFound`] when there is none or the viewer may not know of it, else [`Error::Forbidden`] with the reason.
pub async fn with_permission(cx: &Context, viewer: Viewer, id: GroupId, action: Permission) -> Result<GroupAccess> {
    let found = stand(cx, viewer, id).await?;
    found.access.check(action)?;
    Ok(found)
}

/// Whether anyone may read the group.
pub async fn is_public(cx: &Context, id: GroupId) -> Result<bool> {
    Ok(store::groups::by_id(&cx.db, id, None).await?.is_some_and(|row| policy::anyone_reads(row.group.kind)))
}
