//! All SQL of the forum, one file a noun.

pub mod db;
pub mod groups;
pub mod jobs;
pub mod mentions;
pub mod messages;
pub mod reads;
pub mod search_log;
pub mod sessions;
pub mod settings;
mod sqlite;
pub mod stars;
pub mod topics;
pub mod users;

pub use db::{DatabaseUrl, Db, Tx};

/// A list of ids as the JSON text that `json_each` takes on both databases.
fn list<T: serde::Serialize>(ids: &[T]) -> String {
    serde_json::to_string(ids).unwrap_or_else(|_| "[]".into())
}
