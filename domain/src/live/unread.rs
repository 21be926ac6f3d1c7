//! Unread counts for the sidebar: a summary per user in the key-value store, recomputed when its version is outdated.
//!
//! A version is a token that is replaced by a fresh one on every change. Setting it twice or out of order only makes
//! the next page recompute. Each group has a version, set after the save by the unread reactor. Each user has a log of
//! versions, to which their own actions append one before the save. A version in the log says which topics it is about,
//! if it is about topics alone: then the next page recomputes only their groups. A summary computed shortly after its
//! user's version was set is not stored: the announced change may not have been committed yet.
//!
//! A summary lists the unread topics with the latest activity, and only counts the others.
//!
//! While Redis is down, everything is counted from the database. All summaries have one more version in common. A process
//! sets it when it starts, and when it reaches Redis again after it could not set another version.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::future::try_join_all;
use serde::{Deserialize, Serialize};

use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use bus::BusError;
use model::policy::Viewer;
use model::time::Timestamp;
use model::{GroupId, GroupKind, Role, Sidebar, SidebarGroup, Topic, TopicId, TopicUnread, UserId};

/// How long an unused summary is kept. Versions are kept much longer.
const KEPT: Duration = Duration::from_secs(3_600);
const VERSION_KEPT: Duration = Duration::from_secs(7 * 24 * 3_600);
/// The longest time from the announcement of a change to its commit.
const SETTLES: Duration = Duration::from_secs(2);

/// The most unread topics that a summary lists.
const MOST_LISTED: usize = 50;
/// With fewer left while others are only counted, everything is counted again.
const FEWEST_LISTED: usize = 35;
/// The most bytes of a user's log of versions.
const MOST_LOGGED: usize = 2_000;
/// Users whose logs are written at once.
const AT_ONCE: usize = 500;
/// The most topics that a version in the log names.
const MOST_NAMED: usize = 20;

/// A summary with the versions at which it was computed.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Summary {
    /// The version of all.
    version: String,
    user_version: String,
    /// The versions of the groups, in the order of `sidebar.groups`: by name.
    group_versions: Vec<String>,
    sidebar: Sidebar,
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
    log_versions(cx, users, "*").await
}

/// Announces that a user reads these topics, as [`users_change`] does.
pub(crate) async fn user_reads(
    cx: &Context,
    user: UserId,
    topics: impl ExactSizeIterator<Item = TopicId>,
) -> Result<()> {
    if topics.len() > MOST_NAMED {
        return users_change(cx, &[user]).await;
    }
    let named: Vec<String> = topics.map(|topic| topic.to_string()).collect();
    log_versions(cx, &[user], &named.join(",")).await
}

/// Appends `VERSION WHAT;` to the users' logs.
async fn log_versions(cx: &Context, users: &[UserId], what: &str) -> Result<()> {
    let entry = format!("{} {what};", fresh(cx)?);
    for users in users.chunks(AT_ONCE) {
        let append = async |user| cx.kv.append(&user_key(user), entry.as_bytes(), MOST_LOGGED, VERSION_KEPT).await;
        if let Err(error) = try_join_all(users.iter().map(|user| append(*user))).await {
            make_up(cx, &error);
            return Ok(());
        }
    }
    Ok(())
}

/// Returns the last version in a log.
fn last_version(log: &str) -> &str {
    let last = log.trim_end_matches(';').rsplit(';').next().unwrap_or_default();
    last.split(' ').next().unwrap_or_default()
}

/// Returns the topics that the versions after this one are about; `None` if they are about more than topics, or if the
/// log does not go back so far.
fn topics_since(log: &str, version: &str) -> Option<Vec<TopicId>> {
    if last_version(log) == version {
        return Some(Vec::new());
    }
    let mut entries = log.split_terminator(';').map(|entry| entry.split_once(' ').unwrap_or((entry, "*")));
    entries.find(|(of, _)| *of == version && !version.is_empty())?;
    let topics = entries.flat_map(|(_, what)| what.split(',')).map(|topic| topic.parse().ok().map(TopicId));
    topics.collect()
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
    tracing::debug!(%error, "could not invalidate the unread summaries; retrying when Redis answers");
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
        Ok(summary) => Ok(arrange(summary.sidebar)),
        Err(Error::Bus(error)) => {
            tracing::debug!(%error, "counting unread messages without the summary");
            Ok(arrange(count_bare(cx, user).await?))
        }
        Err(error) => Err(error),
    }
}

