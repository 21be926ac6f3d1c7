//! Accounts.

use crate::db::{Db, On, Tx, sql};
use model::time::Timestamp;
use model::{AccountState, DirectFrom, ListedUser, Person, Profile, Theme, User, UserId};

type Result<T> = std::result::Result<T, sqlx::Error>;

macro_rules! columns {
    () => {
        "id, username, email, new_email, name, avatar, bio, location, web, theme, language, is_admin, is_bot, password_hash is not null or is_bot as claimed,
         deleted_at is not null as deleted, created_at, suspended_until, banned_at, barred_reason, direct_from, follow_written,
         waiting_since"
    };
}

/// Inserts an account. `Ok(None)` when the name or its confusable form is taken or reserved, or the email is taken.
pub async fn insert(
    tx: &mut Tx,
    username: &str,
    key: &str,
    email: Option<&str>,
    password_hash: &str,
    is_admin: bool,
    now: Timestamp,
) -> Result<Option<UserId>> {
    sql!(opt_value tx, UserId,
        "insert into users (username, username_lower, username_key, email, password_hash, is_admin, created_at)
         select $1, $2, $3, $4, $5, $6, $7
         where not exists (select 1 from former_names where (username_lower = $2 or username_key = $3) and (kept_until is null or kept_until > $7))
         on conflict do nothing returning id",
        username, username.to_lowercase(), key, email, password_hash, is_admin, now)
}

/// Returns an account.
pub async fn by_id(db: &Db, id: UserId) -> Result<Option<User>> {
    sql!(opt db, User, concat!("select ", columns!(), " from users where id = $1"), id)
}

/// The same within a transaction.
pub async fn by_id_in(tx: &mut Tx, id: UserId) -> Result<Option<User>> {
    sql!(opt tx, User, concat!("select ", columns!(), " from users where id = $1"), id)
}

/// Locks accounts until the commit, in the order of their ids. A second transaction for the same accounts waits.
pub async fn lock(tx: &mut Tx, users: &[UserId]) -> Result<()> {
    let _ = sql!(all tx, (UserId,),
        pg "select id from users where id in (select cast(value as bigint) from json_each($1)) order by id for no key update",
        lite "select id from users where id in (select value from json_each($1))",
        crate::list(users))?;
    Ok(())
}

/// Returns the account of a name, whatever the case.
pub async fn by_name(db: &Db, name: &str) -> Result<Option<User>> {
    sql!(opt db, User, concat!("select ", columns!(), " from users where username_lower = $1"), crate::word(&name.to_lowercase()))
}

/// Returns the account and password hash to check at sign-in, by name or email address.
pub async fn credentials(db: &Db, name_or_email: &str) -> Result<Option<(UserId, Option<String>)>> {
    sql!(opt db, (UserId, Option<String>),
        "select id, password_hash from users where username_lower = $1 or lower(email) = lower($2)",
        crate::word(&name_or_email.trim().to_lowercase()), crate::word(name_or_email.trim()))
}

/// Returns the password hash of an account.
pub async fn password_hash(db: &Db, id: UserId) -> Result<Option<String>> {
    Ok(sql!(opt_value db, Option<String>, "select password_hash from users where id = $1", id)?.flatten())
}

/// The same within a transaction.
pub async fn password_hash_in(tx: &mut Tx, id: UserId) -> Result<Option<String>> {
    Ok(sql!(opt_value tx, Option<String>, "select password_hash from users where id = $1", id)?.flatten())
}

/// Renames an account. 0 when another account has the name or one that looks like it. Changing only the case is always
/// possible: older accounts keep names that look like others.
pub async fn rename(tx: &mut Tx, id: UserId, username: &str, key: &str) -> Result<u64> {
    let lower = username.to_lowercase();
    let renamed = sql!(run tx,
        "update users set username = $2, username_lower = $3, username_key = case when username_lower = $3 then username_key else $4 end
         where id = $1 and not exists (select 1 from users other where other.id <> $1
           and (other.username_lower = $3 or (users.username_lower <> $3 and other.username_key = $4)))",
        id, username, lower, key);
    match renamed {
        Err(sqlx::Error::Database(error)) if error.is_unique_violation() => Ok(0),
        renamed => renamed,
    }
}

/// Whether another account's username has this key.
pub async fn has_other_key(db: &Db, id: UserId, key: &str) -> Result<bool> {
    let other = sql!(opt_value db, UserId, "select id from users where username_key = $2 and id <> $1 and deleted_at is null limit 1", id, key)?;
    Ok(other.is_some())
}

