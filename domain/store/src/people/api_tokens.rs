//! API tokens, and what decides whether an account may use the API.

use crate::db::{Db, Tx, sql};
use model::time::Timestamp;
use model::{ApiToken, ApiTokenId, Person, UserId};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// A token to save.
#[derive(Clone, Copy, Debug)]
pub struct NewToken<'a> {
    pub user: UserId,
    pub name: &'a str,
    /// The digest of the token.
    pub digest: &'a str,
    /// The words of the scopes, separated by commas.
    pub scopes: &'a str,
    /// A JSON list of ids; `None`: all groups.
    pub groups: Option<&'a str>,
    pub expires_at: Option<Timestamp>,
}

macro_rules! columns {
    () => {
        "k.id, k.user_id, k.name, k.scopes, k.group_ids, k.created_at, k.expires_at, k.used_at"
    };
}

/// Inserts a token.
pub async fn insert(tx: &mut Tx, new: NewToken<'_>, now: Timestamp) -> Result<ApiTokenId> {
    sql!(value tx, ApiTokenId,
        "insert into api_tokens (user_id, name, digest, scopes, group_ids, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7) returning id",
        new.user, new.name, new.digest, new.scopes, new.groups, now, new.expires_at)
}

/// The number of a user's tokens.
pub async fn count(tx: &mut Tx, user: UserId) -> Result<i64> {
    sql!(value tx, i64, "select count(*) from api_tokens where user_id = $1", user)
}

/// The tokens of a user, newest first.
pub async fn of_user(db: &Db, user: UserId) -> Result<Vec<ApiToken>> {
    sql!(all db, ApiToken, concat!("select ", columns!(), " from api_tokens k where k.user_id = $1 order by k.id desc"), user)
}

/// Returns the token with this digest.
pub async fn by_digest(db: &Db, digest: &str) -> Result<Option<ApiToken>> {
    sql!(opt db, ApiToken, concat!("select ", columns!(), " from api_tokens k where k.digest = $1"), crate::word(digest))
}

/// Records a use of the token.
pub async fn touch(tx: &mut Tx, id: ApiTokenId, now: Timestamp) -> Result<u64> {
    sql!(run tx, "update api_tokens set used_at = $2 where id = $1", id, now)
}

/// Deletes a token of a user. 0 when there is none.
pub async fn delete(tx: &mut Tx, user: UserId, id: ApiTokenId) -> Result<u64> {
    sql!(run tx, "delete from api_tokens where id = $1 and user_id = $2", id, user)
}

/// Deletes all tokens of a user.
pub async fn delete_all(tx: &mut Tx, user: UserId) -> Result<u64> {
    sql!(run tx, "delete from api_tokens where user_id = $1", user)
}

/// Deletes tokens that expired before a moment.
pub async fn delete_expired(tx: &mut Tx, before: Timestamp) -> Result<u64> {
    sql!(run tx, "delete from api_tokens where expires_at < $1", before)
}

/// What decides whether an account may use the API.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Account {
    #[sqlx(flatten)]
    pub person: Person,
    pub password_hash: Option<String>,
    pub is_admin: bool,
    pub suspended_until: Option<Timestamp>,
    pub banned_at: Option<Timestamp>,
    pub waiting_since: Option<Timestamp>,
    pub has_two_factor: bool,
}

/// Returns the account, unless it was deleted. A bot is suspended or banned with its owner, and banned when its owner's
/// account is deleted.
pub async fn account(db: &Db, user: UserId) -> Result<Option<Account>> {
    sql!(opt db, Account,
        "select u.id, u.username, u.password_hash, u.is_admin,
                case when o.suspended_until is not null and (u.suspended_until is null or o.suspended_until > u.suspended_until)
                     then o.suspended_until else u.suspended_until end as suspended_until,
                coalesce(u.banned_at, o.banned_at, o.deleted_at) as banned_at, u.waiting_since,
                exists (select 1 from second_steps f where f.user_id = u.id and f.confirmed_at is not null) as has_two_factor
         from users u left join bots b on b.user_id = u.id left join users o on o.id = b.owner_id
         where u.id = $1 and u.deleted_at is null", user)
}
