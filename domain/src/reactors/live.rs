//! Reactor: publishes an event to the stream of each user who is online and may read the topic.

use futures_util::future::{BoxFuture, try_join_all};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde_json::{Value, json};

use super::News;
use super::texts::Texts;
use crate::live::draw::Draw;
use crate::live::in_each::InEach;
use crate::platform::context::Context;
use crate::platform::error::Result;
use crate::platform::jobs::Cause;
use crate::platform::remote::RemoteImages;
use crate::site;
use crate::topics::{moves, tallies};
use bus::{BusError, Stream};
use model::time::Timestamp;
use model::{Group, GroupId, GroupKind, Message, MessageId, Topic, TopicId, TopicRow, UserId, policy};
use store::messages::replies::Count;
use store::topics::Subject;

pub(super) fn react<'a>(cx: &'a Context, draw: &'a Draw, news: &'a [News]) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        let replies = replies(cx, news).await?;
        let images = RemoteImages::of(cx, site::current(cx).await.settings.images);
        let drawing = Drawing { draw, now: cx.now(), images, replies: &replies };
        let mut told = Vec::new();
        for of_topic in News::by_topic(news) {
            told.extend(departures(cx, drawing, of_topic).await?);
            told.push(in_topic(drawing, of_topic));
        }
        told.retain(|told| !told.texts.is_empty());
        if told.is_empty() { Ok(()) } else { publish(cx, &told).await }
    })
}

/// Counts the replies to the messages that the news reply to. News without replies cost no query.
async fn replies(cx: &Context, news: &[News]) -> Result<HashMap<MessageId, Count>> {
    let counted = news.iter().filter(|news| {
        !matches!(
            news.cause,
            Cause::StarsChanged { .. }
                | Cause::MessageEdited { .. }
                | Cause::PollChanged { .. }
                | Cause::PreviewsChanged { .. }
        )
    });
    let mut ids: Vec<MessageId> =
        counted.filter_map(|news| Some(news.message.as_ref()?.reply_to.as_ref()?.id)).collect();
    ids.sort_unstable();
    ids.dedup();
    Ok(store::messages::replies::counts(&cx.db, &ids).await?.into_iter().map(|count| (count.id, count)).collect())
}

/// How messages and topics are rendered now, in the language of the [`texts::within`] around it.
#[derive(Clone, Copy)]
pub(super) struct Drawing<'a> {
    draw: &'a Draw,
    now: Timestamp,
    images: RemoteImages<'a>,
    /// How many replies the messages have that were replied to.
    replies: &'a HashMap<MessageId, Count>,
}

impl Drawing<'_> {
    pub(super) fn topic_row(&self, row: &TopicRow, group: &Group) -> String {
        (self.draw.topic_row)(row, group, self.now)
    }

    pub(super) fn message(&self, message: &Message, topic: &Topic, group: &Group) -> String {
        (self.draw.message)(message, topic, group, self.now, self.images)
    }
}

/// The events of a topic for the members of a group and other readers.
struct GroupEvents<'a> {
    group: GroupId,
    kind: GroupKind,
    topic: TopicId,
    texts: Vec<Texts<'a>>,
}

/// Tells the groups that a topic was moved from.
async fn departures<'a>(cx: &Context, drawing: Drawing<'a>, news: &'a [News]) -> Result<Vec<GroupEvents<'a>>> {
    let subject = &*news[0].subject;
    let mut told = Vec::new();
    for one in news {
        if let Cause::TopicMoved { from, .. } = one.cause
            && from != subject.group.id
            && let Some(old) = store::groups::by_ids(&cx.db, &[from]).await?.pop()
        {
            let gone = InEach::of(|_| moves::gone(&subject.row.topic, from));
            let texts = vec![Texts::of(None, gone, drawing, subject)];
            told.push(GroupEvents { group: old.id, kind: old.kind, topic: subject.row.topic.id, texts });
        }
    }
    Ok(told)
}

