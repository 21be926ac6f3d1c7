//! The event stream: what changed in topics that the caller may read. It reads the log of changes that the search index
//! follows too. The log is in the database, so a cursor survives restarts. Events say what is so now, as reactors see it:
//! a message that was edited twice since the last request is one event.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, timeout_at};
use utoipa::{IntoParams, ToSchema};

use super::objects::{Message, Person, TopicName};
use super::words::Id;
use super::{Ask, Found, Query, cursor};
use crate::groups::GroupAccess;
use crate::platform::error::Result;
use bus::Control;
use model::{GroupId, MessageId, TopicId, UserId};
use store::search_log::{self, Changed, Position};
use store::topics::Subject;

/// The most rows of the log that one answer is made of.
const ROWS: i64 = 200;
/// The longest wait, in seconds.
pub const LONGEST: u64 = 40;
/// How long a request waits for a row that an older transaction may still precede.
const SOON: Duration = Duration::from_millis(200);
/// How often a request looks that no change woke.
const SELDOM: Duration = Duration::from_secs(10);
/// How many requests wait in this process at a time. Further ones are answered at once.
static WAITING: Semaphore = Semaphore::const_new(500);
/// How many of them may be of one account.
const OF_ACCOUNT: usize = 20;
/// How many requests of each account wait in this process.
static OF_ACCOUNTS: Mutex<BTreeMap<UserId, usize>> = Mutex::new(BTreeMap::new());

/// The right of a request to wait.
struct Waiting {
    user: UserId,
    _permit: SemaphorePermit<'static>,
}

impl Waiting {
    /// Returns `None` if too many requests wait already.
    fn begin(user: UserId) -> Option<Self> {
        let permit = WAITING.try_acquire().ok()?;
        let mut accounts = OF_ACCOUNTS.lock().unwrap_or_else(PoisonError::into_inner);
        let count = accounts.entry(user).or_default();
        if *count >= OF_ACCOUNT {
            return None;
        }
        *count += 1;
        Some(Self { user, _permit: permit })
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let mut accounts = OF_ACCOUNTS.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = accounts.get_mut(&self.user) {
            *count -= 1;
            if *count == 0 {
                accounts.remove(&self.user);
            }
        }
    }
}

/// What an event is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// A message was posted, edited, restored or starred, or a star was removed.
    Message,
    /// A message was deleted.
    MessageDeleted,
    /// A topic was started, renamed, moved, split, merged or restored.
    Topic,
    /// A topic was deleted, or merged into another one.
    TopicDeleted,
}

/// A change.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Event {
    /// The position of the event. Send it in `after` to get the events that follow.
    pub cursor: String,
    pub kind: EventKind,
    /// The group.
    pub group: Id,
    /// The id of the topic.
    pub topic_id: Id,
    /// The topic as it is now; null if it is deleted.
    pub topic: Option<TopicName>,
    /// The id of the message; null for events about topics.
    pub message_id: Option<Id>,
    /// Who wrote the message or started the topic. Null if the topic is deleted.
    pub author: Option<Person>,
    /// The message as it is now; null if it is deleted, and for events about topics.
    pub message: Option<Message>,
}

/// The events after a position.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Events {
    pub items: Vec<Event>,
    /// What to send in `after` next.
    pub next: String,
    /// Whether earlier events were lost because the position was too old. If so, read everything again.
    pub missed: bool,
}

/// Selects events.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Return the events after this position: the `next` of the last response, or the `cursor` of an event. Without it,
    /// the response only contains the current position.
    pub after: Option<String>,
    /// How many seconds to wait for an event if there are none yet.
    #[serde(default)]
    #[param(maximum = 40)]
    pub wait: u64,
    /// Return only events of this group, by id or slug.
    pub group: Option<String>,
}

fn place(position: Position) -> String {
    cursor::make("events", format_args!("{}-{}", position.xid, position.id))
}

fn read_place(text: &str) -> Option<Position> {
    let (xid, id) = text.split_once('-')?;
    let (xid, id): (i64, i64) = (xid.parse().ok()?, id.parse().ok()?);
    (xid >= 0 && id >= 0).then_some(Position { xid, id })
}

/// Returns the changes after a position, in order. Waits if there are none yet.
///
/// # Errors
/// [`crate::Error::Invalid`] on `cursor`; [`crate::Error::NotFound`] for a group that the caller may not know of.
pub async fn index(ask: Ask, Query(wanted): Query<Wanted>) -> Result<Found<Events>> {
    let after = cursor::read("events", wanted.after.as_deref(), read_place)?;
    let group = match &wanted.group {
        Some(key) => Some(super::super::find_group(&ask.cx, &ask.caller, key).await?.group.id),
        None => None,
    };
    let Some(mut position) = after else {
        let now = search_log::latest_position(&ask.cx.db).await?;
        return Ok(Found(Events { items: Vec::new(), next: place(now), missed: false }));
    };
    let trimmed = search_log::trimmed(&ask.cx.db).await?;
    let missed = trimmed > position;
    position = position.max(trimmed);
    let until = Instant::now() + Duration::from_secs(wanted.wait.min(LONGEST));
    // Subscribed before the log is read: a change in between wakes it.
    let mut controls = ask.cx.bus.controls();
    let waiting = if wanted.wait > 0 { Waiting::begin(ask.user()?) } else { None };
    let mut looks_soon = 0;
    loop {
        let (items, read) = events(&ask, position, group).await?;
        let has_read = read > position;
        position = position.max(read);
        if !items.is_empty() || missed || waiting.is_none() || Instant::now() >= until {
            return Ok(Found(Events { items, next: place(position), missed }));
        }
        if has_read {
            continue;
        }
        let pause = if looks_soon > 0 { SOON } else { SELDOM };
        let woken = timeout_at(until.min(Instant::now() + pause), changed(&mut controls)).await;
        // The row becomes readable when older transactions have ended.
        looks_soon = if woken.is_ok() { 10 } else { i32::max(looks_soon - 1, 0) };
    }
}

