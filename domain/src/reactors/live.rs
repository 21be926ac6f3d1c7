//! Reactor: publishes an event to the stream of each user who is online and may read the topic.

use futures_util::future::BoxFuture;
use std::collections::HashSet;
use std::sync::{Arc, OnceLock};

use serde_json::{Value, json};

use super::News;
use crate::live::draw::Draw;
use crate::platform::context::Context;
use crate::platform::error::Result;
use crate::platform::jobs::Cause;
use crate::site;
use crate::topics::moves;
use bus::Stream;
use model::time::Timestamp;
use model::{Images, Message, Topic, TopicRow, UserId, policy};
use store::groups::members::Hearer;
use store::topics::Subject;

pub(super) fn react<'a>(cx: &'a Context, draw: &'a Draw, news: &'a News) -> BoxFuture<'a, Result<()>> {
    Box::pin(run(cx, draw, news))
}

async fn run(cx: &Context, draw: &Draw, news: &News) -> Result<()> {
    let Subject { row, group, deleted } = &news.subject;
    let topic = &row.topic;
    let images = site::current(cx).await.settings.images;
    let event = match (news.cause, &news.message) {
        (Cause::TopicDeleted { .. }, _) => {
            json!({"type": "topic_change", "group": group.id, "topic": topic.id, "version": topic.version, "deleted": true})
        }
        // The event about the deleted topic covers it.
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
        (cause, Some(message)) => about_message((draw, images), cx.now(), cause, message, &news.subject),
    };
    if let Cause::TopicMoved { from, .. } = news.cause
        && from != group.id
        && let Some(old) = store::groups::by_ids(&cx.db, &[from]).await?.pop()
    {
        let left = Subject { group: old, ..news.subject.clone() };
        publish(cx, &left, None, &Texts::of(moves::gone(topic, from), &|| None)).await?;
    }
    // Users who ignore the author get the message folded away.
    let fold = || {
        let message = news.message.as_ref().filter(|message| !message.deleted)?;
        let message = Message { ignored: true, follows: false, ..message.clone() };
        let wrote_last = row.last_author.as_ref().is_some_and(|last| last.id == message.author.id);
        let folded = topic.creator_id == message.author.id;
        let row = TopicRow { ignored: wrote_last, folded, ..row.clone() };
        Some(((draw.message)(&message, topic, group, cx.now(), images), (draw.topic_row)(&row, group, cx.now())))
    };
    let author = news.message.as_ref().map(|message| message.author.id);
    publish(cx, &news.subject, author, &Texts::of(numbered(event, topic), &fold)).await
}

/// Adds the topic's numbering, if it was ever renumbered: a page with another numbering reloads.
fn numbered(mut event: Value, topic: &Topic) -> Value {
    if topic.numbering > 0
        && let Value::Object(fields) = &mut event
    {
        fields.insert("numbering".into(), topic.numbering.into());
    }
    event
}

/// Returns an event with the message's current state: even a late one is never wrong to apply.
fn about_message(
    (draw, images): (&Draw, Images),
    now: Timestamp,
    cause: Cause,
    message: &Message,
    subject: &Subject,
) -> Value {
    let Subject { row, group, .. } = subject;
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
        "html": (draw.message)(message, &row.topic, group, now, images),
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
        if kind == "message" {
            // The realtime server measures its latency by this.
            fields.insert("saved".into(), message.created_at.0.into());
        }
    }
    event
}

/// Users looked up at once: while the members among some are looked up, the previous ones get their event.
const AT_ONCE: usize = 4_000;

/// Publishes the event to every online user who may read the topic now: members, and in a public group other readers
/// too. For users who muted the topic or ignore the author, the event is marked `quiet`: it does not count.
async fn publish(cx: &Context, subject: &Subject, author: Option<UserId>, texts: &Texts<'_>) -> Result<()> {
    let Subject { row, group, .. } = subject;
    let listening = cx.bus.listening().await?;
    let mut told: HashSet<UserId> = HashSet::new();
    let mut found = Vec::new();
    for present in listening.chunks(AT_ONCE) {
        let (hearers, published) = tokio::join!(
            store::groups::members::hearers(&cx.db, group.id, row.topic.id, author, present),
            cx.bus.publish(&found)
        );
        published?;
        let hearers = hearers?;
        told.extend(hearers.iter().map(|hearer| hearer.user_id));
        found = hearers.iter().map(|hearer| (Stream::User(hearer.user_id), texts.for_hearer(hearer))).collect();
    }
    if policy::anyone_reads(group.kind) {
        let watchers = cx.bus.watchers(group.id).await?;
        let others: Vec<UserId> = watchers.into_iter().filter(|user| !told.contains(user)).collect();
        let ignoring: HashSet<UserId> =
            store::people::ignores::among(&cx.db, author, &others).await?.into_iter().collect();
        let text = |user| if ignoring.contains(&user) { texts.ignored() } else { texts.plain.clone() };
        found.extend(others.into_iter().map(|user| (Stream::User(user), text(user))));
        found.push((Stream::Group(group.id), texts.plain.clone()));
    }
    cx.bus.publish(&found).await?;
    Ok(())
}

/// HTML of a folded message and of its topic's row, for users who ignore the author; `None` without a message.
type Fold<'a> = dyn Fn() -> Option<(String, String)> + Sync + 'a;

/// The variants of an event. The rarer ones are only built when the first user needs them.
struct Texts<'a> {
    event: Value,
    plain: Arc<str>,
    muted: OnceLock<Arc<str>>,
    ignored: OnceLock<Arc<str>>,
    fold: &'a Fold<'a>,
}

impl<'a> Texts<'a> {
    fn of(event: Value, fold: &'a Fold<'a>) -> Self {
        let plain = event.to_string().into();
        Self { event, plain, muted: OnceLock::new(), ignored: OnceLock::new(), fold }
    }

    fn with(&self, more: &[(&str, Value)]) -> Arc<str> {
        let mut event = self.event.clone();
        if let Value::Object(fields) = &mut event {
            fields.insert("quiet".into(), true.into());
            for (name, value) in more.iter().filter(|(name, _)| self.event.get(name).is_some()) {
                fields.insert((*name).to_owned(), value.clone());
            }
        }
        event.to_string().into()
    }

    fn muted(&self) -> Arc<str> {
        self.muted.get_or_init(|| self.with(&[])).clone()
    }

    fn ignored(&self) -> Arc<str> {
        let folded = || match (self.fold)() {
            Some((html, row)) => self.with(&[("html", html.into()), ("row", row.into())]),
            None => self.muted(),
        };
        self.ignored.get_or_init(folded).clone()
    }

    fn for_hearer(&self, hearer: &Hearer) -> Arc<str> {
        match hearer {
            Hearer { ignores: true, .. } => self.ignored(),
            Hearer { muted: true, .. } => self.muted(),
            _ => self.plain.clone(),
        }
    }
}
