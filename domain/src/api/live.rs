//! The events of `live.json`. They are made of the events that pages get: those say what happened, and this module reads
//! what API clients want to know of it from the database, once for all of a process's clients.

mod events;

pub use events::Events;

use serde::Deserialize;
use serde_json::Value;

use super::objects::precise;
use super::{find_group, find_topic};
use crate::people::basic_auth::Caller;
use crate::platform::context::Context;
use crate::platform::error::Result;
use crate::platform::secrets;
use bus::Cursor;
use model::time::Timestamp;
use model::{GroupId, MessageId, TopicId, UserId, policy};

/// What an event is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Message,
    Topic,
    Star,
    Unstar,
    Mention,
    Delete,
    Read,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Topic => "topic",
            Self::Star => "star",
            Self::Unstar => "unstar",
            Self::Mention => "mention",
            Self::Delete => "delete",
            Self::Read => "read",
        }
    }
}

/// Something that happened, for one reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happened {
    /// The `_id`: the same for everyone who receives it.
    pub id: String,
    /// Its group.
    pub group: GroupId,
    /// Its topic.
    pub topic: TopicId,
    /// Whether it is only sent to clients that ask for presence.
    pub is_presence: bool,
    kind: Kind,
    at: Timestamp,
    message: Option<MessageId>,
    /// Who starred it, who is mentioned, or who read it.
    who: Option<UserId>,
}

/// The parts of a page's event that decide what API clients receive.
#[derive(Deserialize)]
struct Page<'a> {
    #[serde(rename = "type", borrow)]
    kind: std::borrow::Cow<'a, str>,
    #[serde(default)]
    group: Option<GroupId>,
    #[serde(default)]
    topic: Option<TopicId>,
    #[serde(default)]
    message: Option<MessageId>,
    #[serde(default)]
    author: Option<UserId>,
    #[serde(default)]
    mentions: Value,
    #[serde(default)]
    started: bool,
    #[serde(default)]
    by: Option<UserId>,
    #[serde(default)]
    starred: bool,
    #[serde(default)]
    revision: i64,
    #[serde(default)]
    saved: Option<Timestamp>,
    #[serde(default)]
    at: Option<Timestamp>,
    /// Of an event about what was read: group, topic, what is left, read up to, newest.
    #[serde(default)]
    topics: Vec<(GroupId, TopicId, i64, i64, i64)>,
}

/// An id in the form of a UUID, made of what happened: an event that is published again has the same one.
fn id(what: &str) -> String {
    let digest = secrets::digest(what);
    format!("{}-{}-5{}-a{}-{}", &digest[..8], &digest[8..12], &digest[13..16], &digest[17..20], &digest[20..32])
}

/// Returns what a page's event tells the reader, who is anonymous without an id.
pub fn happened(payload: &str, reader: Option<UserId>) -> Vec<Happened> {
    let Ok(page) = serde_json::from_str::<Page<'_>>(payload) else { return Vec::new() };
    if let ("read", Some(reader)) = (&*page.kind, reader) {
        let read = |(group, topic, _, seq, _): (GroupId, TopicId, i64, i64, i64)| Happened {
            id: id(&format!("read:{reader}:{topic}:{seq}")),
            group,
            topic,
            is_presence: true,
            kind: Kind::Read,
            at: Timestamp(0),
            message: None,
            who: Some(reader),
        };
        return page.topics.into_iter().map(read).collect();
    }
    let (Some(group), Some(topic)) = (page.group, page.topic) else { return Vec::new() };
    let at = page.saved.or(page.at).unwrap_or_default();
    let event = |kind: Kind, what: String, message: Option<MessageId>, who: Option<UserId>| Happened {
        id: id(&what),
        group,
        topic,
        is_presence: false,
        kind,
        at,
        message,
        who,
    };
    let started = || event(Kind::Topic, format!("topic:{topic}"), None, None);
    let mut all = Vec::new();
    match (&*page.kind, page.message) {
        ("topic_change", None) if page.started => all.push(started()),
        ("message", Some(message)) => {
            all.extend(page.started.then(started));
            all.push(event(Kind::Message, format!("message:{message}"), Some(message), None));
            let is_named = |reader: &UserId| {
                page.author != Some(*reader)
                    && page.mentions.as_array().is_some_and(|ids| ids.contains(&Value::from(reader.0)))
            };
            if let Some(reader) = reader.filter(is_named) {
                all.push(event(Kind::Mention, format!("mention:{message}:{reader}"), Some(message), Some(reader)));
            }
        }
        ("star", Some(message)) => {
            if let Some(by) = page.by {
                let kind = if page.starred { Kind::Star } else { Kind::Unstar };
                all.push(event(kind, format!("{}:{message}:{by}:{}", kind.word(), at.0), Some(message), Some(by)));
            }
        }
        ("delete", Some(message)) => {
            all.push(event(Kind::Delete, format!("delete:{message}:{}", page.revision), Some(message), page.author));
        }
        _ => {}
    }
    all
}

/// Adds the time to an event's JSON: that of its entry in the reader's stream, in seconds. It grows from event to event,
/// since some clients compare it. `nth` counts the events of one entry.
pub fn with_time(event: &str, entry: Cursor, nth: usize) -> String {
    let (ms, number) = entry.parts();
    let micros = (number.min(240) * 4 + nth.min(3) as u64) as i64;
    let at = Timestamp(i64::try_from(ms).unwrap_or(0).saturating_mul(1_000).saturating_add(micros));
    format!("{{\"_ts\":{:?},{}", precise(at), event.strip_prefix('{').unwrap_or("}"))
}

