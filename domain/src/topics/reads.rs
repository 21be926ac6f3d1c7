//! How far a user has read each topic, and telling their other tabs and devices.

use crate::live::tell;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::live::unread;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::topics;
use model::policy::Viewer;
use model::time::Timestamp;
use model::{GroupId, ReadPosition, Sidebar, TopicId, UserId};

/// The most topics in a "Mark all as read" form.
const MOST_LISTED: usize = 2_000;
/// The longest time from a message's time to its commit. Messages of the last moment before a page may not be on it.
const COMMITS: Duration = Duration::from_secs(3);

/// Marks a topic as read up to a message number, never backwards. Tells the user's other tabs.
///
/// # Errors
/// [`Error::NotFound`] if the viewer may not see the topic.
pub async fn mark(cx: &Context, viewer: Viewer, topic: TopicId, seq: i64) -> Result<()> {
    let found = topics::find(cx, viewer, topic).await?;
    advance(cx, viewer.user()?, &[(topic, ReadPosition { numbering: found.topic.numbering, seq })]).await.map(drop)
}

/// Marks a topic as read up to what a page showed. If the topic was renumbered since, this marks nothing: otherwise
/// messages that were never shown would count as read.
///
/// # Errors
/// [`Error::NotFound`] if the viewer may not see the topic.
pub async fn mark_as_shown(cx: &Context, viewer: Viewer, topic: TopicId, shown: ReadPosition) -> Result<()> {
    topics::find(cx, viewer, topic).await?;
    advance(cx, viewer.user()?, &[(topic, shown)]).await.map(drop)
}

/// Marks a topic as read up to what a page showed, as [`mark_as_shown`] does. For some minutes, [`undo`] takes it back.
/// Returns whether something changed.
///
/// # Errors
/// [`Error::NotFound`] if the viewer may not see the topic.
pub async fn mark_topic(cx: &Context, viewer: Viewer, topic: TopicId, shown: ReadPosition) -> Result<bool> {
    let before = topics::find(cx, viewer, topic).await?.read_seq;
    let user = viewer.user()?;
    let moved = advance(cx, user, &[(topic, shown)]).await?;
    if !moved.is_empty() {
        remember(cx, user, &moved, &before.map(|seq| (topic, seq)).into_iter().collect()).await;
    }
    Ok(!moved.is_empty())
}

/// Marks what the page of a composer showed (text from [`shown`]) as read: its reader answered it. The answer is read too if
/// nothing came in between. The answer is posted already, so a failure is only logged.
pub async fn answered(cx: &Context, viewer: Viewer, topic: TopicId, text: &str, answer: i64) {
    let Some((_, mut shown)) = read_shown(text).filter(|(of, _)| *of == topic) else { return };
    if answer == shown.seq.saturating_add(1) {
        shown.seq = answer;
    }
    if let Err(error) = mark_as_shown(cx, viewer, topic, shown).await {
        tracing::warn!(%error, "what was answered could not be marked as read");
    }
}

/// Handles a poll's acknowledgement of what the open topic showed. Ignores topics that the user may not see.
pub async fn seen(cx: &Context, user: UserId, topic: TopicId, shown: ReadPosition) -> Result<()> {
    match mark_as_shown(cx, Viewer::User { id: user, is_admin: false }, topic, shown).await {
        Err(Error::NotFound) => Ok(()),
        other => other,
    }
}

/// Marks what a page showed (text from [`upto`]) as read. Messages that arrived since stay unread. For some minutes,
/// [`undo`] takes it back. Returns whether something was unread.
pub async fn mark_shown(cx: &Context, viewer: Viewer, shown: &str) -> Result<bool> {
    let user = viewer.user()?;
    let garbage = || Error::invalid("upto", texts::topics_errors::page_out_of_date());
    if let Some(moment) = shown.strip_prefix('@') {
        let (moment, group) = moment.split_once(':').ok_or_else(garbage)?;
        let (moment, group) = (moment.parse().map_err(|_| garbage())?, group.parse().map_err(|_| garbage())?);
        return mark_until(cx, user, Some(GroupId(group)).filter(|group| group.0 != 0), Timestamp(moment)).await;
    }
    let mut wanted = Vec::new();
    for part in shown.split(',').filter(|part| !part.is_empty()).take(MOST_LISTED) {
        wanted.push(read_shown(part).ok_or_else(garbage)?);
    }
    // Only topics that are unread for this user count: foreign ids have no effect.
    let topics: Vec<TopicId> = wanted.iter().map(|(topic, _)| *topic).collect();
    let own = store::topics::reads::unread_among(&cx.db, user, &topics).await?;
    let own: HashSet<TopicId> = own.into_iter().map(|row| row.unread.topic).collect();
    wanted.retain(|(topic, shown)| own.contains(topic) && shown.seq > 0);
    let before = store::topics::reads::of_topics(&cx.db, user, &topics).await?;
    let before = before.into_iter().map(|row| (row.topic_id, row.read_seq)).collect();
    let moved = advance(cx, user, &wanted).await?;
    if !moved.is_empty() {
        remember(cx, user, &moved, &before).await;
    }
    Ok(!moved.is_empty())
}

