//! Writes the records of any source, in batches. It resumes, reports, and can only pretend to write.
//!
//! The transaction that writes a row also records its key in the source. A row whose key is recorded is not written
//! again; a digest tells whether it changed in the source since.

mod changes;
mod clean;
mod messages;
mod people;
mod places;

use std::collections::{BTreeMap, HashMap, HashSet};

use tokio::sync::{mpsc, watch};

use super::mentions::Mentionable;
use super::records::{Batch, Feed, Group, Membership, Message, Person, Record, Topic, Translated};
use super::report::{ImportWarning, ImportWarnings, Progress, Report};
use super::writer::People;
use super::{finish, followed};
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use model::{GroupId, GroupKind, MessageId, TopicId, UserId};
use store::Tx;
use store::import::{self as rows, sources};

/// How to import.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// What the source is called. A file of a later month under the same name adds to what came before.
    pub source: String,
    /// The address of a group that is there: all topics go into it.
    pub into: Option<String>,
    /// Reads and checks everything, and writes nothing.
    pub dry_run: bool,
}

/// A topic of the source.
#[derive(Clone, Debug)]
struct KnownTopic {
    id: TopicId,
    /// `None`: the topic is gone.
    group: Option<GroupId>,
    digest: Option<String>,
    /// Whether it was deleted here, or merged into another.
    deleted: bool,
}

/// What a dry run would have written.
#[derive(Debug, Default)]
struct Dry {
    messages: HashSet<String>,
    usernames: HashSet<String>,
    last_id: i64,
}

impl Dry {
    /// An id that no row has.
    fn id(&mut self) -> i64 {
        self.last_id -= 1;
        self.last_id
    }
}

/// A reply to a message that may come later.
#[derive(Debug)]
struct Later {
    id: MessageId,
    key: String,
    to: String,
    origin: String,
    is_new: bool,
}

/// The source of an import, with what earlier runs imported from it.
struct Source {
    key: String,
    into: Option<(GroupId, GroupKind)>,
    dry: Option<Dry>,
    groups: HashMap<String, GroupId>,
    /// The private groups: an author in one may no longer be a member.
    private: HashSet<GroupId>,
    topics: HashMap<String, KnownTopic>,
    people: HashMap<String, UserId>,
    /// Who is or was a member by this source, and whether an earlier run knew it.
    members: HashMap<(GroupId, UserId), bool>,
    /// Who left a group by this source.
    left: HashSet<(GroupId, UserId)>,
    /// Groups and topics that are described, but do not exist yet.
    coming_groups: BTreeMap<String, Group>,
    coming_topics: BTreeMap<String, Topic>,
    /// Memberships of groups that do not exist yet.
    coming_members: Vec<Membership>,
    /// What was described in this run.
    described: HashSet<(char, String)>,
    /// Topics that were there before, and changed in the source.
    changed_topics: Vec<(TopicId, Topic)>,
    later: Vec<Later>,
    /// Users who can be mentioned, by username and by their names in the source. Lent to the parsing thread.
    names: Option<(People, Mentionable)>,
    /// Newest message of earlier runs.
    newest_before: MessageId,
    /// Warnings of rows as they are written. The database keeps them for the next run.
    noted: ImportWarnings,
    report: Report,
}

/// Imports what a translator makes of a source.
///
/// # Errors
/// If the source cannot be read, the group of `into` is unknown, or the database fails. Broken records are no error; the
/// report lists them.
pub(super) async fn run(
    cx: &Context,
    kind: &str,
    options: &Options,
    translate: impl FnOnce(&mut Feed) -> Translated + Send + 'static,
    mut on_progress: impl FnMut(Progress),
) -> Result<Report> {
    let mut source = Source::open(cx, format!("{kind}:{}", options.source), options).await?;
    let (written, news) = watch::channel(0);
    let tell = &mut on_progress;
    let is_dry = options.dry_run;
    let tell = move |done| {
        if !is_dry {
            written.send_replace(done);
        }
        tell(Progress { done, total: 0, what: "messages" });
    };
    followed(cx, news, batches(cx, Feed::start(translate), &mut source, tell)).await?;
    let mut report = source.into_report(cx).await?;
    if !is_dry {
        finish(cx, &mut report, &mut on_progress).await?;
    }
    Ok(report)
}

