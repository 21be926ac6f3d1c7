//! Requests to join a group, and their answers.

use crate::live::tell;
use std::time::Duration;

use crate::groups;
use crate::groups::{GroupAccess, members};
use crate::live::unread;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::mail::outbox;
use crate::platform::{log, validate};
use crate::site::rate_limits;
use crate::site::rate_limits::By;
use model::policy::{Permission, Viewer};
use model::time::Timestamp;
use model::{EmailKind, Group, GroupId, LogAction, LogEntry, RequestRow, Role, UserId};
use store::Tx;
use store::groups::requests::{AskedRow, OwnRow};

/// How long a declined user waits before they may ask again.
pub const PAUSE: Duration = Duration::from_secs(7 * 24 * 3_600);
/// A moderator gets at most one email about requests to join a group in this time.
const EMAILED: Duration = Duration::from_secs(24 * 3_600);
/// Requests per page.
pub const LIST_LIMIT: i64 = 100;

/// The viewer's pending or declined request in a group.
pub async fn own(cx: &Context, viewer: Viewer, group: GroupId) -> Result<Option<AskedRow>> {
    match viewer.id() {
        Some(user) => Ok(store::groups::requests::of(&cx.db, group, user).await?),
        None => Ok(None),
    }
}

/// Requests to join a closed group. A second request replaces the message.
///
/// # Errors
/// [`Error::Invalid`] on `message`, [`Error::NotFound`], [`Error::Forbidden`], [`Error::TooMany`].
pub async fn ask(cx: &Context, viewer: Viewer, group: GroupId, message: &str) -> Result<Group> {
    let user = viewer.user()?;
    let found = groups::with_permission(cx, viewer, group, Permission::Ask).await?;
    let message = validate::reason(message, "message", false)?;
    rate_limits::count(cx, rate_limits::RateLimit::Ask, By::User(user)).await?;
    check_cooldown(cx, group, user).await?;
    let mut tx = cx.db.begin().await?;
    members::lock(&mut tx, viewer, group).await?.check(Permission::Ask)?;
    insert(cx, &mut tx, group, user, &message).await?;
    tx.commit().await?;
    cx.wake.after_commit();
    tell::tell_moderators(cx, group).await;
    Ok(found.group)
}

/// Checks that the user was not declined lately.
///
/// # Errors
/// [`Error::Forbidden`].
pub(crate) async fn check_cooldown(cx: &Context, group: GroupId, user: UserId) -> Result<()> {
    let declined = store::groups::requests::of(&cx.db, group, user).await?.and_then(|asked| asked.declined_at);
    if declined.is_some_and(|at| at.plus(PAUSE) > cx.now()) {
        return Err(Error::forbidden(texts::groups_errors::declined_lately()));
    }
    Ok(())
}

pub(crate) async fn insert(cx: &Context, tx: &mut Tx, group: GroupId, user: UserId, message: &str) -> Result<()> {
    let now = cx.now();
    store::groups::requests::insert(tx, group, user, message, now).await?;
    for (moderator, address) in store::groups::requests::to_email(tx, group, now.minus(EMAILED)).await? {
        outbox::about_group(tx, EmailKind::JoinRequested, moderator, &address, group, now).await?;
    }
    Ok(())
}

/// Withdraws the viewer's pending request. A declined one stays.
///
/// # Errors
/// [`Error::NotFound`] when none is pending.
pub async fn withdraw(cx: &Context, viewer: Viewer, group: GroupId) -> Result<()> {
    let user = viewer.user()?;
    let mut tx = cx.db.begin().await?;
    if store::groups::requests::take(&mut tx, group, &[user]).await?.is_empty() {
        return Err(Error::NotFound);
    }
    tx.commit().await?;
    tell::tell_moderators(cx, group).await;
    Ok(())
}

/// The pending requests of a group and their total number, for viewers who may answer them.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`].
pub async fn waiting(cx: &Context, viewer: Viewer, group: GroupId) -> Result<(GroupAccess, Vec<RequestRow>, i64)> {
    let (found, rows) = waiting_up_to(cx, viewer, group, LIST_LIMIT).await?;
    let total = if (rows.len() as i64) < LIST_LIMIT {
        rows.len() as i64
    } else {
        store::groups::requests::count(&cx.db, group).await?
    };
    Ok((found, rows, total))
}

