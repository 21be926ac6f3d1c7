//! Reads the events of a group: of its topics one after the other, and then from the log of changes.

use std::collections::{BTreeMap, BTreeSet};

use super::Event;
use crate::platform::context::Context;
use crate::platform::error::Result;
use model::{GroupId, MessageId, TopicId};
use store::reducers::{MessageRead, TopicRead};
use store::search_log::{self, Changed, Position};

/// The rows of the log that one step reads.
const ROWS: i64 = 1_000;
/// The topics that one step of the first pass reads.
const TOPICS: i64 = 200;
/// The messages that are read at once with their topics. A single topic may have more.
const MESSAGES: i64 = 5_000;

/// The events of one step, by topic.
pub(super) type ByTopic = BTreeMap<TopicId, Vec<Event>>;

/// What a step read.
pub(super) struct Step {
    pub events: ByTopic,
    /// The states from before, of topics that are not read whole.
    pub states: BTreeMap<TopicId, String>,
    /// The first pass: the last topic. The log: the place of the last row.
    pub reached: Reached,
    /// Whether nothing is left.
    pub is_last: bool,
}

pub(super) enum Reached {
    Topic(TopicId),
    Position(Position),
}

/// Reads the next topics of a group.
pub(super) async fn topics(cx: &Context, group: GroupId, after: TopicId) -> Result<Step> {
    let found = store::reducers::topics(&cx.db, group, after, TOPICS).await?;
    let count = fitting(found.iter().map(|topic| topic.last_seq));
    let read = &found[..count];
    let is_last = count == found.len() && (found.len() as i64) < TOPICS;
    let reached = Reached::Topic(read.last().map_or(after, |topic| topic.id));
    Ok(Step { events: whole(cx, read).await?, states: BTreeMap::new(), reached, is_last })
}

/// Returns how many of the topics with these numbers of messages are read at once, at least one.
fn fitting(lengths: impl Iterator<Item = i64>) -> usize {
    let mut sum = 0;
    let fits = |length: &i64| {
        let is_first = sum == 0;
        // An empty topic costs something too.
        sum += length.max(&1);
        is_first || sum <= MESSAGES
    };
    lengths.take_while(fits).count()
}

/// The events of whole topics.
async fn whole(cx: &Context, topics: &[TopicRead]) -> Result<ByTopic> {
    let start = |topic: &TopicRead| (topic.id, vec![Event::Topic { starter: topic.creator_id, at: topic.created_at }]);
    let mut events: ByTopic = topics.iter().map(start).collect();
    if topics.is_empty() {
        return Ok(events);
    }
    let ids: Vec<TopicId> = topics.iter().map(|topic| topic.id).collect();
    for message in store::reducers::messages_of(&cx.db, &ids).await? {
        events.entry(message.topic_id).or_default().push(event(&message));
    }
    Ok(events)
}

fn event(message: &MessageRead) -> Event {
    if message.deleted {
        return Event::MessageDeleted { message: message.id };
    }
    let MessageRead { id, author_id, by_bot, created_at, .. } = *message;
    Event::Message { message: id, author: author_id, by_bot, at: created_at }
}

/// Reads the next rows of the log of changes for a reducer.
///
/// What the rows are about is read after them. If it changes in between, a later row says so.
pub(super) async fn log(cx: &Context, name: &str, group: GroupId, after: Position) -> Result<Step> {
    let rows = search_log::after(&cx.db, after, ROWS).await?;
    let messages: BTreeSet<MessageId> = rows.iter().filter_map(|(_, changed)| changed.message()).collect();
    let messages: Vec<MessageId> = messages.into_iter().collect();
    let messages: BTreeMap<MessageId, MessageRead> = match messages.is_empty() {
        true => BTreeMap::new(),
        false => {
            store::reducers::messages_by_id(&cx.db, group, &messages).await?.into_iter().map(|m| (m.id, m)).collect()
        }
    };
    let changed: BTreeSet<TopicId> = rows.iter().filter_map(|(_, changed)| topic_of(*changed)).collect();
    let concerned: BTreeSet<TopicId> = messages.values().map(|m| m.topic_id).chain(changed.iter().copied()).collect();
    let concerned: Vec<TopicId> = concerned.into_iter().collect();
    let known: BTreeMap<TopicId, String> = match concerned.is_empty() {
        true => BTreeMap::new(),
        false => {
            let states = store::reducers::states_of(&cx.db, name, group, &concerned).await?;
            states.into_iter().map(|state| (state.topic_id, state.state)).collect()
        }
    };
    // Topics that changed as a whole, or that the reducer has not met, are read whole.
    let wanted: Vec<TopicId> =
        concerned.into_iter().filter(|topic| changed.contains(topic) || !known.contains_key(topic)).collect();
    let found: BTreeMap<TopicId, TopicRead> = match wanted.is_empty() {
        true => BTreeMap::new(),
        false => store::reducers::topics_by_id(&cx.db, group, &wanted).await?.into_iter().map(|t| (t.id, t)).collect(),
    };

    let (mut reached, mut sum, mut is_last) = (after, 0, (rows.len() as i64) < ROWS);
    let (mut read, mut events): (Vec<TopicRead>, ByTopic) = (Vec::new(), BTreeMap::new());
    for (position, changed) in &rows {
        let message = changed.message().and_then(|id| messages.get(&id));
        let topic = topic_of(*changed).or(message.map(|message| message.topic_id));
        let whole =
            topic.and_then(|topic| found.get(&topic)).filter(|topic| !read.iter().any(|known| known.id == topic.id));
        if let Some(whole) = whole {
            if sum > 0 && sum + whole.last_seq > MESSAGES {
                is_last = false;
                break;
            }
            sum += whole.last_seq.max(1);
            read.push(*whole);
        }
        match (topic, message) {
            (Some(topic), _) if found.contains_key(&topic) => {}
            (Some(topic), Some(message)) => events.entry(topic).or_default().push(event(message)),
            (Some(topic), None) if known.contains_key(&topic) => {
                events.entry(topic).or_default().push(Event::TopicDeleted)
            }
            _ => {}
        }
        reached = *position;
    }
    events.extend(whole(cx, &read).await?);
    let states = known.into_iter().filter(|(topic, _)| !found.contains_key(topic)).collect();
    Ok(Step { events, states, reached: Reached::Position(reached), is_last })
}

fn topic_of(changed: Changed) -> Option<TopicId> {
    match changed {
        Changed::Topic(id) => Some(id),
        // Nobody sees statistics of a deleted group.
        Changed::Message(_) | Changed::Group(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::fitting;

    #[test]
    fn a_step_reads_at_least_one_topic_up_to_a_number_of_messages() {
        assert_eq!(fitting([4_000, 900, 200, 1].into_iter()), 2);
        assert_eq!(fitting([9_000, 1].into_iter()), 1);
        assert_eq!(fitting(std::iter::repeat_n(0, 6_000)), 5_000);
        assert_eq!(fitting(std::iter::empty()), 0);
    }
}