/// Marks everything in the user's groups, or in one, as read that was there at a moment.
async fn mark_until(cx: &Context, user: UserId, group: Option<GroupId>, moment: Timestamp) -> Result<bool> {
    let moment = moment.clamp(Timestamp(0), cx.now().minus(COMMITS));
    let sidebar = unread::sidebar(cx, user).await?;
    let mut tx = cx.db.begin().await?;
    let before = store::topics::reads::behind(&mut tx, user, group).await?.into_iter().collect();
    unread::users_change(cx, &[user]).await?;
    let moved = store::topics::reads::advance_until(&mut tx, user, group, moment, cx.now()).await?;
    tx.commit().await?;
    if !moved.is_empty() {
        remember(cx, user, &moved, &before).await;
        let counted = sidebar.groups.iter().filter(|g| g.unread() > 0 && group.is_none_or(|only| g.id == only));
        recount_open_pages(cx, user, counted.map(|group| group.id)).await;
    }
    Ok(!moved.is_empty())
}

async fn recount_open_pages(cx: &Context, user: UserId, groups: impl Iterator<Item = GroupId>) {
    let groups: Vec<GroupId> = groups.take(MOST_TOLD).collect();
    tell::redraw_own(cx, user, &groups).await;
}

/// The position before, of a topic that was never opened.
const NEVER_READ: i64 = -1;
/// How long marking as read or unread can be undone.
const UNDO: Duration = Duration::from_secs(15 * 60);

/// Topics that were marked as read or unread, each with its position then and the one before.
#[derive(Serialize, Deserialize)]
struct Marked {
    at: Timestamp,
    topics: Vec<(TopicId, i64, i64)>,
}

fn undo_key(user: UserId) -> String {
    format!("marked:{{u:{user}}}")
}

/// Remembers what was marked as read or unread, and the positions before, so that it can be undone.
pub(super) async fn remember(cx: &Context, user: UserId, moved: &[(TopicId, i64)], before: &HashMap<TopicId, i64>) {
    let marked: Vec<(TopicId, i64, i64)> =
        moved.iter().map(|(topic, seq)| (*topic, *seq, before.get(topic).copied().unwrap_or(NEVER_READ))).collect();
    let Ok(bytes) = serde_json::to_vec(&Marked { at: cx.now(), topics: marked }) else { return };
    if let Err(error) = cx.kv.set(&undo_key(user), &bytes, UNDO).await {
        tracing::warn!(%error, "marking as read or unread cannot be undone");
    }
}

/// Undoes what was marked last, as read by [`mark_shown`] or [`mark_topic`], or as unread. Topics that were read further
/// since stay as they are. Returns whether there was something to undo.
pub async fn undo(cx: &Context, viewer: Viewer) -> Result<bool> {
    let user = viewer.user()?;
    let key = undo_key(user);
    let Ok(Some(bytes)) = cx.kv.get(&key).await else { return Ok(false) };
    let Ok(Marked { at, topics }) = serde_json::from_slice(&bytes) else { return Ok(false) };
    if topics.is_empty() || cx.now() > at.plus(UNDO) {
        return Ok(false);
    }
    let ids: Vec<TopicId> = topics.iter().map(|(topic, ..)| *topic).collect();
    let mut tx = cx.db.begin().await?;
    unread::users_change(cx, &[user]).await?;
    let (never_read, read): (Vec<_>, Vec<_>) = topics.into_iter().partition(|(_, _, before)| *before == NEVER_READ);
    store::topics::reads::set_back(&mut tx, user, &read, cx.now()).await?;
    store::topics::reads::forget(&mut tx, user, &never_read).await?;
    tx.commit().await?;
    let _ = cx.kv.delete(&[key]).await;
    recount_open_pages(cx, user, store::topics::groups_of(&cx.db, &ids).await?.into_iter()).await;
    Ok(true)
}

