//! Live: one event into the stream of each user who is there to hear it and may.

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::{Value, json};

use super::Draw;
use crate::bus::Stream;
use crate::context::Context;
use crate::error::Result;
use crate::jobs::Cause;
use crate::model::{Group, GroupKind, MessageId, Topic, TopicId, UserId};
use crate::store;

pub(super) async fn react(cx: &Context, draw: &Draw, cause: Cause) -> Result<()> {
    match cause {
        Cause::MessagePosted { message } => tell_message(cx, draw, message, "message").await,
        Cause::MessageEdited { message } => tell_message(cx, draw, message, "edit").await,
        Cause::MessageDeleted { message } => tell_message(cx, draw, message, "delete").await,
        Cause::StarsChanged { message } => tell_message(cx, draw, message, "star").await,
        Cause::TopicChanged { topic } => tell_topic(cx, draw, topic).await,
        Cause::TopicDeleted { topic } => tell_deleted(cx, topic).await,
    }
}

/// Says what a message is now. An event drawn late shows what came after it too: applying it is never wrong.
async fn tell_message(cx: &Context, draw: &Draw, id: MessageId, kind: &str) -> Result<()> {
    let Some(message) = store::messages::by_id(&cx.db, id).await? else { return Ok(()) };
    let Some((topic, group)) = place(cx, message.topic_id).await? else { return Ok(()) };
    let now = cx.now();
    let mut event = json!({
        "type": if message.deleted && kind != "message" { "delete" } else { kind },
        "group": group.id,
        "topic": topic.id,
        "message": message.id,
        "seq": message.seq,
        "author": message.author.id,
        "mentions": message.mentions,
        "stars": message.stars.iter().map(|person| person.id).collect::<Vec<_>>(),
        "html": (draw.message)(&message, &topic, &group, now),
    });
    if kind != "star"
        && let Some(row) = store::topics::by_ids(&cx.db, &[topic.id]).await?.pop()
        && let Value::Object(fields) = &mut event
    {
        fields.insert("row".into(), (draw.topic_row)(&row, &group, now).into());
        if message.seq == 1 && kind == "message" {
            fields.insert("new_topic".into(), true.into());
        }
    }
    publish(cx, &group, &event).await
}

async fn tell_topic(cx: &Context, draw: &Draw, id: TopicId) -> Result<()> {
    let Some((topic, group)) = place(cx, id).await? else { return Ok(()) };
    let row = store::topics::by_ids(&cx.db, &[id]).await?.pop();
    let row = row.map(|row| (draw.topic_row)(&row, &group, cx.now()));
    let event = json!({"type": "topic_change", "group": group.id, "topic": topic.id, "name": topic.title(), "slug": topic.slug, "row": row});
    publish(cx, &group, &event).await
}

async fn tell_deleted(cx: &Context, id: TopicId) -> Result<()> {
    let Some(found) = store::topics::by_id(&cx.db, UserId(0), id).await? else { return Ok(()) };
    let Some(group) = store::groups::by_id(&cx.db, found.topic.group_id, UserId(0)).await? else { return Ok(()) };
    publish(cx, &group.group, &json!({"type": "topic_change", "group": group.group.id, "topic": id, "deleted": true}))
        .await
}

async fn place(cx: &Context, topic: TopicId) -> Result<Option<(Topic, Group)>> {
    let Some(found) = store::topics::by_id(&cx.db, UserId(0), topic).await? else { return Ok(None) };
    if found.deleted {
        return Ok(None);
    }
    let group = store::groups::by_id(&cx.db, found.topic.group_id, UserId(0)).await?;
    Ok(group.map(|row| (found.topic, row.group)))
}

/// How many people are looked up at once: while some are found to be members, others are told already.
const AT_ONCE: usize = 8_000;

/// Writes the event for everyone who is there and may read the group, decided now: members whose stream may be there, and in a public
/// group those who read it without being in it.
async fn publish(cx: &Context, group: &Group, event: &Value) -> Result<()> {
    let text: Arc<str> = event.to_string().into();
    let events =
        |audience: Vec<Stream>| -> Vec<_> { audience.into_iter().map(|stream| (stream, text.clone())).collect() };
    let listening = cx.bus.listening().await?;
    let mut told: HashSet<UserId> = HashSet::new();
    let mut found = Vec::new();
    for present in listening.chunks(AT_ONCE) {
        let (members, published) =
            tokio::join!(store::groups::members_among(&cx.db, group.id, present), cx.bus.publish(&found));
        published?;
        let members = members?;
        told.extend(&members);
        found = events(members.into_iter().map(Stream::User).collect());
    }
    if group.kind == GroupKind::Public {
        let watchers = cx.bus.watchers(group.id).await?;
        let others = watchers.into_iter().filter(|user| !told.contains(user)).map(Stream::User);
        found.extend(events(others.chain([Stream::Group(group.id)]).collect()));
    }
    cx.bus.publish(&found).await?;
    Ok(())
}
