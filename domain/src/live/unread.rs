//! Unread counts for the sidebar: a summary per user in the key-value store, recomputed when its version is outdated.
//!
//! Each group and each user has a version (see `versions.rs`), and so do all together. A summary computed shortly after its
//! user's version was set is not stored: the announced change may not have been committed yet.
//!
//! A summary lists the unread topics with the latest activity, and only counts the others.
//!
//! While Redis is down, everything is counted from the database.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::versions::{ALL, group_key, last_version, text, topics_since, unsettled, user_key};
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use bus::{Cursor, Stream};
use model::policy::Viewer;
use model::time::Timestamp;
use model::{GroupId, GroupKind, Role, Sidebar, SidebarGroup, Topic, TopicId, TopicUnread, UserId};

pub use super::versions::begin;
pub(crate) use super::versions::{group_changed, user_reads, users_change};

/// How long an unused summary is kept. Versions are kept much longer.
const KEPT: Duration = Duration::from_secs(3_600);

/// The most unread topics that a summary lists.
const MOST_LISTED: usize = 50;
/// With fewer left while others are only counted, everything is counted again.
const FEWEST_LISTED: usize = 35;

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

/// Opens the user's stream for a page that `is_live`, and reads the sidebar after that: usually in one round trip to
/// Redis. Without the bus there is no cursor.
pub async fn open(cx: &Context, user: UserId, is_live: bool) -> Result<(Option<Cursor>, Sidebar)> {
    if !is_live {
        return Ok((None, sidebar(cx, user).await?));
    }
    let ahead = read_ahead(cx, user);
    match cx.kv.open(&cx.bus, Stream::User(user), &keys(user, &ahead)).await {
        Ok((cursor, values)) => {
            Ok((Some(cursor), shown(cx, user, summary(cx, user, Kept::of(values, ahead)).await).await?))
        }
        Err(error) => {
            tracing::warn!(%error, "a page will not be live");
            Ok((None, arrange(count_bare(cx, user).await?)))
        }
    }
}

/// The sidebar of a user.
pub async fn sidebar(cx: &Context, user: UserId) -> Result<Sidebar> {
    let found = async { summary(cx, user, cached(cx, user).await?).await };
    shown(cx, user, found.await).await
}

async fn shown(cx: &Context, user: UserId, found: Result<Summary>) -> Result<Sidebar> {
    match found {
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

async fn summary(cx: &Context, user: UserId, kept: Kept) -> Result<Summary> {
    let Kept { summary, read, version, user_version, ahead } = kept;
    match summary {
        Some(summary) => refresh(cx, user, Summary { user_version, ..summary }, &read, ahead).await,
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
    /// The groups that the summary was expected to name, and their versions.
    ahead: (Arc<[GroupId]>, Vec<String>),
}

/// The most groups whose versions are read with the summary.
const MOST_AHEAD: usize = 500;

/// The groups that the user's summary probably names.
fn read_ahead(cx: &Context, user: UserId) -> Arc<[GroupId]> {
    cx.sessions.last_groups(user).unwrap_or_default()
}

/// What [`Kept::of`] reads.
fn keys(user: UserId, ahead: &[GroupId]) -> Vec<String> {
    let of_groups = ahead.iter().map(|id| group_key(*id));
    [summary_key(user), user_key(user), ALL.to_owned()].into_iter().chain(of_groups).collect()
}

async fn cached(cx: &Context, user: UserId) -> Result<Kept> {
    let ahead = read_ahead(cx, user);
    Ok(Kept::of(cx.kv.get_many(&keys(user, &ahead)).await?, ahead))
}

impl Kept {
    fn of(values: Vec<Option<Vec<u8>>>, ahead: Arc<[GroupId]>) -> Self {
        let mut found = values.into_iter();
        let summary: Option<Summary> = found.next().flatten().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let log = text(found.next().flatten());
        let version = text(found.next().flatten());
        let summary = summary.filter(|summary| summary.version == version);
        let (summary, read) = match summary.map(|summary| (topics_since(&log, &summary.user_version), summary)) {
            Some((Some(read), summary)) => (Some(summary), read),
            _ => (None, Vec::new()),
        };
        let ahead = (ahead, found.map(text).collect());
        Self { summary, read, version, user_version: last_version(&log).to_owned(), ahead }
    }
}

/// Recomputes the groups whose version changed, and those of the topics that the user has read.
async fn refresh(
    cx: &Context,
    user: UserId,
    mut summary: Summary,
    read: &[TopicId],
    (expected, ahead): (Arc<[GroupId]>, Vec<String>),
) -> Result<Summary> {
    let Summary { sidebar, group_versions, .. } = &mut summary;
    let ids: Vec<GroupId> = sidebar.groups.iter().map(|group| group.id).collect();
    let versions = if *expected == *ids {
        ahead
    } else {
        if ids.len() <= MOST_AHEAD {
            cx.sessions.put_groups(user, ids.as_slice().into());
        }
        versions(cx, &ids).await?
    };
    let mut stale: HashSet<GroupId> = store::topics::groups_of(&cx.db, read).await?.into_iter().collect();
    stale.extend(
        ids.iter().zip(group_versions.iter().zip(&versions)).filter(|(_, (then, now))| then != now).map(|(id, _)| *id),
    );
    if stale.is_empty() && read.is_empty() {
        return Ok(summary);
    }
    // The group's name, address, kind or level may have changed too.
    let asked: Vec<GroupId> = stale.iter().copied().collect();
    let (rows, unread, beside) = tokio::try_join!(
        store::topics::reads::my_groups(&cx.db, user),
        store::topics::reads::unread_in(&cx.db, user, &asked),
        store::people::sidebar::beside(&cx.db, user),
    )?;
    let rows: HashMap<GroupId, store::topics::reads::MyGroup> = rows.into_iter().map(|row| (row.id, row)).collect();
    let mut unread = by_group(unread);
    let oldest = sidebar.oldest_listed();
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
    if sidebar.groups.iter().any(|group| group.rest > 0) {
        // The other groups list nothing older. So no topic is listed before one that is only counted.
        sidebar.list_from(oldest.unwrap_or((Timestamp(i64::MAX), TopicId(i64::MAX))));
        if sidebar.listed() < FEWEST_LISTED {
            let Summary { version, user_version, .. } = summary;
            return count(cx, user, version, user_version).await;
        }
    }
    *group_versions = versions;
    put_beside(sidebar, beside);
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
    let (unread, beside) = tokio::try_join!(
        store::topics::reads::unread_in(&cx.db, user, &ids),
        store::people::sidebar::beside(&cx.db, user),
    )?;
    let mut unread = by_group(unread);
    let groups = rows.into_iter().map(|row| {
        let topics = unread.remove(&row.id).unwrap_or_default();
        let store::topics::reads::MyGroup { id, slug, name, kind, level, role } = row;
        let moderates = role > Role::Member && kind != GroupKind::Direct;
        SidebarGroup { id, slug, name, kind, level, moderates, topics, rest: 0 }
    });
    let mut sidebar = Sidebar { groups: groups.collect(), ..Sidebar::default() };
    put_beside(&mut sidebar, beside);
    sidebar.list_at_most(MOST_LISTED);
    Ok(sidebar)
}

fn put_beside(sidebar: &mut Sidebar, beside: store::people::sidebar::Beside) {
    let store::people::sidebar::Beside { mentions, invited, notices } = beside;
    (sidebar.mentions, sidebar.invited, sidebar.notices) = (mentions, invited, notices);
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
    let Kept { summary: Some(summary), read, version, user_version, .. } = cached(cx, user).await? else {
        return Ok(None);
    };
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
