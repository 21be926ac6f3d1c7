//! Unread counts for the sidebar: a summary per user in the key-value store, recomputed when its version is outdated.
//!
//! A version is a token that is replaced by a fresh one on every change. Setting it twice or out of order only makes
//! the next page recompute. Each group has a version, set after the save by the unread reactor. Each user has a
//! version, set before the save of their own actions. A summary computed shortly after its user's version was set is
//! not stored: the announced change may not have been committed yet.

use std::collections::HashMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::platform::context::Context;
use crate::platform::error::Result;
use model::time::Timestamp;
use model::{GroupId, GroupKind, Role, Sidebar, SidebarGroup, TopicUnread, UserId};

/// How long an unused summary is kept. Versions are kept much longer.
const KEPT: Duration = Duration::from_secs(3_600);
const VERSION_KEPT: Duration = Duration::from_secs(7 * 24 * 3_600);
/// The longest time from the announcement of a change to its commit.
const SETTLES: Duration = Duration::from_secs(2);

/// A summary with the versions at which it was computed.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Summary {
    user_version: String,
    mentions: i64,
    invited: i64,
    groups: Vec<(String, SidebarGroup)>,
}

fn summary_key(user: UserId) -> String {
    format!("sidebar:{{u:{user}}}")
}

fn user_key(user: UserId) -> String {
    format!("version:{{u:{user}}}")
}

fn group_key(group: GroupId) -> String {
    format!("version:{{g:{group}}}")
}

/// Announces a change to these users' own data. Call it in the transaction immediately before the commit, with no wait
/// for the database's writer in between.
pub(crate) async fn users_change(cx: &Context, users: &[UserId]) -> Result<()> {
    for user in users {
        cx.kv.set(&user_key(*user), fresh(cx)?.as_bytes(), VERSION_KEPT).await?;
    }
    Ok(())
}

/// Announces that a group changed for all its members. Call it after the commit, from a job.
pub(crate) async fn group_changed(cx: &Context, group: GroupId) -> Result<()> {
    Ok(cx.kv.set(&group_key(group), fresh(cx)?.as_bytes(), VERSION_KEPT).await?)
}

/// A unique token: the time and 128 random bits.
fn fresh(cx: &Context) -> Result<String> {
    Ok(format!("{}.{}", cx.now().0, &crate::platform::secrets::token()?[..32]))
}

fn text(value: Option<Vec<u8>>) -> String {
    value.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}

/// Whether a version is so recent that its change may not be committed yet.
fn unsettled(version: &str, now: Timestamp) -> bool {
    let set = version.split('.').next().and_then(|micros| micros.parse().ok()).map_or(Timestamp(0), Timestamp);
    now < set.plus(SETTLES)
}

/// The sidebar of a user.
pub async fn sidebar(cx: &Context, user: UserId) -> Result<Sidebar> {
    let found = match cx.kv.get_many(&[summary_key(user), user_key(user)]).await {
        Ok(found) => found,
        Err(error) => {
            tracing::warn!(%error, "what is unread is counted without its summary");
            return Ok(arrange(count_bare(cx, user).await?));
        }
    };
    let mut found = found.into_iter();
    let kept: Option<Summary> = found.next().flatten().and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let user_version = text(found.next().flatten());
    let summary = match kept {
        Some(summary) if summary.user_version == user_version => refresh(cx, user, summary).await?,
        _ => count(cx, user, user_version).await?,
    };
    Ok(arrange(summary))
}

/// Recomputes the groups whose version changed.
async fn refresh(cx: &Context, user: UserId, mut summary: Summary) -> Result<Summary> {
    let ids: Vec<GroupId> = summary.groups.iter().map(|(_, group)| group.id).collect();
    let versions = versions(cx, &ids).await?;
    let stale: Vec<GroupId> = summary
        .groups
        .iter()
        .zip(&versions)
        .filter(|((then, _), now)| then != *now)
        .map(|((_, group), _)| group.id)
        .collect();
    if stale.is_empty() {
        return Ok(summary);
    }
    // The group's name, address, kind or level may have changed too.
    let rows: HashMap<GroupId, store::topics::reads::MyGroup> =
        store::topics::reads::my_groups(&cx.db, user).await?.into_iter().map(|row| (row.id, row)).collect();
    let mut unread = by_group(store::topics::reads::unread_in(&cx.db, user, &stale).await?);
    for ((then, group), now) in summary.groups.iter_mut().zip(versions) {
        if *then != now {
            *then = now;
            group.topics = unread.remove(&group.id).unwrap_or_default();
            if let Some(row) = rows.get(&group.id) {
                group.name.clone_from(&row.name);
                group.slug.clone_from(&row.slug);
                group.kind = row.kind;
                group.level = row.level;
            }
        }
    }
    summary.mentions = store::messages::mentions::unread(&cx.db, user).await?;
    summary.invited = store::groups::invitations::count_of_user(&cx.db, user).await?;
    keep(cx, user, &summary).await;
    Ok(summary)
}

