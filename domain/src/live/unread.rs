//! Unread counts for the sidebar: a summary per user in the key-value store, recomputed when its version is outdated.
//!
//! A version is a token that is replaced by a fresh one on every change. Setting it twice or out of order only makes
//! the next page recompute. Each group has a version, set after the save by the unread reactor. Each user has a version,
//! set before the save of their own actions. A summary computed shortly after its user's version was set is not stored:
//! the announced change may not have been committed yet.
//!
//! While Redis is down, everything is counted from the database. All summaries have one more version in common. A process
//! sets it when it starts, and when it reaches Redis again after it could not set another version.

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use bus::BusError;
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
    /// The version of all.
    #[serde(default)]
    version: String,
    user_version: String,
    mentions: i64,
    invited: i64,
    #[serde(default)]
    notices: i64,
    groups: Vec<(String, SidebarGroup)>,
}

fn summary_key(user: UserId) -> String {
    format!("sidebar:{{u:{user}}}")
}

fn user_key(user: UserId) -> String {
    format!("version:{{u:{user}}}")
}

/// The version of all users and groups.
const ALL: &str = "version:{all}";
/// The pause between two attempts to set it.
const AGAIN: Duration = Duration::from_millis(500);

fn group_key(group: GroupId) -> String {
    format!("version:{{g:{group}}}")
}

/// Announces a change to these users' own data. Call it in the transaction immediately before the commit, with no wait
/// for the database's writer in between.
pub(crate) async fn users_change(cx: &Context, users: &[UserId]) -> Result<()> {
    for user in users {
        if let Err(error) = cx.kv.set(&user_key(*user), fresh(cx)?.as_bytes(), VERSION_KEPT).await {
            make_up(cx, &error);
            return Ok(());
        }
    }
    Ok(())
}

/// Makes everyone's next page recompute, at the start of a service: a process that ended while Redis was down may have
/// left changes without a version.
pub async fn begin(cx: &Context) {
    if let Err(Error::Bus(error)) = all_change(cx).await {
        make_up(cx, &error);
    }
}

async fn all_change(cx: &Context) -> Result<()> {
    Ok(cx.kv.set(ALL, fresh(cx)?.as_bytes(), VERSION_KEPT).await?)
}

/// Does that once Redis answers again: the version of a change could not be set, and the change is saved without it.
fn make_up(cx: &Context, error: &BusError) {
    tracing::debug!(%error, "everyone's summary of what is unread is counted again later");
    let claims = |cx: &Context| cx.kv.makes_up().is_some_and(|makes_up| !makes_up.swap(true, Ordering::AcqRel));
    if !claims(cx) {
        return;
    }
    let cx = cx.clone();
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(AGAIN).await;
            if cx.bus.is_deaf() {
                continue;
            }
            // Before the write: a change that is missed from here on needs another one.
            if let Some(makes_up) = cx.kv.makes_up() {
                makes_up.store(false, Ordering::Release);
            }
            if all_change(&cx).await.is_ok() || !claims(&cx) {
                return;
            }
        }
    });
}

/// Announces that a group changed for all its members. Call it after the commit, from a job.
pub(crate) async fn group_changed(cx: &Context, group: GroupId) -> Result<()> {
    if let Err(error) = cx.kv.set(&group_key(group), fresh(cx)?.as_bytes(), VERSION_KEPT).await {
        make_up(cx, &error);
    }
    Ok(())
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
    match summary(cx, user).await {
        Ok(summary) => Ok(arrange(summary)),
        Err(Error::Bus(error)) => {
            tracing::debug!(%error, "what is unread is counted without its summary");
            Ok(arrange(count_bare(cx, user).await?))
        }
        Err(error) => Err(error),
    }
}

async fn summary(cx: &Context, user: UserId) -> Result<Summary> {
    let Kept { summary, version, user_version } = kept(cx, user).await?;
    match summary {
        Some(summary) => refresh(cx, user, summary).await,
        None => count(cx, user, version, user_version).await,
    }
}

/// What is stored for a user: the summary if neither version has changed, and both versions.
struct Kept {
    summary: Option<Summary>,
    version: String,
    user_version: String,
}

async fn kept(cx: &Context, user: UserId) -> Result<Kept> {
    let mut found = cx.kv.get_many(&[summary_key(user), user_key(user), ALL.to_owned()]).await?.into_iter();
    let summary: Option<Summary> = found.next().flatten().and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let user_version = text(found.next().flatten());
    let version = text(found.next().flatten());
    let is_valid = |summary: &Summary| summary.user_version == user_version && summary.version == version;
    Ok(Kept { summary: summary.filter(is_valid), version, user_version })
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
    summary.notices = store::people::notices::count(&cx.db, user).await?;
    keep(cx, user, &summary).await;
    Ok(summary)
}

/// Recomputes and stores everything.
async fn count(cx: &Context, user: UserId, version: String, user_version: String) -> Result<Summary> {
    // Read the versions first: a change in between then leads to another recount.
    let ids: Vec<GroupId> = store::topics::reads::my_groups(&cx.db, user).await?.iter().map(|row| row.id).collect();
    let version_of: HashMap<GroupId, String> = ids.iter().copied().zip(versions(cx, &ids).await?).collect();
    let mut summary = count_bare(cx, user).await?;
    (summary.version, summary.user_version) = (version, user_version);
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
    let notices = store::people::notices::count(&cx.db, user).await?;
    Ok(Summary { version: String::new(), user_version: String::new(), mentions, invited, notices, groups })
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
    if unsettled(&summary.user_version, cx.now()) || unsettled(&summary.version, cx.now()) {
        return;
    }
    let Ok(bytes) = serde_json::to_vec(summary) else { return };
    if let Err(error) = cx.kv.set(&summary_key(user), &bytes, KEPT).await {
        tracing::warn!(%error, "a summary of what is unread was not kept");
    }
}

/// Unread groups first, otherwise in order of name.
fn arrange(summary: Summary) -> Sidebar {
    let Summary { mentions, invited, notices, groups, .. } = summary;
    let groups = groups.into_iter().map(|(_, group)| group);
    let (unread, read): (Vec<_>, Vec<_>) = groups.partition(|group| group.unread() > 0);
    Sidebar { groups: unread.into_iter().chain(read).collect(), mentions, invited, notices }
}

/// A valid stored summary and a recomputed one, which should be equal. `None` without a valid summary. For the doctor.
pub(crate) async fn compare(cx: &Context, user: UserId) -> Result<Option<(Sidebar, Sidebar)>> {
    let Kept { summary: Some(summary), version, user_version } = kept(cx, user).await? else { return Ok(None) };
    let ids: Vec<GroupId> = summary.groups.iter().map(|(_, group)| group.id).collect();
    let stands = versions(cx, &ids).await?.iter().zip(&summary.groups).all(|(now, (then, _))| now == then);
    if !stands {
        return Ok(None);
    }
    let counted = count(cx, user, version, user_version).await?;
    Ok(Some((arrange(summary), arrange(counted))))
}
