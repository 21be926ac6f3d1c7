//! All SQL of the forum, one file a noun.

// Fields of plain records are documented where their names do not say enough.
#![allow(missing_docs)]

mod conditions;
#[cfg(feature = "testing")]
mod counting;
pub mod db;
pub mod groups;
pub mod import;
pub mod messages;
pub mod moderation;
pub mod people;
pub mod platform;
pub mod search_log;
mod sqlite;
#[cfg(feature = "testing")]
pub mod testing;
pub mod topics;

pub use db::{DatabaseUrl, Db, Tx};
pub use sqlx::{Error, PgPool};

/// A word to look up as both databases take it: Postgres refuses NUL, which no stored text holds. What stands in its place
/// matches nothing.
fn word(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

/// Words to look for inside of texts, as a pattern of `like`: bounded, since SQLite refuses long ones.
fn pattern(words: &str) -> String {
    let plain: String =
        words.trim().to_lowercase().chars().take(100).filter(|c| !matches!(c, '%' | '_' | '\\' | '\0')).collect();
    format!("%{plain}%")
}

/// A list of ids as the JSON text that `json_each` takes on both databases.
fn list<T: serde::Serialize>(ids: &[T]) -> String {
    serde_json::to_string(ids).unwrap_or_else(|_| "[]".into())
}

/// Whether the database is away or overrun, rather than refusing this one thing.
pub fn is_away(error: &Error) -> bool {
    match error {
        Error::Io(_) | Error::PoolTimedOut | Error::PoolClosed | Error::WorkerCrashed | Error::Tls(_) => true,
        // Postgres: shutting down, starting up, too many connections.
        Error::Database(cause) => {
            cause.code().is_some_and(|code| code.starts_with("57P") || code.starts_with("53") || code.starts_with("08"))
        }
        _ => false,
    }
}
