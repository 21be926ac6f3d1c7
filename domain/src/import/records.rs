//! What every importer makes of its source: a stream of records, in batches.
//!
//! A record names others by their keys in the source. Groups, topics and people come before what refers to them;
//! messages of a topic come in the order of time. `docs/import-format.md` describes the same records as lines.

use std::collections::HashSet;

use tokio::sync::mpsc;

use super::report::{ImportWarning, ImportWarnings, Kind, LeftOut};
use super::writer::{BATCH, BATCH_BYTES};
use model::time::Timestamp;
use model::{GroupKind, Role};

/// Batches read ahead of the writer.
const AHEAD: usize = 1;
/// Records in a batch: fewer than a transaction could take, since several batches are in memory at once.
const RECORDS: usize = BATCH / 2;

#[derive(Debug)]
pub(super) enum Record {
    Person(Person),
    Group(Group),
    Membership(Membership),
    Topic(Box<Topic>),
    Message(Box<Message>),
}

/// A person of the source.
#[derive(Clone, Debug, Default)]
pub(super) struct Person {
    pub key: String,
    /// The wanted username; if empty, one is made of the name.
    pub username: String,
    pub name: String,
    /// The address with which they can claim the account. It is never shown.
    pub email: Option<String>,
    pub bio: String,
    pub location: String,
    pub web: String,
    /// `None`: since they first appear.
    pub created_at: Option<Timestamp>,
}

#[derive(Clone, Debug)]
pub(super) struct Group {
    pub key: String,
    /// The wanted address; if empty, one is made of the name.
    pub slug: String,
    pub name: String,
    pub description: String,
    pub kind: GroupKind,
    /// `None`: the person who started its first topic.
    pub creator: Option<String>,
    pub created_at: Option<Timestamp>,
    pub archived_at: Option<Timestamp>,
}

impl Group {
    /// A public group about which nothing else is known.
    pub fn named(key: &str, name: &str) -> Self {
        Self {
            key: key.to_owned(),
            slug: String::new(),
            name: name.to_owned(),
            description: String::new(),
            kind: GroupKind::Public,
            creator: None,
            created_at: None,
            archived_at: None,
        }
    }
}

/// Someone is a member of a group, or left it.
#[derive(Clone, Debug)]
pub(super) struct Membership {
    pub group: String,
    pub person: String,
    pub role: Role,
    /// `None`: since the group exists.
    pub at: Option<Timestamp>,
    pub left: bool,
}

/// The states of a topic: since when it has each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct States {
    pub locked: Option<Timestamp>,
    pub pinned: Option<Timestamp>,
    pub resolved: Option<Timestamp>,
    pub archived: Option<Timestamp>,
    pub deleted: Option<Timestamp>,
}

impl States {
    pub fn all(&self) -> [Option<Timestamp>; 5] {
        [self.locked, self.pinned, self.resolved, self.archived, self.deleted]
    }

    pub fn count(&self) -> u64 {
        self.all().iter().flatten().count() as u64
    }

    /// Which states it has, as text. A topic whose states did not change is left as it is.
    pub fn digest(&self) -> String {
        self.all().iter().map(|state| if state.is_some() { '1' } else { '0' }).collect()
    }
}

#[derive(Clone, Debug)]
pub(super) struct Topic {
    pub key: String,
    pub group: String,
    pub slug: String,
    pub title: String,
    /// `None`: the author of its first message.
    pub creator: Option<String>,
    pub created_at: Option<Timestamp>,
    pub states: States,
    /// Paths under which the source showed it.
    pub addresses: Vec<String>,
}

/// A former text of a message, and until when it stood.
#[derive(Clone, Debug)]
pub(super) struct Former {
    pub text: String,
    pub at: Timestamp,
}

