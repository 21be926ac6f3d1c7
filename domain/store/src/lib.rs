//! All SQL of the forum, one file per noun.

// Only fields whose names do not say enough are documented.
#![allow(missing_docs)]

pub mod api;
pub mod backup;
mod conditions;
pub mod db;
pub mod feeds;
pub mod file_claims;
pub mod files;
pub mod groups;
pub mod import;
pub mod mail_in;
pub mod messages;
pub mod moderation;
pub mod notifications;
pub mod people;
pub mod pictures;
pub mod platform;
pub mod reducers;
mod request;
pub mod search;
pub mod search_log;
pub mod site;
mod sqlite;
#[cfg(feature = "testing")]
pub mod testing;
mod timing;
pub mod topics;
pub mod webhooks;

pub use db::{DatabaseUrl, Db, Tx};
pub use request::{current_request, for_request, request_of};
use sqlx::migrate::MigrateError;
pub use sqlx::{Error, PgPool};
pub use timing::{Spent, add_spent, is_corrupt, spent};

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

/// Whether an error says that the server cannot be reached, or is starting or stopping.
pub(crate) fn is_down(error: &Error) -> bool {
    match error {
        Error::Io(_) | Error::Tls(_) => true,
        Error::Database(cause) => cause.code().is_some_and(|code| code.starts_with("57P")),
        _ => false,
    }
}

/// Says why a database cannot be used, and what to do where that is known.
pub fn why_not_connected(error: &Error) -> String {
    let code = error.as_database_error().and_then(|cause| cause.code()).unwrap_or_default().into_owned();
    let advice = match (error, code.as_str()) {
        (Error::Io(cause), _) if cause.kind() == std::io::ErrorKind::ConnectionRefused => {
            return "refuses connections; check that it is running on this port".to_owned();
        }
        (_, "28P01" | "28000") => "rejects this user; check the username, the password, and pg_hba.conf",
        (_, "3D000") => "has no such database; create it first",
        (_, "42501") => "does not let this user create tables; make it the owner of the database",
        (_, "53300") => "has no free connections; raise its max_connections, or lower KLATCH_DATABASE_CONNECTIONS",
        (_, code) if code.starts_with("57P") => "is starting or stopping",
        (Error::Migrate(cause), _) => match cause.as_ref() {
            MigrateError::VersionMissing(number) => {
                return format!(
                    "was used by a newer version of Klatch (it has migration {number}); use that version, or restore \
                     an older backup"
                );
            }
            MigrateError::ExecuteMigration(cause, _) | MigrateError::Execute(cause) => return why_not_connected(cause),
            _ => "cannot be migrated",
        },
        (Error::Configuration(_), _) => "is not a Postgres URL",
        _ => "does not respond",
    };
    format!("{advice}: {error}")
}

/// SQLite could not read or write the file, or the disk is full.
const SQLITE_IOERR: i32 = 10;
const SQLITE_FULL: i32 = 13;

/// Whether the database is unreachable or overloaded, or its disk full, as opposed to refusing this one statement.
pub fn is_away(error: &Error) -> bool {
    match error {
        Error::Io(_) | Error::PoolTimedOut | Error::PoolClosed | Error::WorkerCrashed | Error::Tls(_) => true,
        Error::Database(cause) => {
            let is_full =
                |code: &str| code.parse().is_ok_and(|code: i32| matches!(code & 0xff, SQLITE_IOERR | SQLITE_FULL));
            let is_away = |code: &str| ["57P", "53", "08"].iter().any(|class| code.starts_with(class));
            cause.code().is_some_and(|code| if code.len() == 5 { is_away(&code) } else { is_full(&code) })
        }
        _ => false,
    }
}