/// Tells what happened in one topic.
fn in_topic<'a>(drawing: Drawing<'a>, news: &'a [News]) -> GroupEvents<'a> {
    let subject = &*news[0].subject;
    let row = InEach::of(|_| drawing.topic_row(&subject.row, &subject.group));
    let text = |one: &'a News| {
        let event = InEach::of_some(|lang| event(drawing, one, row.get(lang)))?;
        Some(Texts::of(one.message.as_ref(), event, drawing, subject))
    };
    let texts = news.iter().filter_map(text).collect();
    GroupEvents { group: subject.group.id, kind: subject.group.kind, topic: subject.row.topic.id, texts }
}

/// Returns the event about the news. `row` is the topic's row in its group's list. `None` if the event about the deleted
/// topic covers it.
fn event(drawing: Drawing<'_>, news: &News, row: &str) -> Option<Value> {
    let Subject { row: TopicRow { topic, .. }, group, deleted } = &*news.subject;
    let event = match (news.cause, &news.message) {
        (Cause::TopicDeleted { .. }, _) => {
            json!({"type": "topic_change", "group": group.id, "topic": topic.id, "version": topic.version, "deleted": true})
        }
        _ if *deleted => return None,
        (Cause::TopicStarted { .. } | Cause::TopicChanged { .. } | Cause::TopicMoved { .. }, _) | (_, None) => json!({
            "type": "topic_change",
            "group": group.id,
            "topic": topic.id,
            "version": topic.version,
            "name": topic.title(),
            "slug": topic.slug,
            "events": topic.events,
            "moved": matches!(news.cause, Cause::TopicMoved { .. }),
            "row": row,
            "started": matches!(news.cause, Cause::TopicStarted { .. }),
            "at": topic.created_at.0,
        }),
        (cause, Some(message)) => about_message(drawing, cause, message, (&news.subject, row)),
    };
    Some(numbered(event, topic))
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
    drawing: Drawing<'_>,
    cause: Cause,
    message: &Message,
    (subject, topic_row): (&Subject, &str),
) -> Value {
    let Subject { row, group, .. } = subject;
    let kind = match cause {
        _ if message.deleted => "delete",
        Cause::MessagePosted { .. } => "message",
        Cause::StarsChanged { .. } => "star",
        Cause::PollChanged { .. } => "poll",
        Cause::PreviewsChanged { .. } => "previews",
        Cause::MessageDeleted { .. } => "delete",
        Cause::MessageRestored { .. } => "restore",
        Cause::MessageEdited { .. }
        | Cause::TopicStarted { .. }
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
        "html": drawing.message(message, &row.topic, group),
    });
    // For what API clients receive besides, see `api/live.rs`.
    if let (Cause::StarsChanged { by: Some(by), .. }, Value::Object(fields)) = (cause, &mut event) {
        fields.insert("by".into(), by.user.0.into());
        fields.insert("starred".into(), by.starred.into());
        fields.insert("at".into(), by.at.0.into());
    }
    // The page shows the number beside the message that was replied to.
    if let (Some(count), Value::Object(fields)) =
        (message.reply_to.as_ref().and_then(|original| drawing.replies.get(&original.id)), &mut event)
    {
        fields.insert("reply".into(), json!({"to": count.id, "version": count.version, "replies": count.replies}));
    }
    if let ("delete", Value::Object(fields)) = (kind, &mut event) {
        fields.insert("revision".into(), message.version.into());
        fields.insert("at".into(), drawing.now.0.into());
    }
    if !matches!(kind, "star" | "poll" | "previews")
        && let Value::Object(fields) = &mut event
    {
        fields.insert("row".into(), topic_row.into());
        fields.insert("version".into(), row.topic.version.into());
        fields.insert("count".into(), row.message_count.into());
        if message.seq == 1 && kind == "message" {
            fields.insert("new_topic".into(), true.into());
            // A message that adds people to a conversation comes a microsecond after its topic.
            let is_together = message.created_at.0 - row.topic.created_at.0 <= 1;
            fields.insert("started".into(), is_together.into());
        }
        if kind == "message" {
            // The realtime server measures its latency by this.
            fields.insert("saved".into(), message.created_at.0.into());
        }
    }
    event
}

