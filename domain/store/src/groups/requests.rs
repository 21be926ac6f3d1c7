//! Requests to join a group.

use crate::db::{Db, Tx, sql};
use model::policy::known_to_first;
use model::time::Timestamp;
use model::{Group, GroupId, RequestRow, UserId};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// A user's request to join a group.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct AskedRow {
    pub group_id: GroupId,
    pub created_at: Timestamp,
    pub declined_at: Option<Timestamp>,
}

/// Inserts a request, or replaces its text. A declined request waits again.
pub async fn insert(tx: &mut Tx, group: GroupId, user: UserId, message: &str, now: Timestamp) -> Result<u64> {
    sql!(run tx,
        "insert into join_requests (group_id, user_id, message, created_at) values ($1, $2, $3, $4)
         on conflict (group_id, user_id) do update set message = excluded.message, declined_at = null,
           created_at = case when join_requests.declined_at is null then join_requests.created_at else excluded.created_at end",
        group, user, message, now)
}

/// The moderators of a group, with their confirmed addresses, who did not mute it and got no email about requests since a
/// moment.
pub async fn to_email(tx: &mut Tx, group: GroupId, since: Timestamp) -> Result<Vec<(UserId, String)>> {
    sql!(all tx, (UserId, String),
        "select u.id, u.email from memberships m join users u on u.id = m.user_id
         where m.group_id = $1 and m.role in ('moderator', 'admin') and m.level <> 'muted' and u.email is not null
           and not exists (select 1 from letters e where e.user_id = u.id and e.group_id = $1 and e.kind = 'joinrequested'
                             and e.created_at > $2)
         order by u.id",
        group, since)
}

/// Returns a user's request to join a group.
pub async fn of(db: &Db, group: GroupId, user: UserId) -> Result<Option<AskedRow>> {
    sql!(opt db, AskedRow,
        "select group_id, created_at, declined_at from join_requests where group_id = $1 and user_id = $2", group, user)
}

/// The requests that wait, oldest first.
pub async fn waiting(db: &Db, group: GroupId, limit: i64) -> Result<Vec<RequestRow>> {
    sql!(all db, RequestRow,
        "select u.id, u.username, r.message, r.created_at from join_requests r join users u on u.id = r.user_id
         where r.group_id = $1 and r.declined_at is null order by r.created_at, u.id limit $2",
        group, limit)
}

/// The number of requests that wait.
pub async fn count(db: &Db, group: GroupId) -> Result<i64> {
    sql!(value db, i64, "select count(*) from join_requests where group_id = $1 and declined_at is null", group)
}

/// Deletes the waiting requests of these users. Returns whose they were.
pub async fn take(tx: &mut Tx, group: GroupId, users: &[UserId]) -> Result<Vec<UserId>> {
    sql!(values tx, UserId,
        "delete from join_requests where group_id = $1 and declined_at is null
           and user_id in (select cast(value as bigint) from json_each($2)) returning user_id",
        group, crate::list(users))
}

/// Declines the waiting requests of these users. Returns whose they were.
pub async fn decline(tx: &mut Tx, group: GroupId, users: &[UserId], now: Timestamp) -> Result<Vec<UserId>> {
    sql!(values tx, UserId,
        "update join_requests set declined_at = $3 where group_id = $1 and declined_at is null
           and user_id in (select cast(value as bigint) from json_each($2)) returning user_id",
        group, crate::list(users), now)
}

/// Deletes a request, declined or not. 0 when there was none.
pub async fn delete(tx: &mut Tx, group: GroupId, user: UserId) -> Result<u64> {
    sql!(run tx, "delete from join_requests where group_id = $1 and user_id = $2", group, user)
}

/// Deletes all requests to a group, because nobody needs to ask any more.
pub async fn delete_all(tx: &mut Tx, group: GroupId) -> Result<u64> {
    sql!(run tx, "delete from join_requests where group_id = $1", group)
}

/// A user's own request with its group, even if the user may not know of the group.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct OwnRow {
    #[sqlx(flatten)]
    pub group: Group,
    /// Whether the user may know of the group.
    pub known: bool,
    pub asked_at: Timestamp,
    pub declined_at: Option<Timestamp>,
}

/// The requests of a user, latest first.
pub async fn of_user(db: &Db, user: UserId, limit: i64) -> Result<Vec<OwnRow>> {
    sql!(all db, OwnRow,
        concat!("select ", crate::groups::columns!(), ", ", known_to_first!(), " as known, r.created_at as asked_at, r.declined_at
                 from join_requests r join groups g on g.id = r.group_id
                 where r.user_id = $1 and g.deleted_at is null order by r.created_at desc, g.id limit $2"),
        user, limit)
}
