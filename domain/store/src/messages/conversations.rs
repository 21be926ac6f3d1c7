//! Conversations: groups of kind `direct`.

use crate::db::{Db, Tx, sql};
use model::time::Timestamp;
use model::{GroupId, MessageId, TopicId, UserId};

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

/// Returns the conversation of exactly these users, of whom `user` is one. If there are several, the oldest.
pub async fn of_exactly(db: &Db, user: UserId, people: &[UserId]) -> Result<Option<GroupId>> {
    sql!(opt_value db, GroupId, of_exactly!(), user, crate::list(people), people.len() as i64)
}

/// The same in a transaction.
pub async fn of_exactly_in(tx: &mut Tx, user: UserId, people: &[UserId]) -> Result<Option<GroupId>> {
    sql!(opt_value tx, GroupId, of_exactly!(), user, crate::list(people), people.len() as i64)
}

/// When the newest topic of a conversation was started.
pub async fn last_start(tx: &mut Tx, group: GroupId) -> Result<Option<Timestamp>> {
    Ok(sql!(opt_value tx, Option<Timestamp>, "select max(created_at) from topics where group_id = $1", group)?
        .flatten())
}

/// The conversations of a user.
pub async fn of(tx: &mut Tx, user: UserId) -> Result<Vec<GroupId>> {
    sql!(values tx, GroupId,
        "select g.id from memberships m join groups g on g.id = m.group_id where m.user_id = $1 and g.kind = 'direct' and g.deleted_at is null order by g.id", user)
}

/// Replaces the titles of conversation topics that begin with one of the messages and whose creator wrote it. Returns
/// them.
pub async fn reset_title(tx: &mut Tx, messages: &[MessageId], title: &str) -> Result<Vec<TopicId>> {
    sql!(values tx, TopicId,
        "update topics set version = version + 1, name = $2 where id in (
           select m.topic_id from messages m join topics t on t.id = m.topic_id join groups g on g.id = t.group_id
           where m.id in (select cast(value as bigint) from json_each($1)) and m.seq = 1 and g.kind = 'direct' and t.creator_id = m.author_id)
         returning id", crate::list(messages), title)
}
