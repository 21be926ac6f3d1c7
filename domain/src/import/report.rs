//! What an import reports: its progress, and at the end the counts and warnings.

use std::collections::BTreeMap;
use std::fmt;

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

/// Counts of one kind of rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Number of the source's rows that are in the forum now.
    pub total: u64,
    /// Number of them that this run added.
    pub new: u64,
}

impl Count {
    pub(super) fn add(&mut self, total: u64, new: u64) {
        self.total += total;
        self.new += new;
    }
}

/// The result of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Report {
    pub groups: Count,
    pub topics: Count,
    pub messages: Count,
    pub stars: Count,
    pub people: Count,
    /// Whether an earlier run had imported a part.
    pub resumed: bool,
    pub oddities: ImportWarnings,
    /// Whether search has indexed everything; otherwise the process that writes the index will.
    pub searchable: bool,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = [
            ("groups", self.groups),
            ("topics", self.topics),
            ("messages", self.messages),
            ("stars", self.stars),
            ("people", self.people),
        ];
        for (what, Count { total, new }) in counts {
            match self.resumed {
                true => writeln!(f, "{total:>10} {what} ({new} of them new)")?,
                false => writeln!(f, "{total:>10} {what}")?,
            }
        }
        if self.resumed {
            writeln!(f, "An earlier import of the same source was resumed.")?;
        }
        for (oddity, count, example) in self.oddities.iter() {
            writeln!(f, "{count:>10} {oddity}, as {example}")?;
        }
        if !self.searchable {
            writeln!(f, "Search follows by itself: another process writes its index, or this one keeps none.")?;
        }
        Ok(())
    }
}

macro_rules! oddities {
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
    };
}

oddities! {
    Unreadable = "files left out because they could not be read",
    /// The topic is imported without messages.
    NoMessagesFile = "topics whose messages file is missing",
    BadRecord = "records left out because they lack what they need",
    /// Read with replacement characters.
    NotUtf8 = "files that were not UTF-8 throughout",
    Twice = "records left out because one of the same id came before",
    /// A group must have a creator.
    NobodysGroup = "groups left out because nothing says who made them",
    /// Replaced by the topic's time, or by the earliest known time.
    ImpossibleTime = "times that cannot be, replaced",
    /// Databases cannot store them.
    NulCharacter = "texts that held NUL characters, which were dropped",
    /// Shown as untitled.
    EmptyName = "topics without a title",
    EmptySlug = "topics without an address, given one",
    SlugChanged = "addresses changed because they were taken, reserved or unfit",
    NameChanged = "user names changed because they were taken or unfit",
    LookAlike = "user names kept that look like another's",
    /// Links by the old id break.
    UserIdTaken = "people under a new id because theirs was taken",
    GroupIdTaken = "groups under a new id because theirs was taken",
    TopicIdTaken = "topics under a new id because theirs was taken",
    /// Links to the old id break.
    MessageIdTaken = "messages under a new id because theirs was taken",
    TooLong = "names, titles and descriptions longer than allowed, shortened",
    LongMessage = "messages longer than may be posted, kept",
    /// Kept as an ordinary message.
    UnknownReply = "answers to messages that did not come along",
}

/// Counts of each warning, with an example.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportWarnings(BTreeMap<ImportWarning, (u64, String)>);

impl ImportWarnings {
    /// Notes a warning; the first one stays as the example.
    pub(super) fn note(&mut self, oddity: ImportWarning, example: impl FnOnce() -> String) {
        self.0.entry(oddity).or_insert_with(|| (0, example())).0 += 1;
    }

    pub(super) fn append(&mut self, others: Self) {
        for (oddity, (count, example)) in others.0 {
            self.0.entry(oddity).or_insert((0, example)).0 += count;
        }
    }

    /// Returns how often a warning was noted.
    pub fn count(&self, oddity: ImportWarning) -> u64 {
        self.0.get(&oddity).map_or(0, |(count, _)| *count)
    }

    /// Returns each warning with its count and example.
    pub fn iter(&self) -> impl Iterator<Item = (ImportWarning, u64, &str)> {
        self.0.iter().map(|(oddity, (count, example))| (*oddity, *count, example.as_str()))
    }
}
