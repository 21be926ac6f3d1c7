//! The approval queue: holding, withdrawing, approving and declining messages. A pending message is in a table of its
//! own, out of reach of everyone but its author and moderators.

use crate::messages::submit::{self, Outcome};
use crate::screening::hold;
use std::time::Duration;

use crate::groups;
use crate::groups::{GroupAccess, members};
use crate::people::notices;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::{log, validate};
use model::policy::Viewer;
use model::{Group, GroupId, LogAction, LogEntry, NoticeDetails, NoticeKind, PendingId, PendingRow};
pub use store::moderation::approval_queue::OwnPending;
use store::people::notices::NewNotice;
use texts::Text;

/// Messages on the moderators' page.
pub const LIST_LIMIT: i64 = 50;

/// How long an author can see a declined message.
const KEPT: Duration = Duration::from_secs(30 * 24 * 3_600);

/// Returns the pending messages of a group for its moderators, oldest first.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`].
pub async fn of_group(cx: &Context, viewer: Viewer, group: GroupId) -> Result<(GroupAccess, Vec<PendingRow>)> {
    of_group_up_to(cx, viewer, group, LIST_LIMIT).await
}

/// As [`of_group`], at most `limit`.
pub(crate) async fn of_group_up_to(
    cx: &Context,
    viewer: Viewer,
    group: GroupId,
    limit: i64,
) -> Result<(GroupAccess, Vec<PendingRow>)> {
    let found = moderator(cx, viewer, group).await?;
    Ok((found, store::moderation::approval_queue::of_group(&cx.db, group, limit).await?))
}

async fn moderator(cx: &Context, viewer: Viewer, group: GroupId) -> Result<GroupAccess> {
    viewer.user()?;
    let found = groups::by_id(cx, viewer, group).await?;
    if found.group.is_direct() {
        return Err(Error::forbidden(texts::moderation_errors::no_queue()));
    }
    found.access.check_settle()?;
    Ok(found)
}

/// Returns the pending messages that a site admin may answer, in the groups that they can read, oldest first.
///
/// # Errors
/// [`Error::NotFound`] for anyone but site admins.
pub async fn of_site(cx: &Context, viewer: Viewer) -> Result<Vec<PendingRow>> {
    of_site_up_to(cx, viewer, LIST_LIMIT).await
}

/// As [`of_site`], at most `limit`.
pub(crate) async fn of_site_up_to(cx: &Context, viewer: Viewer, limit: i64) -> Result<Vec<PendingRow>> {
    Ok(store::moderation::approval_queue::of_site(&cx.db, viewer.site_admin()?, limit).await?)
}

/// Returns the number of pending messages for moderators of the group; 0 for everyone else. Makes no query.
pub fn count(found: &GroupAccess) -> i64 {
    if found.access.may_settle() && !found.group.is_direct() { found.held } else { 0 }
}

/// Returns the number of pending messages for a site admin.
///
/// # Errors
/// [`Error::NotFound`] for anyone but site admins.
pub async fn count_of_site(cx: &Context, viewer: Viewer) -> Result<i64> {
    Ok(store::moderation::approval_queue::count_of_site(&cx.db, viewer.site_admin()?).await?)
}

/// Withdraws the viewer's own pending or declined message.
///
/// # Errors
/// [`Error::NotFound`] if it belongs to someone else or no longer exists.
pub async fn withdraw(cx: &Context, viewer: Viewer, id: PendingId) -> Result<()> {
    let author = viewer.user()?;
    let mut tx = cx.db.begin().await?;
    let group = store::moderation::approval_queue::withdraw(&mut tx, author, id).await?.ok_or(Error::NotFound)?;
    tx.commit().await?;
    hold::changed(cx, group, author).await;
    Ok(())
}

/// A moderator's decision on pending messages.
#[derive(Clone, Debug)]
pub enum Answer {
    /// Posts them in their author's name, with the current time.
    Approve,
    /// Rejects them and tells their author this reason.
    Decline(String),
}

/// The result of answering pending messages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answered {
    /// Number of messages approved or declined.
    pub done: usize,
    /// Number of messages that were already answered or withdrawn.
    pub before: usize,
    /// Why other messages cannot be posted; they stay pending.
    pub refused: Vec<Text>,
}