/// Users looked up at once: while the members among some are looked up, the previous ones get their events.
const AT_ONCE: usize = 4_000;
/// The most users of all topics that are looked up at once.
const MOST_AT_ONCE: usize = 40_000;

/// Publishes events to every online user who may read their topics now: members, and in a public group other readers too.
/// For users who muted the topic or ignore the author, an event is marked `quiet`: it does not count. Users who voted in a
/// poll get it with their own vote, and with the results that they may see.
async fn publish(cx: &Context, told: &[GroupEvents<'_>]) -> Result<()> {
    let authors: HashSet<UserId> = told.iter().flat_map(|told| &told.texts).flat_map(Texts::authors).collect();
    let authors: Vec<UserId> = authors.into_iter().collect();
    let polls: Vec<MessageId> = told.iter().flat_map(|told| &told.texts).filter_map(Texts::poll).collect();
    let public: HashSet<GroupId> =
        told.iter().filter(|told| policy::anyone_reads(told.kind)).map(|told| told.group).collect();
    let watching = async |group| Ok::<_, BusError>((group, cx.bus.watchers(group).await?));
    // Later readers load a page that contains all of it, because it was committed before.
    let (listening, watchers) = tokio::try_join!(cx.bus.listening(), try_join_all(public.into_iter().map(watching)))?;
    let watchers: HashMap<GroupId, Vec<UserId>> = watchers.into_iter().collect();
    let mut watching: Vec<UserId> = watchers.values().flatten().copied().collect();
    watching.sort_unstable();
    watching.dedup();
    let ignoring: HashSet<(UserId, UserId)> =
        store::people::ignores::among(&cx.db, &authors, &watching).await?.into_iter().collect();
    let of_watchers = tallies::choices(cx, &polls, &watching).await?;
    let mut found: Vec<(Stream, Arc<str>)> = Vec::new();
    // Of public groups.
    let mut members: HashSet<(GroupId, UserId)> = HashSet::new();
    for told in told.chunks((MOST_AT_ONCE / listening.len().clamp(1, AT_ONCE)).max(1)) {
        let places: Vec<(GroupId, TopicId)> = told.iter().map(|told| (told.group, told.topic)).collect();
        let mut rest = &listening[..];
        loop {
            let (present, later) = rest.split_at(rest.len().min(AT_ONCE));
            rest = later;
            let (hearers, choices, published) = tokio::join!(
                store::groups::members::hearers(&cx.db, &places, &authors, present),
                tallies::choices(cx, &polls, present),
                cx.bus.publish(&found)
            );
            published?;
            let (hearers, choices) = (hearers?, choices?);
            found.clear();
            for (told, hearers) in told.iter().zip(&hearers).filter(|(told, _)| policy::anyone_reads(told.kind)) {
                members.extend(hearers.iter().map(|hearer| (told.group, hearer.user_id)));
            }
            for (told, hearers) in told.iter().zip(&hearers) {
                // After the last members, all others.
                let others = watchers.get(&told.group).filter(|_| rest.is_empty());
                for texts in &told.texts {
                    let begun = found.len();
                    found.extend(
                        hearers.iter().map(|hearer| (Stream::User(hearer.user_id), texts.for_hearer(hearer, &choices))),
                    );
                    if let Some(watchers) = others {
                        let text = |user| {
                            texts.for_reader(user, |author| ignoring.contains(&(user, author)), false, &of_watchers)
                        };
                        let others = watchers.iter().filter(|user| !members.contains(&(told.group, **user)));
                        found.extend(others.map(|user| (Stream::User(*user), text(*user))));
                        found.push((Stream::Group(told.group), texts.plain.clone()));
                    }
                    // Each stream comes once here, so their order is free. The bus stores and announces the same text only once
                    // if it comes without a break.
                    found[begun..].sort_by_key(|(_, text)| Arc::as_ptr(text).cast::<u8>().addr());
                }
            }
            if rest.is_empty() {
                break;
            }
        }
    }
    cx.bus.publish(&found).await?;
    Ok(())
}
