//! A group as one reader may use it.

use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use model::policy::{self, Access, Permission, Viewer};
use model::{Group, GroupId, UserId};
use store::groups::GroupFor;

/// A group as one reader stands to it.
#[derive(Clone, Debug)]
pub struct GroupAccess {
    /// The group.
    pub group: Group,
    /// What the reader is to it.
    pub access: Access,
    /// How many messages in it were reported and wait for an answer; counted for those who give it.
    pub reported: i64,
    /// How many messages wait in it for approval; counted for the same people.
    pub held: i64,
    /// Whether topics of the reader wait for it, or were declined.
    pub own_held: bool,
}

fn found(viewer: Viewer, row: GroupFor) -> GroupAccess {
    let access = Access {
        kind: row.group.kind,
        role: row.role,
        is_site_admin: matches!(viewer, Viewer::User { is_admin: true, .. }),
        is_banned: row.banned,
        is_archived: row.group.is_archived(),
        sees_from: row.sees_from,
    };
    GroupAccess { group: row.group, access, reported: row.reported, held: row.held, own_held: row.own_held }
}

/// The group of an id, as somebody stands to it who may not even know of it: for actions that need no knowledge of it.
pub(crate) async fn stand(cx: &Context, viewer: Viewer, id: GroupId) -> Result<GroupAccess> {
    Ok(found(viewer, store::groups::by_id(&cx.db, id, viewer.id_or_none()).await?.ok_or(Error::NotFound)?))
}

/// The group of a slug.
///
/// # Errors
/// [`Error::NotFound`] when there is none or the reader may not know of it.
pub async fn by_slug(cx: &Context, viewer: Viewer, slug: &str) -> Result<GroupAccess> {
    let found = found(viewer, store::groups::by_slug(&cx.db, slug, viewer.id_or_none()).await?.ok_or(Error::NotFound)?);
    found.access.check(Permission::Know)?;
    Ok(found)
}

/// The group of an id.
///
/// # Errors
/// [`Error::NotFound`] when there is none or the reader may not know of it.
pub async fn by_id(cx: &Context, viewer: Viewer, id: GroupId) -> Result<GroupAccess> {
    let found = stand(cx, viewer, id).await?;
    found.access.check(Permission::Know)?;
    Ok(found)
}

/// The group of an id, for a action that has to be theirs to do.
///
/// # Errors
/// [`Error::NotFound`] when there is none or the reader may not know of it, else [`Error::Forbidden`] with the reason.
pub async fn with_permission(cx: &Context, viewer: Viewer, id: GroupId, action: Permission) -> Result<GroupAccess> {
    let found = stand(cx, viewer, id).await?;
    found.access.check(action)?;
    Ok(found)
}

/// Whether anyone may read the group.
pub async fn is_public(cx: &Context, id: GroupId) -> Result<bool> {
    Ok(store::groups::by_id(&cx.db, id, UserId(0)).await?.is_some_and(|row| policy::anyone_reads(row.group.kind)))
}
