//! New accounts that wait for an admin of the site, and links with which one may sign up.

use crate::db::{Db, Tx, sql};
use model::time::Timestamp;
use model::{SiteInvitation, WaitingRow};
use model::{SiteInvitationId, UserId};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// Has a new account wait.
pub async fn wait(tx: &mut Tx, user: UserId, asked: &str, now: Timestamp) -> Result<u64> {
    sql!(run tx, "update users set waiting_since = $3, asked = $2 where id = $1", user, asked, now)
}

/// Those who wait, the eldest first, then those who were declined.
pub async fn waiting(db: &Db, limit: i64) -> Result<Vec<WaitingRow>> {
    sql!(all db, WaitingRow,
        "select id, username, email, new_email, asked, waiting_since, declined_at from users where waiting_since is not null
         order by declined_at is not null, waiting_since, id limit $1", limit)
}

/// How many wait.
pub async fn count(db: &Db) -> Result<i64> {
    sql!(value db, i64, "select count(*) from users where waiting_since is not null and declined_at is null")
}

/// Somebody's account that waits.
pub async fn of(db: &Db, user: UserId) -> Result<Option<WaitingRow>> {
    sql!(opt db, WaitingRow,
        "select id, username, email, new_email, asked, waiting_since, declined_at from users where id = $1 and waiting_since is not null",
        user)
}

/// Lets those of them in who wait, or were declined: who they are, with their confirmed addresses.
pub async fn approve(tx: &mut Tx, users: &[UserId]) -> Result<Vec<(UserId, Option<String>)>> {
    sql!(all tx, (UserId, Option<String>),
        "update users set waiting_since = null, declined_at = null, asked = ''
         where waiting_since is not null and id in (select cast(value as bigint) from json_each($1)) returning id, email",
        crate::list(users))
}

/// Declines those of them who wait: who they are, with their confirmed addresses.
pub async fn decline(tx: &mut Tx, users: &[UserId], now: Timestamp) -> Result<Vec<(UserId, Option<String>)>> {
    sql!(all tx, (UserId, Option<String>),
        "update users set declined_at = $2
         where waiting_since is not null and declined_at is null and id in (select cast(value as bigint) from json_each($1))
         returning id, email",
        crate::list(users), now)
}

/// Those who were declined before a moment do not wait any more: up to so many of them.
pub async fn take_declined(tx: &mut Tx, before: Timestamp, limit: i64) -> Result<Vec<UserId>> {
    sql!(values tx, UserId,
        "update users set waiting_since = null, declined_at = null, asked = ''
         where id in (select id from users where waiting_since is not null and declined_at < $1 order by id limit $2)
           and waiting_since is not null and declined_at < $1 returning id",
        before, limit)
}

/// Makes a link, of which only the token's digest is kept.
pub async fn invite(
    tx: &mut Tx,
    inviter: UserId,
    token: &str,
    uses: i64,
    expires_at: Timestamp,
    now: Timestamp,
) -> Result<u64> {
    sql!(run tx,
        "insert into site_invitations (inviter_id, token, created_at, expires_at, uses_left) values ($1, $2, $3, $4, $5)",
        inviter, token, now, expires_at, uses)
}

/// The links that can still be used, the latest first.
pub async fn links(db: &Db, now: Timestamp, limit: i64) -> Result<Vec<SiteInvitation>> {
    sql!(all db, SiteInvitation,
        "select i.id, u.username as inviter, i.created_at, i.expires_at, i.uses_left, i.used
         from site_invitations i join users u on u.id = i.inviter_id and u.is_admin
         where i.expires_at > $1 and i.uses_left > 0 order by i.created_at desc, i.id desc limit $2", now, limit)
}

/// The link of a token's digest, while it can be used: its maker administers the site.
pub async fn link(db: &Db, token: &str, now: Timestamp) -> Result<Option<SiteInvitationId>> {
    sql!(opt_value db, SiteInvitationId,
        "select i.id from site_invitations i join users u on u.id = i.inviter_id and u.is_admin
         where i.token = $1 and i.expires_at > $2 and i.uses_left > 0", token, now)
}

/// Uses a link once. 0 when it cannot be used any more.
pub async fn use_once(tx: &mut Tx, id: SiteInvitationId, now: Timestamp) -> Result<u64> {
    sql!(run tx,
        "update site_invitations set uses_left = uses_left - 1, used = used + 1 where id = $1 and expires_at > $2 and uses_left > 0
           and exists (select 1 from users u where u.id = inviter_id and u.is_admin)", id, now)
}

/// Revokes a link.
pub async fn revoke(tx: &mut Tx, id: SiteInvitationId) -> Result<u64> {
    sql!(run tx, "delete from site_invitations where id = $1", id)
}

/// Forgets links that ended.
pub async fn delete_expired(tx: &mut Tx, now: Timestamp) -> Result<u64> {
    sql!(run tx, "delete from site_invitations where expires_at <= $1 or uses_left <= 0", now)
}