/// What a client follows: everything it may receive, or one group or topic.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only events of this group.
    pub group: Option<GroupId>,
    /// Only events of this topic.
    pub topic: Option<TopicId>,
    /// A public group that the caller is no member of: its events must be asked for.
    pub outside: Option<GroupId>,
}

impl Filter {
    /// Whether the client follows this.
    pub fn takes(&self, what: &Happened) -> bool {
        self.group.is_none_or(|group| group == what.group) && self.topic.is_none_or(|topic| topic == what.topic)
    }
}

/// Reads which group and topic a client wants to follow, by id or slug; empty texts mean all.
///
/// # Errors
/// [`crate::Error::SignedOut`] for anonymous readers without a group that everyone may read;
/// [`crate::Error::NotFound`] for what the caller may not know of; [`crate::Error::Forbidden`] without the scope to read.
pub async fn filter(cx: &Context, caller: &Caller, group: &str, topic: &str) -> Result<Filter> {
    caller.check(model::Scope::Read)?;
    let mut filter = Filter::default();
    let outside =
        |group: &model::Group, is_member: bool| (!is_member && policy::anyone_reads(group.kind)).then_some(group.id);
    if !is_all(group) {
        let found = find_group(cx, caller, group).await;
        if caller.person.is_none() && !found.as_ref().is_ok_and(|found| policy::anyone_reads(found.group.kind)) {
            // Whether it is hidden or does not exist, signing in is the way to find out.
            return Err(crate::Error::SignedOut);
        }
        let found = found?;
        filter.group = Some(found.group.id);
        filter.outside = outside(&found.group, found.access.role().is_some());
    }
    if !is_all(topic) {
        let found = find_topic(cx, caller, topic).await?;
        filter.topic = Some(found.topic.id);
        filter.outside = filter.outside.or_else(|| outside(&found.group, found.access.role().is_some()));
    }
    if caller.person.is_none() && filter.group.is_none() {
        return Err(crate::Error::SignedOut);
    }
    Ok(filter)
}

fn is_all(text: &str) -> bool {
    matches!(text, "" | "null" | "None" | "undefined")
}

/// Leaves only what is in topics that the caller may still read.
pub async fn still_visible(cx: &Context, caller: &Caller, all: Vec<Happened>) -> Result<Vec<Happened>> {
    let topics: Vec<TopicId> = all.iter().map(|what| what.topic).collect();
    let visible = store::topics::visible(&cx.db, caller.viewer().id(), &topics).await?;
    let is_visible =
        |what: &Happened| visible.iter().any(|topic| topic.id == what.topic && topic.group_id == what.group);
    Ok(all.into_iter().filter(is_visible).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events_of(payload: &str, reader: Option<i64>) -> Vec<(&'static str, String)> {
        happened(payload, reader.map(UserId)).into_iter().map(|what| (what.kind.word(), what.id)).collect()
    }

    #[test]
    fn an_event_has_one_id_for_everyone_and_a_mention_reaches_one_person() {
        let payload = r#"{"type":"message","group":1,"topic":2,"message":3,"author":4,"mentions":[5,6],"started":true,"saved":7}"#;
        let (all, five) = (events_of(payload, None), events_of(payload, Some(5)));
        assert_eq!(all.iter().map(|(kind, _)| *kind).collect::<Vec<_>>(), ["topic", "message"]);
        assert_eq!(five[..2], all[..]);
        assert_eq!((five.len(), five[2].0), (3, "mention"));
        assert_ne!(five[2].1, events_of(payload, Some(6))[2].1);
        // Nobody is notified of a mention of themselves.
        assert_eq!(events_of(&payload.replace("\"author\":4", "\"author\":5"), Some(5)).len(), 2);
    }

    #[test]
    fn stars_and_deletions_that_repeat_are_events_of_their_own() {
        let star = |starred: bool, at: i64| {
            events_of(
                &format!(r#"{{"type":"star","group":1,"topic":2,"message":3,"by":4,"starred":{starred},"at":{at}}}"#),
                None,
            )
        };
        assert_eq!((star(true, 1)[0].0, star(false, 2)[0].0), ("star", "unstar"));
        assert_ne!(star(true, 1)[0].1, star(true, 3)[0].1);
        assert_eq!(star(true, 1), star(true, 1));
        let delete = |revision: i64| {
            events_of(&format!(r#"{{"type":"delete","group":1,"topic":2,"message":3,"revision":{revision}}}"#), None)
        };
        assert_ne!(delete(1), delete(2));
    }

    #[test]
    fn times_grow_with_the_entries_of_a_stream_and_within_one() {
        let at = |entry: &str, nth| with_time("{\"a\":1}", entry.parse().expect("a cursor"), nth);
        assert_eq!(at("1311111111250-0", 0), "{\"_ts\":1311111111.25,\"a\":1}");
        assert_eq!(at("1311111111000-1", 2), "{\"_ts\":1311111111.000006,\"a\":1}");
        assert_eq!(at("1311111111000-281474976710655", 9), "{\"_ts\":1311111111.000963,\"a\":1}");
    }

    #[test]
    fn changes_that_only_pages_need_are_not_events() {
        for payload in [
            "{}",
            "[]",
            r#"{"type":"edit","group":1,"topic":2,"message":3}"#,
            r#"{"type":"member","group":1}"#,
            r#"{"type":"star","group":1,"topic":2,"message":3}"#,
        ] {
            assert_eq!(events_of(payload, Some(1)), [], "{payload}");
        }
        let read = happened(r#"{"type":"read","topics":[[1,2,0,9,9]],"mentions":0}"#, Some(UserId(4)));
        assert!(read.len() == 1 && read[0].is_presence);
    }
}
