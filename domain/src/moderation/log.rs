//! Reading the log: what everyone sees of it, what those see who keep order, and what the admins of the site do.

use crate::groups;
use crate::groups::GroupAccess;
use crate::groups::members;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::log::write;
use model::policy::{Permission, Viewer};
use model::{EntryId, GroupId, UserId};
use model::{LogAction, LogEntry, LogReach};
use store::moderation::log::{Line, Wanted};

/// Rows on a page.
pub const PAGE: usize = 50;
/// Rows about one person that stand beside them.
const RECORD: i64 = 30;

/// A page of the log.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// Its rows, the newest first.
    pub lines: Vec<Line>,
    /// Where the next one begins, if there is more.
    pub more: Option<EntryId>,
}

async fn page(cx: &Context, viewer: Viewer, wanted: &Wanted, sees_hidden: bool) -> Result<Page> {
    let mut lines = store::moderation::log::lines(&cx.db, viewer.id_or_none(), wanted, PAGE as i64 + 1).await?;
    let has_more = lines.len() > PAGE;
    lines.truncate(PAGE);
    if !sees_hidden {
        lines.iter_mut().filter(|line| line.hidden).for_each(without_person);
    }
    let more = lines.last().filter(|_| has_more).map(|line| line.id);
    Ok(Page { lines, more })
}

/// Leaves out who it was, and whatever tells it: the reason may name them, the message does.
fn without_person(line: &mut Line) {
    (line.user_id, line.user, line.user_gone) = (None, None, false);
    (line.topic_id, line.topic_name, line.topic_path, line.message_id) = (None, None, None, None);
    line.reason.clear();
}

/// Those of the actions that are wanted: one of them, or all that are read by people of this reach.
fn kinds(reach: LogReach, what: Option<LogAction>) -> Vec<LogAction> {
    LogAction::readable(reach).filter(|action| what.is_none_or(|what| what == *action)).collect()
}

/// What was done in a group by those who keep order in it, for whoever may read it; they themselves see more of it.
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
        return Err(Error::Forbidden("Nobody keeps order in a conversation but those who are in it."));
    }
    let reach = if found.access.may_settle() { LogReach::Moderators } else { LogReach::Public };
    let since_opened = reach == LogReach::Public;
    let wanted =
        Wanted { what: kinds(reach, what), groups: Some(vec![group]), since_opened, before, ..Wanted::default() };
    let page = page(cx, viewer, &wanted, reach == LogReach::Moderators).await?;
    Ok((found, page))
}

/// What was done to accounts, and in groups that everyone reads.
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

/// What an admin of the site looks for in the log; empty words look for nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct LogFilter<'a> {
    /// The name of whoever did it.
    pub by: &'a str,
    /// The name of whom it was done to.
    pub whom: &'a str,
    /// What.
    pub what: Option<LogAction>,
    /// The name or the address of a group.
    pub group: &'a str,
}

/// All of the log, for admins of the site. Of topics that they may not read they see that there was one.
///
/// # Errors
/// [`Error::NotFound`] for anyone else; [`Error::Invalid`] on `by`, `whom` and `group` when there is none of that name.
pub async fn of_admins(cx: &Context, viewer: Viewer, sought: LogFilter<'_>, before: Option<EntryId>) -> Result<Page> {
    viewer.site_admin()?;
    let mut wanted = Wanted { what: kinds(LogReach::Admins, sought.what), before, ..Wanted::default() };
    if !sought.by.trim().is_empty() {
        wanted.by = Some(members::named(cx, sought.by, "by").await?.id);
    }
    if !sought.whom.trim().is_empty() {
        wanted.whom = Some(members::named(cx, sought.whom, "whom").await?.id);
    }
    if !sought.group.trim().is_empty() {
        let found = store::moderation::log::groups_called(&cx.db, sought.group).await?;
        if found.is_empty() {
            return Err(Error::invalid("group", "No group is called so, or ever was."));
        }
        wanted.groups = Some(found);
    }
    page(cx, viewer, &wanted, true).await
}

/// What was done to somebody, newest first: in one group, or everywhere. For those who may see it.
pub(crate) async fn record(cx: &Context, viewer: Viewer, user: UserId, group: Option<GroupId>) -> Result<Vec<Line>> {
    let reach = if group.is_some() { LogReach::Moderators } else { LogReach::Admins };
    let groups = group.map(|group| vec![group]);
    // Whom their links let in was not done to them.
    let what = kinds(reach, None).into_iter().filter(|action| *action != LogAction::LinkFollowed).collect();
    let wanted = Wanted { what, groups, whom: Some(user), ..Wanted::default() };
    Ok(store::moderation::log::lines(&cx.db, viewer.id_or_none(), &wanted, RECORD).await?)
}

/// Names the person of a row no more on its public page, or again: admins of its group, and of the site. The group that it stands in.
///
/// # Errors
/// [`Error::NotFound`] when there is none, or it is not theirs to say.
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
        let action = LogEntry::new(by, what).whom(whom).detail(format!("row {entry}"));
        write(&mut tx, LogEntry { group: row.group_id, ..action }, now).await?;
    }
    tx.commit().await?;
    Ok(row.group_id)
}
