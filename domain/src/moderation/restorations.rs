//! Deleted topics and groups, and restoring them.

use std::time::Duration;

use crate::groups::{self, GroupAccess, members};
use crate::live::{tell, unread};
use crate::people::notices::{self, Decision};
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::jobs::{Cause, Task};
use crate::platform::{jobs, log};
use crate::topics;
use bus::Control;
use model::policy::{Permission, Viewer};
use model::time::Timestamp;
use model::{DeletedGroup, DeletedTopic, GroupId, LogAction, LogEntry, NoticeKind, TopicAction, TopicId};
use store::people::notices::NewNotice;
use store::search_log::{self, Changed};

/// How long a deleted topic or group can be restored. The hourly sweep deletes its rows some time after.
pub const KEPT: Duration = Duration::from_secs(30 * 24 * 3_600);
/// The most entries of a list.
const MOST: i64 = 200;

/// Until when what was deleted then can be restored.
pub fn until(deleted_at: Timestamp) -> Timestamp {
    deleted_at.plus(KEPT)
}

/// The deleted topics of a group, latest first.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`] for anyone but moderators.
pub async fn topics(cx: &Context, viewer: Viewer, group: GroupId) -> Result<(GroupAccess, Vec<DeletedTopic>)> {
    topics_up_to(cx, viewer, group, MOST).await
}

/// As [`topics`], at most `limit`.
pub(crate) async fn topics_up_to(
    cx: &Context,
    viewer: Viewer,
    group: GroupId,
    limit: i64,
) -> Result<(GroupAccess, Vec<DeletedTopic>)> {
    viewer.user()?;
    let found = groups::with_permission(cx, viewer, group, Permission::Moderate).await?;
    Ok((found, store::topics::deleted::list(&cx.db, group, cx.now().minus(KEPT), limit).await?))
}

/// A deleted topic of a group that the viewer moderates.
///
/// # Errors
/// [`Error::NotFound`], also for viewers who do not moderate its group: they do not learn what was deleted.
pub async fn topic(cx: &Context, viewer: Viewer, id: TopicId) -> Result<(GroupAccess, DeletedTopic)> {
    let deleted = store::topics::deleted::one(&cx.db, id, cx.now().minus(KEPT)).await?.ok_or(Error::NotFound)?;
    match groups::with_permission(cx, viewer, deleted.group_id, Permission::Moderate).await {
        Ok(found) => Ok((found, deleted)),
        Err(Error::Forbidden(_)) => Err(Error::NotFound),
        Err(error) => Err(error),
    }
}

/// Restores a deleted topic with its messages. Its creator is told. Returns its path. A topic that is not deleted stays
/// as it is.
///
/// # Errors
/// [`Error::NotFound`] if it cannot be restored; [`Error::Forbidden`] for anyone but moderators.
pub async fn restore_topic(cx: &Context, viewer: Viewer, id: TopicId) -> Result<String> {
    let by = viewer.user()?;
    match topics::find(cx, viewer, id).await {
        Ok(found) => {
            found.access.check(Permission::Moderate)?;
            return Ok(format!("/{}/{}/", found.group.slug, found.topic.slug));
        }
        Err(Error::NotFound) => {}
        Err(error) => return Err(error),
    }
    let (found, deleted) = topic(cx, viewer, id).await?;
    let (group, now) = (found.group.id, cx.now());
    let mut tx = cx.db.begin().await?;
    // The viewer may have lost the right meanwhile.
    let access = members::lock(&mut tx, viewer, group).await?;
    access.check(Permission::Moderate)?;
    if store::topics::deleted::restore(&mut tx, id, group, now.minus(KEPT)).await? == 0 {
        return Err(Error::NotFound);
    }
    store::topics::events::insert(&mut tx, id, by, TopicAction::Restored, "", now).await?;
    let entry = LogEntry::new(by, LogAction::TopicRestored).group(group).topic(id).whom(deleted.creator_id);
    log::write(&mut tx, entry, now).await?;
    let decision = Decision { by, side: notices::capacity(access), reason: "", group, topic: id, message: None };
    notices::topic_restored(cx, &mut tx, decision, deleted.creator_id, &deleted.name).await?;
    search_log::insert(&mut tx, Changed::Topic(id)).await?;
    // For the group, a restored topic is like one that was moved there.
    jobs::enqueue(&mut tx, Cause::TopicMoved { topic: id, from: group }, now).await?;
    tx.commit().await?;
    cx.wake.after_commit();
    tell::pages_changed(cx, None).await;
    Ok(format!("/{}/{}/", found.group.slug, deleted.slug))
}

/// The deleted groups of the site, latest first, without conversations.
///
/// # Errors
/// [`Error::NotFound`] for viewers who are not site admins.
pub async fn deleted_groups(cx: &Context, viewer: Viewer) -> Result<Vec<DeletedGroup>> {
    deleted_groups_up_to(cx, viewer, MOST).await
}

/// As [`deleted_groups`], at most `limit`.
pub(crate) async fn deleted_groups_up_to(cx: &Context, viewer: Viewer, limit: i64) -> Result<Vec<DeletedGroup>> {
    viewer.site_admin()?;
    Ok(store::groups::deleted::list(&cx.db, cx.now().minus(KEPT), limit).await?)
}

/// Restores a deleted group with its members and the topics that were deleted with it. Its moderators are told, and the
/// group is back on the pages of its members. Requests to join and invitations do not come back.
///
/// # Errors
/// [`Error::NotFound`] if it cannot be restored, and for viewers who are not site admins.
pub async fn restore_group(cx: &Context, viewer: Viewer, id: GroupId) -> Result<()> {
    let by = viewer.site_admin()?;
    let now = cx.now();
    let mut tx = cx.db.begin().await?;
    crate::site::admins::lock(&mut tx, viewer).await?;
    let members = store::groups::deleted::restore(&mut tx, id, now.minus(KEPT)).await?.ok_or(Error::NotFound)?;
    members::promote_successor(&mut tx, id, by, now).await?;
    log::write(&mut tx, LogEntry::new(by, LogAction::GroupRestored).group(id), now).await?;
    for user in store::groups::members::moderators_in(&mut tx, id).await? {
        notices::tell(cx, &mut tx, NewNotice::new(user, Some(id), NoticeKind::GroupRestored, "", by)).await?;
    }
    search_log::insert(&mut tx, Changed::Group(id)).await?;
    jobs::enqueue(&mut tx, Task::GroupChanged { group: id }, now).await?;
    unread::users_change(cx, &members).await?;
    tx.commit().await?;
    cx.wake.after_commit();
    cx.tell(&Control::GroupChanged { group: id, narrows: false }).await;
    for user in members {
        tell::membership_changed(cx, user, id).await;
    }
    Ok(())
}
