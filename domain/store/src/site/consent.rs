//! Which versions of the site's pages people accepted.

use crate::db::{Db, Tx, sql};
use model::time::Timestamp;
use model::{Acceptance, SitePage, UserId};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// Records that a user accepts a version. The first time stays.
pub async fn accept(tx: &mut Tx, user: UserId, page: SitePage, version: i64, now: Timestamp) -> Result<u64> {
    sql!(run tx,
        "insert into acceptances (user_id, slug, version, accepted_at) values ($1, $2, $3, $4)
         on conflict (user_id, slug, version) do nothing", user, page, version, now)
}

/// What a user accepted, oldest first.
pub async fn of_user(db: &Db, user: UserId) -> Result<Vec<Acceptance>> {
    sql!(all db, Acceptance,
        "select slug, version, accepted_at from acceptances where user_id = $1 order by accepted_at, slug, version", user)
}

/// Deletes what a user accepted.
pub async fn delete_of(tx: &mut Tx, user: UserId) -> Result<u64> {
    sql!(run tx, "delete from acceptances where user_id = $1", user)
}
