//! Merging a topic into another one: interleaves their messages by time and redirects the old address.

use crate::live::tell;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::jobs::Cause;
use crate::platform::{jobs, log};
use crate::topics;
use crate::topics::moves::At;
use crate::topics::{TopicAccess, moves};
use model::policy::{Permission, Viewer};
use model::{LogAction, LogEntry, TopicAction, TopicId};
use store::search_log;
use store::search_log::Changed;
use store::topics::events::Between;
use store::topics::merges::Both;

/// Returns a topic that the viewer may merge into another one.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`].
pub async fn mergeable(cx: &Context, viewer: Viewer, topic: TopicId) -> Result<TopicAccess> {
    viewer.user()?;
    let found = topics::find(cx, viewer, topic).await?;
    found.access.check(Permission::Moderate)?;
    Ok(found)
}

/// Finds the topic at a typed or pasted address: a path or a full URL of this site.
async fn at(cx: &Context, viewer: Viewer, typed: &str) -> Result<TopicAccess> {
    let absent = || Error::invalid("into", texts::topics_errors::no_topic_here());
    let path = typed.trim();
    let path = path.strip_prefix(cx.config.base_url.as_str()).unwrap_or(path);
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let words: Vec<&str> = path.split('/').filter(|word| !word.is_empty()).collect();
    let [group, slug] = words.as_slice() else { return Err(absent()) };
    match moves::at(cx, viewer, group, slug).await {
        Ok(At::Here(found)) => Ok(*found),
        Ok(At::Moved(path)) => match path.split('/').collect::<Vec<_>>().as_slice() {
            ["", group, slug, ""] => match topics::by_slug(cx, viewer, group, slug).await {
                Err(Error::NotFound) => Err(absent()),
                found => found,
            },
            _ => Err(absent()),
        },
        Err(Error::NotFound) => Err(absent()),
        Err(error) => Err(error),
    }
}

/// Merges a topic into the topic at a typed address.
///
/// # Errors
/// [`Error::Invalid`] on `into` if the viewer can see no topic there; otherwise as [`merge`].
pub async fn merge_at(cx: &Context, viewer: Viewer, topic: TopicId, into: &str) -> Result<TopicAccess> {
    viewer.user()?;
    // A repeated form finds the topic already merged.
    if let Some(done) = done_before(cx, viewer, topic).await? {
        return Ok(done);
    }
    mergeable(cx, viewer, topic).await?;
    let into = at(cx, viewer, into).await?.topic.id;
    merge(cx, viewer, topic, into).await
}