/// Recomputes and stores everything.
async fn count(cx: &Context, user: UserId, user_version: String) -> Result<Summary> {
    // Read the versions first: a change in between then leads to another recount.
    let ids: Vec<GroupId> = store::topics::reads::my_groups(&cx.db, user).await?.iter().map(|row| row.id).collect();
    let version_of: HashMap<GroupId, String> = ids.iter().copied().zip(versions(cx, &ids).await?).collect();
    let mut summary = count_bare(cx, user).await?;
    summary.user_version = user_version;
    for (version, group) in &mut summary.groups {
        *version = version_of.get(&group.id).cloned().unwrap_or_default();
    }
    keep(cx, user, &summary).await;
    Ok(summary)
}

/// Recomputes everything from the database.
async fn count_bare(cx: &Context, user: UserId) -> Result<Summary> {
    let rows = store::topics::reads::my_groups(&cx.db, user).await?;
    let ids: Vec<GroupId> = rows.iter().map(|row| row.id).collect();
    let mut unread = by_group(store::topics::reads::unread_in(&cx.db, user, &ids).await?);
    let groups = rows
        .into_iter()
        .map(|row| {
            let topics = unread.remove(&row.id).unwrap_or_default();
            let store::topics::reads::MyGroup { id, slug, name, kind, level, role } = row;
            let moderates = role > Role::Member && kind != GroupKind::Direct;
            (String::new(), SidebarGroup { id, slug, name, kind, level, moderates, topics })
        })
        .collect();
    let mentions = store::messages::mentions::unread(&cx.db, user).await?;
    let invited = store::groups::invitations::count_of_user(&cx.db, user).await?;
    Ok(Summary { user_version: String::new(), mentions, invited, groups })
}

async fn versions(cx: &Context, groups: &[GroupId]) -> Result<Vec<String>> {
    let keys: Vec<String> = groups.iter().map(|id| group_key(*id)).collect();
    Ok(cx.kv.get_many(&keys).await?.into_iter().map(text).collect())
}

fn by_group(rows: Vec<store::topics::reads::UnreadRow>) -> HashMap<GroupId, Vec<TopicUnread>> {
    let mut groups: HashMap<GroupId, Vec<TopicUnread>> = HashMap::new();
    for row in rows {
        groups.entry(row.group_id).or_default().push(row.unread);
    }
    for topics in groups.values_mut() {
        topics.sort_by_key(|topic| topic.topic);
    }
    groups
}

async fn keep(cx: &Context, user: UserId, summary: &Summary) {
    if unsettled(&summary.user_version, cx.now()) {
        return;
    }
    let Ok(bytes) = serde_json::to_vec(summary) else { return };
    if let Err(error) = cx.kv.set(&summary_key(user), &bytes, KEPT).await {
        tracing::warn!(%error, "a summary of what is unread was not kept");
    }
}

/// Unread groups first, otherwise in order of name.
fn arrange(summary: Summary) -> Sidebar {
    let groups = summary.groups.into_iter().map(|(_, group)| group);
    let (unread, read): (Vec<_>, Vec<_>) = groups.partition(|group| group.unread() > 0);
    Sidebar { groups: unread.into_iter().chain(read).collect(), mentions: summary.mentions, invited: summary.invited }
}

/// A valid stored summary and a recomputed one, which should be equal. `None` without a valid summary. For the doctor.
pub(crate) async fn compare(cx: &Context, user: UserId) -> Result<Option<(Sidebar, Sidebar)>> {
    let mut found = cx.kv.get_many(&[summary_key(user), user_key(user)]).await?.into_iter();
    let kept: Option<Summary> = found.next().flatten().and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let user_version = text(found.next().flatten());
    let Some(kept) = kept.filter(|summary| summary.user_version == user_version) else { return Ok(None) };
    let ids: Vec<GroupId> = kept.groups.iter().map(|(_, group)| group.id).collect();
    let stands = versions(cx, &ids).await?.iter().zip(&kept.groups).all(|(now, (then, _))| now == then);
    if !stands {
        return Ok(None);
    }
    let counted = count(cx, user, user_version).await?;
    Ok(Some((arrange(kept), arrange(counted))))
}