/// Sets the display name.
pub async fn set_name(tx: &mut Tx, id: UserId, name: &str) -> Result<u64> {
    sql!(run tx, "update users set name = $2 where id = $1", id, name)
}

/// The accounts with these display names, in lower case: name and id. Names of nobody are absent.
pub async fn by_display_names(db: &Db, lower_names: &[String]) -> Result<Vec<(String, UserId)>> {
    if lower_names.is_empty() {
        return Ok(Vec::new());
    }
    let list = crate::list(&lower_names.iter().map(|name| crate::word(name)).collect::<Vec<_>>());
    sql!(all db, (String, UserId),
        pg "select lower(name), id from users where name <> '' and lower(name) collate \"C\" in (select value from json_each($1)) order by id limit 100",
        lite "select lower(name), id from users where name <> '' and lower(name) in (select value from json_each($1)) order by id limit 100",
        list)
}

/// Sets the password hash. Nobody signs in as a bot: it gets none.
pub async fn set_password(tx: &mut Tx, id: UserId, hash: &str) -> Result<u64> {
    sql!(run tx, "update users set password_hash = $2 where id = $1 and not is_bot", id, hash)
}

/// The usernames of the site's admins, oldest account first.
pub async fn admin_names(db: &Db, limit: i64) -> Result<Vec<String>> {
    sql!(values db, String, "select username from users where is_admin and deleted_at is null order by id limit $1", limit)
}

/// Returns the account with this confirmed address, whatever the case.
pub async fn by_email(db: &Db, email: &str) -> Result<Option<User>> {
    sql!(opt db, User, concat!("select ", columns!(), " from users where lower(email) = lower($1)"), crate::word(email))
}

/// Returns the confirmed address of an account.
pub async fn email_in(tx: &mut Tx, id: UserId) -> Result<Option<String>> {
    Ok(sql!(opt_value tx, Option<String>, "select email from users where id = $1", id)?.flatten())
}

/// Sets or removes the confirmed address, and removes an unconfirmed one. 0 when it is another account's.
pub async fn set_email(tx: &mut Tx, id: UserId, email: Option<&str>) -> Result<u64> {
    let set = sql!(run tx,
        "update users set email = $2, new_email = null where id = $1
           and not exists (select 1 from users other where lower(other.email) = lower($2) and other.id <> $1)", id, email);
    match set {
        // Another account took the address at the same time.
        Err(sqlx::Error::Database(error)) if error.is_unique_violation() => Ok(0),
        set => set,
    }
}

/// Removes the address that waits for confirmation, if the account has a confirmed one.
pub async fn drop_new_email(tx: &mut Tx, id: UserId) -> Result<u64> {
    sql!(run tx, "update users set new_email = null where id = $1 and email is not null", id)
}

/// Sets the address that waits for confirmation.
pub async fn set_new_email(tx: &mut Tx, id: UserId, email: &str) -> Result<u64> {
    sql!(run tx, "update users set new_email = $2 where id = $1", id, email)
}

/// A user, found by a current or former name.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Named {
    /// The name that was looked up, in lower case.
    pub lower: String,
    #[sqlx(flatten)]
    pub person: Person,
}

/// Returns the users who have or had the names, in one statement. Names without an account are absent.
pub async fn by_names(db: &Db, lower_names: &[String]) -> Result<Vec<Named>> {
    if lower_names.is_empty() {
        return Ok(Vec::new());
    }
    let list = crate::list(&lower_names.iter().map(|name| crate::word(name)).collect::<Vec<_>>());
    sql!(all db, Named,
        "select username_lower as lower, id, username from users where username_lower in (select value from json_each($1))
         union all select f.username_lower, u.id, u.username from former_names f join users u on u.id = f.user_id
         where f.username_lower in (select value from json_each($1)) and not exists (select 1 from users x where x.username_lower = f.username_lower)",
        list)
}

/// Returns the users with the ids, in one statement.
pub async fn by_ids(db: &Db, ids: &[UserId]) -> Result<Vec<Person>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    sql!(all db, Person, "select id, username from users where id in (select cast(value as bigint) from json_each($1)) order by username_lower",
        crate::list(ids))
}

/// Updates the profile.
pub async fn update_profile(tx: &mut Tx, id: UserId, profile: &Profile) -> Result<u64> {
    sql!(run tx,
        "update users set name = $2, bio = $3, location = $4, web = $5, theme = $6, follow_written = $7, language = $8 where id = $1",
        id, &profile.name, &profile.bio, &profile.location, &profile.web, profile.theme, profile.follow_written,
        profile.language.code())
}

