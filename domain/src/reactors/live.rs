//! Reactor: publishes an event to the stream of each user who is online and may read the topic.

use futures_util::future::BoxFuture;
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
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
use model::{GroupId, Images, Message, Topic, TopicRow, UserId, policy};
use store::groups::members::Hearer;
use store::topics::Subject;

pub(super) fn react<'a>(cx: &'a Context, draw: &'a Draw, news: &'a [News]) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        // Whoever comes later reads a page on which it all is: it was committed before.
        let mut audience = Audience::of(cx).await?;
        for of_topic in News::by_topic(news) {
            run(cx, draw, &mut audience, of_topic).await?;
        }
        Ok(())
    })
}

/// Publishes what happened in one topic.
async fn run(cx: &Context, draw: &Draw, audience: &mut Audience, news: &[News]) -> Result<()> {
    let subject = &*news[0].subject;
    let images = site::current(cx).await.settings.images;
    for one in news {
        if let Cause::TopicMoved { from, .. } = one.cause
            && from != subject.group.id
            && let Some(old) = store::groups::by_ids(&cx.db, &[from]).await?.pop()
        {
            let left = Subject { group: old, ..subject.clone() };
            publish(cx, audience, &left, &[Texts::of(None, moves::gone(&subject.row.topic, from), &|_| None)]).await?;
        }
    }
    let topic_row = |row: &TopicRow| (draw.topic_row)(row, &subject.group, cx.now());
    let row = topic_row(&subject.row);
    // Users who ignore the author get the message folded away.
    let fold = |message: &Message| {
        let message = Message { ignored: true, follows: false, ..message.clone() };
        let (topic, row) = (&subject.row.topic, &subject.row);
        let wrote_last = row.last_author.as_ref().is_some_and(|last| last.id == message.author.id);
        let folded = topic.creator_id == message.author.id;
        let row = topic_row(&TopicRow { ignored: wrote_last, folded, ..row.clone() });
        Some(((draw.message)(&message, topic, &subject.group, cx.now(), images), row))
    };
    let event = |one: &News| event(draw, images, cx.now(), one, &row);
    let texts: Vec<Texts<'_>> =
        news.iter().filter_map(|one| Some(Texts::of(one.message.as_ref(), event(one)?, &fold))).collect();
    publish(cx, audience, subject, &texts).await
}

/// Returns the event about the news. `row` is the topic's row in its group's list. `None` if the event about the deleted
/// topic covers it.
fn event(draw: &Draw, images: Images, now: Timestamp, news: &News, row: &str) -> Option<Value> {
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
        (cause, Some(message)) => about_message((draw, images), now, cause, message, (&news.subject, row)),
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
    (draw, images): (&Draw, Images),
    now: Timestamp,
    cause: Cause,
    message: &Message,
    (subject, topic_row): (&Subject, &str),
) -> Value {
    let Subject { row, group, .. } = subject;
    let kind = match cause {
        _ if message.deleted => "delete",
        Cause::MessagePosted { .. } => "message",
        Cause::StarsChanged { .. } => "star",
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
        "html": (draw.message)(message, &row.topic, group, now, images),
    });
    // What clients of the API are told besides: see `api/live.rs`.
    if let (Cause::StarsChanged { by: Some(by), .. }, Value::Object(fields)) = (cause, &mut event) {
        fields.insert("by".into(), by.user.0.into());
        fields.insert("starred".into(), by.starred.into());
        fields.insert("at".into(), by.at.0.into());
    }
    if let ("delete", Value::Object(fields)) = (kind, &mut event) {
        fields.insert("revision".into(), message.version.into());
        fields.insert("at".into(), now.0.into());
    }
    if kind != "star"
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

/// The users who are online, read once for a batch of news.
struct Audience {
    listening: Vec<UserId>,
    /// The readers of public groups who are no members.
    watchers: HashMap<GroupId, Vec<UserId>>,
}

