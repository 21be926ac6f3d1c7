//! Closed lists.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A closed list: an enum whose every value has a word, in the database, forms and the API.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, sqlx::Type)]
        #[sqlx(type_name = "text")]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $word)] #[sqlx(rename = $word)] $variant),* }

        impl $name {
            /// All of them.
            pub const EACH: &[Self] = &[$(Self::$variant),*];

            /// The word that stands for it in the database, forms and the API.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }

            /// Reads the word; `None` for any other.
            pub fn parse(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)* _ => None }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

pub(crate) use words;

words! {
    /// Who may see a group.
    GroupKind {
        /// Everyone reads, members write.
        Public = "public",
        /// Everyone knows of it, members read and write.
        Closed = "closed",
        /// Members only; to everyone else it is not there.
        Private = "private",
        /// A conversation of a few people, who are its members.
        Direct = "direct",
    }
}

words! {
    /// Where a group stands among those that one can discover.
    Category {
        /// Anything else.
        Other = "other",
        /// Painting, writing, theatre.
        Arts = "arts",
        /// Books.
        Books = "books",
        /// Cooking and eating.
        Food = "food",
        /// Games.
        Games = "games",
        /// House and garden.
        Home = "home",
        /// Places, and who lives there.
        Local = "local",
        /// Music.
        Music = "music",
        /// Animals, plants, weather.
        Nature = "nature",
        /// Science.
        Science = "science",
        /// Sports.
        Sports = "sports",
        /// Computers and other machines.
        Technology = "technology",
        /// Travel.
        Travel = "travel",
        /// Work and learning.
        Work = "work",
    }
}

impl Category {
    /// All of them, in the order shown.
    pub const ALL: [Self; 14] = [
        Self::Arts,
        Self::Books,
        Self::Food,
        Self::Games,
        Self::Home,
        Self::Local,
        Self::Music,
        Self::Nature,
        Self::Science,
        Self::Sports,
        Self::Technology,
        Self::Travel,
        Self::Work,
        Self::Other,
    ];

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Other => "Everything else",
            Self::Arts => "Arts and crafts",
            Self::Books => "Books",
            Self::Food => "Food and drink",
            Self::Games => "Games",
            Self::Home => "House and garden",
            Self::Local => "Around here",
            Self::Music => "Music",
            Self::Nature => "Nature",
            Self::Science => "Science",
            Self::Sports => "Sports",
            Self::Technology => "Technology",
            Self::Travel => "Travel",
            Self::Work => "Work and learning",
        }
    }
}

words! {
    /// What of a group or topic reaches somebody.
    SubscriptionLevel {
        /// What is new is counted.
        Normal = "normal",
        /// It is counted, a topic even where its group is muted.
        Followed = "tracked",
        /// It is not counted.
        Muted = "muted",
    }
}

words! {
    /// Who may begin a conversation with somebody.
    DirectFrom {
        /// Anyone who is signed in.
        Anyone = "anyone",
        /// Whoever is in a group with them.
        Shared = "shared",
        /// Nobody.
        Nobody = "nobody",
    }
}

words! {
    /// What is wrong with a message, as whoever reports it says.
    Grounds {
        /// It sells something, or is everywhere.
        Spam = "spam",
        /// It insults or threatens somebody.
        Insult = "insult",
        /// It tells what is somebody's own.
        Private = "private",
        /// What they say in words.
        Other = "other",
        /// What a rule looks for: nobody reported it.
        Rule = "rule",
    }
}

impl Grounds {
    /// Those that people choose from, in the order shown.
    pub const ALL: [Self; 4] = [Self::Spam, Self::Insult, Self::Private, Self::Other];

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Spam => "Spam",
            Self::Insult => "An insult or a threat",
            Self::Private => "A private matter",
            Self::Other => "Something else",
            Self::Rule => "Caught by a rule",
        }
    }
}

words! {
    /// What a rule looks for.
    RuleKind {
        /// Whole words, one a line.
        Words = "words",
        /// A regular expression.
        Pattern = "pattern",
    }
}

words! {
    /// What a rule does with what it caught.
    RuleAction {
        /// It is not taken, and whoever writes it is told why.
        Refuse = "refuse",
        /// It waits until somebody approves it.
        Hold = "hold",
        /// It is posted, and reported to those who keep order.
        Report = "report",
    }
}

words! {
    /// How a report was answered.
    Verdict {
        /// There was nothing to do.
        Nothing = "nothing",
        /// The message was deleted.
        Deleted = "deleted",
    }
}

