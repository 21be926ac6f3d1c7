//! Enums with a word for each value.

use std::fmt;

use serde::{Deserialize, Serialize};
use texts::Text;

/// Defines an enum whose every value has a word, used in the database, forms and the API.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, sqlx::Type)]
        #[sqlx(type_name = "text")]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $word)] #[sqlx(rename = $word)] $variant),* }

        impl $name {
            /// All values.
            pub const EACH: &[Self] = &[$(Self::$variant),*];

            /// Returns the word for the value in the database, forms and the API.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }

            /// Parses a word; `None` if it is unknown.
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
    /// The visibility of a group.
    GroupKind {
        /// Everyone reads, members write.
        Public = "public",
        /// Everyone knows of it, members read and write.
        Closed = "closed",
        /// For members only; others do not learn that it exists.
        Private = "private",
        /// A conversation: direct messages among its few members.
        Direct = "direct",
    }
}

words! {
    /// The category of a group in the list of groups.
    Category {
        Other = "other",
        /// Painting, writing, theatre.
        Arts = "arts",
        Books = "books",
        /// Cooking and eating.
        Food = "food",
        Games = "games",
        /// House and garden.
        Home = "home",
        /// Places, and who lives there.
        Local = "local",
        Music = "music",
        /// Animals, plants, weather.
        Nature = "nature",
        Science = "science",
        Sports = "sports",
        /// Computers and other machines.
        Technology = "technology",
        Travel = "travel",
        /// Work and learning.
        Work = "work",
    }
}

impl Category {
    /// All categories, in the order shown.
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

    /// Returns the visible text.
    pub fn label(self) -> Text {
        match self {
            Self::Other => texts::words::category_other(),
            Self::Arts => texts::words::category_arts(),
            Self::Books => texts::words::category_books(),
            Self::Food => texts::words::category_food(),
            Self::Games => texts::words::category_games(),
            Self::Home => texts::words::category_home(),
            Self::Local => texts::words::category_local(),
            Self::Music => texts::words::category_music(),
            Self::Nature => texts::words::category_nature(),
            Self::Science => texts::words::category_science(),
            Self::Sports => texts::words::category_sports(),
            Self::Technology => texts::words::category_technology(),
            Self::Travel => texts::words::category_travel(),
            Self::Work => texts::words::category_work(),
        }
    }
}

words! {
    /// A user's subscription level for a group or topic.
    SubscriptionLevel {
        /// New messages are counted as unread.
        Normal = "normal",
        /// New messages are counted, for a topic even if its group is muted.
        Followed = "tracked",
        /// New messages are not counted.
        Muted = "muted",
    }
}

words! {
    /// Who may start a conversation with a user.
    DirectFrom {
        /// Any signed-in user.
        Anyone = "anyone",
        /// Users who share a group with them.
        Shared = "shared",
        Nobody = "nobody",
    }
}

words! {
    /// The reason of a report.
    Grounds {
        /// Advertising, or posted everywhere.
        Spam = "spam",
        /// Insults or threatens someone.
        Insult = "insult",
        /// Reveals private information.
        Private = "private",
        /// Explained in the report's text.
        Other = "other",
        /// Caught by a moderation rule, not reported by a user.
        Rule = "rule",
    }
}

impl Grounds {
    /// The reasons that users choose from, in the order shown.
    pub const ALL: [Self; 4] = [Self::Spam, Self::Insult, Self::Private, Self::Other];

    /// Returns the visible text.
    pub fn label(self) -> Text {
        match self {
            Self::Spam => texts::words::grounds_spam(),
            Self::Insult => texts::words::grounds_insult(),
            Self::Private => texts::words::grounds_private(),
            Self::Other => texts::words::grounds_other(),
            Self::Rule => texts::words::grounds_rule(),
        }
    }
}

words! {
    /// The kind of a moderation rule.
    RuleKind {
        /// Whole words, one per line.
        Words = "words",
        /// A regular expression.
        Pattern = "pattern",
    }
}

words! {
    /// What a rule does with a matching message.
    RuleAction {
        /// Rejects it, and tells its author why.
        Refuse = "refuse",
        /// It goes to the approval queue.
        Hold = "hold",
        /// It is posted, and reported to the moderators.
        Report = "report",
    }
}

words! {
    /// The decision on a report.
    Verdict {
        /// No action.
        Nothing = "nothing",
        /// The message was deleted.
        Deleted = "deleted",
    }
}

