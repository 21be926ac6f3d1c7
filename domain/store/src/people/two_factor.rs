//! Two-factor authentication: secrets and recovery codes.

use crate::db::{Db, Tx, sql};
use model::UserId;
use model::time::Timestamp;

type Result<T> = std::result::Result<T, sqlx::Error>;

/// The second factor of an account.
#[derive(Clone, sqlx::FromRow)]
pub struct SecondStepRow {
    /// The secret, encrypted.
    pub secret: String,
    pub created_at: Timestamp,
    /// When the user proved it with a first code; `None` before.
    pub confirmed_at: Option<Timestamp>,
}

/// Returns the second factor of an account.
pub async fn of(db: &Db, user: UserId) -> Result<Option<SecondStepRow>> {
    sql!(opt db, SecondStepRow, "select secret, created_at, confirmed_at from second_steps where user_id = $1", user)
}

/// Whether the account uses two-factor authentication.
pub async fn is_on(db: &Db, user: UserId) -> Result<bool> {
    sql!(value db, bool,
        "select exists (select 1 from second_steps where user_id = $1 and confirmed_at is not null)", user)
}

/// The same within a transaction.
pub async fn of_in(tx: &mut Tx, user: UserId) -> Result<Option<SecondStepRow>> {
    sql!(opt tx, SecondStepRow, "select secret, created_at, confirmed_at from second_steps where user_id = $1", user)
}

/// Returns all encrypted secrets.
pub async fn all(tx: &mut Tx) -> Result<Vec<(UserId, String)>> {
    sql!(all tx, (UserId, String), "select user_id, secret from second_steps order by user_id")
}

/// Replaces an encrypted secret by the same one, encrypted with another key.
pub async fn set_secret(tx: &mut Tx, user: UserId, sealed: &str) -> Result<u64> {
    sql!(run tx, "update second_steps set secret = $2 where user_id = $1", user, sealed)
}

/// Stores a secret that is to be confirmed. 0 when a confirmed one exists.
pub async fn begin(tx: &mut Tx, user: UserId, sealed: &str, now: Timestamp) -> Result<u64> {
    sql!(run tx,
        "insert into second_steps (user_id, secret, created_at) values ($1, $2, $3)
         on conflict (user_id) do update set secret = excluded.secret, created_at = excluded.created_at, used_step = 0
         where second_steps.confirmed_at is null", user, sealed, now)
}

/// Confirms the secret. 0 when it is confirmed already, or was replaced by another one.
pub async fn confirm(tx: &mut Tx, user: UserId, sealed: &str, step: i64, now: Timestamp) -> Result<u64> {
    sql!(run tx,
        "update second_steps set confirmed_at = $4, used_step = $3 where user_id = $1 and secret = $2 and confirmed_at is null",
        user, sealed, step, now)
}

/// Uses up the code of a half-minute `step`. 0 when that code or a later one was used.
pub async fn use_step(tx: &mut Tx, user: UserId, step: i64) -> Result<u64> {
    sql!(run tx, "update second_steps set used_step = $2 where user_id = $1 and confirmed_at is not null and used_step < $2", user, step)
}

/// Deletes an account's second factor and its recovery codes.
pub async fn delete(tx: &mut Tx, user: UserId) -> Result<u64> {
    delete_recovery(tx, user).await?;
    sql!(run tx, "delete from second_steps where user_id = $1", user)
}

/// Deletes secrets that were created before a moment and never confirmed.
pub async fn delete_begun(tx: &mut Tx, before: Timestamp) -> Result<u64> {
    sql!(run tx, "delete from second_steps where confirmed_at is null and created_at < $1", before)
}

/// Stores the digest of a recovery code.
pub async fn insert_recovery(tx: &mut Tx, user: UserId, digest: &str) -> Result<u64> {
    sql!(run tx, "insert into recovery_codes (user_id, digest) values ($1, $2)", user, digest)
}

/// Uses up a recovery code. 0 when there is no such code.
pub async fn use_recovery(tx: &mut Tx, user: UserId, digest: &str) -> Result<u64> {
    sql!(run tx, "delete from recovery_codes where user_id = $1 and digest = $2", user, digest)
}

/// Deletes an account's recovery codes.
pub async fn delete_recovery(tx: &mut Tx, user: UserId) -> Result<u64> {
    sql!(run tx, "delete from recovery_codes where user_id = $1", user)
}

/// Deletes the recovery codes of all accounts.
pub async fn delete_all_recovery(tx: &mut Tx) -> Result<u64> {
    sql!(run tx, "delete from recovery_codes")
}

/// The number of recovery codes left.
pub async fn count_recovery(db: &Db, user: UserId) -> Result<i64> {
    sql!(value db, i64, "select count(*) from recovery_codes where user_id = $1", user)
}
