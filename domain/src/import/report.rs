//! What an import reports: its progress, and at the end the counts and warnings.

use std::collections::BTreeMap;
use std::fmt;

use crate::platform::validate;

/// The most characters of an example. Sources name it: it may hold anything.
const MAX_EXAMPLE: usize = 300;

/// The progress of an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Progress {
    pub done: u64,
    /// 0 if unknown.
    pub total: u64,
    /// What is counted, for example `messages`.
    pub what: &'static str,
}

/// Counts of one kind of things. `read` is the sum of `new`, `there`, `changed` and `left_out`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Number of the source's rows that are in the forum now, of all runs.
    pub total: u64,
    /// How many this run read.
    pub read: u64,
    /// How many of them it added.
    pub new: u64,
    /// How many were there before, and are the same.
    pub there: u64,
    /// How many were there before, and changed in the source since.
    pub changed: u64,
    /// How many were left out. The warnings say why.
    pub left_out: u64,
}

impl Count {
    pub(super) fn add(&mut self, total: u64, new: u64) {
        self.total += total;
        self.read += total;
        self.new += new;
        self.there += total.saturating_sub(new);
    }

    pub(super) fn added(&mut self, new: u64) {
        self.read += new;
        self.new += new;
    }

    pub(super) fn found(&mut self, there: u64) {
        self.read += there;
        self.there += there;
    }

    pub(super) fn altered(&mut self, changed: u64) {
        self.read += changed;
        self.changed += changed;
    }

    pub(super) fn dropped(&mut self, left_out: u64) {
        self.read += left_out;
        self.left_out += left_out;
    }
}

/// What a source contains.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    People,
    Groups,
    Memberships,
    Topics,
    States,
    Messages,
    Stars,
    Files,
}

/// How many things of each kind were left out.
#[derive(Debug, Default)]
pub(super) struct LeftOut(BTreeMap<Kind, u64>);

impl LeftOut {
    pub fn add(&mut self, kind: Kind, count: u64) {
        *self.0.entry(kind).or_default() += count;
    }
}

/// The result of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Report {
    pub people: Count,
    pub groups: Count,
    pub memberships: Count,
    pub topics: Count,
    /// Topics that are locked, pinned, resolved, archived or deleted: each state counts.
    pub states: Count,
    pub messages: Count,
    pub replies: Count,
    pub stars: Count,
    /// Files, images and videos, which are linked.
    pub files: Count,
    pub edits: Count,
    /// Whether an earlier run had imported a part.
    pub resumed: bool,
    /// Whether nothing was written.
    pub dry_run: bool,
    pub warnings: ImportWarnings,
    /// Whether search has indexed everything; otherwise the process that writes the index will.
    pub searchable: bool,
}

impl Report {
    pub(super) fn count(&mut self, kind: Kind) -> &mut Count {
        match kind {
            Kind::People => &mut self.people,
            Kind::Groups => &mut self.groups,
            Kind::Memberships => &mut self.memberships,
            Kind::Topics => &mut self.topics,
            Kind::States => &mut self.states,
            Kind::Messages => &mut self.messages,
            Kind::Stars => &mut self.stars,
            Kind::Files => &mut self.files,
        }
    }

    pub(super) fn leave_out(&mut self, left: &LeftOut) {
        for (kind, count) in &left.0 {
            self.count(*kind).dropped(*count);
        }
    }

