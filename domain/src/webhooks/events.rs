//! Events for webhooks: which webhook receives which events, and the content of a delivery when it is sent.
//!
//! A webhook of a group receives events of that group only. A site webhook receives events of public groups only, since
//! site admins cannot read other groups. No webhook receives events of conversations.

use serde_json::{Value, json};

use crate::platform::caches::webhooks::Listener;
use crate::platform::context::Context;
use crate::platform::error::Result;
use model::policy::anyone_reads;
use model::{Delivery, Group, GroupId, Message, Person, Topic, Webhook, WebhookEvent};
use store::topics::Subject;

/// The content of a delivery.
#[derive(Debug)]
#[allow(missing_docs)]
pub enum Content {
    Json(String),
    /// The content was deleted, or the webhook can no longer see it.
    Gone,
}

/// Whether a webhook of `own` (`None`: of the site) receives events of a group.
pub(crate) fn sees(own: Option<GroupId>, group: &Group) -> bool {
    !group.is_direct() && own.map_or_else(|| anyone_reads(group.kind), |own| own == group.id)
}

/// Whether a webhook receives this event of a group.
pub(crate) fn hears(listener: &Listener, event: WebhookEvent, group: &Group) -> bool {
    listener.events.contains(&event) && sees(listener.group, group)
}

/// Returns the current content of a delivery. It is read when it is sent, so that it never contains what has been
/// deleted, edited, or moved since.
pub(super) async fn content(cx: &Context, webhook: &Webhook, delivery: &Delivery) -> Result<Content> {
    let data = match delivery.event {
        WebhookEvent::Ping => Some(json!({"webhook": webhook.name})),
        WebhookEvent::MemberJoined => member(cx, webhook, delivery).await?,
        WebhookEvent::MessagePosted | WebhookEvent::MessageEdited | WebhookEvent::MessageRestored => {
            message(cx, webhook, delivery).await?
        }
        // These events only contain ids, which the webhook may have received before.
        WebhookEvent::MessageDeleted => {
            let (message, topic) = (delivery.message_id, delivery.topic_id);
            Some(json!({"message": {"id": message}, "topic": {"id": topic}, "group": {"id": delivery.group_id}}))
        }
        WebhookEvent::TopicDeleted => {
            Some(json!({"topic": {"id": delivery.topic_id}, "group": {"id": delivery.group_id}}))
        }
        WebhookEvent::TopicCreated | WebhookEvent::TopicChanged => topic(cx, webhook, delivery).await?,
        // A webhook of the old group learns that the topic is gone from there.
        WebhookEvent::TopicMoved => Some(match topic(cx, webhook, delivery).await? {
            Some(data) => data,
            None => json!({"topic": {"id": delivery.topic_id}, "group": null, "from": {"id": delivery.group_id}}),
        }),
    };
    let Some(data) = data else { return Ok(Content::Gone) };
    let body = json!({"type": delivery.event.as_str(), "timestamp": delivery.created_at.rfc3339(), "data": data});
    Ok(Content::Json(body.to_string()))
}

/// The topic of a delivery, if the webhook may see it.
async fn subject(cx: &Context, webhook: &Webhook, delivery: &Delivery) -> Result<Option<Subject>> {
    let Some(topic) = delivery.topic_id else { return Ok(None) };
    let found = store::topics::subjects(&cx.db, &[topic]).await?.pop();
    Ok(found.filter(|found| !found.deleted && sees(webhook.group_id, &found.group)))
}

async fn topic(cx: &Context, webhook: &Webhook, delivery: &Delivery) -> Result<Option<Value>> {
    let Some(found) = subject(cx, webhook, delivery).await? else { return Ok(None) };
    let topic = topic_json(cx, &found.group, &found.row.topic);
    Ok(Some(json!({"topic": topic, "group": group_json(cx, &found.group)})))
}

async fn message(cx: &Context, webhook: &Webhook, delivery: &Delivery) -> Result<Option<Value>> {
    let Some(id) = delivery.message_id else { return Ok(None) };
    let Some(message) = store::messages::by_id(&cx.db, id).await?.filter(|message| !message.deleted) else {
        return Ok(None);
    };
    // It may have been moved to another topic since.
    let delivery = Delivery { topic_id: Some(message.topic_id), ..delivery.clone() };
    let Some(found) = subject(cx, webhook, &delivery).await? else { return Ok(None) };
    let raw = store::messages::raw(&cx.db, id).await?.filter(|raw| !raw.deleted);
    let Some(raw) = raw else { return Ok(None) };
    Ok(Some(json!({
        "message": message_json(cx, &message, &raw.raw),
        "topic": topic_json(cx, &found.group, &found.row.topic),
        "group": group_json(cx, &found.group),
    })))
}

async fn member(cx: &Context, webhook: &Webhook, delivery: &Delivery) -> Result<Option<Value>> {
    let (Some(user), Some(group)) = (delivery.user_id, delivery.group_id) else { return Ok(None) };
    let Some(found) =
        store::groups::by_id(&cx.db, group, None).await?.filter(|found| sees(webhook.group_id, &found.group))
    else {
        return Ok(None);
    };
    let Some(member) = store::groups::members::one(&cx.db, group, user).await? else { return Ok(None) };
    let user = person_json(cx, &member.person, member.is_bot);
    Ok(Some(json!({"user": user, "role": member.role.as_str(), "group": group_json(cx, &found.group)})))
}

pub(crate) fn group_json(cx: &Context, group: &Group) -> Value {
    let url = format!("{}/{}/", cx.config.base_url, group.slug);
    json!({"id": group.id, "slug": group.slug, "name": group.name, "kind": group.kind.as_str(), "url": url})
}

fn topic_json(cx: &Context, group: &Group, topic: &Topic) -> Value {
    let url = format!("{}/{}/{}/", cx.config.base_url, group.slug, topic.slug);
    json!({
        "id": topic.id, "slug": topic.slug, "title": topic.title(), "url": url, "created_at": topic.created_at.rfc3339(),
        "locked": topic.locked, "pinned": topic.pinned, "resolved": topic.resolved, "archived": topic.archived,
    })
}

fn message_json(cx: &Context, message: &Message, raw: &str) -> Value {
    json!({
        "id": message.id, "number": message.seq, "author": person_json(cx, &message.author, message.by_bot),
        "text": raw, "html": message.markup, "url": format!("{}/-/messages/{}", cx.config.base_url, message.id),
        "created_at": message.created_at.rfc3339(), "edited_at": message.edited_at.map(|at| at.rfc3339()),
    })
}

fn person_json(cx: &Context, person: &Person, is_bot: bool) -> Value {
    let url = format!("{}/users/{}/", cx.config.base_url, person.username);
    json!({"id": person.id, "username": person.username, "bot": is_bot, "url": url})
}
