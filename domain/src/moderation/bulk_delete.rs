//! Bulk deletion: deletes all messages and topics of a user at once, tells them the reason, and can be undone. A job
//! does it in resumable steps; each step is one transaction that also records what it deleted.

mod steps;

use crate::live::{notices, tell};
use crate::people::{admins, bots};
use crate::platform::jobs::Task;
use std::time::Duration;

pub(crate) use steps::work;

use crate::groups;
use crate::groups::members;
use crate::live::unread;
use crate::messages::history::KEPT;
use crate::people::sessions;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::{jobs, log, validate};
use model::policy::{Permission, Viewer};
use model::time::Timestamp;
use model::{
    BulkDeleteId, BulkDeleteRow, BulkDeleteSize, Group, GroupId, LogAction, LogEntry, NoticeKind, User, UserId,
};
use store::moderation::bulk_delete::NewBulkDelete;
use store::people::notices::NewNotice;
use store::{self, Tx};
use texts::{Lang, Text};

const LIST_LIMIT: i64 = 20;

/// How far back a bulk deletion reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Span {
    All,
    Week,
    Day,
}

impl Span {
    /// All spans, in display order.
    pub const ALL: [Self; 3] = [Self::Day, Self::Week, Self::All];

    /// Returns the form value.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Week => "week",
            Self::Day => "day",
        }
    }

    /// Parses the form value; `None` for any other word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|span| span.as_str() == word)
    }

    /// Returns the text shown to users.
    pub fn label(self) -> Text {
        match self {
            Self::All => texts::moderation_errors::all_posts(),
            Self::Week => texts::moderation_errors::last_week(),
            Self::Day => texts::moderation_errors::last_day(),
        }
    }

    fn since(self, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::All => None,
            Self::Week => Some(now.minus(Duration::from_secs(7 * 24 * 3_600))),
            Self::Day => Some(now.minus(Duration::from_secs(24 * 3_600))),
        }
    }
}

/// Returns until when a bulk deletion can be undone; `None` if it was undone or it is too late.
pub fn undo_until(row: &BulkDeleteRow, now: Timestamp) -> Option<Timestamp> {
    let until = row.created_at.plus(KEPT);
    (row.undone_at.is_none() && now < until).then_some(until)
}

/// How much each span would delete.
pub type Measures = [(Span, BulkDeleteSize); 3];

async fn measures(cx: &Context, user: UserId, group: Option<GroupId>) -> Result<Measures> {
    let mut all = Span::ALL.map(|span| (span, BulkDeleteSize::default()));
    for (span, measure) in &mut all {
        let since = span.since(cx.now()).unwrap_or(Timestamp(0));
        *measure = store::moderation::bulk_delete::measure(&cx.db, user, group, since).await?;
    }
    Ok(all)
}

/// Returns how much a site admin would delete of a user's on the whole site.
///
/// # Errors
/// [`Error::NotFound`] for anyone else, and if there is no such user; [`Error::Forbidden`] for site admins.
pub async fn of_site(cx: &Context, viewer: Viewer, user: UserId) -> Result<(User, Measures)> {
    let found = removable(cx, viewer, user).await?;
    Ok((found, measures(cx, user, None).await?))
}

async fn removable(cx: &Context, viewer: Viewer, user: UserId) -> Result<User> {
    viewer.site_admin()?;
    let found = admins::person(cx, viewer, user).await?;
    if found.is_admin {
        return Err(Error::forbidden(texts::moderation_errors::clear_admin()));
    }
    Ok(found)
}

/// Returns how much a moderator would delete of a user's in a group.
///
/// # Errors
/// As [`members::detail`]; [`Error::Forbidden`] for users not ranked above them, and in an archive.
pub async fn of_group(
    cx: &Context,
    viewer: Viewer,
    group: GroupId,
    user: UserId,
) -> Result<(members::MemberDetail, Measures)> {
    let chosen = members::detail(cx, viewer, group, user).await?;
    chosen.found.access.check(Permission::Moderate)?;
    if viewer.id() == Some(user) || !chosen.found.access.may_remove(chosen.role()) {
        return Err(Error::forbidden(texts::moderation_errors::clear_lower_role()));
    }
    Ok((chosen, measures(cx, user, Some(group)).await?))
}

/// Deletes what a user wrote on the whole site; with `bar`, also suspends or bans the account.
///
/// # Errors
/// [`Error::Invalid`] on `reason`, `days`, and on `span` if it contains nothing; as [`of_site`].
pub async fn clear_site(
    cx: &Context,
    viewer: Viewer,
    user: UserId,
    span: Span,
    reason: &str,
    bar: Option<admins::Restriction>,
) -> Result<User> {
    let by = viewer.site_admin()?;
    let found = removable(cx, viewer, user).await?;
    let reason = validate::reason(reason, "reason", true)?;
    if let Some(bar) = bar {
        bar.check()?;
    }
    let since = span.since(cx.now());
    check_any(cx, user, None, since).await?;
    let mut tx = cx.db.begin().await?;
    store::people::users::lock(&mut tx, &[user]).await?;
    begin(cx, &mut tx, NewBulkDelete { user, group: None, by, reason: &reason, since }, span).await?;
    let ended = match bar {
        Some(bar) => admins::restrict_in(cx, &mut tx, by, user, bar, &reason).await?,
        None => Vec::new(),
    };
    tx.commit().await?;
    cx.wake.after_commit();
    for id in ended {
        sessions::ended_everywhere(cx, id).await;
    }
    tell::person_changed(cx, user).await;
    if bar.is_some() {
        bots::owner_changed(cx, user).await;
    }
    Ok(found)
}

