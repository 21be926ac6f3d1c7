//! Live: one event into the stream of each user who is there to hear it and may.

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::{Value, json};

use super::{Draw, News};
use crate::bus::Stream;
use crate::context::Context;
use crate::error::Result;
use crate::jobs::Cause;
use crate::model::{Group, GroupKind, Message, UserId};
use crate::moves;
use crate::store;
use crate::store::topics::Subject;

pub(super) async fn react(cx: &Context, draw: &Draw, news: &News) -> Result<()> {
    let Subject { row, group, deleted } = &news.subject;
    let topic = &row.topic;
    let event = match (news.cause, &news.message) {
        (Cause::TopicDeleted { .. }, _) => {
            json!({"type": "topic_change", "group": group.id, "topic": topic.id, "version": topic.version, "deleted": true})
        }
        // Whoever shows it hears that the topic went.
        _ if *deleted => return Ok(()),
        (Cause::TopicChanged { .. } | Cause::TopicMoved { .. }, _) | (_, None) => json!({
            "type": "topic_change",
            "group": group.id,
            "topic": topic.id,
            "version": topic.version,
            "name": topic.title(),
            "slug": topic.slug,
            "events": topic.events,
            "moved": matches!(news.cause, Cause::TopicMoved { .. }),
            "row": (draw.topic_row)(row, group, cx.now()),
        }),
        (cause, Some(message)) => about_message(cx, draw, cause, message, &news.subject),
    };
    if let Cause::TopicMoved { from, .. } = news.cause
        && let Some(old) = store::groups::by_ids(&cx.db, &[from]).await?.first()
        && old.id != group.id
    {
        publish(cx, old, &moves::gone(topic, from)).await?;
    }
    publish(cx, group, &event).await
}

/// What a message is now. An event drawn late shows what came after it too: applying it is never wrong.
fn about_message(cx: &Context, draw: &Draw, cause: Cause, message: &Message, subject: &Subject) -> Value {
    let Subject { row, group, .. } = subject;
    let now = cx.now();
    let kind = match cause {
        _ if message.deleted => "delete",
        Cause::MessagePosted { .. } => "message",
        Cause::StarsChanged { .. } => "star",
        Cause::MessageDeleted { .. } => "delete",
        Cause::MessageRestored { .. } => "restore",
        Cause::MessageEdited { .. }
        | Cause::TopicChanged { .. }
        | Cause::TopicMoved { .. }
        | Cause::TopicDeleted { .. } => "edit",
    };
    let mut event = json!({
        "type": kind,
        "group": group.id,
        "topic": row.topic.id,
        "message": message.id,
        "seq": message.seq,
        "author": message.author.id,
        "mentions": message.mentions,
        "stars": message.stars.iter().map(|person| person.id).collect::<Vec<_>>(),
        "html": (draw.message)(message, &row.topic, group, now),
    });
    if kind != "star"
        && let Value::Object(fields) = &mut event
    {
        fields.insert("row".into(), (draw.topic_row)(row, group, now).into());
        fields.insert("version".into(), row.topic.version.into());
        fields.insert("count".into(), row.message_count.into());
        if message.seq == 1 && kind == "message" {
            fields.insert("new_topic".into(), true.into());
        }
    }
    event
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