words! {
    /// What those who keep order tell somebody.
    NoticeKind {
        /// They are warned.
        Warning = "warning",
        /// They are banned from a group.
        Ban = "ban",
        /// What they wrote was removed.
        Removal = "removal",
        /// It was brought back.
        Restored = "restored",
    }
}

words! {
    /// What a member may do in a group. Later ones may do all that earlier ones may.
    Role {
        /// Reads and writes.
        Member = "member",
        /// Keeps order.
        Moderator = "moderator",
        /// Decides about the group.
        Admin = "admin",
    }
}

words! {
    /// Who may sign up.
    #[derive(Default)]
    SignUps {
        /// Anyone.
        #[default]
        Open = "open",
        /// Whoever has an invitation.
        Invited = "invited",
        /// Anyone, and an admin decides about the account.
        Approved = "approved",
        /// Nobody.
        Closed = "closed",
    }
}

impl SignUps {
    /// All of them, in the order shown.
    pub const ALL: [Self; 4] = [Self::Open, Self::Invited, Self::Approved, Self::Closed];
}

words! {
    /// What an admin of the site looks for among accounts.
    AccountState {
        /// They administer the site.
        Admins = "admins",
        /// They wait for an admin, or were declined lately.
        Waiting = "waiting",
        /// They are suspended.
        Suspended = "suspended",
        /// They are banned.
        Banned = "banned",
        /// They came with an import, and nobody signs in to them.
        Unclaimed = "unclaimed",
        /// They were deleted.
        Deleted = "deleted",
    }
}

impl AccountState {
    /// All of them, in the order shown.
    pub const ALL: [Self; 6] =
        [Self::Admins, Self::Waiting, Self::Suspended, Self::Banned, Self::Unclaimed, Self::Deleted];

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Admins => "Admins of the site",
            Self::Waiting => "Waiting",
            Self::Suspended => "Suspended",
            Self::Banned => "Banned",
            Self::Unclaimed => "Unclaimed",
            Self::Deleted => "Deleted",
        }
    }
}

words! {
    /// Which colours the pages have.
    Theme {
        /// As the browser prefers.
        Auto = "auto",
        /// Paper.
        Light = "light",
        /// Ink.
        Dark = "dark",
    }
}

words! {
    /// What a topic can be besides.
    Mark {
        /// Only moderators write in it.
        Locked = "locked",
        /// It stands above the others of its group.
        Pinned = "pinned",
        /// What it asked is answered.
        Resolved = "resolved",
        /// Everything in it stays as it is.
        Archived = "archived",
    }
}

words! {
    /// What was done to a topic.
    TopicAction {
        /// It was locked.
        Locked = "locked",
        /// It was opened again.
        Unlocked = "unlocked",
        /// It was put above the others.
        Pinned = "pinned",
        /// It stands among the others again.
        Unpinned = "unpinned",
        /// What it asked is answered.
        Resolved = "resolved",
        /// Or is not.
        Reopened = "reopened",
        /// It was archived.
        Archived = "archived",
        /// It was taken out of the archive.
        Unarchived = "unarchived",
        /// It has another title.
        Renamed = "renamed",
        /// It came from another group.
        Moved = "moved",
        /// Some of its messages went to a topic of their own.
        SplitOff = "splitoff",
        /// Its first messages came from another topic.
        SplitFrom = "splitfrom",
        /// Another topic became a part of it.
        Merged = "merged",
    }
}

words! {
    /// Why a letter is written.
    EmailKind {
        /// An address has to be confirmed.
        Confirm = "confirm",
        /// Somebody forgot the password.
        Reset = "reset",
        /// To the address that counts: somebody asked for another one.
        AddressAsked = "addressasked",
        /// To the old address: there is another one now, or none.
        AddressChanged = "addresschanged",
        /// The password was changed.
        PasswordChanged = "passwordchanged",
        /// Signing in now needs a code.
        SecondStepOn = "secondstepon",
        /// Signing in needs no code any more.
        SecondStepOff = "secondstepoff",
        /// A recovery code was used.
        RecoveryUsed = "recoveryused",
        /// The account was deleted.
        Deleted = "deleted",
        /// The new account was let in.
        Approved = "approved",
        /// The new account was not.
        Declined = "declined",
        /// The account is suspended or banned.
        Restricted = "barred",
        /// It may be used again.
        Reinstated = "freed",
    }
}