/// Lists these topics of a page in the viewer's sidebar, if they are unread: it may only have counted them.
pub async fn list_also<'a>(
    cx: &Context,
    viewer: Viewer,
    sidebar: &mut Sidebar,
    topics: impl Iterator<Item = &'a Topic>,
) -> Result<()> {
    let counted: HashSet<GroupId> = sidebar.groups.iter().filter(|g| g.rest > 0).map(|g| g.id).collect();
    let topics = topics.filter(|topic| counted.contains(&topic.group_id) && sidebar.of_topic(topic.id).is_none());
    let topics: Vec<TopicId> = topics.map(|topic| topic.id).collect();
    if !topics.is_empty() {
        let unread = store::topics::reads::unread_among(&cx.db, viewer.user()?, &topics).await?;
        sidebar.list_also(unread.into_iter().map(|row| (row.group_id, row.unread)));
    }
    Ok(())
}

async fn summary(cx: &Context, user: UserId) -> Result<Summary> {
    let Kept { summary, read, version, user_version } = cached(cx, user).await?;
    match summary {
        Some(summary) => refresh(cx, user, Summary { user_version, ..summary }, &read).await,
        None => count(cx, user, version, user_version).await,
    }
}

/// What is stored for a user: the summary, unless everything has to be recomputed, the topics that the user has read
/// since, and both versions.
struct Kept {
    summary: Option<Summary>,
    read: Vec<TopicId>,
    version: String,
    user_version: String,
}

async fn cached(cx: &Context, user: UserId) -> Result<Kept> {
    let mut found = cx.kv.get_many(&[summary_key(user), user_key(user), ALL.to_owned()]).await?.into_iter();
    let summary: Option<Summary> = found.next().flatten().and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let log = text(found.next().flatten());
    let version = text(found.next().flatten());
    let summary = summary.filter(|summary| summary.version == version);
    let (summary, read) = match summary.map(|summary| (topics_since(&log, &summary.user_version), summary)) {
        Some((Some(read), summary)) => (Some(summary), read),
        _ => (None, Vec::new()),
    };
    Ok(Kept { summary, read, version, user_version: last_version(&log).to_owned() })
}

/// Recomputes the groups whose version changed, and those of the topics that the user has read.
async fn refresh(cx: &Context, user: UserId, mut summary: Summary, read: &[TopicId]) -> Result<Summary> {
    let Summary { sidebar, group_versions, .. } = &mut summary;
    let ids: Vec<GroupId> = sidebar.groups.iter().map(|group| group.id).collect();
    let versions = versions(cx, &ids).await?;
    let mut stale: HashSet<GroupId> = store::topics::groups_of(&cx.db, read).await?.into_iter().collect();
    stale.extend(
        ids.iter().zip(group_versions.iter().zip(&versions)).filter(|(_, (then, now))| then != now).map(|(id, _)| *id),
    );
    if stale.is_empty() && read.is_empty() {
        return Ok(summary);
    }
    // The group's name, address, kind or level may have changed too.
    let rows: HashMap<GroupId, store::topics::reads::MyGroup> =
        store::topics::reads::my_groups(&cx.db, user).await?.into_iter().map(|row| (row.id, row)).collect();
    let asked: Vec<GroupId> = stale.iter().copied().collect();
    let mut unread = by_group(store::topics::reads::unread_in(&cx.db, user, &asked).await?);
    for group in sidebar.groups.iter_mut().filter(|group| stale.contains(&group.id)) {
        group.topics = unread.remove(&group.id).unwrap_or_default();
        group.rest = 0;
        if let Some(row) = rows.get(&group.id) {
            group.name.clone_from(&row.name);
            group.slug.clone_from(&row.slug);
            group.kind = row.kind;
            group.level = row.level;
        }
    }
    if sidebar.groups.iter().any(|group| group.rest > 0) && sidebar.listed() < FEWEST_LISTED {
        // The topics that come next belong to other groups.
        let Summary { version, user_version, .. } = summary;
        return count(cx, user, version, user_version).await;
    }
    *group_versions = versions;
    count_beside(cx, user, sidebar).await?;
    sidebar.list_at_most(MOST_LISTED);
    keep(cx, user, &summary).await;
    Ok(summary)
}

