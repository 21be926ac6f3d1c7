//! Imports a stream of JSON lines, one message per line. Groups, topics and users are created on first use.
//!
//! The transaction that writes a message also records its id in the source. A message whose id is recorded is not
//! imported again.

use std::collections::{HashMap, HashSet};
use std::io::{BufRead, Read};

use tokio::sync::{mpsc, watch};

use super::lines::{Line, Mentionable};
use super::report::{ImportWarning, ImportWarnings, Progress, Report};
use super::writer::{self, BATCH, BATCH_BYTES, People, Ready};
use super::{blocking, finish, followed, people, targets};
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::validate::MAX_TITLE;
use model::names::{slugify, username_key};
use model::{GroupId, GroupKind, MessageId, Role, TopicId, UserId};
use store::Tx;
use store::import::{self as rows, NewGroup, NewTopic, NewUser};

/// Batches read ahead of the writer.
const AHEAD: usize = 2;
/// The longest line in bytes. A message of the greatest length takes less than half of it, however it is escaped.
const MAX_LINE: u64 = 1_000_000;

/// A batch of parsed lines, with the warnings about other lines.
type Lines = std::io::Result<(Vec<Line>, ImportWarnings)>;

/// Imports JSON lines. `source_name` identifies the source: importing it again under that name adds only what is new.
///
/// # Errors
/// If reading or the database fails. Malformed lines are no error; the report lists them.
pub async fn jsonl(
    cx: &Context,
    reader: impl BufRead + Send + 'static,
    source_name: &str,
    mut told: impl FnMut(Progress),
) -> Result<Report> {
    let mut source = Source::open(cx, format!("jsonl:{source_name}")).await?;
    let (written, news) = watch::channel(0);
    let tell = &mut told;
    let tell = move |done| {
        written.send_replace(done);
        tell(Progress { done, total: 0, what: "messages" });
    };
    followed(cx, news, batches(cx, reader, &mut source, tell)).await?;
    let mut report = source.into_report(cx).await?;
    finish(cx, &mut report, &mut told).await?;
    Ok(report)
}

/// Reads batches of lines on a separate thread, and writes them.
async fn batches(
    cx: &Context,
    reader: impl BufRead + Send + 'static,
    source: &mut Source,
    mut tell: impl FnMut(u64),
) -> Result<()> {
    let (sender, mut batches) = mpsc::channel(AHEAD);
    let reading = tokio::task::spawn_blocking(move || read(reader, &sender));
    let mut done = 0;
    tell(done);
    while let Some(lines) = batches.recv().await {
        let (lines, oddities) = lines.map_err(|error| Error::Internal(format!("reading: {error}")))?;
        source.report.oddities.append(oddities);
        done += lines.len() as u64;
        source.batch(cx, lines).await?;
        tell(done);
    }
    reading.await.map_err(|error| Error::Internal(error.to_string()))
}

/// Reads lines and sends them in batches, until the input ends or nobody receives them any more.
fn read(mut reader: impl BufRead, sender: &mpsc::Sender<Lines>) {
    let (mut lines, mut oddities) = (Vec::with_capacity(BATCH), ImportWarnings::default());
    let (mut buffer, mut bytes) = (Vec::new(), 0);
    for number in 1.. {
        buffer.clear();
        match (&mut reader).take(MAX_LINE).read_until(b'\n', &mut buffer) {
            Ok(0) => break,
            Ok(length) if length as u64 == MAX_LINE && !buffer.ends_with(b"\n") => {
                oddities.note(ImportWarning::BadRecord, || format!("line {number}: longer than {MAX_LINE} bytes"));
                if let Err(error) = reader.skip_until(b'\n') {
                    let _ = sender.blocking_send(Err(error));
                    return;
                }
                continue;
            }
            Ok(_) => {}
            Err(error) => {
                // Keep what was read before the error.
                let _ = sender.blocking_send(Ok((lines, oddities)));
                let _ = sender.blocking_send(Err(error));
                return;
            }
        }
        let text = String::from_utf8_lossy(&buffer);
        if text.trim().is_empty() {
            continue;
        }
        match Line::parse(number, text.trim()) {
            Ok(line) => {
                if line.mended {
                    oddities.note(ImportWarning::NulCharacter, || format!("line {number}"));
                }
                bytes += line.text.len();
                lines.push(line);
            }
            Err(wrong) => oddities.note(ImportWarning::BadRecord, || format!("line {number}: {wrong}")),
        }
        if lines.len() >= BATCH || bytes >= BATCH_BYTES {
            bytes = 0;
            let full = std::mem::replace(&mut lines, Vec::with_capacity(BATCH));
            if sender.blocking_send(Ok((full, std::mem::take(&mut oddities)))).is_err() {
                return;
            }
        }
    }
    // Sending fails if nobody receives any more.
    let _ = sender.blocking_send(Ok((lines, oddities)));
}

/// The source of an import, with what earlier runs imported from it.
struct Source {
    key: String,
    groups: HashMap<String, GroupId>,
    topics: HashMap<String, TopicId>,
    authors: HashMap<String, UserId>,
    /// Users who can be mentioned, by user name and by their name in the source. Lent to the parsing thread.
    names: Option<(People, Mentionable)>,
    /// Newest message of earlier runs.
    newest_before: MessageId,
    report: Report,
}

