//! Writes a batch: messages, stars, the topics' counters and the search log.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::value::{RawValue, to_raw_value};

use super::report::{ImportWarning, ImportWarnings};
use crate::platform::error::{Error, Result};
use markup::{self, Node, Person, Site};
use model::time::Timestamp;
use model::{MessageId, TopicId, UserId};
use store::Tx;
use store::import::{self as rows, NewMessage};
use store::search_log::Changed;

/// Messages per transaction.
pub(crate) const BATCH: usize = 4_000;

/// A batch with this many bytes of text is full, whatever its number of messages.
pub(crate) const BATCH_BYTES: usize = 8 << 20;

/// A parsed message, ready to be written.
#[derive(Debug)]
pub(crate) struct Ready {
    /// The id to keep.
    pub id: Option<MessageId>,
    pub topic: TopicId,
    pub author: UserId,
    pub at: Timestamp,
    pub raw: String,
    pub nodes: Box<RawValue>,
    pub reply_to: Option<MessageId>,
    /// When its author edited it last.
    pub edited_at: Option<Timestamp>,
    /// When it was deleted.
    pub deleted_at: Option<Timestamp>,
    pub stars: Vec<(UserId, Timestamp)>,
}

/// Users that can be mentioned, by lower-case name.
pub(crate) type People = HashMap<String, Person>;

pub(crate) fn parse(raw: &str, base_url: &str, people: &People) -> Vec<Node> {
    markup::parse(raw, &Site { base_url }).into_nodes(people)
}

pub(crate) fn stored(nodes: &[Node]) -> Result<Box<RawValue>> {
    to_raw_value(nodes).map_err(|error| Error::Internal(format!("nodes that are not JSON: {error}")))
}

/// Writes messages in order, numbering them within each topic. Returns their ids and the number of new stars. `fresh`
/// tells which topics have no messages in the search index yet.
pub(crate) async fn write(
    tx: &mut Tx,
    batch: Vec<Ready>,
    fresh: impl Fn(TopicId) -> bool,
    warnings: &mut ImportWarnings,
) -> Result<(Vec<MessageId>, u64)> {
    let mut grown: BTreeMap<TopicId, (i64, Timestamp)> = BTreeMap::new();
    for ready in &batch {
        let (messages, latest) = grown.entry(ready.topic).or_insert((0, ready.at));
        *messages += 1;
        *latest = ready.at.max(*latest);
    }
    let grown: Vec<(TopicId, i64, Timestamp)> =
        grown.into_iter().map(|(topic, (messages, latest))| (topic, messages, latest)).collect();
    let last: HashMap<TopicId, i64> = rows::append(tx, &grown).await?.into_iter().collect();
    // The last number in each topic before this batch.
    let mut seqs: HashMap<TopicId, i64> = HashMap::new();
    for (topic, messages, _) in &grown {
        let last =
            last.get(topic).ok_or_else(|| Error::Internal(format!("topic {topic} was deleted during the import")))?;
        seqs.insert(*topic, last - messages);
    }
    let mut stars = Vec::with_capacity(batch.len());
    let mut messages = Vec::with_capacity(batch.len());
    for ready in batch {
        let seq = seqs.get_mut(&ready.topic).map_or(0, |seq| {
            *seq += 1;
            *seq
        });
        let Ready { id, topic, author, at, raw, nodes, reply_to, edited_at, deleted_at, stars: given } = ready;
        stars.push(given);
        messages.push(NewMessage { id, topic, seq, author, at, raw, nodes, reply_to, edited_at, deleted_at });
    }
    let ids = insert(tx, &messages, warnings).await?;
    let stars: Vec<(MessageId, UserId, Timestamp)> =
        ids.iter().zip(&stars).flat_map(|(id, given)| given.iter().map(|(user, at)| (*id, *user, *at))).collect();
    let starred = rows::stars(tx, &stars).await?;
    let mut changes: Vec<Changed> =
        grown.iter().filter(|(topic, ..)| fresh(*topic)).map(|(topic, ..)| Changed::Topic(*topic)).collect();
    changes.extend(
        messages.iter().zip(&ids).filter(|(message, _)| !fresh(message.topic)).map(|(_, id)| Changed::Message(*id)),
    );
    rows::changed(tx, &changes).await?;
    Ok((ids, starred))
}

/// Writes the rows of messages under their wanted ids where free. Returns all ids.
async fn insert(tx: &mut Tx, messages: &[NewMessage], warnings: &mut ImportWarnings) -> Result<Vec<MessageId>> {
    let mut with_ids: Vec<&NewMessage> = messages.iter().filter(|message| message.id.is_some()).collect();
    // Sorted, so that two transactions that want the same ids cannot deadlock.
    with_ids.sort_by_key(|message| message.id);
    let written = rows::messages(tx, &with_ids).await?;
    let mut taken = HashSet::new();
    if written < with_ids.len() as u64 {
        let ids: Vec<MessageId> = with_ids.iter().filter_map(|message| message.id).collect();
        let places = rows::places(tx, &ids).await?;
        let places: HashMap<MessageId, (TopicId, i64)> =
            places.into_iter().map(|(id, topic, seq)| (id, (topic, seq))).collect();
        for message in &with_ids {
            let Some(id) = message.id else { continue };
            if places.get(&id) != Some(&(message.topic, message.seq)) {
                warnings.note(ImportWarning::MessageIdTaken, || id.to_string());
                taken.insert((message.topic, message.seq));
            }
        }
    }
    let kept = |message: &NewMessage| message.id.filter(|_| !taken.contains(&(message.topic, message.seq)));
    let new: Vec<&NewMessage> = messages.iter().filter(|message| kept(message).is_none()).collect();
    let inserted = rows::messages_with_new_ids(tx, &new).await?;
    let inserted: HashMap<(TopicId, i64), MessageId> =
        inserted.into_iter().map(|(topic, seq, id)| ((topic, seq), id)).collect();
    let id_of = |message: &NewMessage| kept(message).or_else(|| inserted.get(&(message.topic, message.seq)).copied());
    messages
        .iter()
        .map(|message| id_of(message).ok_or_else(|| Error::Internal("a message without an id".into())))
        .collect()
}
