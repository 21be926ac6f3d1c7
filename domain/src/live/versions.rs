//! The versions of what the unread summaries count: they announce changes of it.
//!
//! A version is a token that is replaced by a fresh one on every change. Setting it twice or out of order only makes
//! the next page recompute. Each group has a version, set after the save by the unread reactor. Each user has a log of
//! versions, to which their own actions append one before the save. A version in the log says which topics it is about,
//! if it is about topics alone: then the next page recomputes only their groups.
//!
//! All summaries have one more version in common. A process sets it when it starts, and when it reaches Redis again after it
//! could not set another version.

use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::future::try_join_all;

use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use bus::BusError;
use model::time::Timestamp;
use model::{GroupId, TopicId, UserId};

/// How long versions are kept: much longer than summaries.
const VERSION_KEPT: Duration = Duration::from_secs(7 * 24 * 3_600);
/// The longest time from the announcement of a change to its commit.
const SETTLES: Duration = Duration::from_secs(2);

/// The most bytes of a user's log of versions.
const MOST_LOGGED: usize = 2_000;
/// Users whose logs are written at once.
const AT_ONCE: usize = 500;
/// The most topics that a version in the log names.
const MOST_NAMED: usize = 20;

pub(super) fn user_key(user: UserId) -> String {
    format!("version:{{u:{user}}}")
}

/// The version of all users and groups.
pub(super) const ALL: &str = "version:{all}";
/// The pause between two attempts to set it.
const AGAIN: Duration = Duration::from_millis(500);

pub(super) fn group_key(group: GroupId) -> String {
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
pub(super) fn last_version(log: &str) -> &str {
    let last = log.trim_end_matches(';').rsplit(';').next().unwrap_or_default();
    last.split(' ').next().unwrap_or_default()
}

/// Returns the topics that the versions after this one are about; `None` if they are about more than topics, or if the
/// log does not go back so far.
pub(super) fn topics_since(log: &str, version: &str) -> Option<Vec<TopicId>> {
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

pub(super) fn text(value: Option<Vec<u8>>) -> String {
    value.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}

/// Whether a version is so recent that its change may not be committed yet.
pub(super) fn unsettled(version: &str, now: Timestamp) -> bool {
    let set = version.split('.').next().and_then(|micros| micros.parse().ok()).map_or(Timestamp(0), Timestamp);
    now < set.plus(SETTLES)
}
