//! Sessions.

use crate::conditions::shown_at_once;
use crate::db::{Db, Tx, sql};
use model::time::Timestamp;
use model::{Accepted, Language, SessionRow, UserId};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// Inserts a session.
pub async fn insert(tx: &mut Tx, row: &SessionRow) -> Result<u64> {
    sql!(run tx,
        "insert into sessions (id, user_id, created_at, expires_at, seen_at, proved_at, address, agent, language)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        &row.id, row.user_id, row.created_at, row.expires_at, row.seen_at, row.proved_at, &row.address, &row.agent,
        row.language.code())
}

macro_rules! columns {
    () => {
        "id, user_id, created_at, expires_at, coalesce(seen_at, created_at) as seen_at, proved_at, address, agent, language"
    };
}

/// The latest version of a page that the session's user accepted.
macro_rules! latest {
    ($page:expr) => {
        concat!(
            "(select coalesce(max(a.version), 0) from acceptances a where a.user_id = sessions.user_id and a.slug = '",
            $page,
            "')"
        )
    };
}

/// A session with what its user's pages need.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct SessionOfUser {
    #[sqlx(flatten)]
    pub row: SessionRow,
    #[sqlx(flatten)]
    pub accepted: Accepted,
    pub has_unread_notice: bool,
    pub has_two_factor: bool,
}

/// Returns the unexpired session with this digest.
pub async fn by_id(db: &Db, id: &str, now: Timestamp) -> Result<Option<SessionOfUser>> {
    sql!(opt db, SessionOfUser,
        concat!("select ", columns!(), ",
                exists (select 1 from notices n where n.user_id = sessions.user_id and n.read_at is null and n.taken_back_at is null and ", shown_at_once!(), ") as has_unread_notice,
                exists (select 1 from second_steps f where f.user_id = sessions.user_id and f.confirmed_at is not null) as has_two_factor,
                ", latest!("rules"), " as accepted_rules, ", latest!("terms"), " as accepted_terms, ", latest!("privacy"), " as accepted_privacy
         from sessions where id = $1 and expires_at > $2"), id, now)
}

/// Returns the language of the browser in which a user was last seen, of those that asked for one.
pub async fn last_language(db: &Db, user: UserId) -> Result<Language> {
    let code = sql!(opt_value db, String,
        "select language from sessions where user_id = $1 and language is not null order by coalesce(seen_at, created_at) desc limit 1", user)?;
    Ok(Language::from(code))
}

/// Records that a session is used, and when it expires now.
pub async fn touch(tx: &mut Tx, id: &str, now: Timestamp, expires_at: Timestamp) -> Result<u64> {
    sql!(run tx, "update sessions set seen_at = $2, expires_at = $3 where id = $1 and expires_at > $2", id, now, expires_at)
}

/// Records that the user of a session gave a password or code.
pub async fn set_proved(tx: &mut Tx, id: &str, now: Timestamp) -> Result<u64> {
    sql!(run tx, "update sessions set proved_at = $2 where id = $1", id, now)
}

/// The unexpired sessions of a user, newest first.
pub async fn of_user(db: &Db, user: UserId, now: Timestamp) -> Result<Vec<SessionRow>> {
    sql!(all db, SessionRow,
        concat!("select ", columns!(), " from sessions where user_id = $1 and expires_at > $2 order by created_at desc, id"),
        user, now)
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