words! {
    /// The kind of a notice to a user.
    NoticeKind {
        Warning = "warning",
        /// They were banned from a group.
        Ban = "ban",
        /// Their content was removed.
        Removal = "removal",
        /// Their content was restored.
        Restored = "restored",
        /// A moderator declined their pending message.
        Declined = "declined",
        /// A moderator approved their pending message.
        Approved = "approved",
        /// A moderator deleted their message.
        MessageDeleted = "message_deleted",
        /// A moderator deleted their topic.
        TopicDeleted = "topic_deleted",
        /// A moderator restored their topic.
        TopicRestored = "topic_restored",
        /// A site admin restored a group that they moderate.
        GroupRestored = "group_restored",
        /// Their report was answered.
        ReportAnswered = "report_answered",
        /// They mentioned someone who cannot read the message.
        Unreached = "unreached",
        /// A webhook of a group or the site that they are an admin of was switched off.
        WebhookOff = "webhook_off",
    }
}

words! {
    /// In what capacity someone decided about a message.
    DecidedBy {
        /// As a moderator or admin of the group.
        Moderators = "moderators",
        /// As a site admin.
        Admins = "admins",
    }
}

words! {
    /// A member's role in a group. Later roles include the permissions of earlier ones.
    Role {
        Member = "member",
        Moderator = "moderator",
        Admin = "admin",
    }
}

words! {
    /// Who may sign up.
    #[derive(Default)]
    SignUps {
        #[default]
        Open = "open",
        /// Users with an invitation.
        Invited = "invited",
        /// Anyone, but an admin must approve the account.
        Approved = "approved",
        /// Nobody.
        Closed = "closed",
    }
}

impl SignUps {
    /// All values, in the order shown.
    pub const ALL: [Self; 4] = [Self::Open, Self::Invited, Self::Approved, Self::Closed];
}

words! {
    /// What pages do with images of other hosts that people post.
    #[derive(Default)]
    Images {
        /// They are shown. The server fetches them, so that readers send nothing to other hosts.
        #[default]
        Load = "load",
        /// They are links.
        Never = "never",
    }
}

impl Images {
    /// All values, in the order shown.
    pub const ALL: [Self; 2] = [Self::Load, Self::Never];
}

words! {
    /// A filter for accounts on the admin page.
    AccountState {
        /// Site admins.
        Admins = "admins",
        /// Waiting for approval, or recently declined.
        Waiting = "waiting",
        Suspended = "suspended",
        Banned = "banned",
        /// Created by an import; nobody can sign in.
        Unclaimed = "unclaimed",
        Deleted = "deleted",
    }
}

impl AccountState {
    /// All values, in the order shown.
    pub const ALL: [Self; 6] =
        [Self::Admins, Self::Waiting, Self::Suspended, Self::Banned, Self::Unclaimed, Self::Deleted];

    /// Returns the visible text.
    pub fn label(self) -> Text {
        match self {
            Self::Admins => texts::words::accounts_admins(),
            Self::Waiting => texts::words::accounts_waiting(),
            Self::Suspended => texts::words::accounts_suspended(),
            Self::Banned => texts::words::accounts_banned(),
            Self::Unclaimed => texts::words::accounts_unclaimed(),
            Self::Deleted => texts::words::accounts_deleted(),
        }
    }
}

words! {
    /// The color scheme of the pages.
    Theme {
        /// As the browser prefers.
        Auto = "auto",
        Light = "light",
        Dark = "dark",
    }
}

words! {
    /// A flag of a topic.
    Mark {
        /// Only moderators may write in it.
        Locked = "locked",
        /// Listed above the group's other topics.
        Pinned = "pinned",
        /// Its question is answered.
        Resolved = "resolved",
        /// Nothing in it can be changed.
        Archived = "archived",
    }
}

words! {
    /// An action on a topic, shown as a line between its messages.
    TopicAction {
        Locked = "locked",
        Unlocked = "unlocked",
        Pinned = "pinned",
        Unpinned = "unpinned",
        Resolved = "resolved",
        Reopened = "reopened",
        Archived = "archived",
        Unarchived = "unarchived",
        /// It had been deleted.
        Restored = "restored",
        Renamed = "renamed",
        /// It came from another group.
        Moved = "moved",
        /// Some of its messages were split off into a new topic.
        SplitOff = "splitoff",
        /// Its first messages were split off from another topic.
        SplitFrom = "splitfrom",
        /// Another topic was merged into it.
        Merged = "merged",
    }
}
