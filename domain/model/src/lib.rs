//! Plain types: the forum's data, access policy, names, and time. Every other crate uses them. Nothing here does I/O.

// Fields of plain records are documented where their names do not say enough.
#![allow(missing_docs)]

mod api_tokens;
mod attachments;
mod denied;
mod email_kinds;
mod files;
mod groups;
pub mod hex;
mod ids;
mod incoming_emails;
mod languages;
mod link_previews;
mod log_actions;
mod log_entry;
mod log_reach;
mod moderation;
pub mod names;
mod networks;
mod notices;
mod notifications;
pub mod outage;
mod people;
mod pictures;
pub mod policy;
mod policy_accounts;
mod push;
mod site_pages;
mod statistics;
pub mod time;
mod topics;
mod unique;
mod webhooks;
mod words;

pub use api_tokens::*;
pub use attachments::*;
pub use denied::{Denied, Fields};
pub use email_kinds::EmailKind;
pub use files::*;
pub use groups::*;
pub use ids::*;
pub use incoming_emails::*;
pub use languages::Language;
pub use link_previews::LinkPreview;
pub use log_actions::LogAction;
pub use log_entry::LogEntry;
pub use log_reach::LogReach;
pub use moderation::*;
pub use networks::Network;
pub use notices::*;
pub use notifications::*;
pub use people::*;
pub use pictures::*;
pub use push::*;
pub use site_pages::*;
pub use statistics::*;
pub use topics::*;
pub use unique::unique_name;
pub use webhooks::*;
pub use words::*;

use crate::time::Timestamp;

/// A background job as the admin page lists it.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct JobRow {
    pub id: JobId,
    pub kind: String,
    /// JSON.
    pub payload: String,
    /// `ready`, `running` or `failed`.
    pub state: String,
    /// How often it was tried.
    pub attempt: i64,
    /// When it may run; if running, when its lease ends.
    pub run_at: Timestamp,
    pub last_error: Option<String>,
    /// When its cause happened.
    pub created_at: Timestamp,
}
