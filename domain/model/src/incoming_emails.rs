//! Emails that the forum receives.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;
use crate::words::words;

words! {
    /// What became of a received email.
    IncomingOutcome {
        /// A job has yet to handle it.
        Waiting = "waiting",
        Posted = "posted",
        /// It waits for approval by a moderator.
        Held = "held",
        /// It was refused. Its author got it back, with the reason.
        Returned = "returned",
        /// It was refused. Its author got too many answers before.
        Unanswered = "unanswered",
        /// A program sent it, so nobody answers.
        Automatic = "automatic",
        /// A mail server reported that an email of ours was not delivered.
        Bounce = "bounce",
        /// There was nothing to do about it.
        Ignored = "ignored",
        /// Its job failed for good. If a person wrote it, they got it back.
        Failed = "failed",
    }
}

/// An email in the log of received emails.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct IncomingLine {
    pub id: crate::IncomingEmailId,
    /// Whose address it was sent to.
    pub username: String,
    /// The address of its author, as its head says; empty if it names none or several, and while it waits.
    pub author: String,
    pub outcome: IncomingOutcome,
    /// What was posted.
    pub message_id: Option<crate::MessageId>,
    /// Why it was not posted; may be empty.
    pub reason: String,
    pub received_at: Timestamp,
}

/// A text that was received by email and not posted, stored as JSON until it goes back to its author.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnedEmail {
    /// Why it was not posted, in sentences.
    pub reason: String,
    /// Its subject; may be empty.
    pub subject: String,
    /// What its author wrote; may be empty.
    pub text: String,
    /// Its Message-ID without the brackets, if it had a usable one.
    pub message_id: Option<String>,
}

impl ReturnedEmail {
    /// Returns the JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads the JSON; `None` if it is something else.
    pub fn parse(json: &str) -> Option<Self> {
        serde_json::from_str(json).ok()
    }
}