    /// Each kind with its counts.
    pub fn counts(&self) -> [(&'static str, Count); 10] {
        [
            ("people", self.people),
            ("groups", self.groups),
            ("memberships", self.memberships),
            ("topics", self.topics),
            ("topic states", self.states),
            ("messages", self.messages),
            ("replies", self.replies),
            ("stars", self.stars),
            ("linked files", self.files),
            ("edits", self.edits),
        ]
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [read, new, there, changed, left_out] = ["read", "new", "unchanged", "changed", "skipped"];
        writeln!(f, "{:<17}{read:>10}{new:>10}{there:>14}{changed:>10}{left_out:>10}", "")?;
        for (what, count) in self.counts() {
            let Count { total, read, new, there, changed, left_out } = count;
            if read > 0 {
                writeln!(f, "{what:<17}{read:>10}{new:>10}{there:>14}{changed:>10}{left_out:>10}")?;
            }
            if total > new + there + changed {
                writeln!(f, "{:<17}{total:>10} in the forum, including earlier imports", "")?;
            }
        }
        if self.dry_run {
            writeln!(f, "Dry run: nothing was written.")?;
        }
        if self.resumed {
            writeln!(f, "Resumed an earlier import of the same source.")?;
        }
        for (warning, count, example) in self.warnings.iter() {
            writeln!(f, "{count:>10} {warning}; example: {example}")?;
        }
        if !self.searchable && !self.dry_run {
            writeln!(f, "The running service will index the imported messages in the background.")?;
        }
        Ok(())
    }
}

macro_rules! import_warnings {
    ($($(#[$doc:meta])* $name:ident = $text:literal),* $(,)?) => {
        /// A problem in the source that the import worked around.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[allow(missing_docs)]
        pub enum ImportWarning { $($(#[$doc])* $name),* }

        impl fmt::Display for ImportWarning {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $(Self::$name => $text),* })
            }
        }

        impl ImportWarning {
            /// The word by which the database knows it.
            pub(super) fn word(self) -> &'static str {
                match self { $(Self::$name => stringify!($name)),* }
            }

            /// The warning of a word.
            pub(super) fn from_word(word: &str) -> Option<Self> {
                match word { $(stringify!($name) => Some(Self::$name),)* _ => None }
            }
        }
    };
}

import_warnings! {
    Unreadable = "files skipped: could not be read",
    /// The topic is imported without messages.
    NoMessagesFile = "topics without a messages file",
    BadRecord = "records skipped: required fields are missing",
    /// Read with replacement characters.
    NotUtf8 = "files with invalid UTF-8",
    Twice = "records skipped: duplicate id",
    /// A group must have a creator.
    NobodysGroup = "groups skipped: no creator",
    /// Replaced by the topic's time, or by the earliest known time.
    ImpossibleTime = "invalid times replaced",
    /// Databases cannot store them.
    NulCharacter = "texts with NUL characters, which were removed",
    /// Shown as untitled.
    EmptyName = "topics without a title",
    EmptySlug = "topics without a URL, which got a new one",
    SlugChanged = "URLs changed: taken, reserved, or invalid",
    NameChanged = "usernames changed: taken or invalid",
    LookAlike = "usernames kept although they look like another one",
    /// Links by the old id break.
    UserIdTaken = "people with a new id: theirs was taken",
    GroupIdTaken = "groups with a new id: theirs was taken",
    TopicIdTaken = "topics with a new id: theirs was taken",
    /// Links to the old id break.
    MessageIdTaken = "messages with a new id: theirs was taken",
    TooLong = "names, titles, and descriptions shortened: longer than allowed",
    LongMessage = "messages kept although they are longer than allowed",
    /// Kept as an ordinary message.
    UnknownReply = "replies to messages that were not imported",
    /// They got accounts called by their keys.
    UnknownPerson = "people known only by their key",
    UnknownPlace = "records skipped: unknown group or topic",
    NobodysTopic = "topics skipped: no messages and no creator",
    /// They were there before the import, under the same confirmed address.
    SameAddress = "people who already have an account here",
    EmailTaken = "email addresses skipped: used by another account of the source",
    KeptDeleted = "messages changed in the source but deleted here",
    SecondReaction = "reactions skipped: the same person already starred the message",
    NobodysReaction = "reactions skipped: unknown person",
    OwnNotice = "system messages of the old forum skipped",
    NoAuthor = "messages without an author",
    SplitMember = "memberships skipped: unknown group",
    Private = "private conversations skipped",
    Departure = "departures skipped: not applied to a group that already existed",
    UnknownReaders = "groups made private: the source does not say who can read them",
    Unlisted = "topics unlisted in the old forum, which are listed here",
    NotInFile = "messages skipped: missing from the file of their topic",
    FileLost = "files skipped: not on the web; messages show their names",
    Hidden = "messages hidden in the old forum, imported as deleted",
}

/// Counts of each warning, with an example.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportWarnings(BTreeMap<ImportWarning, (u64, String)>);

impl ImportWarnings {
    /// Notes a warning; the first one stays as the example.
    pub(super) fn note(&mut self, warning: ImportWarning, example: impl FnOnce() -> String) {
        self.note_many(warning, 1, example);
    }

    pub(super) fn note_many(&mut self, warning: ImportWarning, count: u64, example: impl FnOnce() -> String) {
        let line = || validate::one_line(&example()).chars().take(MAX_EXAMPLE).collect::<String>();
        self.0.entry(warning).or_insert_with(|| (0, line())).0 += count;
    }

    pub(super) fn append(&mut self, others: Self) {
        for (warning, (count, example)) in others.0 {
            self.0.entry(warning).or_insert((0, example)).0 += count;
        }
    }

    /// Returns how often a warning was noted.
    pub fn count(&self, warning: ImportWarning) -> u64 {
        self.0.get(&warning).map_or(0, |(count, _)| *count)
    }

    /// Returns each warning with its count and example.
    pub fn iter(&self) -> impl Iterator<Item = (ImportWarning, u64, &str)> {
        self.0.iter().map(|(warning, (count, example))| (*warning, *count, example.as_str()))
    }
}
