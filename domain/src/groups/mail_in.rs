//! Topics that members start by email: whether a group takes them, and the address of each member.

use super::{GroupAccess, by_id, members, save_change, with_permission};
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::log;
use crate::platform::mail::signed::{self, MailTo};
use model::policy::{Permission, Viewer};
use model::{Group, GroupId, GroupKind, LogAction, LogEntry};

/// What a member sees about emails to a group.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct MailIn {
    pub found: GroupAccess,
    /// Whether the site receives emails at all.
    pub is_received: bool,
    /// The viewer's address that starts topics, if the group takes emails and the viewer may write.
    pub address: Option<String>,
}

/// Returns what the viewer sees about emails to a group.
///
/// # Errors
/// [`Error::NotFound`], also for conversations; [`Error::Forbidden`] for viewers who may neither write nor administer.
pub async fn show(cx: &Context, viewer: Viewer, id: GroupId) -> Result<MailIn> {
    let user = viewer.user()?;
    let found = by_id(cx, viewer, id).await?;
    if found.group.kind == GroupKind::Direct {
        return Err(Error::NotFound);
    }
    if !found.access.may(Permission::Administer) {
        found.access.check(Permission::Write)?;
    }
    let is_open = found.group.takes_email && found.access.may(Permission::Write);
    let to = MailTo::NewTopic { user, group: id };
    let address = if is_open { signed::address(&cx.config, to, cx.now()) } else { None };
    Ok(MailIn { found, is_received: cx.config.mail_in.is_some(), address })
}

/// Lets members start topics by email, or no longer.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`] for viewers who are not admins of the group.
pub async fn set(cx: &Context, viewer: Viewer, id: GroupId, is_on: bool) -> Result<Group> {
    let by = viewer.user()?;
    let found = with_permission(cx, viewer, id, Permission::Administer).await?;
    let mut tx = cx.db.begin().await?;
    members::lock(&mut tx, viewer, id).await?.check(Permission::Administer)?;
    if store::mail_in::set_takes_email(&mut tx, id, is_on).await? > 0 {
        let detail = if is_on { "topics by email: on" } else { "topics by email: off" };
        log::write(&mut tx, LogEntry::new(by, LogAction::GroupEdited).group(id).detail(detail), cx.now()).await?;
        save_change(cx, tx, id, false).await?;
    }
    Ok(Group { takes_email: is_on, ..found.group })
}