/// Writes batches as they arrive.
async fn batches(
    cx: &Context,
    mut batches: mpsc::Receiver<std::result::Result<Batch, String>>,
    source: &mut Source,
    mut tell: impl FnMut(u64),
) -> Result<()> {
    let mut done = 0;
    tell(done);
    while let Some(batch) = batches.recv().await {
        let batch = batch.map_err(|why| Error::Internal(format!("reading: {why}")))?;
        done += batch.records.iter().filter(|record| matches!(record, Record::Message(_))).count() as u64;
        source.batch(cx, batch).await?;
        tell(done);
    }
    source.end(cx).await
}

impl Source {
    /// Loads what earlier runs imported.
    async fn open(cx: &Context, key: String, options: &Options) -> Result<Self> {
        let into = match &options.into {
            Some(slug) => {
                let found = store::groups::by_slug(&cx.db, slug, None).await?;
                let group = found.map(|found| found.group).filter(|group| group.kind != GroupKind::Direct);
                let unknown = || Error::Internal(format!("no group with the URL {slug}"));
                let group = group.ok_or_else(unknown)?;
                Some((group.id, group.kind))
            }
            None => None,
        };
        let (mut groups, mut private) = (HashMap::new(), HashSet::new());
        for (name, id, kind) in sources::groups(&cx.db, &key).await? {
            groups.insert(name, id);
            if kind == GroupKind::Private {
                private.insert(id);
            }
        }
        private.extend(into.filter(|(_, kind)| *kind == GroupKind::Private).map(|(id, _)| id));
        let placed = sources::topics(&cx.db, &key).await?.into_iter().map(|row| {
            let placed = KnownTopic { id: row.id, group: row.group_id, digest: row.digest, deleted: row.deleted };
            (row.foreign_id, placed)
        });
        let topics = placed.collect();
        let people: HashMap<String, UserId> =
            rows::imported(&cx.db, &key, "user").await?.into_iter().map(|(name, id)| (name, UserId(id))).collect();
        let pair = |(text, _): (String, i64)| {
            let (group, user) = text.split_once('/')?;
            Some((GroupId(group.parse().ok()?), UserId(user.parse().ok()?)))
        };
        let members = rows::imported(&cx.db, &key, "member").await?.into_iter().filter_map(pair).map(|of| (of, true));
        let members = members.collect();
        let left = rows::imported(&cx.db, &key, "left").await?.into_iter().filter_map(pair).collect();
        let (_, newest_before) = rows::extent(&cx.db, &key, "message").await?;
        let usernames = rows::usernames(&cx.db).await?;
        let dry = options.dry_run.then(|| Dry {
            usernames: usernames.iter().map(|(_, username)| username.to_lowercase()).collect(),
            ..Dry::default()
        });
        let mut report = Report { resumed: !people.is_empty(), dry_run: options.dry_run, ..Report::default() };
        for (word, count, example) in sources::warnings(&cx.db, &key).await? {
            if let Some(warning) = ImportWarning::from_word(&word) {
                report.warnings.note_many(warning, count.unsigned_abs(), || example);
            }
        }
        let names = Some(names(usernames, &people));
        Ok(Self {
            key,
            into,
            dry,
            groups,
            private,
            topics,
            people,
            members,
            left,
            coming_groups: BTreeMap::new(),
            coming_topics: BTreeMap::new(),
            coming_members: Vec::new(),
            described: HashSet::new(),
            changed_topics: Vec::new(),
            later: Vec::new(),
            names,
            newest_before: MessageId(newest_before),
            noted: ImportWarnings::default(),
            report,
        })
    }

