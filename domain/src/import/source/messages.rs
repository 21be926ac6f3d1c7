//! Messages of a source: new ones, and those that changed since an earlier run.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::super::blocking;
use super::super::mentions::Mentionable;
use super::super::records::Message;
use super::super::report::ImportWarning;
use super::super::writer::{self, People, Ready};
use super::{Later, Source, digest_of};
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::validate::MAX_MESSAGE;
use crate::topics::old_addresses;
use markup::Node;
use model::time::Timestamp;
use model::{GroupId, MessageId, TopicId, UserId};
use store::Tx;
use store::import::sources::FormerText;
use store::import::{self as rows, sources};

/// Messages that are known by their keys in the source, with their digests.
pub(super) type Known = HashMap<String, (MessageId, Option<String>)>;

/// A text as it is stored here.
pub(super) struct Parsed {
    pub raw: String,
    pub nodes: Vec<Node>,
    former: Vec<String>,
}

impl Source {
    /// Writes the new messages of a batch, and what changed in known ones.
    pub(super) async fn write(&mut self, cx: &Context, tx: &mut Tx, messages: Vec<Message>) -> Result<()> {
        if messages.is_empty() {
            return self.change_topics(tx).await;
        }
        let (new, old, known) = self.sort_out(tx, messages).await?;
        self.meet_unknown(cx, tx, &seen(&new, &old)).await?;
        let fresh = self.starts(cx, tx, &new).await?;
        // Before the authors become members: a membership has a role. Who left did so after they wrote.
        self.join(cx, tx, false).await?;
        let new = self.placeable(cx, new).await?;
        let (new, parsed) = self.parse(cx, new).await?;
        self.insert(cx, tx, new, parsed, &fresh, &known).await?;
        self.update(cx, tx, old, &known).await?;
        // After the messages: a topic may be archived or deleted by now.
        self.change_topics(tx).await
    }

    /// Separates the new messages, sorted by time, from those of earlier runs. Returns also all known messages that
    /// the batch repeats or answers.
    async fn sort_out(&mut self, tx: &mut Tx, messages: Vec<Message>) -> Result<(Vec<Message>, Vec<Message>, Known)> {
        let asked: HashSet<&str> = messages
            .iter()
            .flat_map(|message| [Some(message.key.as_str()), message.reply_to.as_deref()])
            .flatten()
            .collect();
        let asked: Vec<&str> = asked.into_iter().collect();
        let noted = sources::known(tx, &self.key, "message", &asked).await?;
        let mut known: Known = noted.into_iter().map(|(key, id, digest)| (key, (MessageId(id), digest))).collect();
        if let Some(dry) = &self.dry {
            let pretended = asked.iter().filter(|key| dry.messages.contains(**key));
            known.extend(pretended.map(|key| ((*key).to_owned(), (MessageId(i64::MAX), None))));
        }
        let mut seen = HashSet::new();
        let (mut new, mut old) = (Vec::with_capacity(messages.len()), Vec::new());
        for message in messages {
            if message.text.len() > MAX_MESSAGE && message.text.chars().count() > MAX_MESSAGE {
                self.report.warnings.note(ImportWarning::LongMessage, || message.origin.clone());
            }
            let of_this_run = known.get(&message.key).is_some_and(|(id, _)| *id > self.newest_before);
            if !seen.insert(message.key.clone()) || of_this_run {
                self.report.messages.dropped(1);
                self.leave_out_parts(&message);
                self.report.warnings.note(ImportWarning::Twice, || message.origin.clone());
            } else if known.contains_key(&message.key) {
                old.push(message);
            } else {
                new.push(message);
            }
        }
        new.sort_by_key(|message| message.at);
        Ok((new, old, known))
    }

    /// Counts what belongs to a message that is left out.
    fn leave_out_parts(&mut self, message: &Message) {
        self.report.replies.dropped(u64::from(message.reply_to.is_some()));
        self.report.stars.dropped(message.stars.len() as u64);
        self.report.files.dropped(message.files);
        self.report.edits.dropped(u64::from(message.edited_at.is_some()));
    }

    /// Creates the topics in which the messages are the first.
    async fn starts(&mut self, cx: &Context, tx: &mut Tx, new: &[Message]) -> Result<HashSet<TopicId>> {
        let mut wanted: BTreeMap<String, (UserId, Timestamp)> = BTreeMap::new();
        for message in new {
            if let Some(author) = self.people.get(&message.author) {
                wanted.entry(message.topic.clone()).or_insert((*author, message.at));
            }
        }
        self.places(cx, tx, &wanted).await
    }

