//! Invitations: links into a group, and invitations by name.

use crate::db::{Db, Tx, sql};
use model::time::Timestamp;
use model::{GroupId, Invitation, InvitationId, InvitedRow, InvitedTo, Role, UserId};

type Result<T> = std::result::Result<T, sqlx::Error>;

macro_rules! columns {
    () => {
        "i.id, i.group_id, i.inviter_id, u.username as inviter, i.role, i.created_at, i.expires_at, i.uses_left, i.used"
    };
}

/// An invitation link to create.
#[derive(Clone, Copy, Debug)]
pub struct NewInvitation<'a> {
    pub group: GroupId,
    pub inviter: UserId,
    /// The digest of its token.
    pub token: &'a str,
    /// The role it grants; `None`: it only lets people ask to join.
    pub role: Option<Role>,
    pub expires_at: Timestamp,
    /// How often it may be used.
    pub uses: i64,
}

/// Creates an invitation link.
pub async fn insert(tx: &mut Tx, new: NewInvitation<'_>, now: Timestamp) -> Result<InvitationId> {
    sql!(value tx, InvitationId,
        "insert into invitations (group_id, inviter_id, token, role, created_at, expires_at, uses_left)
         values ($1, $2, $3, $4, $5, $6, $7) returning id",
        new.group, new.inviter, new.token, new.role, now, new.expires_at, new.uses)
}

/// Returns the usable link with this token digest.
pub async fn by_token(db: &Db, token: &str, now: Timestamp) -> Result<Option<Invitation>> {
    sql!(opt db, Invitation,
        concat!("select ", columns!(), " from invitations i join users u on u.id = i.inviter_id
                 where i.token = $1 and i.expires_at > $2 and i.uses_left > 0"),
        token, now)
}

/// Uses a link once. 0 when it cannot be used any more.
pub async fn use_once(tx: &mut Tx, id: InvitationId, now: Timestamp) -> Result<u64> {
    sql!(run tx,
        "update invitations set uses_left = uses_left - 1, used = used + 1 where id = $1 and expires_at > $2 and uses_left > 0", id, now)
}

/// The usable links of a group, latest first.
pub async fn of_group(db: &Db, group: GroupId, now: Timestamp, limit: i64) -> Result<Vec<Invitation>> {
    sql!(all db, Invitation,
        concat!("select ", columns!(), " from invitations i join users u on u.id = i.inviter_id
                 where i.group_id = $1 and i.expires_at > $2 and i.uses_left > 0 order by i.created_at desc, i.id desc limit $3"),
        group, now, limit)
}

/// Returns a link of a group.
pub async fn by_id(tx: &mut Tx, group: GroupId, id: InvitationId) -> Result<Option<Invitation>> {
    sql!(opt tx, Invitation,
        concat!("select ", columns!(), " from invitations i join users u on u.id = i.inviter_id where i.group_id = $1 and i.id = $2"),
        group, id)
}

/// Revokes a link.
pub async fn delete(tx: &mut Tx, id: InvitationId) -> Result<u64> {
    sql!(run tx, "delete from invitations where id = $1", id)
}

/// Revokes all links into a group that a user created.
pub async fn delete_of(tx: &mut Tx, group: GroupId, inviter: UserId) -> Result<u64> {
    sql!(run tx, "delete from invitations where group_id = $1 and inviter_id = $2", group, inviter)
}

/// Deletes links that expired or have no uses left.
pub async fn delete_expired(tx: &mut Tx, now: Timestamp) -> Result<u64> {
    sql!(run tx, "delete from invitations where expires_at <= $1 or uses_left <= 0", now)
}

/// Invites a user by name. 0 when the user was invited before.
pub async fn invite(tx: &mut Tx, group: GroupId, user: UserId, inviter: UserId, now: Timestamp) -> Result<u64> {
    sql!(run tx,
        "insert into invited (group_id, user_id, inviter_id, created_at) values ($1, $2, $3, $4) on conflict do nothing",
        group, user, inviter, now)
}

/// Takes an invitation by name back. Returns who had made it.
pub async fn uninvite(tx: &mut Tx, group: GroupId, user: UserId) -> Result<Option<UserId>> {
    sql!(opt_value tx, UserId, "delete from invited where group_id = $1 and user_id = $2 returning inviter_id", group, user)
}

/// Revokes all invitations by name that a user made into a group. Returns the invited users.
pub async fn uninvite_of(tx: &mut Tx, group: GroupId, inviter: UserId) -> Result<Vec<UserId>> {
    sql!(values tx, UserId, "delete from invited where group_id = $1 and inviter_id = $2 returning user_id", group, inviter)
}

/// The users who were invited into a group by name.
pub async fn invited(db: &Db, group: GroupId, limit: i64) -> Result<Vec<InvitedRow>> {
    sql!(all db, InvitedRow,
        "select u.id, u.username, a.username as inviter, v.created_at
         from invited v join users u on u.id = v.user_id join users a on a.id = v.inviter_id
         where v.group_id = $1 order by v.created_at desc, u.id limit $2",
        group, limit)
}

/// Returns the users whom somebody invited by name, into any group.
pub async fn invited_by(tx: &mut Tx, inviter: UserId) -> Result<Vec<UserId>> {
    sql!(values tx, UserId, "select distinct user_id from invited where inviter_id = $1", inviter)
}

/// Returns who invited a user into a group.
pub async fn inviter_of(db: &Db, group: GroupId, user: UserId) -> Result<Option<UserId>> {
    sql!(opt_value db, UserId, "select inviter_id from invited where group_id = $1 and user_id = $2", group, user)
}

// An invitation counts only while its inviter may still invite: moderators of a group invite by name. A ban ends it.
macro_rules! access {
    () => {
        " from invited v join groups g on g.id = v.group_id join users a on a.id = v.inviter_id
          join memberships im on im.group_id = v.group_id and im.user_id = v.inviter_id and im.role <> 'member'
          where v.user_id = $1 and g.deleted_at is null and g.archived_at is null
            and a.banned_at is null
            and not exists (select 1 from group_bans b where b.group_id = v.group_id and b.user_id = v.user_id)
            and not exists (select 1 from ignores x where x.user_id = v.user_id and x.ignored_id = v.inviter_id)"
    };
}
pub(crate) use access;

/// The groups that a user is invited to by name, latest first.
pub async fn of_user(db: &Db, user: UserId, limit: i64) -> Result<Vec<InvitedTo>> {
    sql!(all db, InvitedTo,
        concat!("select ", crate::groups::columns!(), ", a.username as inviter, v.created_at as invited_at", access!(),
                " order by v.created_at desc, g.id limit $2"),
        user, limit)
}
