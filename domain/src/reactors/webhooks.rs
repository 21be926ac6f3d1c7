//! Reactor: notes for the webhooks that listen what they must be told. A forum without webhooks pays no query.

use super::News;
use crate::live::draw::Draw;
use crate::platform::caches;
use crate::platform::context::Context;
use crate::platform::error::Result;
use crate::platform::jobs::Cause;
use crate::webhooks::events::hears;
use futures_util::future::BoxFuture;
use model::WebhookEvent;
use store::webhooks::deliveries::{self, NewDelivery};

pub(super) fn react<'a>(cx: &'a Context, _draw: &'a Draw, news: &'a [News]) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        let known = caches::webhooks::known(cx).await?;
        let mut new = Vec::new();
        for news in news {
            for (event, key, position) in events(cx, news) {
                for listener in &known.listeners {
                    let from = match news.cause {
                        Cause::TopicMoved { from, .. } => {
                            listener.group == Some(from) && listener.events.contains(&event)
                        }
                        _ => false,
                    };
                    if !from && !hears(listener, event, &news.subject.group) {
                        continue;
                    }
                    new.push(NewDelivery {
                        webhook: listener.id,
                        event,
                        key: key.clone(),
                        group: if from { listener.group } else { Some(news.subject.group.id) },
                        topic: Some(news.subject.row.topic.id),
                        message: news.message.as_ref().map(|message| message.id),
                        user: None,
                        position,
                    });
                }
            }
        }
        if new.is_empty() {
            return Ok(());
        }
        let mut tx = cx.db.begin().await?;
        for delivery in &new {
            deliveries::insert(&mut tx, delivery, cx.now()).await?;
        }
        tx.commit().await?;
        cx.wake.after_commit();
        Ok(())
    })
}

/// What webhooks can be told of an event: each with a key, which names it, and its place in the order of the topic.
fn events(cx: &Context, news: &News) -> Vec<(WebhookEvent, String, i64)> {
    let topic = &news.subject.row.topic;
    let now = cx.now().0;
    // A repetition finds the same version, and is noted once.
    let of_message = |event: WebhookEvent| {
        let message = news.message.as_ref();
        message.map(|message| (event, format!("{event}:{}:{}", message.id, message.version), now)).into_iter().collect()
    };
    let of_topic = |event: WebhookEvent| vec![(event, format!("{event}:{}:{}", topic.id, topic.version), now)];
    match news.cause {
        Cause::MessagePosted { message } => {
            let Some(found) = &news.message else { return Vec::new() };
            let at = found.created_at.0;
            let created =
                (found.seq == 1).then(|| (WebhookEvent::TopicCreated, format!("topic.created:{}", topic.id), at));
            created
                .into_iter()
                .chain([(WebhookEvent::MessagePosted, format!("message.posted:{message}"), at)])
                .collect()
        }
        Cause::TopicStarted { topic } => vec![(WebhookEvent::TopicCreated, format!("topic.created:{topic}"), now)],
        Cause::MessageEdited { .. } => of_message(WebhookEvent::MessageEdited),
        Cause::MessageDeleted { .. } => of_message(WebhookEvent::MessageDeleted),
        Cause::MessageRestored { .. } => of_message(WebhookEvent::MessageRestored),
        Cause::TopicChanged { .. } => of_topic(WebhookEvent::TopicChanged),
        Cause::TopicMoved { .. } => of_topic(WebhookEvent::TopicMoved),
        Cause::TopicDeleted { .. } => of_topic(WebhookEvent::TopicDeleted),
        Cause::StarsChanged { .. } | Cause::PollChanged { .. } | Cause::PreviewsChanged { .. } => Vec::new(),
    }
}
