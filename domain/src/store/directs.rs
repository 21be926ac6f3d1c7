//! Conversations: groups of kind direct.

use super::db::{Db, Tx, sql};
use crate::model::{GroupId, UserId};
use crate::time::Timestamp;

type Result<T> = std::result::Result<T, sqlx::Error>;

macro_rules! of_exactly {
    () => {
        "select g.id from groups g
         join memberships m on m.group_id = g.id
         where g.kind = 'direct' and g.deleted_at is null
           and g.id in (select own.group_id from memberships own where own.user_id = $1)
         group by g.id
         having count(*) = $3 and count(case when m.user_id in (select cast(value as bigint) from json_each($2)) then 1 end) = $3
         order by g.id limit 1"
    };
}

/// The conversation of exactly these people, of whom `user` is one: the eldest.
pub async fn of_exactly(db: &Db, user: UserId, people: &[UserId]) -> Result<Option<GroupId>> {
    sql!(opt_value db, GroupId, of_exactly!(), user, super::list(people), people.len() as i64)
}

/// The same in a transaction.
pub async fn of_exactly_in(tx: &mut Tx, user: UserId, people: &[UserId]) -> Result<Option<GroupId>> {
    sql!(opt_value tx, GroupId, of_exactly!(), user, super::list(people), people.len() as i64)
}

/// When the newest topic of a conversation was started.
pub async fn last_start(tx: &mut Tx, group: GroupId) -> Result<Option<Timestamp>> {
    Ok(sql!(opt_value tx, Option<Timestamp>, "select max(created_at) from topics where group_id = $1", group)?
        .flatten())
}
