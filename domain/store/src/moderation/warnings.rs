//! Notices to users from moderators and admins, which stay until they are read.

use crate::db::{Db, Tx, sql};
use model::policy::known_to_first;
use model::time::Timestamp;
use model::{GroupId, NoticeId, NoticeKind, NoticeRow, UserId, WarningRow};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// A notice to send.
#[derive(Clone, Copy, Debug)]
pub struct NewNotice<'a> {
    pub user: UserId,
    /// `None`: the notice is about the whole site.
    pub group: Option<GroupId>,
    pub kind: NoticeKind,
    pub reason: &'a str,
    pub by: UserId,
}

/// The name of a group that the notified user must not know of.
const UNNAMED: &str = "a group";

/// Stores a notice until it is read. It keeps a copy of the group's name if the user may know of the group. `known`
/// says that the user does in any case.
pub async fn insert(tx: &mut Tx, new: NewNotice<'_>, known: bool, now: Timestamp) -> Result<u64> {
    let unnamed = if new.group.is_some() { UNNAMED } else { "" };
    sql!(run tx,
        concat!("insert into notices (user_id, group_id, group_name, kind, reason, by_id, created_at)
                 values ($1, $2, coalesce((select g.name from groups g where g.id = $2 and ($7 or ", known_to_first!(), ")), $8), $3, $4, $5, $6)"),
        new.user, new.group, new.kind, new.reason, new.by, now, known, unnamed)
}

/// The oldest notice of a user that is neither read nor taken back.
pub async fn unread(db: &Db, user: UserId) -> Result<Option<NoticeRow>> {
    sql!(opt db, NoticeRow,
        "select id, group_name, kind, reason, created_at,
                (select count(*) - 1 from notices o where o.user_id = $1 and o.read_at is null and o.taken_back_at is null) as more
         from notices where user_id = $1 and read_at is null and taken_back_at is null order by id limit 1", user)
}

/// A notice, as the user's data export has it.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ToldRow {
    pub kind: NoticeKind,
    /// Empty: the notice was about the whole site.
    pub group_name: String,
    pub reason: String,
    pub created_at: Timestamp,
    pub read_at: Option<Timestamp>,
    pub taken_back_at: Option<Timestamp>,
}

/// All notices that a user ever got, newest first.
pub async fn of_user(db: &Db, user: UserId, limit: i64) -> Result<Vec<ToldRow>> {
    sql!(all db, ToldRow,
        "select kind, group_name, reason, created_at, read_at, taken_back_at from notices where user_id = $1 order by id desc limit $2",
        user, limit)
}

/// The warnings of a user in a group, or by site admins, newest first.
pub async fn warnings(db: &Db, user: UserId, group: Option<GroupId>, limit: i64) -> Result<Vec<WarningRow>> {
    sql!(all db, WarningRow,
        "select n.id, n.group_id, n.reason, a.username as by_name, n.created_at, n.read_at, b.username as back_name, n.taken_back_at
         from notices n join users a on a.id = n.by_id left join users b on b.id = n.taken_back_by
         where n.user_id = $1 and coalesce(n.group_id, 0) = $2 and n.kind = 'warning' order by n.id desc limit $3",
        user, group.map_or(0, |group| group.0), limit)
}

/// The user whom a warning in a group, or by site admins, is for. `None` when there is no such warning there.
pub async fn warned(tx: &mut Tx, id: NoticeId, group: Option<GroupId>) -> Result<Option<UserId>> {
    sql!(opt_value tx, UserId, "select user_id from notices where id = $1 and coalesce(group_id, 0) = $2 and kind = 'warning'",
        id, group.map_or(0, |group| group.0))
}

/// Takes a notice back. 0 when it was taken back before.
pub async fn take_back(tx: &mut Tx, id: NoticeId, by: UserId, now: Timestamp) -> Result<u64> {
    sql!(run tx, "update notices set taken_back_at = $3, taken_back_by = $2 where id = $1 and taken_back_at is null", id, by, now)
}

/// Takes back a user's notices of a ban from a group.
pub async fn take_back_bans(tx: &mut Tx, group: GroupId, user: UserId, by: UserId, now: Timestamp) -> Result<u64> {
    sql!(run tx,
        "update notices set taken_back_at = $4, taken_back_by = $3
         where user_id = $2 and group_id = $1 and kind = 'ban' and taken_back_at is null",
        group, user, by, now)
}

/// Marks a notice read. 0 when it is not the user's, or is read already.
pub async fn mark_read(tx: &mut Tx, id: NoticeId, user: UserId, now: Timestamp) -> Result<u64> {
    sql!(run tx, "update notices set read_at = $3 where id = $1 and user_id = $2 and read_at is null", id, user, now)
}
