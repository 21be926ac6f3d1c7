//! New accounts that wait for approval by a site admin, and sign-up links.

use crate::db::{Db, Tx, sql};
use model::time::Timestamp;
use model::{SiteInvitation, SiteInvitationId, UserId, WaitingRow};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// Makes a new account wait for approval. `asked` is what its user wrote.
pub async fn wait(tx: &mut Tx, user: UserId, asked: &str, now: Timestamp) -> Result<u64> {
    sql!(run tx, "update users set waiting_since = $3, asked = $2 where id = $1", user, asked, now)
}

/// The accounts that wait, oldest first, then the declined ones.
pub async fn waiting(db: &Db, limit: i64) -> Result<Vec<WaitingRow>> {
    sql!(all db, WaitingRow,
        "select id, username, email, new_email, asked, waiting_since, declined_at from users where waiting_since is not null
         order by declined_at is not null, waiting_since, id limit $1", limit)
}

/// The number of accounts that wait.
pub async fn count(db: &Db) -> Result<i64> {
    sql!(value db, i64, "select count(*) from users where waiting_since is not null and declined_at is null")
}

/// Returns an account that waits or was declined.
pub async fn of(db: &Db, user: UserId) -> Result<Option<WaitingRow>> {
    sql!(opt db, WaitingRow,
        "select id, username, email, new_email, asked, waiting_since, declined_at from users where id = $1 and waiting_since is not null",
        user)
}

/// Approves those of the accounts that wait or were declined. Returns them with their confirmed addresses.
pub async fn approve(tx: &mut Tx, users: &[UserId]) -> Result<Vec<(UserId, Option<String>)>> {
    sql!(all tx, (UserId, Option<String>),
        "update users set waiting_since = null, declined_at = null, asked = ''
         where waiting_since is not null and id in (select cast(value as bigint) from json_each($1)) returning id, email",
        crate::list(users))
}

/// Declines those of the accounts that wait. Returns them with their confirmed addresses.
pub async fn decline(tx: &mut Tx, users: &[UserId], now: Timestamp) -> Result<Vec<(UserId, Option<String>)>> {
    sql!(all tx, (UserId, Option<String>),
        "update users set declined_at = $2
         where waiting_since is not null and declined_at is null and id in (select cast(value as bigint) from json_each($1))
         returning id, email",
        crate::list(users), now)
}

/// Takes up to `limit` accounts that were declined before a moment out of the list. Returns them.
pub async fn take_declined(tx: &mut Tx, before: Timestamp, limit: i64) -> Result<Vec<UserId>> {
    sql!(values tx, UserId,
        "update users set waiting_since = null, declined_at = null, asked = ''
         where id in (select id from users where waiting_since is not null and declined_at < $1 order by id limit $2)
           and waiting_since is not null and declined_at < $1 returning id",
        before, limit)
}

/// Creates a sign-up link. Only the digest of its token is stored.
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

/// The usable links, latest first.
pub async fn links(db: &Db, now: Timestamp, limit: i64) -> Result<Vec<SiteInvitation>> {
    sql!(all db, SiteInvitation,
        "select i.id, u.username as inviter, i.created_at, i.expires_at, i.uses_left, i.used
         from site_invitations i join users u on u.id = i.inviter_id and u.is_admin
         where i.expires_at > $1 and i.uses_left > 0 order by i.created_at desc, i.id desc limit $2", now, limit)
}

/// Returns the link with this token digest, while it can be used. Its creator must still be a site admin.
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

/// Deletes links that expired or have no uses left.
pub async fn delete_expired(tx: &mut Tx, now: Timestamp) -> Result<u64> {
    sql!(run tx, "delete from site_invitations where expires_at <= $1 or uses_left <= 0", now)
}
