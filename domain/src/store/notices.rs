//! What those who keep order tell somebody, until it is read.

use super::db::{Db, Tx, sql};
use crate::model::{GroupId, NoticeId, NoticeKind, UserId};
use crate::policy::known_to_first;
use crate::time::Timestamp;

type Result<T> = std::result::Result<T, sqlx::Error>;

/// What is to be told.
#[derive(Clone, Copy, Debug)]
pub struct NewNotice<'a> {
    /// To whom.
    pub user: UserId,
    /// About a group; `None`: about the whole site.
    pub group: Option<GroupId>,
    /// What it is.
    pub kind: NoticeKind,
    /// Why.
    pub reason: &'a str,
    /// Who tells it.
    pub by: UserId,
}

/// What a notice calls a group that whoever reads it may not know of.
const UNNAMED: &str = "a group";

/// Keeps it until it is read. The name of the group is kept as it is, where they may know of it, or are `known` to do.
pub async fn insert(tx: &mut Tx, new: NewNotice<'_>, known: bool, now: Timestamp) -> Result<u64> {
    let unnamed = if new.group.is_some() { UNNAMED } else { "" };
    sql!(run tx,
        concat!("insert into notices (user_id, group_id, group_name, kind, reason, by_id, created_at)
                 values ($1, $2, coalesce((select g.name from groups g where g.id = $2 and ($7 or ", known_to_first!(), ")), $8), $3, $4, $5, $6)"),
        new.user, new.group, new.kind, new.reason, new.by, now, known, unnamed)
}

/// What somebody is told.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct NoticeRow {
    /// The notice.
    pub id: NoticeId,
    /// The name of the group that it is about; empty: it is about the whole site.
    pub group_name: String,
    /// What it is.
    pub kind: NoticeKind,
    /// Why.
    pub reason: String,
    /// When it was said.
    pub created_at: Timestamp,
    /// How many more wait after it.
    pub more: i64,
}

/// The eldest that somebody has not read.
pub async fn unread(db: &Db, user: UserId) -> Result<Option<NoticeRow>> {
    sql!(opt db, NoticeRow,
        "select id, group_name, kind, reason, created_at,
                (select count(*) - 1 from notices o where o.user_id = $1 and o.read_at is null) as more
         from notices where user_id = $1 and read_at is null order by id limit 1", user)
}

/// What somebody was ever told: what it was, the name of the group, why, and when it was said and read.
pub async fn of_user(
    db: &Db,
    user: UserId,
    limit: i64,
) -> Result<Vec<(NoticeKind, String, String, Timestamp, Option<Timestamp>)>> {
    sql!(all db, (NoticeKind, String, String, Timestamp, Option<Timestamp>),
        "select kind, group_name, reason, created_at, read_at from notices where user_id = $1 order by id desc limit $2", user, limit)
}

/// Notes that somebody read it. 0 when it is not theirs, or they had said so.
pub async fn mark_read(tx: &mut Tx, id: NoticeId, user: UserId, now: Timestamp) -> Result<u64> {
    sql!(run tx, "update notices set read_at = $3 where id = $1 and user_id = $2 and read_at is null", id, user, now)
}
