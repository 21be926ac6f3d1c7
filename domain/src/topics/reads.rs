//! How far a user has read each topic, and telling their other tabs and devices.

use crate::live::tell;
use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::json;

use crate::live::unread;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::topics;
use model::policy::Viewer;
use model::{GroupId, ReadPosition, Sidebar, TopicId, UserId};

/// Maximum number of topics in one "mark all read" request.
const MOST_AT_ONCE: usize = 2_000;

/// Marks a topic as read up to a message number, never backwards. Tells the user's other tabs.
///
/// # Errors
/// [`Error::NotFound`] if the viewer may not see the topic.
pub async fn mark(cx: &Context, viewer: Viewer, topic: TopicId, seq: i64) -> Result<()> {
    let found = topics::find(cx, viewer, topic).await?;
    advance(cx, viewer.user()?, &[(topic, ReadPosition { numbering: found.topic.numbering, seq })]).await
}

/// Marks a topic as read up to what a page showed. If the topic was renumbered since, this marks nothing: otherwise
/// messages that were never shown would count as read.
///
/// # Errors
/// [`Error::NotFound`] if the viewer may not see the topic.
pub async fn mark_as_shown(cx: &Context, viewer: Viewer, topic: TopicId, shown: ReadPosition) -> Result<()> {
    topics::find(cx, viewer, topic).await?;
    advance(cx, viewer.user()?, &[(topic, shown)]).await
}

/// Handles a poll's acknowledgement of what the open topic showed. Ignores topics that the user may not see.
pub async fn seen(cx: &Context, user: UserId, topic: TopicId, shown: ReadPosition) -> Result<()> {
    match mark_as_shown(cx, Viewer::User { id: user, is_admin: false }, topic, shown).await {
        Err(Error::NotFound) => Ok(()),
        other => other,
    }
}

/// Marks what a page showed (text from [`upto`]) as read. Messages that arrived since stay unread.
pub async fn mark_shown(cx: &Context, viewer: Viewer, shown: &str) -> Result<()> {
    let user = viewer.user()?;
    let mut wanted = Vec::new();
    for part in shown.split(',').filter(|part| !part.is_empty()).take(MOST_AT_ONCE) {
        let read = read_shown(part);
        wanted.push(read.ok_or_else(|| Error::invalid("upto", "This is not what the page sent; load it again."))?);
    }
    // Only topics that are unread for this user count: foreign ids have no effect.
    let sidebar = unread::sidebar(cx, user).await?;
    let own: HashSet<TopicId> = sidebar.groups.iter().flat_map(|g| &g.topics).map(|t| t.topic).collect();
    wanted.retain(|(topic, shown)| own.contains(topic) && shown.seq > 0);
    advance(cx, user, &wanted).await
}

/// Returns what a page shows as unread, as text for its "mark read" form. With `group`, only of that group.
pub fn upto(sidebar: &Sidebar, group: Option<GroupId>) -> String {
    let groups = sidebar.groups.iter().filter(|g| group.is_none_or(|only| g.id == only));
    let parts: Vec<String> =
        groups.flat_map(|g| &g.topics).take(MOST_AT_ONCE).map(|t| part(t.topic, t.last_seq, t.numbering)).collect();
    parts.join(",")
}

/// Formats what was shown of a topic: `TOPIC:SEQ`, with `:NUMBERING` appended if the topic was renumbered.
fn part(topic: TopicId, seq: i64, numbering: i64) -> String {
    if numbering == 0 { format!("{topic}:{seq}") } else { format!("{topic}:{seq}:{numbering}") }
}

/// Parses one part of the text from [`upto`]; browsers write the same format.
pub fn read_shown(text: &str) -> Option<(TopicId, ReadPosition)> {
    let (topic, rest) = text.split_once(':')?;
    let (seq, numbering) = rest.split_once(':').unwrap_or((rest, "0"));
    Some((TopicId(topic.parse().ok()?), ReadPosition { numbering: numbering.parse().ok()?, seq: seq.parse().ok()? }))
}

pub(crate) async fn advance(cx: &Context, user: UserId, wanted: &[(TopicId, ReadPosition)]) -> Result<()> {
    let mut upto: BTreeMap<TopicId, ReadPosition> = BTreeMap::new();
    for &(topic, shown) in wanted.iter().filter(|(_, shown)| shown.seq > 0) {
        let most = upto.entry(topic).or_default();
        *most = shown.max(*most);
    }
    if upto.is_empty() {
        return Ok(());
    }
    let mut tx = cx.db.begin().await?;
    unread::users_change(cx, &[user]).await?;
    let moved = store::topics::reads::advance(&mut tx, user, &upto, cx.now()).await?;
    tx.commit().await?;
    if moved.is_empty() {
        return Ok(());
    }
    let left: HashMap<TopicId, i64> = store::topics::reads::unread_among(&cx.db, user, &moved)
        .await?
        .into_iter()
        .map(|row| (row.unread.topic, row.unread.unread))
        .collect();
    let read = store::topics::reads::of_topics(&cx.db, user, &moved).await?;
    let topics: Vec<_> = read
        .into_iter()
        .map(|r| json!([r.group_id, r.topic_id, left.get(&r.topic_id).copied().unwrap_or(0), r.read_seq, r.last_seq]))
        .collect();
    let mentions = store::messages::mentions::unread(&cx.db, user).await?;
    let event = json!({"type": "read", "topics": topics, "mentions": mentions}).to_string();
    tell::publish_own(cx, user, event).await;
    Ok(())
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