/// Groups that open pages update when everything was marked as read.
const MOST_TOLD: usize = 50;

/// Returns what a page shows as unread at this time, as text for its "mark read" form. With `group`, only of that group.
/// It lists the topics. If the sidebar lists only some, it gives the time instead: `@MICROSECONDS:GROUP`, with 0 for all groups.
pub fn upto(sidebar: &Sidebar, group: Option<GroupId>, now: Timestamp) -> String {
    let groups = sidebar.groups.iter().filter(|g| group.is_none_or(|only| g.id == only));
    if groups.clone().any(|group| group.rest > 0) {
        return format!("@{}:{}", now.minus(COMMITS).0, group.map_or(0, |group| group.0));
    }
    let parts: Vec<String> = groups.flat_map(|g| &g.topics).map(|t| shown(t.topic, t.last_seq, t.numbering)).collect();
    parts.join(",")
}

/// Formats what was shown of a topic: `TOPIC:SEQ`, with `:NUMBERING` appended if the topic was renumbered.
pub fn shown(topic: TopicId, seq: i64, numbering: i64) -> String {
    if numbering == 0 { format!("{topic}:{seq}") } else { format!("{topic}:{seq}:{numbering}") }
}

/// Parses one part of the text from [`upto`]; browsers write the same format.
pub fn read_shown(text: &str) -> Option<(TopicId, ReadPosition)> {
    let (topic, rest) = text.split_once(':')?;
    let (seq, numbering) = rest.split_once(':').unwrap_or((rest, "0"));
    Some((TopicId(topic.parse().ok()?), ReadPosition { numbering: numbering.parse().ok()?, seq: seq.parse().ok()? }))
}

/// Advances read positions, and tells the user's other tabs. Returns the topics that moved, with their new positions.
pub(crate) async fn advance(
    cx: &Context,
    user: UserId,
    wanted: &[(TopicId, ReadPosition)],
) -> Result<Vec<(TopicId, i64)>> {
    let mut upto: BTreeMap<TopicId, ReadPosition> = BTreeMap::new();
    for &(topic, shown) in wanted.iter().filter(|(_, shown)| shown.seq > 0) {
        let most = upto.entry(topic).or_default();
        *most = shown.max(*most);
    }
    if upto.is_empty() {
        return Ok(Vec::new());
    }
    let mut tx = cx.db.begin().await?;
    unread::user_reads(cx, user, upto.keys().copied()).await?;
    let moved = store::topics::reads::advance(&mut tx, user, &upto, cx.now()).await?;
    tx.commit().await?;
    if moved.is_empty() {
        return Ok(Vec::new());
    }
    let left: HashMap<TopicId, i64> = store::topics::reads::unread_among(&cx.db, user, &moved)
        .await?
        .into_iter()
        .map(|row| (row.unread.topic, row.unread.unread))
        .collect();
    let read = store::topics::reads::of_topics(&cx.db, user, &moved).await?;
    let topics: Vec<_> = read
        .iter()
        .map(|r| json!([r.group_id, r.topic_id, left.get(&r.topic_id).copied().unwrap_or(0), r.read_seq, r.last_seq]))
        .collect();
    let mentions = store::messages::mentions::unread(&cx.db, user).await?;
    let event = json!({"type": "read", "topics": topics, "mentions": mentions}).to_string();
    tell::publish_own(cx, user, event).await;
    Ok(read.into_iter().map(|row| (row.topic_id, row.read_seq)).collect())
}

/// Returns the topics of an event that says how far topics are read; empty for other events.
pub fn topics_of_event(payload: &str) -> Vec<TopicId> {
    let Ok(event) = serde_json::from_str::<serde_json::Value>(payload) else { return Vec::new() };
    if event["type"] != "read" {
        return Vec::new();
    }
    let topics = event["topics"].as_array().into_iter().flatten();
    topics.filter_map(|topic| topic[1].as_i64()).map(TopicId).collect()
}
