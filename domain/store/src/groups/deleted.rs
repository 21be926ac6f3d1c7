//! Deleted groups that can be restored, with their memberships.

use crate::db::{Db, Tx, sql};
use model::time::Timestamp;
use model::{DeletedGroup, GroupId, UserId};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// The groups that were deleted after a moment, latest first. Conversations are not among them.
pub async fn list(db: &Db, since: Timestamp, limit: i64) -> Result<Vec<DeletedGroup>> {
    sql!(all db, DeletedGroup,
        "select g.id, g.slug, g.name, g.kind, g.deleted_at,
                (select count(*) from former_memberships f where f.group_id = g.id) as members,
                (select count(*) from topics t where t.group_id = g.id and t.deleted_at = g.deleted_at) as topics
         from groups g where g.deleted_at > $1 and g.kind <> 'direct' order by g.deleted_at desc, g.id desc limit $2",
        since, limit)
}

/// Keeps the memberships of a group that is about to be deleted.
pub async fn keep_memberships(tx: &mut Tx, group: GroupId) -> Result<u64> {
    sql!(run tx,
        "insert into former_memberships (group_id, user_id, role, created_at, read_before, sees_from, level)
         select group_id, user_id, role, created_at, read_before, sees_from, level from memberships where group_id = $1
         on conflict (group_id, user_id) do nothing", group)
}

/// Forgets the former memberships of a user.
pub async fn forget_user(tx: &mut Tx, user: UserId) -> Result<u64> {
    sql!(run tx, "delete from former_memberships where user_id = $1", user)
}

/// Restores a group that was deleted after a moment, with the topics that were deleted with it and its members. Returns
/// the members. `None` when there is no such group.
pub async fn restore(tx: &mut Tx, group: GroupId, since: Timestamp) -> Result<Option<Vec<UserId>>> {
    // Locks the row.
    let deleted_at = sql!(opt_value tx, Timestamp,
        "update groups set name = name where id = $1 and deleted_at > $2 and kind <> 'direct' returning deleted_at", group, since)?;
    let Some(deleted_at) = deleted_at else { return Ok(None) };
    sql!(run tx, "update groups set deleted_at = null where id = $1", group)?;
    sql!(run tx, "update topics set deleted_at = null, version = version + 1 where group_id = $1 and deleted_at = $2", group, deleted_at)?;
    sql!(run tx,
        "insert into memberships (group_id, user_id, role, created_at, read_before, sees_from, level)
         select f.group_id, f.user_id, f.role, f.created_at, f.read_before, f.sees_from, f.level
         from former_memberships f join users u on u.id = f.user_id
         where f.group_id = $1 and u.deleted_at is null
           and not exists (select 1 from group_bans b where b.group_id = f.group_id and b.user_id = f.user_id)
         on conflict (group_id, user_id) do nothing", group)?;
    sql!(run tx, "delete from former_memberships where group_id = $1", group)?;
    let members =
        sql!(values tx, UserId, "select user_id from memberships where group_id = $1 order by user_id", group)?;
    Ok(Some(members))
}