/// Sets the colour theme.
pub async fn set_theme(tx: &mut Tx, id: UserId, theme: Theme) -> Result<u64> {
    sql!(run tx, "update users set theme = $2 where id = $1", id, theme)
}

// Name or email address contain the words in `$1`, and the account is in state `$2` at the moment `$3`.
macro_rules! matching {
    () => {
        " from users where (username_lower like $1 or lower(name) like $1 or lower(coalesce(email, '')) like $1)
           and case $2
             when 'admins' then is_admin
             when 'waiting' then waiting_since is not null
             when 'suspended' then banned_at is null and suspended_until > $3
             when 'banned' then banned_at is not null
             when 'unclaimed' then password_hash is null and not is_bot and deleted_at is null
             when 'deleted' then deleted_at is not null
             else 1 = 1 end"
    };
}

/// The list of accounts for admins, by name: those that match the words in name or email, in one state or in any.
pub async fn listed(
    db: &Db,
    words: &str,
    state: Option<AccountState>,
    now: Timestamp,
    limit: i64,
    offset: i64,
) -> Result<Vec<ListedUser>> {
    sql!(all db, ListedUser,
        concat!("select ", columns!(), ", waiting_since is not null and declined_at is not null as declined,
                    (select count(*) from messages m where m.author_id = users.id) as messages,
                    (select max(s.created_at) from sessions s where s.user_id = users.id) as seen_at",
                matching!(), " order by username_lower, id limit $4 offset $5"),
        crate::pattern(words), state.map_or("", AccountState::as_str), now, limit, offset)
}

/// The number of accounts that `listed` finds.
pub async fn count_listed(db: &Db, words: &str, state: Option<AccountState>, now: Timestamp) -> Result<i64> {
    sql!(value db, i64, concat!("select count(*)", matching!()), crate::pattern(words), state.map_or("", AccountState::as_str), now)
}

/// Locks and returns the site admins until the transaction ends, so that their changes happen one after the other.
pub async fn lock_admins(tx: &mut Tx) -> Result<Vec<UserId>> {
    match tx.on() {
        On::Postgres(on) => {
            sqlx::query_scalar("select id from users where is_admin order by id for no key update").fetch_all(on).await
        }
        // SQLite has only one writer, so no lock is needed.
        On::Sqlite(on) => sqlx::query_scalar("select id from users where is_admin order by id").fetch_all(on).await,
    }
}

/// Returns the site admins who have a confirmed address, with it. Locks nothing.
pub async fn admin_addresses(tx: &mut Tx) -> Result<Vec<(UserId, String)>> {
    sql!(all tx, (UserId, String), "select id, email from users where is_admin and email is not null order by id")
}

/// Makes a user a site admin, or removes the role.
pub async fn set_admin(tx: &mut Tx, id: UserId, is_admin: bool) -> Result<u64> {
    sql!(run tx, "update users set is_admin = $2 where id = $1", id, is_admin)
}

/// Whether the site has an admin.
pub async fn any_admin(db: &Db) -> Result<bool> {
    Ok(sql!(opt_value db, UserId, "select id from users where is_admin limit 1")?.is_some())
}

/// Whether anyone but this user has an account.
pub async fn any_other(db: &Db, id: UserId) -> Result<bool> {
    let other = sql!(opt_value db, UserId, "select id from users where id <> $1 and not is_bot and deleted_at is null limit 1", id)?;
    Ok(other.is_some())
}

/// The number of accounts.
pub async fn count(db: &Db) -> Result<i64> {
    sql!(value db, i64, "select count(*) from users")
}

/// Accounts by id after `after`.
pub async fn ids_after(db: &Db, after: UserId, limit: i64) -> Result<Vec<UserId>> {
    sql!(values db, UserId, "select id from users where id > $1 order by id limit $2", after, limit)
}

/// Suspends a user until a moment, bans them, or lifts both. `reason` is shown to the user.
pub async fn set_restriction(
    tx: &mut Tx,
    id: UserId,
    suspended_until: Option<Timestamp>,
    banned_at: Option<Timestamp>,
    reason: &str,
) -> Result<u64> {
    sql!(run tx, "update users set suspended_until = $2, banned_at = $3, barred_reason = $4 where id = $1",
        id, suspended_until, banned_at, reason)
}

/// Sets who may start a conversation with a user.
pub async fn set_direct_from(tx: &mut Tx, id: UserId, from: DirectFrom) -> Result<u64> {
    sql!(run tx, "update users set direct_from = $2 where id = $1", id, from)
}
