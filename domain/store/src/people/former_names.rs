//! Former usernames. They are reserved, and links with them lead to the account.

use crate::db::{Db, Tx, sql};
use model::UserId;
use model::time::Timestamp;

type Result<T> = std::result::Result<T, sqlx::Error>;

/// Reserves the current name of an account before a rename. Links with it lead to the account.
pub async fn keep_own(tx: &mut Tx, user: UserId) -> Result<u64> {
    sql!(run tx,
        "insert into former_names (username_lower, username_key, user_id) select username_lower, username_key, id from users where id = $1
         on conflict (username_lower) do update set user_id = excluded.user_id, username_key = excluded.username_key, kept_until = null",
        user)
}

/// Gives a former name back to the account that had it.
pub async fn take_back(tx: &mut Tx, user: UserId, lower: &str) -> Result<u64> {
    sql!(run tx, "delete from former_names where username_lower = $2 and user_id = $1", user, lower)
}

/// Releases all former names of an account at a moment. Until then nobody can take them, and they lead nowhere.
pub async fn let_go(tx: &mut Tx, user: UserId, until: Timestamp) -> Result<u64> {
    sql!(run tx, "update former_names set user_id = null, kept_until = $2 where user_id = $1", user, until)
}

/// Whether this name, or one that looks like it, is reserved as a former name of another user.
pub async fn is_reserved(tx: &mut Tx, user: UserId, lower: &str, key: &str, now: Timestamp) -> Result<bool> {
    let kept = sql!(opt_value tx, String,
        "select username_lower from former_names where (username_lower = $2 or username_key = $3)
           and (user_id is null or user_id <> $1) and (kept_until is null or kept_until > $4) limit 1",
        user, lower, key, now)?;
    Ok(kept.is_some())
}

/// Returns the current name of the account that once had the name.
pub async fn led_to(db: &Db, name: &str) -> Result<Option<String>> {
    sql!(opt_value db, String,
        "select u.username from former_names f join users u on u.id = f.user_id where f.username_lower = $1",
        crate::word(&name.to_lowercase()))
}

/// The former names of an account.
pub async fn of(db: &Db, user: UserId) -> Result<Vec<String>> {
    sql!(values db, String, "select username_lower from former_names where user_id = $1 order by username_lower", user)
}

/// Deletes former names whose reservation expired.
pub async fn delete_expired(tx: &mut Tx, now: Timestamp) -> Result<u64> {
    sql!(run tx, "delete from former_names where kept_until <= $1", now)
}
