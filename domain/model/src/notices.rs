//! Notices to one user: decisions about what they wrote or reported, warnings, bans.

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;
use crate::{DecidedBy, Grounds, GroupId, MessageId, NoticeId, NoticeKind, Verdict};

/// What a notice says besides its kind and reason, stored as JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NoticeDetails {
    /// In what capacity someone decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<DecidedBy>,
    /// The title of the topic that was declined, deleted or restored; empty if the user may not read the topic's group.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// The text of a declined message, as typed.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// What the answered reports gave as their reason, each once.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub grounds: Vec<Grounds>,
    /// Whether an automatic rule reported or held the message.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub automatic: bool,
    /// The answer to a report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// When the report was made, or the declined message was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// The usernames of mentioned users who cannot read the message.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
}

impl NoticeDetails {
    /// Says nothing.
    pub const NONE: Self = Self {
        by: None,
        title: String::new(),
        text: String::new(),
        grounds: Vec::new(),
        automatic: false,
        verdict: None,
        at: None,
        names: Vec::new(),
    };

    /// Returns the JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_else(|_| "{}".to_owned())
    }
}

/// Reads the JSON. A text that is none counts as empty.
impl From<String> for NoticeDetails {
    fn from(json: String) -> Self {
        serde_json::from_str(&json).unwrap_or_default()
    }
}

/// A notice on the page of its user.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct NoticeLine {
    pub id: NoticeId,
    pub kind: NoticeKind,
    pub group_id: Option<GroupId>,
    /// The name of the group at that time; empty if it is about the whole site.
    pub group_name: String,
    /// `None` if the user may not know of the group now.
    pub group_slug: Option<String>,
    /// The message or its place, if the user may read it now.
    pub message_id: Option<MessageId>,
    pub topic_name: Option<String>,
    pub topic_path: Option<String>,
    pub reason: String,
    #[sqlx(try_from = "String")]
    pub details: NoticeDetails,
    pub created_at: Timestamp,
    pub read_at: Option<Timestamp>,
    pub taken_back_at: Option<Timestamp>,
}

/// What an email about a decision says, stored as JSON until it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeEmail {
    pub kind: NoticeKind,
    /// The group's name; empty if the recipient must not know it.
    pub group: String,
    pub reason: String,
    /// The path of the reported message, for a person without an account.
    #[serde(default)]
    pub link: String,
    pub details: NoticeDetails,
}

impl NoticeEmail {
    /// Returns the JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads the JSON; `None` if it is empty.
    pub fn parse(json: &str) -> Option<Self> {
        serde_json::from_str(json).ok()
    }
}
