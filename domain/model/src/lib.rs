//! Plain types: what the forum is made of, who may see and do what, names, and time. Every other crate uses them; nothing here
//! reads or writes anything.

// Fields of plain records are documented where their names do not say enough.
#![allow(missing_docs)]

mod denied;
mod groups;
pub mod hex;
mod ids;
mod log_actions;
mod log_entry;
mod moderation;
pub mod names;
mod people;
pub mod policy;
mod statistics;
pub mod time;
mod topics;
mod unique;
mod words;

pub use denied::{Denied, Fields};
pub use groups::*;
pub use ids::*;
pub use log_actions::{LogAction, LogReach};
pub use log_entry::LogEntry;
pub use moderation::*;
pub use people::*;
pub use statistics::*;
pub use topics::*;
pub use unique::unique_name;
pub use words::*;

use crate::time::Timestamp;

/// A background job as the admin page lists it.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct JobRow {
    /// The job.
    pub id: JobId,
    /// What it does.
    pub kind: String,
    /// Its arguments, JSON.
    pub payload: String,
    /// `ready`, `running` or `failed`.
    pub state: String,
    /// How often it was tried.
    pub attempt: i64,
    /// When it may run; of a running one, when its lease ends.
    pub run_at: Timestamp,
    /// Why it last failed.
    pub last_error: Option<String>,
    /// When its cause was.
    pub created_at: Timestamp,
}
