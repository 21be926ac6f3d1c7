//! What API clients receive of an event: its JSON, rendered once for all of a process's clients.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value, json};
use tokio::sync::Mutex;

use super::super::objects::{Message, TopicName, User, creator, seconds};
use super::{Happened, Kind};
use crate::platform::caches::Remembered;
use crate::platform::context::Context;
use crate::platform::error::Result;
use crate::platform::remote::RemoteImages;
use model::{MessageId, Person, TopicId, UserId};
use store::api::messages::ApiMessage;
use store::topics::Subject;

/// How long an event is kept for other clients. They ask within a moment.
const KEPT: Duration = Duration::from_secs(3);
const CAPACITY: usize = 2_000;

/// The events that a process rendered a moment ago: they are the same for all recipients.
#[derive(Debug)]
pub struct Events {
    rendered: Remembered<String, Option<Arc<str>>>,
    /// One reads, and the others wait for it.
    reading: Mutex<()>,
}

impl Default for Events {
    fn default() -> Self {
        Self { rendered: Remembered::new(KEPT, CAPACITY), reading: Mutex::default() }
    }
}

impl Events {
    /// Returns the JSON of each event. One is `None` when there is nothing to tell of it any more: its message was
    /// deleted, or its topic moved to another group.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn render(&self, cx: &Context, all: &[Happened]) -> Result<Vec<Option<Arc<str>>>> {
        if let Some(known) = self.known(all) {
            return Ok(known);
        }
        let _reading = self.reading.lock().await;
        if let Some(known) = self.known(all) {
            return Ok(known);
        }
        let texts = render(cx, all).await?;
        for (what, text) in all.iter().zip(&texts) {
            if let Err(epoch) = self.rendered.get(&what.id) {
                self.rendered.put(what.id.clone(), text.clone(), epoch);
            }
        }
        Ok(texts)
    }

    fn known(&self, all: &[Happened]) -> Option<Vec<Option<Arc<str>>>> {
        all.iter().map(|what| self.rendered.get(&what.id).ok()).collect()
    }
}

async fn render(cx: &Context, all: &[Happened]) -> Result<Vec<Option<Arc<str>>>> {
    let ids: Vec<MessageId> = all.iter().filter_map(|what| what.message).collect();
    let messages = store::api::messages::by_ids(&cx.db, &ids).await?;
    let users: Vec<UserId> = all.iter().filter_map(|what| what.who).collect();
    let people = store::people::users::by_ids(&cx.db, &users).await?;
    let topics: BTreeSet<TopicId> = all.iter().map(|what| what.topic).collect();
    let subjects = store::topics::subjects(&cx.db, &topics.into_iter().collect::<Vec<_>>()).await?;
    let mut texts = Vec::with_capacity(all.len());
    for what in all {
        let message = messages.iter().find(|row| Some(row.id) == what.message);
        let person = people.iter().find(|person| Some(person.id) == what.who);
        let subject = subjects.iter().find(|subject| subject.row.topic.id == what.topic);
        let subject = subject.filter(|subject| subject.group.id == what.group && !subject.deleted);
        let event = match subject {
            Some(subject) => event(cx, what, subject, message, person).await?,
            None => None,
        };
        texts.push(event.map(|event| event.to_string().into()));
    }
    Ok(texts)
}

/// Returns one event; `None` when there is nothing to tell any more.
async fn event(
    cx: &Context,
    what: &Happened,
    subject: &Subject,
    row: Option<&ApiMessage>,
    person: Option<&Person>,
) -> Result<Option<Value>> {
    let (topic, group) = (&subject.row.topic, &subject.group);
    let name = TopicName::new(topic, &group.slug);
    let person = person.map(|person| User::new(cx, person));
    if what.kind == Kind::Topic {
        let user = creator(cx, topic);
        let (created, latest) = (seconds(topic.created_at), seconds(topic.last_message_at));
        return Ok(Some(stamped(
            what,
            json!({"group": group.id.to_string(), "name": name.name, "slug": name.slug, "url": name.url, "id": name.id,
                "creator": user, "user": user, "date_created": created, "date_latest_message": latest}),
        )));
    }
    if what.kind == Kind::Read {
        return Ok(Some(stamped(what, json!({"user": person, "group": group.id.to_string(), "topic": name}))));
    }
    let Some(row) = row.filter(|row| row.topic_id == topic.id) else { return Ok(None) };
    if what.kind == Kind::Delete {
        let author = User::new(cx, &row.author);
        return Ok(Some(stamped(
            what,
            json!({"user": author, "group": group.id.to_string(), "topic": name, "id": row.id.to_string(),
                "message_id": row.id.to_string()}),
        )));
    }
    if row.deleted {
        return Ok(None);
    }
    let images = RemoteImages::of(cx, crate::site::current(cx).await.settings.images);
    let message = Message::new(cx, row, images)?;
    Ok(Some(match what.kind {
        Kind::Star | Kind::Unstar => {
            let url = format!("{}{}/", name.url, row.id);
            let star = json!({"message_url": url, "date_created": seconds(what.at), "kind": what.kind.word(),
                "message": message, "user": person});
            stamped(what, json!({"user": person, "star": star}))
        }
        Kind::Mention => {
            let user = message.user.clone();
            stamped(
                what,
                json!({"user": user, "mentioned_user": person, "message": message, "topic": name,
                    "group": group.id.to_string()}),
            )
        }
        Kind::Message | Kind::Topic | Kind::Delete | Kind::Read => {
            let mut event = json!({"group": group.id.to_string(), "topic": name});
            if let (Value::Object(fields), Ok(Value::Object(own))) = (&mut event, serde_json::to_value(&message)) {
                fields.extend(own);
            }
            stamped(what, event)
        }
    }))
}

/// Adds what every event has, but its time.
fn stamped(what: &Happened, event: Value) -> Value {
    let mut fields = match event {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    fields.insert("kind".into(), what.kind.word().into());
    fields.insert("_id".into(), what.id.clone().into());
    Value::Object(fields)
}
