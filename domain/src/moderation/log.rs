//! Reading the moderation log: the public view, the moderators' view and the site admins' view.

use crate::groups;
use crate::groups::{GroupAccess, members};
use crate::platform::context::Context;
use crate::platform::cut;
use crate::platform::error::{Error, Result};
use crate::platform::log::write;
use model::policy::{Permission, Viewer};
use model::{EntryId, GroupId, LogAction, LogEntry, LogLine, LogReach, UserId};
use store::moderation::log::Wanted;

/// Rows per page.
pub const PAGE: usize = 50;
/// Rows shown in a user's record.
const RECORD: i64 = 30;

/// A page of the log.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// Newest first.
    pub lines: Vec<LogLine>,
    /// Where the next page begins, if there is one.
    pub more: Option<EntryId>,
}

async fn page(cx: &Context, viewer: Viewer, wanted: &Wanted, sees_hidden: bool) -> Result<Page> {
    let mut lines = store::moderation::log::lines(&cx.db, viewer.id(), wanted, PAGE as i64 + 1).await?;
    let has_more = cut(&mut lines, PAGE);
    if !sees_hidden {
        lines.iter_mut().filter(|line| line.hidden).for_each(without_person);
    }
    let more = lines.last().filter(|_| has_more).map(|line| line.id);
    Ok(Page { lines, more })
}

/// Removes the affected user and all that reveals them: the reason may name them, the message does.
fn without_person(line: &mut LogLine) {
    (line.user_id, line.user, line.user_gone) = (None, None, false);
    (line.topic_id, line.topic_name, line.topic_path, line.message_id) = (None, None, None, None);
    line.reason.clear();
}

/// Returns the readable actions for this reach, reduced to `what` if given.
fn kinds(reach: LogReach, what: Option<LogAction>) -> Vec<LogAction> {
    LogAction::readable(reach).filter(|action| what.is_none_or(|what| what == *action)).collect()
}

/// Returns the log of a group's moderation, for users who may read the group; moderators see more of it.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`].
pub async fn of_group(
    cx: &Context,
    viewer: Viewer,
    group: GroupId,
    what: Option<LogAction>,
    before: Option<EntryId>,
) -> Result<(GroupAccess, Page)> {
    let found = groups::with_permission(cx, viewer, group, Permission::Read).await?;
    if found.group.is_direct() {
        return Err(Error::forbidden(texts::moderation_errors::no_log()));
    }
    let reach = if found.access.may_settle() { LogReach::Moderators } else { LogReach::Public };
    let since_opened = reach == LogReach::Public;
    let wanted =
        Wanted { what: kinds(reach, what), groups: Some(vec![group]), since_opened, before, ..Wanted::default() };
    let page = page(cx, viewer, &wanted, reach == LogReach::Moderators).await?;
    Ok((found, page))
}

/// Returns the public log: actions on accounts, and in groups that everyone can read.
pub async fn of_site(cx: &Context, viewer: Viewer, what: Option<LogAction>, before: Option<EntryId>) -> Result<Page> {
    let wanted = Wanted {
        what: kinds(LogReach::Public, what),
        of_public: true,
        since_opened: true,
        before,
        ..Wanted::default()
    };
    page(cx, viewer, &wanted, matches!(viewer, Viewer::User { is_admin: true, .. })).await
}

/// A site admin's filter for the log; empty strings match everything.
#[derive(Clone, Copy, Debug, Default)]
#[allow(missing_docs)]
pub struct LogFilter<'a> {
    /// User name of the actor.
    pub by: &'a str,
    /// User name of the affected user.
    pub whom: &'a str,
    pub what: Option<LogAction>,
    /// Name or slug of a group.
    pub group: &'a str,
}

/// Returns the full log, for site admins. Of topics that they may not read, they only see that there was one.
///
/// # Errors
/// [`Error::NotFound`] for anyone else; [`Error::Invalid`] on `by`, `whom` and `group` for unknown names.
pub async fn of_admins(cx: &Context, viewer: Viewer, filter: LogFilter<'_>, before: Option<EntryId>) -> Result<Page> {
    viewer.site_admin()?;
    let mut wanted = Wanted { what: kinds(LogReach::Admins, filter.what), before, ..Wanted::default() };
    if !filter.by.trim().is_empty() {
        wanted.by = Some(members::named(cx, filter.by, "by").await?.id);
    }
    if !filter.whom.trim().is_empty() {
        wanted.whom = Some(members::named(cx, filter.whom, "whom").await?.id);
    }
    if !filter.group.trim().is_empty() {
        let found = store::moderation::log::groups_called(&cx.db, filter.group).await?;
        if found.is_empty() {
            return Err(Error::invalid("group", texts::moderation_errors::no_such_group()));
        }
        wanted.groups = Some(found);
    }
    page(cx, viewer, &wanted, true).await
}

/// Returns what was done to a user in one group or everywhere, newest first. The caller checks rights.
pub(crate) async fn record(cx: &Context, viewer: Viewer, user: UserId, group: Option<GroupId>) -> Result<Vec<LogLine>> {
    let reach = if group.is_some() { LogReach::Moderators } else { LogReach::Admins };
    let groups = group.map(|group| vec![group]);
    // Users who joined by this user's invitation link are not actions against this user.
    let what = kinds(reach, None).into_iter().filter(|action| *action != LogAction::LinkFollowed).collect();
    let wanted = Wanted { what, groups, whom: Some(user), ..Wanted::default() };
    Ok(store::moderation::log::lines(&cx.db, viewer.id(), &wanted, RECORD).await?)
}

/// Hides or shows the affected user of a public row, for admins of its group and of the site. Returns its group.
///
/// # Errors
/// [`Error::NotFound`] if there is no such row, or the viewer may not change it.
pub async fn redact(cx: &Context, viewer: Viewer, entry: EntryId, hidden: bool) -> Result<Option<GroupId>> {
    let by = viewer.user()?;
    let row = store::moderation::log::belongs(&cx.db, entry).await?.ok_or(Error::NotFound)?;
    let whom = row.user_id.filter(|_| row.what.reach() == LogReach::Public).ok_or(Error::NotFound)?;
    if viewer.site_admin().is_err() {
        let found = groups::stand(cx, viewer, row.group_id.ok_or(Error::NotFound)?).await?;
        if !found.access.may(Permission::Administer) {
            return Err(Error::NotFound);
        }
    }
    let now = cx.now();
    let mut tx = cx.db.begin().await?;
    let changed = if hidden {
        store::moderation::log::hide(&mut tx, entry, by, now).await?
    } else {
        store::moderation::log::show(&mut tx, entry).await?
    };
    if changed > 0 {
        let what = if hidden { LogAction::NameHidden } else { LogAction::NameShown };
        let action = LogEntry::new(by, what).whom(whom).detail(format!("entry {entry}"));
        write(&mut tx, LogEntry { group: row.group_id, ..action }, now).await?;
    }
    tx.commit().await?;
    Ok(row.group_id)
}