/// Deletes what a user wrote in a group; with `ban`, also bans them from it.
///
/// # Errors
/// [`Error::Invalid`] on `reason`, and on `span` if it contains nothing; as [`of_group`].
pub async fn clear_group(
    cx: &Context,
    viewer: Viewer,
    group: GroupId,
    user: UserId,
    span: Span,
    reason: &str,
    ban: bool,
) -> Result<Group> {
    let by = viewer.user()?;
    let chosen = members::detail(cx, viewer, group, user).await?;
    let reason = validate::reason(reason, "reason", true)?;
    let since = span.since(cx.now());
    let mut tx = cx.db.begin().await?;
    store::people::users::lock(&mut tx, &[user]).await?;
    if ban {
        unread::users_change(cx, &[user]).await?;
    }
    let access = members::lock(&mut tx, viewer, group).await?;
    access.check(Permission::Moderate)?;
    let place = store::groups::members::place(&mut tx, group, user).await?;
    if by == user || !access.may_remove(place.role) {
        return Err(Error::forbidden(texts::moderation_errors::clear_lower_role()));
    }
    check_any(cx, user, Some(group), since).await?;
    begin(cx, &mut tx, NewBulkDelete { user, group: Some(group), by, reason: &reason, since }, span).await?;
    let concerned = if ban && !place.is_banned {
        members::remove_in(cx, &mut tx, members::MemberRemoval { by, group, user, place, ban: Some(&reason) }).await?
    } else {
        Vec::new()
    };
    tx.commit().await?;
    cx.wake.after_commit();
    for user in concerned {
        tell::membership_changed(cx, user, group).await;
    }
    tell::person_changed(cx, user).await;
    Ok(chosen.found.group)
}

async fn check_any(cx: &Context, user: UserId, group: Option<GroupId>, since: Option<Timestamp>) -> Result<()> {
    let there = store::moderation::bulk_delete::measure(&cx.db, user, group, since.unwrap_or(Timestamp(0))).await?;
    if there == BulkDeleteSize::default() {
        return Err(Error::invalid("span", texts::moderation_errors::nothing_to_clear()));
    }
    Ok(())
}

/// Starts a bulk deletion. Lock the user first, so that no message of theirs is approved meanwhile.
async fn begin(cx: &Context, tx: &mut Tx, new: NewBulkDelete<'_>, span: Span) -> Result<()> {
    let now = cx.now();
    let NewBulkDelete { user, group, by, reason, .. } = new;
    let removal = store::moderation::bulk_delete::insert(tx, new, now).await?;
    notices::tell(cx, tx, NewNotice::new(user, group, NoticeKind::Removal, reason, by)).await?;
    let action = LogEntry::new(by, LogAction::PersonCleared)
        .whom(user)
        .reason(reason)
        .detail(span.label().to(Lang::En).to_lowercase());
    log::write(tx, LogEntry { group, ..action }, now).await?;
    jobs::enqueue(tx, Task::BulkDelete { removal }, now).await?;
    Ok(())
}

/// Returns a user's bulk deletions in a group or on the whole site, newest first. The caller checks rights.
pub(crate) async fn list(cx: &Context, user: UserId, group: Option<GroupId>) -> Result<Vec<BulkDeleteRow>> {
    Ok(store::moderation::bulk_delete::of_user(&cx.db, user, group, LIST_LIMIT).await?)
}

/// Undoes a bulk deletion on the whole site and returns its user.
///
/// # Errors
/// [`Error::NotFound`] for anyone but site admins, and if there is none that can be undone.
pub async fn undo_in_site(cx: &Context, viewer: Viewer, id: BulkDeleteId) -> Result<UserId> {
    let by = viewer.site_admin()?;
    let row = store::moderation::bulk_delete::by_id(&cx.db, id)
        .await?
        .filter(|row| row.group_id.is_none())
        .ok_or(Error::NotFound)?;
    let tx = cx.db.begin().await?;
    undo(cx, tx, &row, by).await
}

/// Undoes a bulk deletion in a group and returns its user.
///
/// # Errors
/// [`Error::NotFound`] if the group has none to undo, [`Error::Forbidden`] for anyone but moderators.
pub async fn undo_in_group(cx: &Context, viewer: Viewer, group: GroupId, id: BulkDeleteId) -> Result<UserId> {
    let by = viewer.user()?;
    groups::with_permission(cx, viewer, group, Permission::Moderate).await?;
    let row = store::moderation::bulk_delete::by_id(&cx.db, id).await?;
    let row = row.filter(|row| row.group_id == Some(group)).ok_or(Error::NotFound)?;
    let mut tx = cx.db.begin().await?;
    members::lock(&mut tx, viewer, group).await?.check(Permission::Moderate)?;
    undo(cx, tx, &row, by).await
}

async fn undo(cx: &Context, mut tx: Tx, row: &BulkDeleteRow, by: UserId) -> Result<UserId> {
    let now = cx.now();
    let (removal, user, group) = (row.id, row.user_id, row.group_id);
    if store::moderation::bulk_delete::undo(&mut tx, removal, by, now, now.minus(KEPT)).await? == 0 {
        return Err(Error::NotFound);
    }
    if !store::moderation::bulk_delete::is_covered(&mut tx, removal).await? {
        notices::tell(cx, &mut tx, NewNotice::new(user, group, NoticeKind::Restored, "", by)).await?;
    }
    let action = LogEntry::new(by, LogAction::ClearingUndone).whom(user);
    log::write(&mut tx, LogEntry { group, ..action }, now).await?;
    jobs::enqueue(&mut tx, Task::UndoBulkDelete { removal }, now).await?;
    tx.commit().await?;
    cx.wake.after_commit();
    tell::person_changed(cx, user).await;
    Ok(user)
}
