//! Imports a Convore archive: one folder per group, which holds one folder per topic.
//!
//! A first pass reads the whole archive ([`prescan`]). Then people, groups and topics are written, and after them the
//! messages, topic by topic, some thousand per transaction. The same transaction notes how many messages of each topic
//! it has written, so that a killed run resumes after its last transaction.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use futures_util::TryStreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::sync::{mpsc, watch};

use super::files::{Messages, clean, keepable, moment};
use super::prescan::{GroupFound, PersonFound, Prescan, TopicFound, prescan};
use super::report::{ImportWarning, ImportWarnings, Progress, Report};
use super::writer::{self, BATCH, BATCH_BYTES, People, Ready};
use super::{blocking, finish, followed, people, targets};
use crate::platform::context::Context;
use crate::platform::error::Result;
use model::names::username_key;
use model::{GroupId, MessageId, Role, TopicId, UserId};
use store::import::{self as rows, NewGroup, NewTopic, NewUser, Table};
use store::search_log::Changed;

/// The source name in the table of imported rows. Ids mean the same in every part of the archive.
const SOURCE: &str = "convore";

/// People, groups or topics written per transaction.
const ROWS: usize = 2_000;

/// Batches read ahead of the writers.
const AHEAD: usize = 2;

/// Batches written concurrently, each on its own connection; SQLite writes one after the other.
const WRITERS: usize = 2;

/// Imports a Convore archive. A run that was killed at any point and repeated ends with the same forum.
///
/// # Errors
/// If the folder is no archive, or the database fails. Broken records are no error; the report lists them.
pub async fn convore(cx: &Context, dir: &Path, mut on_progress: impl FnMut(Progress)) -> Result<Report> {
    on_progress(Progress { done: 0, total: 0, what: "files" });
    let dir = dir.to_owned();
    let mut found = blocking(move || prescan(&dir)).await??;
    let mut report = Report { warnings: std::mem::take(&mut found.warnings), ..Report::default() };
    reserve(cx, &found).await?;
    let people = people_of(cx, &found, &mut report, &mut on_progress).await?;
    let groups = groups_of(cx, &found.groups, &people, &mut report, &mut on_progress).await?;
    let topics = topics_of(cx, &found.topics, &groups, &people, &mut report, &mut on_progress).await?;
    let names = names(cx, &found, &people).await?;
    let (written, news) = watch::channel(0);
    let tell = &mut on_progress;
    let tell = move |progress: Progress| {
        written.send_replace(progress.done);
        tell(progress);
    };
    followed(cx, news, messages_of(cx, found.topics, topics, people, names, &mut report, tell)).await?;
    finish(cx, &mut report, &mut on_progress).await?;
    Ok(report)
}

/// Keeps ids that the archive needs out of the database's id sequences.
async fn reserve(cx: &Context, found: &Prescan) -> Result<()> {
    let highest = |ids: &mut dyn Iterator<Item = i64>| ids.filter(|id| keepable(*id)).max();
    let tables = [
        (Table::Users, highest(&mut found.people.keys().copied())),
        (Table::Groups, highest(&mut found.groups.iter().filter_map(|group| group.id))),
        (Table::Topics, highest(&mut found.topics.iter().map(|topic| topic.id))),
        (Table::Messages, Some(found.highest_message).filter(|id| *id > 0)),
    ];
    let mut tx = cx.db.begin().await?;
    for (table, highest) in tables {
        if let Some(highest) = highest {
            rows::reserve(&mut tx, table, highest).await?;
        }
    }
    tx.commit().await?;
    Ok(())
}

/// Returns where earlier runs put the rows of a kind.
async fn earlier<K: std::str::FromStr + Eq + std::hash::Hash>(cx: &Context, kind: &str) -> Result<HashMap<K, i64>> {
    let noted = rows::imported(&cx.db, SOURCE, kind).await?;
    Ok(noted.into_iter().filter_map(|(foreign, id)| Some((foreign.parse().ok()?, id))).collect())
}