/// Returns the topic that this one was merged into, if the viewer may read it.
pub(crate) async fn done_before(cx: &Context, viewer: Viewer, topic: TopicId) -> Result<Option<TopicAccess>> {
    let Some(into) = store::topics::merges::ended_in(&cx.db, topic).await? else { return Ok(None) };
    match topics::find(cx, viewer, into).await {
        Ok(found) => Ok(Some(found)),
        Err(Error::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Merges a topic into another one: orders the messages by time, renumbers them and redirects the old address. Each
/// user has then read up to the first message unread before. The viewer must moderate both topics, and no more people
/// may read the target group. Repeating the request has no further effect.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`]; [`Error::Invalid`] on `into`.
pub async fn merge(cx: &Context, viewer: Viewer, topic: TopicId, into: TopicId) -> Result<TopicAccess> {
    let user = viewer.user()?;
    if let Some(done) = done_before(cx, viewer, topic).await? {
        return Ok(done);
    }
    let found = match mergeable(cx, viewer, topic).await {
        // The same request, sent twice, may have ended just now.
        Err(Error::NotFound) => return done_before(cx, viewer, topic).await?.ok_or(Error::NotFound),
        found => found?,
    };
    let other = topics::find(cx, viewer, into).await?;
    if other.topic.id == topic {
        return Err(Error::invalid("into", texts::topics_errors::into_itself()));
    }
    other.access.check(Permission::Moderate)?;
    let target = moves::target(cx, viewer, &found, other.group.id).await.map_err(about_into)?;
    let now = cx.now();
    let mut tx = cx.db.begin().await?;
    moves::lock(&mut tx, viewer, &found, &target).await.map_err(about_into)?;
    crate::groups::members::lock(&mut tx, viewer, target.group.id).await?.check(Permission::Moderate)?;
    // Locks the topic with the lower id first, so that two merges cannot deadlock.
    let lower = store::topics::splits::lock(&mut tx, topic.min(into)).await?;
    let higher = store::topics::splits::lock(&mut tx, topic.max(into)).await?;
    let (own, its) = if topic < into { (lower, higher) } else { (higher, lower) };
    let Some(own) = own.filter(|held| held.group_id == found.group.id) else {
        drop(tx);
        // The same request ran concurrently. An empty commit waits until readers see its changes (SQLite).
        cx.db.begin().await?.commit().await?;
        return done_before(cx, viewer, topic).await?.ok_or(Error::NotFound);
    };
    let its = its.filter(|held| held.group_id == other.group.id).ok_or(Error::NotFound)?;
    let comes = found.group.id != other.group.id;
    if comes {
        let (from, to) = (found.group.id, other.group.id);
        store::topics::splits::carry_reads(&mut tx, topic, from, to, own.arrived_at, now).await?;
    }
    let came_at = if comes { Some(now) } else { own.came_at.max(its.came_at) };
    let topic_arrived = if comes { now } else { own.arrived_at };
    let both = Both { topic, into, group: other.group.id, topic_arrived, into_arrived: its.arrived_at, came_at };
    store::topics::merges::keep_mentions_read(&mut tx, topic, into, now).await?;
    store::topics::merges::read_both(&mut tx, &both, now).await?;
    store::topics::merges::merge_levels(&mut tx, topic, into).await?;
    store::topics::merges::put_together(&mut tx, topic, into).await?;
    store::topics::merges::end(&mut tx, topic, into, now).await?;
    store::moderation::approval_queue::merge(&mut tx, topic, into, other.group.id).await?;
    let older = if own.created_at < its.created_at { &own } else { &its };
    store::topics::merges::begin_with(&mut tx, into, older, came_at).await?;
    store::topics::splits::count_again(&mut tx, into).await?;
    let after_seq = own.last_seq + its.last_seq;
    let (action, detail) = (TopicAction::Merged, found.topic.name.as_str());
    let line = Between { topic: into, after_seq, actor: user, action, detail, other: None };
    store::topics::events::insert_between(&mut tx, line, now).await?;
    let whom = found.topic.creator_id;
    let entry = LogEntry::new(user, LogAction::TopicMerged).group(found.group.id).topic(topic).whom(whom);
    log::write(&mut tx, entry, now).await?;
    if comes {
        let entry = LogEntry::new(user, LogAction::TopicArrived).group(other.group.id).topic(into).whom(whom);
        log::write(&mut tx, entry, now).await?;
    }
    for changed in [topic, into] {
        search_log::insert(&mut tx, Changed::Topic(changed)).await?;
    }
    jobs::enqueue(&mut tx, Cause::TopicDeleted { topic }, now).await?;
    jobs::enqueue(&mut tx, Cause::TopicMoved { topic: into, from: other.group.id }, now).await?;
    tx.commit().await?;
    cx.wake.after_commit();
    tell::pages_changed(cx, None).await;
    topics::find(cx, viewer, into).await
}

/// Reports an error about the target group on the `into` field.
fn about_into(error: Error) -> Error {
    match error {
        Error::Invalid(fields) => match fields.get("group") {
            Some(why) => Error::invalid("into", why.to_owned()),
            None => Error::Invalid(fields),
        },
        other => other,
    }
}

/// Returns the most recently active topics of the group, as suggestions for the target.
pub async fn choices(cx: &Context, found: &TopicAccess) -> Result<Vec<model::Topic>> {
    let mut topics = topics::latest(cx, found.group.id, 30).await?;
    topics.retain(|topic| topic.id != found.topic.id);
    Ok(topics)
}