impl Audience {
    async fn of(cx: &Context) -> Result<Self> {
        Ok(Self { listening: cx.bus.listening().await?, watchers: HashMap::new() })
    }

    async fn watchers(&mut self, cx: &Context, group: GroupId) -> Result<&[UserId]> {
        Ok(match self.watchers.entry(group) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => unknown.insert(cx.bus.watchers(group).await?),
        })
    }
}

/// Users looked up at once: while the members among some are looked up, the previous ones get their events.
const AT_ONCE: usize = 4_000;

/// Publishes events of one topic to every online user who may read the topic now: members, and in a public group other
/// readers too. For users who muted the topic or ignore the author, an event is marked `quiet`: it does not count.
async fn publish(cx: &Context, audience: &mut Audience, subject: &Subject, events: &[Texts<'_>]) -> Result<()> {
    if events.is_empty() {
        return Ok(());
    }
    let Subject { row, group, .. } = subject;
    let authors: HashSet<UserId> = events.iter().filter_map(|texts| Some(texts.message?.author.id)).collect();
    let authors: Vec<UserId> = authors.into_iter().collect();
    let mut told: HashSet<UserId> = HashSet::new();
    let mut found = Vec::new();
    for present in audience.listening.chunks(AT_ONCE) {
        let (hearers, published) = tokio::join!(
            store::groups::members::hearers(&cx.db, group.id, row.topic.id, &authors, present),
            cx.bus.publish(&found)
        );
        published?;
        let hearers = hearers?;
        told.extend(hearers.iter().map(|hearer| hearer.user_id));
        found.clear();
        for texts in events {
            found.extend(hearers.iter().map(|hearer| (Stream::User(hearer.user_id), texts.for_hearer(hearer))));
        }
    }
    if policy::anyone_reads(group.kind) {
        let watchers = audience.watchers(cx, group.id).await?;
        let others: Vec<UserId> = watchers.iter().copied().filter(|user| !told.contains(user)).collect();
        let ignoring: HashSet<(UserId, UserId)> =
            store::people::ignores::among(&cx.db, &authors, &others).await?.into_iter().collect();
        for texts in events {
            let author = texts.message.map(|message| message.author.id);
            let ignores = |user| author.is_some_and(|author| ignoring.contains(&(user, author)));
            let text = |user| if ignores(user) { texts.ignored() } else { texts.plain.clone() };
            found.extend(others.iter().map(|user| (Stream::User(*user), text(*user))));
            found.push((Stream::Group(group.id), texts.plain.clone()));
        }
    }
    cx.bus.publish(&found).await?;
    Ok(())
}

/// HTML of a folded message and of its topic's row, for users who ignore the author; `None` without a message.
type Fold<'a> = dyn Fn(&Message) -> Option<(String, String)> + Sync + 'a;

/// The variants of an event. The rarer ones are only built when the first user needs them.
struct Texts<'a> {
    message: Option<&'a Message>,
    event: Value,
    plain: Arc<str>,
    muted: OnceLock<Arc<str>>,
    ignored: OnceLock<Arc<str>>,
    fold: &'a Fold<'a>,
}

impl<'a> Texts<'a> {
    fn of(message: Option<&'a Message>, event: Value, fold: &'a Fold<'a>) -> Self {
        let plain = event.to_string().into();
        Self { message, event, plain, muted: OnceLock::new(), ignored: OnceLock::new(), fold }
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
        let message = self.message.filter(|message| !message.deleted);
        let folded = || match message.and_then(self.fold) {
            Some((html, row)) => self.with(&[("html", html.into()), ("row", row.into())]),
            None => self.muted(),
        };
        self.ignored.get_or_init(folded).clone()
    }

    fn for_hearer(&self, hearer: &Hearer) -> Arc<str> {
        match self.message {
            Some(message) if hearer.ignores.contains(&message.author.id) => self.ignored(),
            _ if hearer.muted => self.muted(),
            _ => self.plain.clone(),
        }
    }
}