    async fn into_report(self, cx: &Context) -> Result<Report> {
        let mut report = self.report;
        if self.dry.is_none() {
            let (messages, _) = rows::extent(&cx.db, &self.key, "message").await?;
            report.messages.total = messages.unsigned_abs();
        }
        report.groups.total = self.groups.len() as u64;
        report.topics.total = self.topics.len() as u64;
        report.people.total = self.people.len() as u64;
        Ok(report)
    }

    /// Writes a batch in one transaction.
    async fn batch(&mut self, cx: &Context, batch: Batch) -> Result<()> {
        let Batch { records, warnings, left_out, .. } = batch;
        self.report.warnings.append(warnings);
        self.report.leave_out(&left_out);
        let mut people: Vec<Person> = Vec::new();
        let mut messages = Vec::new();
        for mut record in records {
            clean::without_nul(&mut record);
            match record {
                Record::Person(person) => self.describe_person(person, &mut people),
                Record::Group(group) => self.describe_group(group),
                Record::Topic(topic) => self.describe_topic(*topic),
                Record::Membership(membership) => self.coming_members.push(membership),
                Record::Message(message) => messages.push(*message),
            }
        }
        let mut tx = cx.db.begin().await?;
        self.meet(cx, &mut tx, people).await?;
        self.write(cx, &mut tx, messages).await?;
        self.join(cx, &mut tx, true).await?;
        self.close(tx).await
    }

    /// Ends a transaction: saves what it noted, or drops it in a dry run.
    async fn close(&mut self, mut tx: Tx) -> Result<()> {
        let noted = std::mem::take(&mut self.noted);
        if self.dry.is_none() {
            let rows: Vec<(&str, i64, String)> = noted
                .iter()
                .map(|(warning, count, example)| {
                    (warning.word(), i64::try_from(count).unwrap_or(i64::MAX), example.to_owned())
                })
                .collect();
            sources::note_warnings(&mut tx, &self.key, &rows).await?;
            tx.commit().await?;
        }
        self.report.warnings.append(noted);
        Ok(())
    }

    /// Writes what waited for the end: groups and topics without messages, memberships, and replies to later messages.
    async fn end(&mut self, cx: &Context) -> Result<()> {
        let mut tx = cx.db.begin().await?;
        self.settle(cx, &mut tx).await?;
        self.join(cx, &mut tx, true).await?;
        let never = std::mem::take(&mut self.coming_members);
        for membership in never {
            self.report.memberships.dropped(1);
            self.report.warnings.note(ImportWarning::SplitMember, || membership.group);
        }
        self.answer_later(&mut tx).await?;
        self.close(tx).await
    }

    /// Notes that a record came; `false` if one with its key came before in this run.
    fn is_first(&mut self, kind: char, key: &str) -> bool {
        self.described.insert((kind, key.to_owned()))
    }
}

/// Returns who can be mentioned: everyone by username, and the people of the source by their keys.
fn names(usernames: Vec<(UserId, String)>, people: &HashMap<String, UserId>) -> (People, Mentionable) {
    let by_id: HashMap<UserId, &str> = usernames.iter().map(|(id, username)| (*id, username.as_str())).collect();
    let mut mentionable = Mentionable::default();
    for (key, id) in people {
        if let Some(username) = by_id.get(id) {
            mentionable.add(key, username);
        }
    }
    let people = usernames
        .into_iter()
        .map(|(id, username)| (username.to_lowercase(), markup::Person { id: id.0, username }))
        .collect();
    (people, mentionable)
}

/// A short text that differs if the text differs.
fn digest(text: &str) -> String {
    crate::platform::secrets::digest(text)[..16].to_owned()
}

/// What a message said, and everything else about it, as two digests.
fn digest_of(message: &Message) -> String {
    let mut rest = String::new();
    for (person, _) in &message.stars {
        rest.push_str(person);
        rest.push('\n');
    }
    if message.deleted_at.is_some() {
        rest.push('\0');
    }
    format!("{}{}", digest(&message.text), digest(&rest))
}