/// At most `limit` pending requests of a group, oldest first, for viewers who may answer them.
///
/// # Errors
/// As [`waiting`].
pub(crate) async fn waiting_up_to(
    cx: &Context,
    viewer: Viewer,
    group: GroupId,
    limit: i64,
) -> Result<(GroupAccess, Vec<RequestRow>)> {
    viewer.user()?;
    let found = groups::with_permission(cx, viewer, group, Permission::Admit).await?;
    Ok((found, store::groups::requests::waiting(&cx.db, group, limit).await?))
}

/// The number of pending requests; 0 for public groups and for viewers who may not answer them.
pub async fn count(cx: &Context, found: &GroupAccess) -> Result<i64> {
    if found.group.kind == model::GroupKind::Public || !found.access.may(Permission::Admit) {
        return Ok(0);
    }
    Ok(store::groups::requests::count(&cx.db, found.group.id).await?)
}

/// Approves or declines pending requests. Returns how many were answered.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`].
pub async fn answer(
    cx: &Context,
    viewer: Viewer,
    group: GroupId,
    users: &[UserId],
    approve: bool,
) -> Result<(Group, usize)> {
    let by = viewer.user()?;
    let found = groups::with_permission(cx, viewer, group, Permission::Admit).await?;
    let now = cx.now();
    let mut tx = cx.db.begin().await?;
    unread::users_change(cx, users).await?;
    let access = members::lock(&mut tx, viewer, group).await?;
    access.check(Permission::Admit)?;
    let answered = if approve {
        if access.is_archived() {
            return Err(Error::forbidden(texts::groups_errors::archived()));
        }
        let taken = store::groups::requests::take(&mut tx, group, users).await?;
        for user in &taken {
            if !store::groups::members::place(&mut tx, group, *user).await?.is_banned {
                members::enter(cx, &mut tx, group, *user, Role::Member, now).await?;
                log(&mut tx, by, LogAction::MemberAdmitted, group, *user, now).await?;
                if let Some(address) = store::people::users::email_in(&mut tx, *user).await? {
                    outbox::about_group(&mut tx, EmailKind::Admitted, *user, &address, group, now).await?;
                }
            }
        }
        taken
    } else {
        let declined = store::groups::requests::decline(&mut tx, group, users, now).await?;
        for user in &declined {
            log(&mut tx, by, LogAction::RequestDeclined, group, *user, now).await?;
        }
        declined
    };
    tx.commit().await?;
    cx.wake.after_commit();
    for user in &answered {
        tell::membership_changed(cx, *user, group).await;
    }
    tell::tell_moderators(cx, group).await;
    Ok((found.group, answered.len()))
}

async fn log(tx: &mut Tx, by: UserId, what: LogAction, group: GroupId, user: UserId, now: Timestamp) -> Result<()> {
    log::write(tx, LogEntry::new(by, what).group(group).whom(user), now).await
}

/// A user's own request.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Mine {
    pub id: GroupId,
    /// `None` unless the user may know of it: by a link, or because the group had another kind when they asked.
    pub group: Option<Group>,
    pub asked_at: Timestamp,
    pub declined_at: Option<Timestamp>,
}

/// The viewer's own requests, newest first.
pub async fn mine(cx: &Context, viewer: Viewer) -> Result<Vec<Mine>> {
    mine_up_to(cx, viewer, LIST_LIMIT).await
}

/// As [`mine`], at most `limit`.
pub(crate) async fn mine_up_to(cx: &Context, viewer: Viewer, limit: i64) -> Result<Vec<Mine>> {
    let rows = store::groups::requests::of_user(&cx.db, viewer.user()?, limit).await?;
    let mine = |row: OwnRow| Mine {
        id: row.group.id,
        group: row.known.then_some(row.group),
        asked_at: row.asked_at,
        declined_at: row.declined_at,
    };
    Ok(rows.into_iter().map(mine).collect())
}