#[derive(Clone, Debug)]
pub(super) struct Message {
    pub key: String,
    pub topic: String,
    pub author: String,
    pub at: Timestamp,
    /// In our markup. A mention is `@**KEY**`, `@**NAME**` or `@NAME` of a person of the source.
    pub text: String,
    pub edited_at: Option<Timestamp>,
    /// Texts from before its edits, oldest first, each with the time at which it was written.
    pub former: Vec<Former>,
    pub deleted_at: Option<Timestamp>,
    pub reply_to: Option<String>,
    /// Who starred it, and when.
    pub stars: Vec<(String, Option<Timestamp>)>,
    /// How many files the text links.
    pub files: u64,
    pub addresses: Vec<String>,
    /// What to call it in a warning, as `line 7`.
    pub origin: String,
}

impl Message {
    /// A message without anything special.
    pub fn new(key: String, topic: String, author: String, at: Timestamp, text: String) -> Self {
        let origin = format!("message {key}");
        Self {
            key,
            topic,
            author,
            at,
            text,
            edited_at: None,
            former: Vec::new(),
            deleted_at: None,
            reply_to: None,
            stars: Vec::new(),
            files: 0,
            addresses: Vec::new(),
            origin,
        }
    }
}

impl Message {
    /// Links a file below the text, unless the text has its address already. `false` if it has no address on the web:
    /// then the text has its name alone.
    fn link(&mut self, name: &str, url: &str) -> bool {
        let url = url.trim();
        let is_web =
            (url.starts_with("https://") || url.starts_with("http://")) && !url.contains([' ', '(', ')', '\n']);
        if is_web {
            self.files += 1;
            if self.text.contains(url) {
                return true;
            }
        }
        let name: String = name.chars().filter(|c| !"[]\\`*_\n\r\0".contains(*c)).collect();
        let line = match (name.trim(), is_web) {
            ("", true) => url.to_owned(),
            (name, true) => format!("[{name}]({url})"),
            ("", false) => return false,
            (name, false) => format!("({name})"),
        };
        if !self.text.is_empty() {
            self.text.push_str("\n\n");
        }
        self.text.push_str(&line);
        is_web
    }
}

/// Records in order, and what was found wrong while they were read.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub records: Vec<Record>,
    pub warnings: ImportWarnings,
    /// What the source has but no record was made of.
    pub left_out: LeftOut,
    bytes: usize,
}

/// Why a translator ends before its source does.
#[derive(Debug)]
pub(super) enum Stop {
    /// Nobody receives the records any more.
    Gone,
    /// The source cannot be read; the text says why.
    Failed(String),
}