/// Creates the missing accounts. Returns all accounts.
async fn people_of(
    cx: &Context,
    found: &Prescan,
    report: &mut Report,
    on_progress: &mut impl FnMut(Progress),
) -> Result<HashMap<i64, UserId>> {
    let mut there: HashMap<i64, UserId> =
        earlier(cx, "user").await?.into_iter().map(|(id, row)| (id, UserId(row))).collect();
    report.resumed = !there.is_empty();
    let missing: Vec<(i64, &PersonFound)> =
        found.people.iter().filter(|(id, _)| !there.contains_key(id)).map(|(id, person)| (*id, person)).collect();
    report.people.add(found.people.len() as u64, missing.len() as u64);
    for part in missing.chunks(ROWS) {
        let accounts: Vec<NewUser> =
            part.iter().map(|(id, person)| account(*id, person, &mut report.warnings)).collect();
        let mut tx = cx.db.begin().await?;
        let ids = people::write(&mut tx, &accounts, &mut report.warnings).await?;
        let noted: Vec<(String, i64)> =
            part.iter().zip(&ids).map(|((foreign, _), id)| (foreign.to_string(), id.0)).collect();
        rows::note(&mut tx, SOURCE, "user", &noted).await?;
        tx.commit().await?;
        there.extend(part.iter().zip(ids).map(|((foreign, _), id)| (*foreign, id)));
        on_progress(Progress { done: there.len() as u64, total: found.people.len() as u64, what: "people" });
    }
    Ok(there)
}

fn account(id: i64, person: &PersonFound, warnings: &mut ImportWarnings) -> NewUser {
    let record = &person.record;
    let fit = record.username.as_deref().and_then(people::fit);
    if let Some(was) = &record.username
        && fit.as_deref() != Some(was)
    {
        warnings.note(ImportWarning::NameChanged, || was.replace('\0', ""));
    }
    let username = fit.unwrap_or_else(|| format!("user{}", id.unsigned_abs()));
    let web = clean(record.web.clone());
    NewUser {
        id: keepable(id).then_some(UserId(id)),
        key: Some(username_key(&username)),
        username,
        name: clean(record.name.clone()),
        bio: clean(record.bio.clone()),
        location: clean(record.location.clone()),
        web: if web.starts_with("http://") || web.starts_with("https://") { web } else { String::new() },
        created_at: person.since,
    }
}

/// Maps names to users: the archive's people by their names in the archive, everyone else by their usernames.
async fn names(cx: &Context, found: &Prescan, people: &HashMap<i64, UserId>) -> Result<People> {
    let everyone = rows::usernames(&cx.db).await?;
    let called: HashMap<UserId, &str> = found
        .people
        .iter()
        .filter_map(|(id, person)| Some((*people.get(id)?, person.record.username.as_deref()?)))
        .collect();
    let mut names = People::with_capacity(everyone.len());
    let (own, others): (Vec<_>, Vec<_>) = everyone.into_iter().partition(|(id, _)| called.contains_key(id));
    for (id, username) in own {
        let then = called.get(&id).map_or_else(String::new, |name| name.to_lowercase());
        names.entry(then).or_insert(markup::Person { id: id.0, username });
    }
    for (id, username) in others {
        names.entry(username.to_lowercase()).or_insert(markup::Person { id: id.0, username });
    }
    Ok(names)
}

/// Creates the missing groups, with their creator as admin and their members. Returns all groups by folder.
async fn groups_of(
    cx: &Context,
    found: &[GroupFound],
    people: &HashMap<i64, UserId>,
    report: &mut Report,
    on_progress: &mut impl FnMut(Progress),
) -> Result<HashMap<String, GroupId>> {
    let mut there: HashMap<String, GroupId> =
        earlier(cx, "group").await?.into_iter().map(|(slug, row)| (slug, GroupId(row))).collect();
    let missing: Vec<&GroupFound> = found.iter().filter(|group| !there.contains_key(&group.slug)).collect();
    report.groups.add(found.len() as u64, missing.len() as u64);
    for part in missing.chunks(ROWS) {
        let mut tx = cx.db.begin().await?;
        let (mut noted, mut members) = (Vec::new(), Vec::new());
        for group in part {
            let Some(creator) = people.get(&group.creator).copied() else { continue };
            let new = NewGroup {
                id: group.id.filter(|id| keepable(*id)).map(GroupId),
                slug: group.slug.clone(),
                name: group.name.clone(),
                description: group.description.clone(),
                kind: group.kind,
                creator,
                created_at: group.created_at,
            };
            let id = targets::group(&mut tx, new, &mut report.warnings).await?;
            noted.push((group.slug.clone(), id.0));
            members.push((id, creator, Role::Admin, group.created_at));
            let others =
                group.members.iter().filter_map(|(user, at)| Some((id, *people.get(user)?, Role::Member, *at)));
            members.extend(others);
        }
        rows::members(&mut tx, &members, cx.now()).await?;
        rows::note(&mut tx, SOURCE, "group", &noted).await?;
        tx.commit().await?;
        there.extend(noted.into_iter().map(|(slug, id)| (slug, GroupId(id))));
        on_progress(Progress { done: there.len() as u64, total: found.len() as u64, what: "groups" });
    }
    Ok(there)
}

