//! Warnings, which are notices of one kind, and taking notices back.

use crate::db::{Db, Tx, sql};
use model::time::Timestamp;
use model::{GroupId, NoticeId, UserId, WarningRow};

type Result<T> = std::result::Result<T, sqlx::Error>;

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

/// Revokes a notice. 0 when it was revoked before.
pub async fn withdraw(tx: &mut Tx, id: NoticeId, by: UserId, now: Timestamp) -> Result<u64> {
    sql!(run tx, "update notices set taken_back_at = $3, taken_back_by = $2 where id = $1 and taken_back_at is null", id, by, now)
}

/// Revokes a user's notices of a ban from a group.
pub async fn take_back_bans(tx: &mut Tx, group: GroupId, user: UserId, by: UserId, now: Timestamp) -> Result<u64> {
    sql!(run tx,
        "update notices set taken_back_at = $4, taken_back_by = $3
         where user_id = $2 and group_id = $1 and kind = 'ban' and taken_back_at is null",
        group, user, by, now)
}
