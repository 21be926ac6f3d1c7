//! What an import says: how far it is, and at its end what came along and what was odd.

use std::collections::BTreeMap;
use std::fmt;

/// How far an import is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// How many are done.
    pub done: u64,
    /// How many there are; 0 when nobody knows.
    pub total: u64,
    /// Of what: `messages`, say.
    pub what: &'static str,
}

/// Rows of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// How many of the source stand in the forum now.
    pub total: u64,
    /// How many of them this run brought.
    pub new: u64,
}

impl Count {
    pub(super) fn add(&mut self, total: u64, new: u64) {
        self.total += total;
        self.new += new;
    }
}

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Groups.
    pub groups: Count,
    /// Topics.
    pub topics: Count,
    /// Messages.
    pub messages: Count,
    /// Stars.
    pub stars: Count,
    /// People.
    pub people: Count,
    /// Whether an earlier run had brought a part.
    pub resumed: bool,
    /// What was odd.
    pub oddities: ImportWarnings,
    /// Whether search has taken it in; if not, the process that writes the index will.
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
        /// Something in the source that was not as it should be, and that was lived with.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ImportWarning { $($(#[$doc])* $name),* }

        impl fmt::Display for ImportWarning {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $(Self::$name => $text),* })
            }
        }
    };
}

oddities! {
    /// Left out.
    Unreadable = "files left out because they could not be read",
    /// The topic came along without messages.
    NoMessagesFile = "topics whose messages file is missing",
    /// Left out.
    BadRecord = "records left out because they lack what they need",
    /// Read with replacement characters.
    NotUtf8 = "files that were not UTF-8 throughout",
    /// Left out.
    Twice = "records left out because one of the same id came before",
    /// Left out: a group has to have a creator.
    NobodysGroup = "groups left out because nothing says who made them",
    /// The time of the topic, or of the earliest thing known, stands in its place.
    ImpossibleTime = "times that cannot be, replaced",
    /// Dropped from the text: no database holds it.
    NulCharacter = "texts that held NUL characters, which were dropped",
    /// Kept; shown as untitled.
    EmptyName = "topics without a title",
    /// Another was made.
    EmptySlug = "topics without an address, given one",
    /// Another was made.
    SlugChanged = "addresses changed because they were taken, reserved or unfit",
    /// Another was made.
    NameChanged = "user names changed because they were taken or unfit",
    /// Kept.
    LookAlike = "user names kept that look like another's",
    /// A new one was taken: links by id to it do not hold.
    UserIdTaken = "people under a new id because theirs was taken",
    /// A new one was taken.
    GroupIdTaken = "groups under a new id because theirs was taken",
    /// A new one was taken.
    TopicIdTaken = "topics under a new id because theirs was taken",
    /// A new one was taken: links to it do not hold.
    MessageIdTaken = "messages under a new id because theirs was taken",
    /// Kept whole.
    LongMessage = "messages longer than may be posted, kept",
    /// Kept as an ordinary message.
    UnknownReply = "answers to messages that did not come along",
}

/// How often each oddity was met, with an example.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportWarnings(BTreeMap<ImportWarning, (u64, String)>);

impl ImportWarnings {
    /// Notes one; the first stays as the example.
    pub(super) fn note(&mut self, oddity: ImportWarning, example: impl FnOnce() -> String) {
        self.0.entry(oddity).or_insert_with(|| (0, example())).0 += 1;
    }

    /// Adds what was noted elsewhere.
    pub(super) fn append(&mut self, others: Self) {
        for (oddity, (count, example)) in others.0 {
            self.0.entry(oddity).or_insert((0, example)).0 += count;
        }
    }

    /// How often it was met.
    pub fn count(&self, oddity: ImportWarning) -> u64 {
        self.0.get(&oddity).map_or(0, |(count, _)| *count)
    }

    /// All that were met: what, how often, one example.
    pub fn iter(&self) -> impl Iterator<Item = (ImportWarning, u64, &str)> {
        self.0.iter().map(|(oddity, (count, example))| (*oddity, *count, example.as_str()))
    }
}
