//! Messages that wait for approval: held, taken back, approved, declined. Until one is approved, nobody but its author and those who keep
//! order there can come by it: it stands in a table of its own.

use crate::messages::submit::{self, Outcome};
use crate::screening::hold;
use std::time::Duration;

use crate::groups;
use crate::groups::GroupAccess;
use crate::groups::members;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::log;
use crate::platform::validate;
use crate::topics;
use model::policy::Viewer;
use model::{Group, GroupId, PendingId};
use model::{LogAction, LogEntry};
pub use store::moderation::approval_queue::OwnPending;
use store::moderation::approval_queue::PendingRow;

/// Messages on the page of those who answer.
pub const LIST_LIMIT: i64 = 50;

/// How long an author finds what was declined.
const KEPT: Duration = Duration::from_secs(30 * 24 * 3_600);

/// The reader's own messages that wait in a topic or were declined; no query when there are none.
pub async fn own_in_topic(cx: &Context, viewer: Viewer, found: &topics::TopicAccess) -> Result<Vec<OwnPending>> {
    match viewer.id() {
        Some(user) if found.own_held => {
            Ok(store::moderation::approval_queue::own(&cx.db, user, found.group.id, Some(found.topic.id)).await?)
        }
        _ => Ok(Vec::new()),
    }
}

/// The same of topics that are to be started in a group.
pub async fn own_in_group(cx: &Context, viewer: Viewer, found: &GroupAccess) -> Result<Vec<OwnPending>> {
    match viewer.id() {
        Some(user) if found.own_held => {
            Ok(store::moderation::approval_queue::own(&cx.db, user, found.group.id, None).await?)
        }
        _ => Ok(Vec::new()),
    }
}

/// What waits in a group, for those who keep order in it; the eldest first.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`].
pub async fn of_group(cx: &Context, viewer: Viewer, group: GroupId) -> Result<(GroupAccess, Vec<PendingRow>)> {
    let found = moderator(cx, viewer, group).await?;
    Ok((found, store::moderation::approval_queue::of_group(&cx.db, group, LIST_LIMIT).await?))
}

async fn moderator(cx: &Context, viewer: Viewer, group: GroupId) -> Result<GroupAccess> {
    viewer.user()?;
    let found = groups::by_id(cx, viewer, group).await?;
    if found.group.is_direct() {
        return Err(Error::Forbidden("Nothing waits in a conversation."));
    }
    found.access.check_settle()?;
    Ok(found)
}

/// What waits wherever an admin of the site may answer: in groups that they read. The eldest first.
///
/// # Errors
/// [`Error::NotFound`] for anyone else.
pub async fn of_site(cx: &Context, viewer: Viewer) -> Result<Vec<PendingRow>> {
    Ok(store::moderation::approval_queue::of_site(&cx.db, viewer.site_admin()?, LIST_LIMIT).await?)
}

/// How many wait in a group, for those who answer; 0 for everyone else. It asks nothing: the group was read with it.
pub fn count(found: &GroupAccess) -> i64 {
    if found.access.may_settle() && !found.group.is_direct() { found.held } else { 0 }
}

/// How many wait for an admin of the site.
///
/// # Errors
/// [`Error::NotFound`] for anyone else.
pub async fn count_of_site(cx: &Context, viewer: Viewer) -> Result<i64> {
    Ok(store::moderation::approval_queue::count_of_site(&cx.db, viewer.site_admin()?).await?)
}

/// Takes one's own back, whether it waits or was declined.
///
/// # Errors
/// [`Error::NotFound`] when it is not theirs, or not there any more.
pub async fn withdraw(cx: &Context, viewer: Viewer, id: PendingId) -> Result<()> {
    let author = viewer.user()?;
    let mut tx = cx.db.begin().await?;
    let group = store::moderation::approval_queue::withdraw(&mut tx, author, id).await?.ok_or(Error::NotFound)?;
    tx.commit().await?;
    hold::changed(cx, group, author).await;
    Ok(())
}

/// What is done with messages that wait.
#[derive(Clone, Debug)]
pub enum Answer {
    /// They are posted, as their author's, now.
    Approve,
    /// They are not, and their author is told why.
    Decline(String),
}

/// What became of messages that waited.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answered {
    /// How many were approved or declined.
    pub done: usize,
    /// How many somebody had answered before, or their author had taken back.
    pub before: usize,
    /// Why others cannot be posted: they wait on.
    pub refused: Vec<&'static str>,
}

/// Answers messages that wait: in a group, or in whatever groups an admin of the site may answer for. Each stands for itself.
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
    if !members::lock(&mut tx, viewer, row.group.id).await?.may_settle() {
        return Err(Error::NotFound);
    }
    let (by, now) = (viewer.user()?, cx.now());
    let done = store::moderation::approval_queue::decline(&mut tx, row.held_id, by, reason, now).await?;
    if done > 0 {
        let entry =
            LogEntry::new(by, LogAction::PendingDeclined).group(row.group.id).whom(row.author_id).reason(reason);
        log::write(&mut tx, entry, now).await?;
    }
    tx.commit().await?;
    Ok(done > 0)
}

/// Posts it as its author's, as of now; what may not be posted by them any more waits on. Of two who approve at once, one does.
async fn approve(cx: &Context, viewer: Viewer, row: &PendingRow) -> Result<bool> {
    match submit::approve(cx, viewer, row).await? {
        Outcome::Posted(_) => Ok(true),
        Outcome::KeyTaken => settle_twin(cx, row).await,
        Outcome::Changed => Ok(false),
    }
}

/// It was not saved: because the same form was posted before, and then there is nothing left to do, or because its topic went.
async fn settle_twin(cx: &Context, row: &PendingRow) -> Result<bool> {
    let twin = match &row.idempotency_key {
        Some(key) => store::messages::by_key(&cx.db, row.author_id, key).await?,
        None => None,
    };
    if twin.is_none() {
        return Err(Error::Forbidden("The topic is gone."));
    }
    let mut tx = cx.db.begin().await?;
    store::moderation::approval_queue::take(&mut tx, row.held_id).await?;
    tx.commit().await?;
    Ok(false)
}

/// Whether the group holds anything of the first messages of new people.
pub fn holds_first(group: &Group) -> bool {
    group.first_held > 0
}

/// Forgets what was declined long ago.
pub(crate) async fn purge(cx: &Context) -> Result<u64> {
    let mut tx = cx.db.begin().await?;
    let purged = store::moderation::approval_queue::purge(&mut tx, cx.now().minus(KEPT)).await?;
    tx.commit().await?;
    Ok(purged)
}
