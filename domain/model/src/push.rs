//! Devices that get push messages, and what their owners want to get.

use crate::PushDeviceId;
use crate::time::Timestamp;

/// A device that gets push messages, as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
#[allow(missing_docs)]
pub struct PushDevice {
    pub id: PushDeviceId,
    /// The session of its browser.
    pub session_id: String,
    /// The user agent as the browser sent it.
    pub agent: String,
    pub created_at: Timestamp,
    /// When its push service last took a message.
    pub sent_at: Option<Timestamp>,
}

/// What a user gets push messages about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
#[allow(missing_docs)]
pub struct PushKinds {
    pub mentions: bool,
    pub replies: bool,
    /// Messages in conversations.
    pub directs: bool,
    /// Messages in topics that the user follows.
    pub followed: bool,
}

/// What concerns the user alone.
impl Default for PushKinds {
    fn default() -> Self {
        Self { mentions: true, replies: true, directs: true, followed: false }
    }
}
