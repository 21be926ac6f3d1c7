//! Backups and exports: which tables they contain, a snapshot to read them from, and an empty database to fill.
//!
//! The columns come from the database itself, so a backup contains every column of whatever schema the database has. A
//! database that waits for a migration can be backed up, and an older backup restored: it is filled at the schema of
//! the backup and migrated afterwards.

mod catalogue;
mod connection;
pub mod export;
mod snapshot;
mod statements;
mod target;

pub use catalogue::{Column, Kind};
pub use snapshot::Snapshot;
pub use target::Target;

/// A table in a backup, and the columns that order its rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Table {
    pub name: &'static str,
    pub key: &'static [&'static str],
}

const fn by(name: &'static str, key: &'static [&'static str]) -> Table {
    Table { name, key }
}

const fn by_id(name: &'static str) -> Table {
    Table { name, key: &["id"] }
}

/// The tables of a backup. A table comes after those that it references. A table that a later schema drops stays here,
/// for backups from before.
pub const TABLES: &[Table] = &[
    by("settings", &["name"]),
    by_id("users"),
    by("former_names", &["username_lower"]),
    by("second_steps", &["user_id"]),
    by("recovery_codes", &["user_id", "digest"]),
    by_id("api_tokens"),
    by("ignores", &["user_id", "ignored_id"]),
    by("push_preferences", &["user_id"]),
    by("site_pages", &["slug", "version"]),
    by("acceptances", &["user_id", "slug", "version"]),
    by_id("site_invitations"),
    by_id("groups"),
    by("former_slugs", &["slug"]),
    by("memberships", &["group_id", "user_id"]),
    by("former_memberships", &["group_id", "user_id"]),
    by("former_settings", &["group_id", "number"]),
    by("group_bans", &["group_id", "user_id"]),
    by("join_requests", &["group_id", "user_id"]),
    by_id("invitations"),
    by("invited", &["group_id", "user_id"]),
    by_id("letters"),
    by("email_settings", &["user_id"]),
    by_id("incoming_emails"),
    by_id("topics"),
    by("former_topics", &["group_id", "slug"]),
    by("bots", &["user_id"]),
    by_id("incoming_hooks"),
    by_id("webhooks"),
    by_id("external_auditors"),
    by_id("topic_events"),
    by("topic_levels", &["user_id", "topic_id"]),
    by("reads", &["user_id", "topic_id"]),
    by_id("messages"),
    by("former_texts", &["message_id", "number"]),
    by_id("files"),
    by("message_files", &["file_id", "message_id"]),
    by("stars", &["message_id", "user_id"]),
    by("bookmarks", &["user_id", "message_id"]),
    by("mentions", &["user_id", "message_id"]),
    by("poll_votes", &["message_id", "user_id", "choice"]),
    by_id("kinds"),
    by_id("rules"),
    by_id("held"),
    by_id("reports"),
    by_id("audit_log"),
    by("log_redactions", &["entry_id"]),
    by_id("notices"),
    by_id("removals"),
    by("removed_messages", &["removal_id", "message_id"]),
    by("removed_topics", &["removal_id", "topic_id"]),
    by("imported", &["source", "kind", "foreign_id"]),
    by("import_warnings", &["source", "warning"]),
    by("old_addresses", &["path"]),
    by("claims", &["email"]),
    by("counted_groups", &["day", "group_id"]),
    by("counted_days", &["day"]),
    by("samples", &["at"]),
    by_id("jobs"),
];

/// The tables that no backup contains, and why.
pub const LEFT_OUT: &[(&str, &str)] = &[
    ("sessions", "an old backup must not bring ended sessions back: people sign in again"),
    ("file_claims", "processes make them while they store or delete bytes, and a restored forum has none"),
    ("push_devices", "a device belongs to a session: browsers register again when people sign in"),
    ("search_log", "what the search index has to read again; a restored forum gets a new index"),
    ("reducers", "how far reducers have read the search log, which is left out too"),
    ("reducer_states", "what reducers compute again of a restored forum"),
    ("webhook_deliveries", "receivers were told of these events by the forum that was backed up"),
    ("link_previews", "what linked pages say about themselves is asked again; messages have their previews"),
    ("process_figures", "what running processes say of themselves"),
    ("_sqlx_migrations", "the manifest has the schema's version"),
];

/// Settings that belong to one database or its processes, and are in no backup.
const LEFT_OUT_SETTINGS: &[&str] = &[
    "site_id",
    "health",
    "doctor_summaries",
    "first_admin_links",
    "mail_test",
    "mail_failing",
    "files_swept",
    "search_log_trimmed",
    crate::platform::settings::BACKUPS,
];

/// The tables that a new forum fills by itself. A forum without rows in other tables is empty.
const OF_AN_EMPTY_FORUM: &[&str] = &["settings", "jobs", "samples", "counted_days", "counted_groups"];
