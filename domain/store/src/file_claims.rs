//! Claims on the bytes of files and pictures: whoever stores or deletes them says so first. The claims on one digest are made one
//! after the other.

use crate::db::{Db, Tx, sql};
use crate::files::{has_bytes, hold};
use model::time::Timestamp;

type Result<T> = std::result::Result<T, sqlx::Error>;

/// A claim.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ClaimRow {
    pub id: i64,
    pub sha256: String,
}

/// Claims bytes to store them. `None` while they are being deleted.
pub async fn to_store(tx: &mut Tx, sha256: &str, at: Timestamp) -> Result<Option<i64>> {
    hold(tx, sha256).await?;
    sql!(opt_value tx, i64,
        "insert into file_claims (sha256, deletes, created_at)
         select $1, false, $2 where not exists (select 1 from file_claims c where c.sha256 = $1 and c.deletes) returning id",
        sha256, at)
}

/// Claims bytes to delete them. `None` if a file or a picture has them, or somebody else claims them.
pub async fn to_delete(tx: &mut Tx, sha256: &str, at: Timestamp) -> Result<Option<i64>> {
    hold(tx, sha256).await?;
    sql!(opt_value tx, i64,
        concat!("insert into file_claims (sha256, deletes, created_at)
                 select $1, true, $2 where not (", has_bytes!("$1"), ")
                   and not exists (select 1 from file_claims c where c.sha256 = $1) returning id"),
        sha256, at)
}

/// Ends a claim.
pub async fn release(tx: &mut Tx, id: i64) -> Result<u64> {
    sql!(run tx, "delete from file_claims where id = $1", id)
}

/// Claims of one kind from before a moment, oldest first: their process ended, or failed.
pub async fn before(db: &Db, deletes: bool, before: Timestamp, limit: i64) -> Result<Vec<ClaimRow>> {
    sql!(all db, ClaimRow,
        "select id, sha256 from file_claims where deletes = $1 and created_at < $2 order by id limit $3", deletes, before, limit)
}