/// Answers pending messages of a group, or of any group that a site admin may answer for, one by one.
///
/// # Errors
/// [`Error::Invalid`] on `reason`; [`Error::NotFound`] and [`Error::Forbidden`] as [`of_group`] and [`of_site`].
pub async fn answer(
    cx: &Context,
    viewer: Viewer,
    group: Option<GroupId>,
    ids: &[PendingId],
    answer: Answer,
) -> Result<Answered> {
    match group {
        Some(group) => moderator(cx, viewer, group).await.map(drop)?,
        None => viewer.site_admin().map(drop)?,
    }
    let reason = match &answer {
        Answer::Approve => None,
        Answer::Decline(reason) => Some(validate::reason(reason, "reason", true)?),
    };
    let mut answered = Answered::default();
    for &id in ids.iter().take(LIST_LIMIT as usize) {
        let row = store::moderation::approval_queue::by_id(&cx.db, id).await?;
        let Some(row) = row.filter(|row| group.is_none_or(|group| group == row.group.id)) else {
            answered.before += 1;
            continue;
        };
        let done = match &reason {
            None => approve(cx, viewer, &row).await,
            Some(reason) => decline(cx, viewer, &row, reason).await,
        };
        match done {
            Ok(true) => answered.done += 1,
            Ok(false) | Err(Error::NotFound) => answered.before += 1,
            Err(Error::Forbidden(why)) => answered.refused.push(why),
            Err(error) => return Err(error),
        }
        hold::changed(cx, row.group.id, row.author_id).await;
    }
    Ok(answered)
}

async fn decline(cx: &Context, viewer: Viewer, row: &PendingRow, reason: &str) -> Result<bool> {
    let mut tx = cx.db.begin().await?;
    let access = members::lock(&mut tx, viewer, row.group.id).await?;
    if !access.may_settle() {
        return Err(Error::NotFound);
    }
    let (by, now) = (viewer.user()?, cx.now());
    let done = store::moderation::approval_queue::decline(&mut tx, row.held_id, by, reason, now).await?;
    if done > 0 {
        let entry =
            LogEntry::new(by, LogAction::PendingDeclined).group(row.group.id).whom(row.author_id).reason(reason);
        log::write(&mut tx, entry, now).await?;
        let details = NoticeDetails {
            by: Some(notices::capacity(access)),
            title: row.title.clone(),
            text: row.raw.clone(),
            automatic: row.is_by_rule(),
            at: Some(row.written_at),
            ..NoticeDetails::NONE
        };
        let (user, group, topic, kind) = (row.author_id, Some(row.group.id), row.topic_id, NoticeKind::Declined);
        let new = NewNotice { user, group, topic, kind, reason, by: Some(by), message: None, details: &details };
        notices::tell(cx, &mut tx, new).await?;
    }
    tx.commit().await?;
    cx.wake.after_commit();
    Ok(done > 0)
}

/// Posts the message; leaves it pending if its author may not post it. Only one of two concurrent calls succeeds.
async fn approve(cx: &Context, viewer: Viewer, row: &PendingRow) -> Result<bool> {
    match submit::approve(cx, viewer, row).await? {
        Outcome::Posted(_) => Ok(true),
        Outcome::KeyTaken => settle_twin(cx, row).await,
        Outcome::Changed => Ok(false),
    }
}

/// Handles an unsaved message: the same form was posted before, so nothing is left to do, or its topic is gone.
async fn settle_twin(cx: &Context, row: &PendingRow) -> Result<bool> {
    let twin = match &row.idempotency_key {
        Some(key) => store::messages::by_key(&cx.db, row.author_id, key).await?,
        None => None,
    };
    if twin.is_none() {
        return Err(Error::forbidden(texts::moderation_errors::topic_deleted()));
    }
    let mut tx = cx.db.begin().await?;
    store::moderation::approval_queue::take(&mut tx, row.held_id).await?;
    tx.commit().await?;
    Ok(false)
}

/// Returns whether the group holds the first messages of new members.
pub fn holds_first(group: &Group) -> bool {
    group.first_held > 0
}

/// Deletes messages declined longer than `KEPT` ago.
pub(crate) async fn purge(cx: &Context) -> Result<u64> {
    let mut tx = cx.db.begin().await?;
    let purged = store::moderation::approval_queue::purge(&mut tx, cx.now().minus(KEPT)).await?;
    tx.commit().await?;
    Ok(purged)
}

/// Waiting messages that are returned at once.
const RETURNED: i64 = 100;

/// Returns waiting messages to their authors, by a notice with the text, if their topic or group was deleted.
pub(crate) async fn return_stranded(cx: &Context) -> Result<()> {
    loop {
        let mut tx = cx.db.begin().await?;
        let before = cx.now().minus(KEPT - Duration::from_secs(24 * 3_600));
        let stranded = store::moderation::approval_queue::take_stranded(&mut tx, before, RETURNED).await?;
        for row in &stranded {
            let at = Some(row.created_at);
            let (title, text) = (row.title.clone(), row.raw.clone());
            let details = NoticeDetails { title, text, at, ..NoticeDetails::NONE };
            let reason = if row.group_gone { "The group was deleted." } else { "The topic was deleted." };
            let (user, group, kind) = (row.author_id, Some(row.group_id), NoticeKind::Declined);
            let (by, topic, message) = (None, None, None);
            let new = NewNotice { user, group, kind, reason, by, topic, message, details: &details };
            notices::tell(cx, &mut tx, new).await?;
        }
        tx.commit().await?;
        cx.wake.after_commit();
        if (stranded.len() as i64) < RETURNED {
            return Ok(());
        }
    }
}
