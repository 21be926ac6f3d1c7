//! Plain types: what the forum is made of. Pages and store both speak them; nothing here does anything.

mod groups;
mod ids;
mod people;
mod topics;
mod words;

pub use groups::*;
pub use ids::*;
pub use people::*;
pub use topics::*;
pub(crate) use words::words;
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