/// Waits for the next change of the log.
async fn changed(controls: &mut tokio::sync::broadcast::Receiver<Control>) {
    loop {
        match controls.recv().await {
            Ok(Control::SearchChanged | Control::Reconnected) | Err(RecvError::Lagged(_)) => return,
            Ok(_) => {}
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}

/// Returns the events of the next rows, and how far these reach.
async fn events(ask: &Ask, after: Position, only: Option<GroupId>) -> Result<(Vec<Event>, Position)> {
    let db = &ask.cx.db;
    let rows = search_log::after(db, after, ROWS).await?;
    let read = rows.last().map_or(after, |(position, _)| *position);
    // Several changes of one thing are one event, at the place of the last.
    let mut known = HashSet::new();
    let mut latest: Vec<(Position, Changed)> = Vec::new();
    for (position, changed) in rows.into_iter().rev() {
        let thing = match changed {
            Changed::Message(id) => ("message", id.0),
            Changed::Topic(id) => ("topic", id.0),
            // A deleted group is missing to everybody.
            Changed::Group(_) => continue,
        };
        if known.insert(thing) {
            latest.push((position, changed));
        }
    }
    latest.reverse();
    let ids: Vec<MessageId> = latest.iter().filter_map(|(_, changed)| changed.message()).collect();
    let messages = store::api::messages::by_ids(db, &ids).await?;
    let topic_of = |changed: Changed| match changed {
        Changed::Message(id) => messages.iter().find(|row| row.id == id).map(|row| row.topic_id),
        Changed::Topic(id) => Some(id),
        Changed::Group(_) => None,
    };
    let topics: HashSet<TopicId> = latest.iter().filter_map(|(_, changed)| topic_of(*changed)).collect();
    let subjects = store::topics::subjects(db, &topics.into_iter().collect::<Vec<_>>()).await?;
    let groups = groups(ask, &subjects, only).await?;
    let is_in_reach = |topic: TopicId| {
        let subject = subjects.iter().find(|subject| subject.row.topic.id == topic);
        subject.is_some_and(|subject| groups.contains_key(&subject.group.id))
    };
    let shown: Vec<_> = messages.iter().filter(|row| !row.deleted && is_in_reach(row.topic_id)).cloned().collect();
    let objects = super::messages::objects(ask, &shown).await?;
    let event = |(position, changed): (Position, Changed)| {
        let topic = topic_of(changed)?;
        let subject = subjects.iter().find(|subject| subject.row.topic.id == topic)?;
        let found = groups.get(&subject.group.id)?;
        if !found.access.may_read_topic(subject.row.topic.created_at) {
            return None;
        }
        let row = changed.message().and_then(|id| messages.iter().find(|row| row.id == id));
        let kind = match row {
            // The event about the topic says it.
            Some(_) if subject.deleted => return None,
            Some(row) if row.deleted => EventKind::MessageDeleted,
            Some(_) => EventKind::Message,
            None if subject.deleted => EventKind::TopicDeleted,
            None => EventKind::Topic,
        };
        let topic = &subject.row.topic;
        let author =
            || row.map_or_else(|| Person::new(topic.creator_id, &topic.creator_name), |row| (&row.author).into());
        // Nobody reads the title of a deleted topic, nor who started it.
        let is_there = !subject.deleted;
        Some(Event {
            cursor: place(position),
            kind,
            group: found.group.id.into(),
            topic_id: topic.id.into(),
            topic: is_there.then(|| topic.into()),
            message_id: row.map(|row| row.id.into()),
            author: is_there.then(author),
            message: row.and_then(|row| objects.iter().find(|object| object.id == row.id.into()).cloned()),
        })
    };
    Ok((latest.into_iter().filter_map(event).collect(), read))
}

/// Returns the groups of these topics with the caller's access, without those that are missing to the caller.
async fn groups(ask: &Ask, subjects: &[Subject], only: Option<GroupId>) -> Result<HashMap<GroupId, GroupAccess>> {
    let is_wanted = |id: &GroupId| ask.caller.covers(*id) && only.is_none_or(|only| only == *id);
    let ids: HashSet<GroupId> = subjects.iter().map(|subject| subject.group.id).filter(is_wanted).collect();
    let ids: Vec<GroupId> = ids.into_iter().collect();
    let found = crate::groups::by_ids(&ask.cx, ask.viewer(), &ids).await?;
    Ok(found.into_iter().map(|found| (found.group.id, found)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_account_cannot_take_all_waiting_places() {
        let (one, other) = (UserId(i64::MAX), UserId(i64::MAX - 1));
        let waiting: Vec<Waiting> = (0..OF_ACCOUNT).map_while(|_| Waiting::begin(one)).collect();
        assert_eq!(waiting.len(), OF_ACCOUNT);
        assert!(Waiting::begin(one).is_none());
        assert!(Waiting::begin(other).is_some());
        drop(waiting);
        assert!(Waiting::begin(one).is_some());
    }
}
