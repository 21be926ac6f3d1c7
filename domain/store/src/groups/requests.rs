//! Who asks to come into a group.

use crate::db::{Db, Tx, sql};
use model::RequestRow;
use model::policy::known_to_first;
use model::time::Timestamp;
use model::{Group, GroupId, UserId};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// A group that somebody asked to be let into.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct AskedRow {
    /// The group.
    pub group_id: GroupId,
    /// When.
    pub created_at: Timestamp,
    /// When somebody said no.
    pub declined_at: Option<Timestamp>,
}

/// Asks, or says it in other words.
pub async fn insert(tx: &mut Tx, group: GroupId, user: UserId, message: &str, now: Timestamp) -> Result<u64> {
    sql!(run tx,
        "insert into join_requests (group_id, user_id, message, created_at) values ($1, $2, $3, $4)
         on conflict (group_id, user_id) do update set message = excluded.message, declined_at = null,
           created_at = case when join_requests.declined_at is null then join_requests.created_at else excluded.created_at end",
        group, user, message, now)
}

/// What somebody asked of a group.
pub async fn of(db: &Db, group: GroupId, user: UserId) -> Result<Option<AskedRow>> {
    sql!(opt db, AskedRow,
        "select group_id, created_at, declined_at from join_requests where group_id = $1 and user_id = $2", group, user)
}

/// Those who wait for an answer, the eldest first.
pub async fn waiting(db: &Db, group: GroupId, limit: i64) -> Result<Vec<RequestRow>> {
    sql!(all db, RequestRow,
        "select u.id, u.username, r.message, r.created_at from join_requests r join users u on u.id = r.user_id
         where r.group_id = $1 and r.declined_at is null order by r.created_at, u.id limit $2",
        group, limit)
}

/// How many wait for an answer.
pub async fn count(db: &Db, group: GroupId) -> Result<i64> {
    sql!(value db, i64, "select count(*) from join_requests where group_id = $1 and declined_at is null", group)
}

/// Takes those of these who wait out of the list: who they are.
pub async fn take(tx: &mut Tx, group: GroupId, users: &[UserId]) -> Result<Vec<UserId>> {
    sql!(values tx, UserId,
        "delete from join_requests where group_id = $1 and declined_at is null
           and user_id in (select cast(value as bigint) from json_each($2)) returning user_id",
        group, crate::list(users))
}

/// Says no to those of these who wait: who they are.
pub async fn decline(tx: &mut Tx, group: GroupId, users: &[UserId], now: Timestamp) -> Result<Vec<UserId>> {
    sql!(values tx, UserId,
        "update join_requests set declined_at = $3 where group_id = $1 and declined_at is null
           and user_id in (select cast(value as bigint) from json_each($2)) returning user_id",
        group, crate::list(users), now)
}

/// Takes a request back, answered or not. 0 when there was none.
pub async fn delete(tx: &mut Tx, group: GroupId, user: UserId) -> Result<u64> {
    sql!(run tx, "delete from join_requests where group_id = $1 and user_id = $2", group, user)
}

/// Forgets what was asked of a group that nobody has to ask any more.
pub async fn delete_all(tx: &mut Tx, group: GroupId) -> Result<u64> {
    sql!(run tx, "delete from join_requests where group_id = $1", group)
}

/// A request of one's own with its group, whether or not they may know of that.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct OwnRow {
    /// The group.
    #[sqlx(flatten)]
    pub group: Group,
    /// Whether they may know of it.
    pub known: bool,
    /// When they asked.
    pub asked_at: Timestamp,
    /// When somebody said no.
    pub declined_at: Option<Timestamp>,
}

/// What somebody asked for, the latest first.
pub async fn of_user(db: &Db, user: UserId, limit: i64) -> Result<Vec<OwnRow>> {
    sql!(all db, OwnRow,
        concat!("select ", crate::groups::columns!(), ", ", known_to_first!(), " as known, r.created_at as asked_at, r.declined_at
                 from join_requests r join groups g on g.id = r.group_id
                 where r.user_id = $1 and g.deleted_at is null order by r.created_at desc, g.id limit $2"),
        user, limit)
}
