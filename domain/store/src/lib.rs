//! All SQL of the forum, one file per noun.

// Only fields whose names do not say enough are documented.
#![allow(missing_docs)]

mod conditions;
pub mod db;
pub mod groups;
pub mod import;
pub mod messages;
pub mod moderation;
pub mod people;
pub mod platform;
mod request;
pub mod search_log;
mod sqlite;
#[cfg(feature = "testing")]
pub mod testing;
mod timing;
pub mod topics;

pub use db::{DatabaseUrl, Db, Tx};
pub use request::{for_request, request_of};
pub use sqlx::{Error, PgPool};
pub use timing::{Spent, spent};

/// Returns a search term for both databases. Replaces NUL, which Postgres refuses, with something that matches no text.
fn word(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

/// Returns a `like` pattern that finds `words` anywhere in a text. It is bounded, since SQLite refuses long patterns.
fn pattern(words: &str) -> String {
    let plain: String =
        words.trim().to_lowercase().chars().take(100).filter(|c| !matches!(c, '%' | '_' | '\\' | '\0')).collect();
    format!("%{plain}%")
}

/// Returns ids as JSON text for `json_each`, which both databases have.
fn list<T: serde::Serialize>(ids: &[T]) -> String {
    serde_json::to_string(ids).unwrap_or_else(|_| "[]".into())
}

/// Whether the database is unreachable or overloaded, as opposed to refusing this one statement.
pub fn is_away(error: &Error) -> bool {
    match error {
        Error::Io(_) | Error::PoolTimedOut | Error::PoolClosed | Error::WorkerCrashed | Error::Tls(_) => true,
        Error::Database(cause) => {
            cause.code().is_some_and(|code| code.starts_with("57P") || code.starts_with("53") || code.starts_with("08"))
        }
        _ => false,
    }
}