    /// Leaves out messages without a topic, and follows topics that were merged into others.
    async fn placeable(&mut self, cx: &Context, new: Vec<Message>) -> Result<Vec<Message>> {
        let mut kept = Vec::with_capacity(new.len());
        for message in new {
            let place = self.topics.get(&message.topic).filter(|placed| placed.group.is_some()).cloned();
            let Some(mut placed) = place.filter(|_| self.people.contains_key(&message.author)) else {
                self.report.messages.dropped(1);
                self.leave_out_parts(&message);
                self.report.warnings.note(ImportWarning::UnknownPlace, || message.origin.clone());
                continue;
            };
            if std::mem::take(&mut placed.deleted) {
                if let Some(into) = store::topics::merges::ended_in(&cx.db, placed.id).await? {
                    placed.id = into;
                }
                self.topics.insert(message.topic.clone(), placed);
            }
            kept.push(message);
        }
        Ok(kept)
    }

    /// Parses texts on another thread, with the names that the people of the source have here.
    pub(super) async fn parse(&mut self, cx: &Context, messages: Vec<Message>) -> Result<(Vec<Message>, Vec<Parsed>)> {
        let Some((people, mentionable)) = self.names.take() else {
            return Err(Error::Internal("a batch within a batch".into()));
        };
        let base_url = cx.config.base_url.clone();
        let (messages, parsed, names) = blocking(move || {
            let parsed = messages.iter().map(|message| parsed(message, &base_url, &people, &mentionable)).collect();
            (messages, parsed, (people, mentionable))
        })
        .await?;
        self.names = Some(names);
        Ok((messages, parsed))
    }

    async fn insert(
        &mut self,
        cx: &Context,
        tx: &mut Tx,
        new: Vec<Message>,
        parsed: Vec<Parsed>,
        fresh: &HashSet<TopicId>,
        known: &Known,
    ) -> Result<()> {
        let within: HashSet<&str> = new.iter().map(|message| message.key.as_str()).collect();
        let (mut ready, mut former) = (Vec::with_capacity(new.len()), Vec::new());
        let (mut wrote, mut seen): (BTreeMap<(GroupId, UserId), Timestamp>, BTreeMap<UserId, Timestamp>) =
            Default::default();
        for (message, parsed) in new.iter().zip(parsed) {
            let place = self.topics.get(&message.topic).map(|placed| (placed.id, placed.group));
            let (Some((topic, group)), Some(author)) = (place, self.people.get(&message.author).copied()) else {
                return Err(Error::Internal("a message without a place".into()));
            };
            if let Some(group) = group {
                wrote.entry((group, author)).or_insert(message.at);
            }
            let stars = self.stars(message);
            for (user, at) in stars.iter().copied().chain([(author, message.at)]) {
                let first = seen.entry(user).or_insert(at);
                *first = at.min(*first);
            }
            self.report.stars.added(stars.len() as u64);
            self.report.files.added(message.files);
            self.report.edits.added(u64::from(message.edited_at.is_some()));
            former.push(parsed.former);
            ready.push(Ready {
                id: None,
                topic,
                author,
                at: message.at,
                raw: parsed.raw,
                nodes: writer::stored(&parsed.nodes)?,
                reply_to: message
                    .reply_to
                    .as_ref()
                    .and_then(|key| known.get(key))
                    .map(|(id, _)| *id)
                    .filter(|_| self.dry.is_none()),
                stars,
                edited_at: message.edited_at,
                deleted_at: message.deleted_at,
            });
        }
        let count = ready.len() as u64;
        let ids = if let Some(dry) = &mut self.dry {
            dry.messages.extend(new.iter().map(|message| message.key.clone()));
            vec![MessageId(i64::MAX); new.len()]
        } else {
            let (ids, _) = writer::write(tx, ready, |topic| fresh.contains(&topic), &mut self.noted).await?;
            let noted: Vec<sources::Noted> =
                new.iter().zip(&ids).map(|(message, id)| (message.key.clone(), id.0, digest_of(message))).collect();
            sources::note(tx, &self.key, "message", &noted).await?;
            self.former(tx, &new, &ids, former).await?;
            self.lead(tx, &new, &ids).await?;
            ids
        };
        let here: HashMap<&str, MessageId> =
            new.iter().zip(&ids).map(|(message, id)| (message.key.as_str(), *id)).collect();
        let mut answers = Vec::new();
        for (message, id) in new.iter().zip(&ids) {
            let Some(to) = &message.reply_to else { continue };
            if within.contains(to.as_str()) {
                answers.extend(here.get(to.as_str()).map(|to| (*id, *to)));
                self.report.replies.added(1);
            } else if known.contains_key(to) {
                self.report.replies.added(1);
            } else {
                self.later.push(later(message, *id, to, true));
            }
        }
        if self.dry.is_none() {
            rows::answers(tx, &answers).await?;
        }
        self.report.messages.added(count);
        self.authors(cx, tx, wrote, seen).await
    }

