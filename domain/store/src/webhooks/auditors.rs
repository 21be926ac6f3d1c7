//! External auditors: programs that are asked before a message is saved.

use crate::db::{Db, Tx, sql};
use model::time::Timestamp;
use model::{ExternalAuditor, ExternalAuditorId, UserId};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// An external auditor to save.
#[derive(Clone, Copy, Debug)]
pub struct NewAuditor<'a> {
    pub name: &'a str,
    pub url: &'a str,
    /// Encrypted.
    pub secret: &'a str,
    pub timeout_ms: i64,
    pub fails_closed: bool,
    /// Who answers for it.
    pub by: UserId,
}

/// Inserts an external auditor.
pub async fn insert(tx: &mut Tx, new: NewAuditor<'_>, now: Timestamp) -> Result<ExternalAuditorId> {
    sql!(value tx, ExternalAuditorId,
        "insert into external_auditors (name, url, secret, timeout_ms, fails_closed, created_by, created_at)
         values ($1, $2, $3, $4, $5, $6, $7) returning id",
        new.name, new.url, new.secret, new.timeout_ms, new.fails_closed, new.by, now)
}

/// All external auditors, in the order in which they are asked.
pub async fn all(db: &Db) -> Result<Vec<ExternalAuditor>> {
    sql!(all db, ExternalAuditor,
        "select a.id, a.name, a.url, a.timeout_ms, a.fails_closed, a.created_at, a.off_at from external_auditors a order by a.id")
}

/// An external auditor that is on, with its secret.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct AuditorToAsk {
    #[sqlx(flatten)]
    pub auditor: ExternalAuditor,
    /// Encrypted.
    pub secret: String,
}

/// The external auditors that are on, in the order in which they are asked.
pub async fn asked(db: &Db) -> Result<Vec<AuditorToAsk>> {
    sql!(all db, AuditorToAsk,
        "select a.id, a.name, a.url, a.timeout_ms, a.fails_closed, a.created_at, a.off_at, a.secret from external_auditors a
         where a.off_at is null order by a.id")
}

/// The number of external auditors.
pub async fn count(tx: &mut Tx) -> Result<i64> {
    sql!(value tx, i64, "select count(*) from external_auditors")
}

/// Switches an external auditor on, and makes a site admin answer for it. Returns its name; `None` when there is none, or it
/// is on.
pub async fn switch_on(tx: &mut Tx, id: ExternalAuditorId, by: UserId) -> Result<Option<String>> {
    sql!(opt_value tx, String,
        "update external_auditors set off_at = null, created_by = $2 where id = $1 and off_at is not null returning name", id, by)
}

/// Switches an external auditor off. Returns its name; `None` when there is none, or it is off.
pub async fn switch_off(tx: &mut Tx, id: ExternalAuditorId, now: Timestamp) -> Result<Option<String>> {
    sql!(opt_value tx, String, "update external_auditors set off_at = $2 where id = $1 and off_at is null returning name", id, now)
}

/// Switches off the external auditors that a user answers for who is no site admin. Returns their names.
pub async fn switch_off_lost(tx: &mut Tx, user: UserId, now: Timestamp) -> Result<Vec<String>> {
    sql!(values tx, String,
        "update external_auditors set off_at = $2 where created_by = $1 and off_at is null
           and not exists (select 1 from users u where u.id = $1 and u.is_admin and u.deleted_at is null)
         returning name",
        user, now)
}

/// Deletes an external auditor. Returns its name; `None` when there is none.
pub async fn delete(tx: &mut Tx, id: ExternalAuditorId) -> Result<Option<String>> {
    sql!(opt_value tx, String, "delete from external_auditors where id = $1 returning name", id)
}