/// Creates the missing topics, still without messages. Returns all topics by their ids in the archive.
async fn topics_of(
    cx: &Context,
    found: &[TopicFound],
    groups: &HashMap<String, GroupId>,
    people: &HashMap<i64, UserId>,
    report: &mut Report,
    on_progress: &mut impl FnMut(Progress),
) -> Result<HashMap<i64, TopicId>> {
    let mut there: HashMap<i64, TopicId> =
        earlier(cx, "topic").await?.into_iter().map(|(id, row)| (id, TopicId(row))).collect();
    let missing: Vec<(&TopicFound, NewTopic)> = found
        .iter()
        .filter(|topic| !there.contains_key(&topic.id))
        .filter_map(|topic| {
            let (group, creator) = (*groups.get(&topic.group)?, *people.get(&topic.creator)?);
            let id = keepable(topic.id).then_some(TopicId(topic.id));
            Some((
                topic,
                NewTopic {
                    id,
                    group,
                    slug: topic.slug.clone(),
                    name: topic.name.clone(),
                    creator,
                    created_at: topic.created_at,
                },
            ))
        })
        .collect();
    report.topics.add(found.len() as u64, missing.len() as u64);
    for part in missing.chunks(ROWS) {
        let mut tx = cx.db.begin().await?;
        let ids =
            targets::topics(&mut tx, part.iter().map(|(_, new)| new.clone()).collect(), &mut report.warnings).await?;
        let noted: Vec<(String, i64)> =
            part.iter().zip(&ids).map(|((topic, _), id)| (topic.id.to_string(), id.0)).collect();
        rows::note(&mut tx, SOURCE, "topic", &noted).await?;
        // The other topics get their search log entry with their messages.
        let silent = part.iter().zip(&ids).filter(|((topic, _), _)| topic.messages == 0);
        rows::changed(&mut tx, &silent.map(|(_, id)| Changed::Topic(*id)).collect::<Vec<_>>()).await?;
        tx.commit().await?;
        there.extend(part.iter().zip(ids).map(|((topic, _), id)| (topic.id, id)));
        on_progress(Progress { done: there.len() as u64, total: found.len() as u64, what: "topics" });
    }
    Ok(there)
}

/// Messages of some topics, with each topic's count of messages imported once the batch is written.
struct Batch {
    messages: Vec<Ready>,
    came: Vec<(String, i64)>,
    /// Topics whose first messages are in this batch.
    fresh: HashSet<TopicId>,
    bytes: usize,
}

impl Batch {
    fn new() -> Self {
        Self { messages: Vec::with_capacity(BATCH), came: Vec::new(), fresh: HashSet::new(), bytes: 0 }
    }

    /// Returns whether none of its topics has messages in an earlier batch.
    fn begins_its_topics(&self) -> bool {
        self.came.len() == self.fresh.len()
    }

    fn is_full(&self) -> bool {
        self.messages.len() >= BATCH || self.bytes >= BATCH_BYTES
    }
}