impl Source {
    /// Loads what earlier runs imported.
    async fn open(cx: &Context, key: String) -> Result<Self> {
        let groups =
            rows::imported(&cx.db, &key, "group").await?.into_iter().map(|(name, id)| (name, GroupId(id))).collect();
        let topics =
            rows::imported(&cx.db, &key, "topic").await?.into_iter().map(|(name, id)| (name, TopicId(id))).collect();
        let authors: HashMap<String, UserId> =
            rows::imported(&cx.db, &key, "user").await?.into_iter().map(|(name, id)| (name, UserId(id))).collect();
        let (_, newest_before) = rows::extent(&cx.db, &key, "message").await?;
        let usernames = rows::usernames(&cx.db).await?;
        let by_id: HashMap<UserId, &str> = usernames.iter().map(|(id, username)| (*id, username.as_str())).collect();
        let mut mentionable = Mentionable::default();
        for (name, id) in &authors {
            if let Some(username) = by_id.get(id) {
                mentionable.add(name, username);
            }
        }
        let people = usernames
            .into_iter()
            .map(|(id, username)| (username.to_lowercase(), markup::Person { id: id.0, username }))
            .collect();
        let newest_before = MessageId(newest_before);
        let names = Some((people, mentionable));
        let mut source = Self { key, groups, topics, authors, names, newest_before, report: Report::default() };
        source.report.resumed = !source.authors.is_empty();
        Ok(source)
    }

    async fn into_report(self, cx: &Context) -> Result<Report> {
        let mut report = self.report;
        let (messages, _) = rows::extent(&cx.db, &self.key, "message").await?;
        report.messages.total = messages.unsigned_abs();
        report.groups.total = self.groups.len() as u64;
        report.topics.total = self.topics.len() as u64;
        report.people.total = self.authors.len() as u64;
        Ok(report)
    }

    /// Writes the new messages of a batch in one transaction.
    async fn batch(&mut self, cx: &Context, lines: Vec<Line>) -> Result<()> {
        let mut tx = cx.db.begin().await?;
        let (lines, known) = self.new_ones(&mut tx, lines).await?;
        if lines.is_empty() {
            return Ok(());
        }
        let authors = self.meet(&mut tx, &lines).await?;
        let fresh = self.places(cx, &mut tx, &lines).await?;
        let Some((mut people, mut mentionable)) = self.names.take() else {
            return Err(Error::Internal("a batch within a batch".into()));
        };
        for (name, id, username) in authors {
            mentionable.add(&name, &username);
            people.insert(username.to_lowercase(), markup::Person { id: id.0, username });
        }
        let base_url = cx.config.base_url.clone();
        let (lines, parsed, names) = blocking(move || {
            let parsed: Result<Vec<_>> = lines
                .iter()
                .map(|line| {
                    let text = mentionable.rewrite(&line.text);
                    Ok((writer::stored(&writer::parse(&text, &base_url, &people))?, text))
                })
                .collect();
            (lines, parsed, (people, mentionable))
        })
        .await?;
        self.names = Some(names);
        let mut batch = Vec::with_capacity(lines.len());
        let mut answers = Vec::new();
        let within: HashSet<&str> = lines.iter().map(|line| line.id.as_str()).collect();
        for (at, (line, (nodes, raw))) in lines.iter().zip(parsed?).enumerate() {
            let (Some(topic), Some(author)) = (self.topics.get(&line.topic_key), self.authors.get(&line.author)) else {
                continue;
            };
            let reply_to = line.reply_to.as_ref().and_then(|id| known.get(id).copied());
            match &line.reply_to {
                Some(id) if within.contains(id.as_str()) => answers.push((at, id.clone())),
                Some(id) if reply_to.is_none() => {
                    self.report.oddities.note(ImportWarning::UnknownReply, || format!("line {}, to {id}", line.number))
                }
                _ => {}
            }
            batch.push(Ready {
                id: None,
                topic: *topic,
                author: *author,
                at: line.at,
                raw,
                nodes,
                reply_to,
                stars: Vec::new(),
            });
        }
        let count = batch.len() as u64;
        let (ids, _) = writer::write(&mut tx, batch, |topic| fresh.contains(&topic), &mut self.report.oddities).await?;
        let noted: Vec<(String, i64)> = lines.iter().zip(&ids).map(|(line, id)| (line.id.clone(), id.0)).collect();
        rows::note(&mut tx, &self.key, "message", &noted).await?;
        let here: HashMap<&str, MessageId> = lines.iter().zip(&ids).map(|(line, id)| (line.id.as_str(), *id)).collect();
        let answers: Vec<(MessageId, MessageId)> =
            answers.iter().filter_map(|(at, to)| Some((*ids.get(*at)?, *here.get(to.as_str())?))).collect();
        rows::answers(&mut tx, &answers).await?;
        tx.commit().await?;
        self.report.messages.new += count;
        Ok(())
    }