    /// Who starred a message, each once.
    pub(super) fn stars(&mut self, message: &Message) -> Vec<(UserId, Timestamp)> {
        let mut given = HashSet::new();
        let mut stars = Vec::with_capacity(message.stars.len());
        for (key, at) in &message.stars {
            let Some(user) = self.people.get(key).copied() else { continue };
            if given.insert(user) {
                stars.push((user, at.unwrap_or(message.at)));
            } else {
                self.report.stars.dropped(1);
                self.report.warnings.note(ImportWarning::SecondReaction, || format!("on {}", message.origin));
            }
        }
        stars
    }

    async fn former(&mut self, tx: &mut Tx, new: &[Message], ids: &[MessageId], texts: Vec<Vec<String>>) -> Result<()> {
        let mut rows = Vec::new();
        for ((message, id), texts) in new.iter().zip(ids).zip(texts) {
            let Some(by) = self.people.get(&message.author).copied() else { continue };
            for ((number, raw), former) in (1..).zip(texts).zip(&message.former) {
                rows.push(FormerText { message: *id, number, raw, at: former.at, by });
            }
        }
        sources::former(tx, &rows).await?;
        Ok(())
    }

    /// Records the addresses that messages had.
    async fn lead(&mut self, tx: &mut Tx, new: &[Message], ids: &[MessageId]) -> Result<()> {
        let mut addresses = Vec::new();
        for (message, id) in new.iter().zip(ids) {
            let Some(placed) = self.topics.get(&message.topic) else { continue };
            let paths = message.addresses.iter().filter_map(|path| old_addresses::to_record(path));
            addresses.extend(paths.map(|path| (path, placed.id, Some(*id))));
        }
        sources::addresses(tx, &addresses).await?;
        Ok(())
    }

    /// Links replies to messages that came after them.
    pub(super) async fn answer_later(&mut self, tx: &mut Tx) -> Result<()> {
        let later = std::mem::take(&mut self.later);
        for part in later.chunks(writer::BATCH) {
            let asked: Vec<&str> = part.iter().map(|later| later.to.as_str()).collect();
            let mut known: HashMap<String, i64> = sources::known(tx, &self.key, "message", &asked)
                .await?
                .into_iter()
                .map(|(key, id, _)| (key, id))
                .collect();
            if let Some(dry) = &self.dry {
                known.extend(asked.iter().filter(|key| dry.messages.contains(**key)).map(|key| ((*key).to_owned(), 0)));
            }
            let mut answers = Vec::new();
            for reply in part {
                match known.get(&reply.to) {
                    Some(to) if reply.key != reply.to => {
                        answers.push((reply.id, MessageId(*to)));
                        if reply.is_new { self.report.replies.added(1) } else { self.report.replies.found(1) }
                    }
                    _ => {
                        self.report.replies.dropped(1);
                        self.report
                            .warnings
                            .note(ImportWarning::UnknownReply, || format!("{}, to {}", reply.origin, reply.to));
                    }
                }
            }
            if self.dry.is_none() {
                rows::answers(tx, &answers).await?;
            }
        }
        Ok(())
    }
}

pub(super) fn later(message: &Message, id: MessageId, to: &str, is_new: bool) -> Later {
    Later { id, key: message.key.clone(), to: to.to_owned(), origin: message.origin.clone(), is_new }
}

/// Everyone who wrote or starred any of the messages, since when.
fn seen(new: &[Message], old: &[Message]) -> BTreeMap<String, Timestamp> {
    let mut seen: BTreeMap<String, Timestamp> = BTreeMap::new();
    for message in new.iter().chain(old) {
        let stars = message.stars.iter().map(|(key, at)| (key, at.unwrap_or(message.at)));
        for (key, at) in stars.chain([(&message.author, message.at)]) {
            let first = seen.entry(key.clone()).or_insert(at);
            *first = at.min(*first);
        }
    }
    seen
}

fn parsed(message: &Message, base_url: &str, people: &People, mentionable: &Mentionable) -> Parsed {
    let raw = mentionable.rewrite(&message.text.replace('\0', ""));
    let nodes = writer::parse(&raw, base_url, people);
    let former = message.former.iter().map(|former| mentionable.rewrite(&former.text.replace('\0', ""))).collect();
    Parsed { raw, nodes, former }
}