/// Recomputes and stores everything.
async fn count(cx: &Context, user: UserId, version: String, user_version: String) -> Result<Summary> {
    // Read the versions first: a change in between then leads to another recount.
    let ids: Vec<GroupId> = store::topics::reads::my_groups(&cx.db, user).await?.iter().map(|row| row.id).collect();
    let version_of: HashMap<GroupId, String> = ids.iter().copied().zip(versions(cx, &ids).await?).collect();
    let sidebar = count_bare(cx, user).await?;
    let of_group = |group: &SidebarGroup| version_of.get(&group.id).cloned().unwrap_or_default();
    let group_versions = sidebar.groups.iter().map(of_group).collect();
    let summary = Summary { version, user_version, group_versions, sidebar };
    keep(cx, user, &summary).await;
    Ok(summary)
}

/// Recomputes everything from the database.
async fn count_bare(cx: &Context, user: UserId) -> Result<Sidebar> {
    let rows = store::topics::reads::my_groups(&cx.db, user).await?;
    let ids: Vec<GroupId> = rows.iter().map(|row| row.id).collect();
    let mut unread = by_group(store::topics::reads::unread_in(&cx.db, user, &ids).await?);
    let groups = rows.into_iter().map(|row| {
        let topics = unread.remove(&row.id).unwrap_or_default();
        let store::topics::reads::MyGroup { id, slug, name, kind, level, role } = row;
        let moderates = role > Role::Member && kind != GroupKind::Direct;
        SidebarGroup { id, slug, name, kind, level, moderates, topics, rest: 0 }
    });
    let mut sidebar = Sidebar { groups: groups.collect(), ..Sidebar::default() };
    count_beside(cx, user, &mut sidebar).await?;
    sidebar.list_at_most(MOST_LISTED);
    Ok(sidebar)
}

/// Recomputes what is counted beside the groups.
async fn count_beside(cx: &Context, user: UserId, sidebar: &mut Sidebar) -> Result<()> {
    sidebar.mentions = store::messages::mentions::unread(&cx.db, user).await?;
    sidebar.invited = store::groups::invitations::count_of_user(&cx.db, user).await?;
    sidebar.notices = store::people::notices::count(&cx.db, user).await?;
    Ok(())
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
        tracing::warn!(%error, "could not store an unread summary");
    }
}

/// Unread groups first, otherwise in order of name.
fn arrange(sidebar: Sidebar) -> Sidebar {
    let (mut groups, read): (Vec<_>, Vec<_>) = sidebar.groups.into_iter().partition(|group| group.unread() > 0);
    groups.extend(read);
    Sidebar { groups, ..sidebar }
}

/// A valid stored summary and a recomputed one, which should be equal. `None` without a valid summary. For the doctor.
pub(crate) async fn compare(cx: &Context, user: UserId) -> Result<Option<(Sidebar, Sidebar)>> {
    let Kept { summary: Some(summary), read, version, user_version } = cached(cx, user).await? else { return Ok(None) };
    let ids: Vec<GroupId> = summary.sidebar.groups.iter().map(|group| group.id).collect();
    if !read.is_empty() || versions(cx, &ids).await? != summary.group_versions {
        return Ok(None);
    }
    let mut sidebars = [summary.sidebar, count(cx, user, version, user_version).await?.sidebar];
    // After a part was recomputed, other topics may be listed.
    if sidebars.iter().flat_map(|sidebar| &sidebar.groups).any(|group| group.rest > 0) {
        sidebars.iter_mut().for_each(|sidebar| sidebar.list_at_most(0));
    }
    let [kept, counted] = sidebars.map(arrange);
    Ok(Some((kept, counted)))
}