impl From<std::io::Error> for Stop {
    fn from(error: std::io::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

/// What a translator returns when it comes to the end.
pub(super) type Translated = Result<(), Stop>;

/// Where a translator puts its records.
#[derive(Debug)]
pub(super) struct Feed {
    batch: Batch,
    /// Keys of people that were sent once.
    sent: HashSet<String>,
    sender: mpsc::Sender<Result<Batch, String>>,
}

impl Feed {
    /// Runs a translator on a thread of its own. Returns the batches that it makes.
    pub fn start(
        translate: impl FnOnce(&mut Self) -> Translated + Send + 'static,
    ) -> mpsc::Receiver<Result<Batch, String>> {
        let (sender, receiver) = mpsc::channel(AHEAD);
        tokio::task::spawn_blocking(move || {
            let mut feed = Self { batch: Batch::default(), sent: HashSet::new(), sender };
            let end = translate(&mut feed);
            // Sending fails if nobody receives any more.
            let _ = feed.flush();
            if let Err(Stop::Failed(why)) = end {
                let _ = feed.sender.blocking_send(Err(why));
            }
        });
        receiver
    }

    fn flush(&mut self) -> Translated {
        let batch = std::mem::take(&mut self.batch);
        self.sender.blocking_send(Ok(batch)).map_err(|_| Stop::Gone)
    }

    pub fn send(&mut self, record: Record) -> Translated {
        if let Record::Message(message) = &record {
            self.batch.bytes +=
                message.text.len() + message.former.iter().map(|former| former.text.len()).sum::<usize>();
        }
        self.batch.records.push(record);
        if self.batch.records.len() >= RECORDS || self.batch.bytes >= BATCH_BYTES { self.flush() } else { Ok(()) }
    }

    pub fn person(&mut self, person: Person) -> Translated {
        self.send(Record::Person(person))
    }

    /// Sends a person, unless one with the key was sent by this function before.
    pub fn once(&mut self, person: Person) -> Translated {
        if self.sent.insert(person.key.clone()) { self.person(person) } else { Ok(()) }
    }

    pub fn group(&mut self, group: Group) -> Translated {
        self.send(Record::Group(group))
    }

    pub fn membership(&mut self, membership: Membership) -> Translated {
        self.send(Record::Membership(membership))
    }

    pub fn topic(&mut self, topic: Topic) -> Translated {
        self.send(Record::Topic(Box::new(topic)))
    }

    pub fn message(&mut self, message: Message) -> Translated {
        self.send(Record::Message(Box::new(message)))
    }

    /// Links a file below the text of a message. The report counts it.
    pub fn link(&mut self, message: &mut Message, name: &str, url: &str) {
        if !message.link(name, url) {
            self.leave_out(Kind::Files, 1, ImportWarning::FileLost, || format!("{name} of {}", message.origin));
        }
    }

    pub fn warn(&mut self, warning: ImportWarning, example: impl FnOnce() -> String) {
        self.batch.warnings.note(warning, example);
    }

    /// Counts things of the source that do not become a record, with the reason.
    pub fn leave_out(&mut self, kind: Kind, count: u64, why: ImportWarning, example: impl FnOnce() -> String) {
        if count > 0 {
            self.batch.left_out.add(kind, count);
            self.batch.warnings.note_many(why, count, example);
        }
    }
}

/// The month of a moment: as a key, and as it is called in titles.
pub(super) fn month_of(at: Timestamp) -> (String, String) {
    let when = at.to_date_time();
    (format!("{}-{:02}", when.year(), u8::from(when.month())), format!("{} {}", when.month(), when.year()))
}

/// The title of a thread: the beginning of its first message, without markup. `None` if it has no words.
pub(super) fn title_of(markup: &str) -> Option<String> {
    let line = markup
        .lines()
        .map(|line| line.trim_start_matches(['>', ' ']))
        .find(|line| !line.trim_matches('`').trim().is_empty())?;
    let mut plain = String::new();
    let mut rest = line;
    // `[label](address)` and `@**name|key**`.
    while let Some(at) = rest.find(['[', '@']) {
        let (before, after) = rest.split_at(at);
        plain.push_str(before);
        if let Some((label, address)) = after.strip_prefix('[').and_then(|inner| inner.split_once("](")) {
            plain.push_str(label);
            rest = address.split_once(')').map_or("", |(_, rest)| rest);
        } else if let Some((name, after)) = after.strip_prefix("@**").and_then(|inner| inner.split_once("**")) {
            plain.push('@');
            plain.push_str(name.split('|').next().unwrap_or(name));
            rest = after;
        } else {
            let width = after.chars().next().map_or(0, char::len_utf8);
            plain.push_str(&after[..width]);
            rest = &after[width..];
        }
    }
    plain.push_str(rest);
    let plain: String = plain.replace(['*', '`', '\\'], "");
    let plain = plain.trim();
    if plain.is_empty() {
        return None;
    }
    Some(if plain.chars().count() > 80 { plain.chars().take(79).chain(['…']).collect() } else { plain.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_is_named_after_its_first_words() {
        let title = title_of("> **So** [it](https://a.example) is, @**Ann|U1**\nmore");
        assert_eq!(title.as_deref(), Some("So it is, @Ann"));
        assert_eq!(title_of("```\n```"), None);
        assert_eq!(title_of(&"long ".repeat(40)).map(|title| title.chars().count()), Some(80));
    }
}
