//! Settings of the site that change while it runs.

use crate::db::{Db, Tx, sql};

/// The setting that says when the last backup was made.
pub const BACKUPS: &str = "backups";

/// Returns the value of a setting.
pub async fn get(db: &Db, name: &str) -> Result<Option<String>, sqlx::Error> {
    sql!(opt_value db, String, "select value from settings where name = $1", name)
}

/// The same inside of a transaction.
pub async fn get_in(tx: &mut Tx, name: &str) -> Result<Option<String>, sqlx::Error> {
    sql!(opt_value tx, String, "select value from settings where name = $1", name)
}

/// Sets a value.
pub async fn set(tx: &mut Tx, name: &str, value: &str) -> Result<u64, sqlx::Error> {
    sql!(run tx, "insert into settings (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value", name, value)
}

/// Locks a value until the commit, and returns it.
pub async fn lock(tx: &mut Tx, name: &str) -> Result<Option<String>, sqlx::Error> {
    sql!(opt_value tx, String, "update settings set value = value where name = $1 returning value", name)
}

/// Sets a value if it is still the old one. 0 when it is another.
pub async fn replace(tx: &mut Tx, name: &str, old: &str, new: &str) -> Result<u64, sqlx::Error> {
    sql!(run tx, "update settings set value = $3 where name = $1 and value = $2", name, old, new)
}

/// Sets a value if there is none. Returns the value in force.
pub async fn get_or_set(tx: &mut Tx, name: &str, value: &str) -> Result<String, sqlx::Error> {
    sql!(run tx, "insert into settings (name, value) values ($1, $2) on conflict (name) do nothing", name, value)?;
    sql!(value tx, String, "select value from settings where name = $1", name)
}
