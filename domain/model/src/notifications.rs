//! What people are emailed about, and how often.

use std::fmt;

use serde::{Deserialize, Serialize};
use texts::Text;

use crate::time::Timestamp;
use crate::words::words;

words! {
    /// How often someone is emailed about something.
    Frequency {
        /// A few minutes later, while it is unread.
        Now = "now",
        Daily = "daily",
        /// On Mondays.
        Weekly = "weekly",
        Never = "never",
    }
}

words! {
    /// Why a message concerns someone.
    Concern {
        /// It mentions them, or replies to a message of theirs.
        Mention = "mentions",
        /// It is a direct message to them.
        Direct = "directs",
        /// It is in a topic that they follow.
        Followed = "followed",
        /// It is in a group of theirs.
        Activity = "activity",
    }
}

impl Concern {
    /// Returns what emails call it: "Emails about …".
    pub fn label(self) -> Text {
        match self {
            Self::Mention => texts::words::concern_mentions(),
            Self::Direct => texts::words::concern_directs(),
            Self::Followed => texts::words::concern_followed(),
            Self::Activity => texts::words::concern_activity(),
        }
    }
}

/// What someone chose about emails.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct EmailChoices {
    pub mentions: Frequency,
    pub directs: Frequency,
    pub followed: Frequency,
    /// Never [`Frequency::Now`].
    pub activity: Frequency,
    /// The most emails in 24 hours.
    pub most_per_day: i64,
    /// The hour from which no email comes; both hours are set or neither.
    pub quiet_from: Option<i64>,
    /// The hour until which no email comes.
    pub quiet_to: Option<i64>,
    /// The time zone of these hours, in minutes east of UTC.
    pub utc_offset: i64,
}

impl Default for EmailChoices {
    fn default() -> Self {
        Self {
            mentions: Frequency::Now,
            directs: Frequency::Now,
            followed: Frequency::Never,
            activity: Frequency::Never,
            most_per_day: 20,
            quiet_from: None,
            quiet_to: None,
            utc_offset: 0,
        }
    }
}

impl EmailChoices {
    /// Returns how often they are emailed about this.
    pub fn of(&self, concern: Concern) -> Frequency {
        match concern {
            Concern::Mention => self.mentions,
            Concern::Direct => self.directs,
            Concern::Followed => self.followed,
            Concern::Activity => self.activity,
        }
    }

    /// Sets how often they are emailed about this.
    pub fn set(&mut self, concern: Concern, frequency: Frequency) {
        match concern {
            Concern::Mention => self.mentions = frequency,
            Concern::Direct => self.directs = frequency,
            Concern::Followed => self.followed = frequency,
            Concern::Activity => self.activity = frequency,
        }
    }

    /// Whether they chose this frequency for anything.
    pub fn has(&self, frequency: Frequency) -> bool {
        Concern::EACH.iter().any(|concern| self.of(*concern) == frequency)
    }
}

/// The choices of someone, with what is kept beside them.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct EmailSettings {
    #[sqlx(flatten)]
    pub choices: EmailChoices,
    /// Mentions in messages from before are not emailed.
    pub mentions_since: Timestamp,
    /// Direct messages up to then were collected.
    pub directs_until: Timestamp,
    pub followed_until: Timestamp,
    pub activity_until: Timestamp,
    /// When the next daily or weekly email is due.
    pub next_at: Option<Timestamp>,
    /// The number of collections.
    pub turn: i64,
    /// Emails in a row that were refused because of the address.
    pub bounces: i64,
    /// Since when the address gets no emails any more.
    pub bouncing_at: Option<Timestamp>,
}

words! {
    /// What became of an email.
    EmailState {
        /// It waits, or sending it failed and is tried again.
        Queued = "queued",
        /// The mail server took it.
        Sent = "sent",
        /// The mail server refused it because of its recipient.
        Refused = "refused",
        /// There was no reason left to send it.
        Dropped = "dropped",
    }
}

/// An email in the log of emails.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct EmailLine {
    pub id: crate::EmailId,
    pub kind: crate::EmailKind,
    /// `None`: the recipient has no account, or it is not known yet.
    pub username: Option<String>,
    pub address: String,
    pub state: EmailState,
    /// Why it was not sent, or not yet.
    pub reason: String,
    pub created_at: Timestamp,
    pub sent_at: Option<Timestamp>,
}
