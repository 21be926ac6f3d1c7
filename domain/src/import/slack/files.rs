//! The JSON of an export of Slack.

use serde::Deserialize;

use model::time::Timestamp;

/// A number that some exports write as a string.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Number {
    Text(String),
    Float(f64),
}

impl Number {
    /// The time of these Unix seconds.
    pub fn seconds(&self) -> Option<Timestamp> {
        match self {
            Self::Text(text) => moment(text),
            Self::Float(seconds) => Some(Timestamp::from_unix_seconds(*seconds)).filter(|at| at.0 > 0),
        }
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct User {
    pub id: String,
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub real_name: Option<String>,
    #[serde(default)]
    pub profile: Profile,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Profile {
    #[serde(default)]
    pub real_name: Option<String>,
    #[serde(default)]
    pub email: Option<String>,
    #[serde(default)]
    pub title: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Channel {
    pub id: String,
    pub name: String,
    #[serde(default)]
    pub created: Option<Number>,
    #[serde(default)]
    pub creator: Option<String>,
    #[serde(default)]
    pub is_archived: bool,
    #[serde(default)]
    pub members: Option<Vec<String>>,
    #[serde(default)]
    pub purpose: Described,
    #[serde(default)]
    pub topic: Described,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Described {
    #[serde(default)]
    pub value: String,
}

/// A line of a channel: a message, or a notice such as who joined.
#[derive(Debug, Deserialize)]
pub(super) struct Event {
    pub ts: String,
    #[serde(default)]
    pub subtype: Option<String>,
    #[serde(default)]
    pub user: Option<String>,
    #[serde(default)]
    pub username: Option<String>,
    #[serde(default)]
    pub bot_id: Option<String>,
    #[serde(default)]
    pub text: Option<String>,
    #[serde(default)]
    pub thread_ts: Option<String>,
    #[serde(default)]
    pub edited: Option<Edited>,
    #[serde(default)]
    pub reactions: Vec<Reaction>,
    #[serde(default)]
    pub file: Option<SharedFile>,
    #[serde(default)]
    pub files: Vec<SharedFile>,
    #[serde(default)]
    pub comment: Option<Comment>,
    #[serde(default)]
    pub attachments: Vec<Attachment>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Edited {
    pub ts: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Reaction {
    #[serde(default)]
    pub users: Vec<String>,
    #[serde(default)]
    pub count: Option<u64>,
}

#[derive(Debug, Deserialize)]
pub(super) struct SharedFile {
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub title: Option<String>,
    #[serde(default)]
    pub permalink: Option<String>,
    #[serde(default)]
    pub url_private: Option<String>,
    #[serde(default)]
    pub initial_comment: Option<Comment>,
}

impl SharedFile {
    /// Where the file is. The secret that exports add to such addresses is left out.
    pub fn address(&self) -> String {
        let address = self.permalink.as_deref().or(self.url_private.as_deref()).unwrap_or_default();
        address.split('?').next().unwrap_or_default().to_owned()
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Comment {
    #[serde(default)]
    pub user: Option<String>,
    #[serde(default)]
    pub comment: String,
}

/// What a bot wrote in a frame, or the preview of a link.
#[derive(Debug, Deserialize)]
pub(super) struct Attachment {
    #[serde(default)]
    pub from_url: Option<String>,
    #[serde(default)]
    pub is_msg_unfurl: bool,
    #[serde(default)]
    pub pretext: Option<String>,
    #[serde(default)]
    pub title: Option<String>,
    #[serde(default)]
    pub title_link: Option<String>,
    #[serde(default)]
    pub text: Option<String>,
    #[serde(default)]
    pub fallback: Option<String>,
}

/// The time of a `ts`: Unix seconds with a fraction, as `1435330110.000002`.
pub(super) fn moment(ts: &str) -> Option<Timestamp> {
    let (seconds, fraction) = ts.split_once('.').unwrap_or((ts, "0"));
    let seconds: i64 = seconds.parse().ok().filter(|seconds| (1..4_000_000_000).contains(seconds))?;
    let micros: i64 = format!("{:0<6}", fraction.get(..6).unwrap_or(fraction)).parse().ok()?;
    Some(Timestamp(seconds * 1_000_000 + micros))
}

/// Whether a subtype is a notice of Slack and nothing that someone wrote.
pub(super) fn is_notice(subtype: &str) -> bool {
    subtype.starts_with("channel_")
        || subtype.starts_with("group_")
        || subtype.starts_with("huddle_")
        || matches!(
            subtype,
            "pinned_item"
                | "unpinned_item"
                | "bot_add"
                | "bot_remove"
                | "bot_enable"
                | "bot_disable"
                | "reminder_add"
                | "app_conversation_join"
                | "sh_room_created"
                | "sh_room_shared"
                | "ekm_access_denied"
        )
}