    /// Returns the new lines, sorted by time, and the messages of earlier runs that the lines repeat or answer.
    async fn new_ones(&mut self, tx: &mut Tx, lines: Vec<Line>) -> Result<(Vec<Line>, HashMap<String, MessageId>)> {
        let asked: HashSet<&str> =
            lines.iter().flat_map(|line| [Some(line.id.as_str()), line.reply_to.as_deref()]).flatten().collect();
        let asked: Vec<&str> = asked.into_iter().collect();
        let noted = rows::imported_of(tx, &self.key, "message", &asked).await?;
        let known: HashMap<String, MessageId> =
            noted.into_iter().map(|(foreign, id)| (foreign, MessageId(id))).collect();
        let mut seen = HashSet::new();
        let mut new = Vec::with_capacity(lines.len());
        for line in lines {
            let noted = known.get(&line.id);
            if noted.is_none() && seen.insert(line.id.clone()) {
                new.push(line);
            } else if noted.is_none_or(|id| *id > self.newest_before) {
                self.report.oddities.note(ImportWarning::Twice, || format!("line {}", line.number));
            }
        }
        new.sort_by_key(|line| line.at);
        Ok((new, known))
    }

    /// Creates accounts for new authors. Returns for each: the name in the source, the account's id, and the user name.
    async fn meet(&mut self, tx: &mut Tx, lines: &[Line]) -> Result<Vec<(String, UserId, String)>> {
        let mut names: Vec<&str> = Vec::new();
        let mut accounts = Vec::new();
        let mut met = HashSet::new();
        for line in lines {
            if !self.authors.contains_key(&line.author) && met.insert(line.author.as_str()) {
                let username =
                    people::fit(&slugify(&line.author).replace('-', "_")).unwrap_or_else(|| "user".to_owned());
                names.push(&line.author);
                accounts.push(NewUser {
                    id: None,
                    key: Some(username_key(&username)),
                    username,
                    name: line.author.clone(),
                    bio: String::new(),
                    location: String::new(),
                    web: String::new(),
                    created_at: line.at,
                });
            }
        }
        let ids = people::write(tx, &accounts, &mut self.report.oddities).await?;
        let noted: Vec<(String, i64)> = names.iter().zip(&ids).map(|(name, id)| ((*name).to_owned(), id.0)).collect();
        rows::note(tx, &self.key, "user", &noted).await?;
        self.report.people.new += ids.len() as u64;
        self.authors.extend(noted.into_iter().map(|(name, id)| (name, UserId(id))));
        let usernames: HashMap<UserId, String> = rows::usernames_of(tx, &ids).await?.into_iter().collect();
        Ok(names
            .iter()
            .zip(&ids)
            .filter_map(|(name, id)| Some(((*name).to_owned(), *id, usernames.get(id)?.clone())))
            .collect())
    }

    /// Creates missing groups and topics. Returns the new topics.
    async fn places(&mut self, cx: &Context, tx: &mut Tx, lines: &[Line]) -> Result<HashSet<TopicId>> {
        let mut fresh = HashSet::new();
        let (mut noted_groups, mut noted_topics) = (Vec::new(), Vec::new());
        for line in lines {
            let Some(author) = self.authors.get(&line.author).copied() else { continue };
            let group = match self.groups.get(&line.group) {
                Some(group) => *group,
                None => {
                    let slug = Some(slugify(&line.group))
                        .filter(|slug| !slug.is_empty())
                        .unwrap_or_else(|| "group".to_owned());
                    let (name, created_at) = (line.group.clone(), line.at);
                    let new = NewGroup {
                        id: None,
                        slug,
                        name,
                        description: String::new(),
                        kind: GroupKind::Public,
                        creator: author,
                        created_at,
                    };
                    let id = targets::group(tx, new, &mut self.report.oddities).await?;
                    rows::members(tx, &[(id, author, Role::Admin, line.at)], cx.now()).await?;
                    noted_groups.push((line.group.clone(), id.0));
                    self.groups.insert(line.group.clone(), id);
                    id
                }
            };
            if !self.topics.contains_key(&line.topic_key) {
                let slug =
                    Some(slugify(&line.topic)).filter(|slug| !slug.is_empty()).unwrap_or_else(|| "topic".to_owned());
                let mut name = line.topic.clone();
                targets::shorten(&mut name, MAX_TITLE, &mut self.report.oddities);
                let new = NewTopic { id: None, group, slug, name, creator: author, created_at: line.at };
                // Topics with equal slugs are no reason for a warning: the source has no slugs.
                let ids = targets::topics(tx, vec![new], &mut ImportWarnings::default()).await?;
                for id in ids {
                    fresh.insert(id);
                    noted_topics.push((line.topic_key.clone(), id.0));
                    self.topics.insert(line.topic_key.clone(), id);
                }
            }
        }
        rows::note(tx, &self.key, "group", &noted_groups).await?;
        rows::note(tx, &self.key, "topic", &noted_topics).await?;
        self.report.groups.new += noted_groups.len() as u64;
        self.report.topics.new += noted_topics.len() as u64;
        Ok(fresh)
    }
}
