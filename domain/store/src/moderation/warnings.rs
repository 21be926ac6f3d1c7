//! What those who keep order tell somebody, until it is read.

use crate::db::{Db, Tx, sql};
use model::policy::known_to_first;
use model::time::Timestamp;
use model::{GroupId, NoticeId, NoticeKind, UserId};
use model::{NoticeRow, WarningRow};

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

/// The eldest that somebody has not read, and that stands.
pub async fn unread(db: &Db, user: UserId) -> Result<Option<NoticeRow>> {
    sql!(opt db, NoticeRow,
        "select id, group_name, kind, reason, created_at,
                (select count(*) - 1 from notices o where o.user_id = $1 and o.read_at is null and o.taken_back_at is null) as more
         from notices where user_id = $1 and read_at is null and taken_back_at is null order by id limit 1", user)
}

/// Something that somebody was told, as they take it home.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ToldRow {
    /// What it was.
    pub kind: NoticeKind,
    /// The name of the group; empty: it was about the whole site.
    pub group_name: String,
    /// Why.
    pub reason: String,
    /// When it was said.
    pub created_at: Timestamp,
    /// When they read it.
    pub read_at: Option<Timestamp>,
    /// When it was taken back.
    pub taken_back_at: Option<Timestamp>,
}

/// What somebody was ever told, the newest first.
pub async fn of_user(db: &Db, user: UserId, limit: i64) -> Result<Vec<ToldRow>> {
    sql!(all db, ToldRow,
        "select kind, group_name, reason, created_at, read_at, taken_back_at from notices where user_id = $1 order by id desc limit $2",
        user, limit)
}

/// The warnings of somebody in a group, or by the admins of the site, the newest first.
pub async fn warnings(db: &Db, user: UserId, group: Option<GroupId>, limit: i64) -> Result<Vec<WarningRow>> {
    sql!(all db, WarningRow,
        "select n.id, n.group_id, n.reason, a.username as by_name, n.created_at, n.read_at, b.username as back_name, n.taken_back_at
         from notices n join users a on a.id = n.by_id left join users b on b.id = n.taken_back_by
         where n.user_id = $1 and coalesce(n.group_id, 0) = $2 and n.kind = 'warning' order by n.id desc limit $3",
        user, group.map_or(0, |group| group.0), limit)
}

/// Who was warned by a notice, in a group or by the admins of the site; `None` when there is no such warning there.
pub async fn warned(tx: &mut Tx, id: NoticeId, group: Option<GroupId>) -> Result<Option<UserId>> {
    sql!(opt_value tx, UserId, "select user_id from notices where id = $1 and coalesce(group_id, 0) = $2 and kind = 'warning'",
        id, group.map_or(0, |group| group.0))
}

/// Takes one back. 0 when it was.
pub async fn take_back(tx: &mut Tx, id: NoticeId, by: UserId, now: Timestamp) -> Result<u64> {
    sql!(run tx, "update notices set taken_back_at = $3, taken_back_by = $2 where id = $1 and taken_back_at is null", id, by, now)
}

/// Takes back what somebody was told of being banned from a group.
pub async fn take_back_bans(tx: &mut Tx, group: GroupId, user: UserId, by: UserId, now: Timestamp) -> Result<u64> {
    sql!(run tx,
        "update notices set taken_back_at = $4, taken_back_by = $3
         where user_id = $2 and group_id = $1 and kind = 'ban' and taken_back_at is null",
        group, user, by, now)
}

/// Notes that somebody read it. 0 when it is not theirs, or they had said so.
pub async fn mark_read(tx: &mut Tx, id: NoticeId, user: UserId, now: Timestamp) -> Result<u64> {
    sql!(run tx, "update notices set read_at = $3 where id = $1 and user_id = $2 and read_at is null", id, user, now)
}
