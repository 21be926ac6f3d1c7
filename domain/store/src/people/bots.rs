//! Bots: accounts of programs, and who answers for them.

use crate::db::{Db, Tx, sql};
use model::time::Timestamp;
use model::{Bot, GroupId, UserId};

type Result<T> = std::result::Result<T, sqlx::Error>;

macro_rules! columns {
    () => {
        "u.id, u.username, b.owner_id, b.group_id, b.created_at"
    };
}

/// Inserts the account of a bot, to which nobody can sign in. `None` when the name or its confusable form is taken or
/// reserved.
pub async fn insert_account(tx: &mut Tx, username: &str, key: &str, now: Timestamp) -> Result<Option<UserId>> {
    sql!(opt_value tx, UserId,
        "insert into users (username, username_lower, username_key, is_bot, direct_from, created_at)
         select $1, $2, $3, $4, 'nobody', $5
         where not exists (select 1 from former_names where (username_lower = $2 or username_key = $3) and (kept_until is null or kept_until > $5))
         on conflict do nothing returning id",
        username, username.to_lowercase(), key, true, now)
}

/// Records who answers for a bot: a person, or the admins of a group.
pub async fn insert(
    tx: &mut Tx,
    bot: UserId,
    owner: Option<UserId>,
    group: Option<GroupId>,
    now: Timestamp,
) -> Result<u64> {
    sql!(run tx, "insert into bots (user_id, owner_id, group_id, created_at) values ($1, $2, $3, $4)", bot, owner, group, now)
}

/// Returns a bot that was not deleted.
pub async fn by_id(db: &Db, bot: UserId) -> Result<Option<Bot>> {
    sql!(opt db, Bot,
        concat!("select ", columns!(), " from bots b join users u on u.id = b.user_id where b.user_id = $1 and u.deleted_at is null"),
        bot)
}

/// The bots of a person, by name.
pub async fn of_owner(db: &Db, owner: UserId) -> Result<Vec<Bot>> {
    sql!(all db, Bot,
        concat!("select ", columns!(), " from bots b join users u on u.id = b.user_id
                 where b.owner_id = $1 and u.deleted_at is null order by u.username_lower"), owner)
}

/// The bots of a person, in a transaction.
pub async fn ids_of_owner(tx: &mut Tx, owner: UserId) -> Result<Vec<UserId>> {
    sql!(values tx, UserId,
        "select b.user_id from bots b join users u on u.id = b.user_id where b.owner_id = $1 and u.deleted_at is null order by b.user_id",
        owner)
}

/// The bots of a group, by name.
pub async fn of_group(db: &Db, group: GroupId) -> Result<Vec<Bot>> {
    sql!(all db, Bot,
        concat!("select ", columns!(), " from bots b join users u on u.id = b.user_id
                 where b.group_id = $1 and u.deleted_at is null order by u.username_lower"), group)
}

/// The number of bots of a person.
pub async fn count_of_owner(tx: &mut Tx, owner: UserId) -> Result<i64> {
    sql!(value tx, i64,
        "select count(*) from bots b join users u on u.id = b.user_id where b.owner_id = $1 and u.deleted_at is null", owner)
}

/// The number of bots of a group.
pub async fn count_of_group(tx: &mut Tx, group: GroupId) -> Result<i64> {
    sql!(value tx, i64,
        "select count(*) from bots b join users u on u.id = b.user_id where b.group_id = $1 and u.deleted_at is null", group)
}

/// Removes the record of a bot, in the transaction that deletes its account.
pub async fn delete(tx: &mut Tx, bot: UserId) -> Result<u64> {
    sql!(run tx, "delete from bots where user_id = $1", bot)
}