/// Writes the missing messages. A separate thread reads and parses ahead of the writers.
async fn messages_of(
    cx: &Context,
    found: Vec<TopicFound>,
    topics: HashMap<i64, TopicId>,
    people: HashMap<i64, UserId>,
    names: People,
    report: &mut Report,
    mut on_progress: impl FnMut(Progress),
) -> Result<()> {
    let came: HashMap<i64, i64> = earlier(cx, "messages").await?;
    let total: u64 = found.iter().map(|topic| topic.messages).sum();
    let stars: u64 = found.iter().map(|topic| topic.stars).sum();
    let mut done: u64 = found.iter().filter_map(|topic| came.get(&topic.id)).map(|count| count.unsigned_abs()).sum();
    report.messages.add(total, total.saturating_sub(done));
    on_progress(Progress { done, total, what: "messages" });
    let (sender, mut batches) = mpsc::channel(AHEAD);
    let reader = Reader { topics, people, names, came, base_url: cx.config.base_url.as_str().into(), sender };
    let reading = tokio::task::spawn_blocking(move || reader.read(&found));
    let mut starred = 0;
    let mut writing = FuturesUnordered::new();
    let mut next = batches.recv().await;
    loop {
        // A batch that continues a topic waits until the earlier batch is written.
        while let Some(batch) =
            next.take_if(|batch| writing.is_empty() || (writing.len() < WRITERS && batch.begins_its_topics()))
        {
            writing.push(write(cx, batch));
            next = batches.recv().await;
        }
        let Some(written) = writing.try_next().await? else { break };
        report.warnings.append(written.warnings);
        starred += written.stars;
        done += written.messages;
        on_progress(Progress { done, total, what: "messages" });
    }
    report.stars.add(stars, starred);
    reading.await.map_err(|error| crate::Error::Internal(error.to_string()))?
}

/// The result of writing a batch.
struct Written {
    messages: u64,
    stars: u64,
    warnings: ImportWarnings,
}

/// Writes a batch and the progress of its topics, in one transaction.
async fn write(cx: &Context, batch: Batch) -> Result<Written> {
    let Batch { messages, came, fresh, .. } = batch;
    let mut written = Written { messages: messages.len() as u64, stars: 0, warnings: ImportWarnings::default() };
    let mut tx = cx.db.begin().await?;
    (_, written.stars) =
        writer::write(&mut tx, messages, |topic| fresh.contains(&topic), &mut written.warnings).await?;
    rows::note(&mut tx, SOURCE, "messages", &came).await?;
    tx.commit().await?;
    Ok(written)
}

struct Reader {
    topics: HashMap<i64, TopicId>,
    people: HashMap<i64, UserId>,
    names: People,
    came: HashMap<i64, i64>,
    base_url: Arc<str>,
    sender: mpsc::Sender<Batch>,
}

impl Reader {
    /// Reads every topic with missing messages. Stops early if nobody receives the batches any more.
    fn read(self, found: &[TopicFound]) -> Result<()> {
        let mut batch = Batch::new();
        for topic in found {
            let came = self.came.get(&topic.id).map_or(0, |count| count.unsigned_abs());
            let Some(id) = self.topics.get(&topic.id).filter(|_| came < topic.messages) else { continue };
            let mut came = came as i64;
            // The prescan has already noted the warnings.
            let messages = Messages::read(&topic.path, topic.created_at, &mut ImportWarnings::default()).0;
            // Keep a topic in one transaction if it fits.
            let room = BATCH.saturating_sub(batch.messages.len());
            if !batch.messages.is_empty() && (batch.is_full() || messages.len() > room) && !self.send(&mut batch) {
                return Ok(());
            }
            if came == 0 {
                batch.fresh.insert(*id);
            }
            for (at, record) in messages.into_iter().skip(came as usize) {
                if batch.is_full() {
                    batch.came.push((topic.id.to_string(), came));
                    if !self.send(&mut batch) {
                        return Ok(());
                    }
                }
                came += 1;
                let Some(author) = self.people.get(&record.user_id) else { continue };
                let nodes = writer::stored(&writer::parse(&record.message, &self.base_url, &self.names))?;
                let given = record.stars.unwrap_or_default();
                let stars = given.iter().filter_map(|star| {
                    Some((*self.people.get(&star.user_id)?, moment(star.date_created).unwrap_or(at)))
                });
                batch.bytes += record.message.len();
                batch.messages.push(Ready {
                    id: keepable(record.id).then_some(MessageId(record.id)),
                    topic: *id,
                    author: *author,
                    at,
                    stars: stars.collect(),
                    raw: record.message,
                    nodes,
                    reply_to: None,
                    edited_at: None,
                    deleted_at: None,
                });
            }
            batch.came.push((topic.id.to_string(), came));
        }
        if !batch.messages.is_empty() {
            self.send(&mut batch);
        }
        Ok(())
    }

    /// Sends a batch to the writer; `false` if the writer is gone.
    fn send(&self, batch: &mut Batch) -> bool {
        self.sender.blocking_send(std::mem::replace(batch, Batch::new())).is_ok()
    }
}
