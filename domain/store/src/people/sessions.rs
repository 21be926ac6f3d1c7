//! Sessions.

use crate::db::{Db, Tx, sql};
use model::time::Timestamp;
use model::{SessionRow, UserId};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// Inserts a session.
pub async fn insert(tx: &mut Tx, row: &SessionRow) -> Result<u64> {
    sql!(run tx, "insert into sessions (id, user_id, created_at, expires_at, address, agent) values ($1, $2, $3, $4, $5, $6)",
        &row.id, row.user_id, row.created_at, row.expires_at, &row.address, &row.agent)
}

#[derive(sqlx::FromRow)]
struct Told {
    #[sqlx(flatten)]
    row: SessionRow,
    has_unread_notice: bool,
}

/// Returns the unexpired session with this digest, and whether its user has an unread notice.
pub async fn by_id(db: &Db, id: &str, now: Timestamp) -> Result<Option<(SessionRow, bool)>> {
    let found = sql!(opt db, Told,
        "select id, user_id, created_at, expires_at, address, agent,
                exists (select 1 from notices n where n.user_id = sessions.user_id and n.read_at is null and n.taken_back_at is null) as has_unread_notice
         from sessions where id = $1 and expires_at > $2", id, now)?;
    Ok(found.map(|Told { row, has_unread_notice }| (row, has_unread_notice)))
}

/// The unexpired sessions of a user, newest first.
pub async fn of_user(db: &Db, user: UserId, now: Timestamp) -> Result<Vec<SessionRow>> {
    sql!(all db, SessionRow,
        "select id, user_id, created_at, expires_at, address, agent from sessions
         where user_id = $1 and expires_at > $2 order by created_at desc, id", user, now)
}

/// Deletes a session of a user.
pub async fn delete(tx: &mut Tx, user: UserId, id: &str) -> Result<u64> {
    sql!(run tx, "delete from sessions where id = $1 and user_id = $2", crate::word(id), user)
}

/// Deletes all sessions of a user. Returns their digests.
pub async fn delete_all(tx: &mut Tx, user: UserId) -> Result<Vec<String>> {
    sql!(values tx, String, "delete from sessions where user_id = $1 returning id", user)
}

/// Deletes all sessions of a user but one. Returns their digests.
pub async fn delete_others(tx: &mut Tx, user: UserId, kept: &str) -> Result<Vec<String>> {
    sql!(values tx, String, "delete from sessions where user_id = $1 and id <> $2 returning id", user, crate::word(kept))
}

/// Deletes expired sessions.
pub async fn delete_expired(tx: &mut Tx, now: Timestamp) -> Result<u64> {
    sql!(run tx, "delete from sessions where expires_at <= $1", now)
}
