//! Warnings and other moderator notices: shown above the user's next page until the user confirms them.

use crate::groups;
use crate::groups::members;
use crate::live::{notices, tell};
use crate::people::admins;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::jobs::{self, Task};
use crate::platform::{log, validate};
use crate::site::rate_limits;
use crate::site::rate_limits::By;
use model::policy::{Permission, Viewer};
use model::{Group, GroupId, LogAction, LogEntry, NoticeId, NoticeKind, User, UserId, WarningRow};
use store::people::notices::NewNotice;
use store::{self, Tx};

const LIST_LIMIT: i64 = 50;

/// Warns a user, as a site admin.
///
/// # Errors
/// [`Error::Invalid`] on `reason`; [`Error::NotFound`] for anyone else, or without a user; [`Error::Forbidden`] for
/// oneself; [`Error::TooMany`].
pub async fn warn(cx: &Context, viewer: Viewer, user: UserId, reason: &str) -> Result<User> {
    let by = viewer.site_admin()?;
    let found = admins::person(cx, viewer, user).await?;
    if by == user {
        return Err(Error::forbidden(texts::moderation_errors::warn_yourself()));
    }
    if found.deleted {
        return Err(Error::forbidden(texts::moderation_errors::warn_deleted()));
    }
    let reason = validate::reason(reason, "reason", true)?;
    rate_limits::count(cx, rate_limits::RateLimit::Warn, By::User(by)).await?;
    let mut tx = cx.db.begin().await?;
    let new = NewNotice::new(user, None, NoticeKind::Warning, &reason, by);
    notices::tell(cx, &mut tx, new).await?;
    log::write(&mut tx, LogEntry::new(by, LogAction::Warned).whom(user).reason(&reason), cx.now()).await?;
    tx.commit().await?;
    cx.wake.after_commit();
    tell::account_changed(cx, user).await;
    Ok(found)
}

/// Warns a user who is a member of a group or wrote in it. The viewer must be a moderator ranked above them.
///
/// # Errors
/// [`Error::Invalid`] on `reason`; [`Error::NotFound`], also for users without relation to the group;
/// [`Error::Forbidden`]; [`Error::TooMany`].
pub async fn warn_in_group(cx: &Context, viewer: Viewer, group: GroupId, user: UserId, reason: &str) -> Result<Group> {
    let by = viewer.user()?;
    let found = groups::with_permission(cx, viewer, group, Permission::Admit).await?;
    if by == user {
        return Err(Error::forbidden(texts::moderation_errors::warn_yourself()));
    }
    let reason = validate::reason(reason, "reason", true)?;
    let mut tx = cx.db.begin().await?;
    let access = members::lock(&mut tx, viewer, group).await?;
    access.check(Permission::Admit)?;
    let place = store::groups::members::place(&mut tx, group, user).await?;
    if place.role.is_none() && !store::groups::members::has_written(&mut tx, group, user).await? {
        return Err(Error::NotFound);
    }
    if !access.may_remove(place.role) {
        return Err(Error::forbidden(texts::moderation_errors::warn_lower_role()));
    }
    rate_limits::count(cx, rate_limits::RateLimit::Warn, By::User(by)).await?;
    let new = NewNotice::new(user, Some(group), NoticeKind::Warning, &reason, by);
    notices::tell(cx, &mut tx, new).await?;
    let entry = LogEntry::new(by, LogAction::Warned).group(group).whom(user).reason(&reason);
    log::write(&mut tx, entry, cx.now()).await?;
    tx.commit().await?;
    cx.wake.after_commit();
    tell::account_changed(cx, user).await;
    Ok(found.group)
}

/// Returns a user's warnings in a group or by site admins, newest first. The caller checks rights.
pub(crate) async fn warnings(cx: &Context, user: UserId, group: Option<GroupId>) -> Result<Vec<WarningRow>> {
    Ok(store::moderation::warnings::warnings(&cx.db, user, group, LIST_LIMIT).await?)
}

/// Revokes a site admin's warning, read or unread, and returns the warned user.
///
/// # Errors
/// [`Error::NotFound`] for anyone but site admins, and if there is none in effect; [`Error::Forbidden`] for one's own.
pub async fn withdraw(cx: &Context, viewer: Viewer, id: NoticeId) -> Result<UserId> {
    let by = viewer.site_admin()?;
    let mut tx = cx.db.begin().await?;
    let user = store::moderation::warnings::warned(&mut tx, id, None).await?.ok_or(Error::NotFound)?;
    revoke(cx, tx, id, by, user, None).await
}

/// Revokes a warning in a group, for anyone who may warn the user there, and returns the warned user.
///
/// # Errors
/// [`Error::NotFound`] if there is none in effect; [`Error::Forbidden`].
pub async fn withdraw_in_group(cx: &Context, viewer: Viewer, group: GroupId, id: NoticeId) -> Result<UserId> {
    let by = viewer.user()?;
    groups::with_permission(cx, viewer, group, Permission::Admit).await?;
    let mut tx = cx.db.begin().await?;
    let access = members::lock(&mut tx, viewer, group).await?;
    access.check(Permission::Admit)?;
    let user = store::moderation::warnings::warned(&mut tx, id, Some(group)).await?.ok_or(Error::NotFound)?;
    let place = store::groups::members::place(&mut tx, group, user).await?;
    if by != user && !access.may_remove(place.role) {
        return Err(Error::forbidden(texts::moderation_errors::withdraw_lower_role()));
    }
    revoke(cx, tx, id, by, user, Some(group)).await
}

async fn revoke(
    cx: &Context,
    mut tx: Tx,
    id: NoticeId,
    by: UserId,
    user: UserId,
    group: Option<GroupId>,
) -> Result<UserId> {
    if by == user {
        return Err(Error::forbidden(texts::moderation_errors::withdraw_yourself()));
    }
    let now = cx.now();
    if store::moderation::warnings::withdraw(&mut tx, id, by, now).await? == 0 {
        return Err(Error::NotFound);
    }
    let action = LogEntry::new(by, LogAction::WarningTakenBack).whom(user);
    log::write(&mut tx, LogEntry { group, ..action }, now).await?;
    jobs::enqueue(&mut tx, Task::NoticesChanged { user }, now).await?;
    tx.commit().await?;
    cx.wake.after_commit();
    tell::account_changed(cx, user).await;
    Ok(user)
}
