//! Ignored users, and levels of topics.

use crate::db::{Db, Tx, sql};
use model::time::Timestamp;
use model::{Person, SubscriptionLevel, TopicId, UserId};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// Ignores a user. 0 when they were ignored before.
pub async fn insert(tx: &mut Tx, user: UserId, ignored: UserId, now: Timestamp) -> Result<u64> {
    sql!(run tx, "insert into ignores (user_id, ignored_id, created_at) values ($1, $2, $3) on conflict do nothing", user, ignored, now)
}

/// Stops ignoring a user. 0 when they were not ignored.
pub async fn delete(tx: &mut Tx, user: UserId, ignored: UserId) -> Result<u64> {
    sql!(run tx, "delete from ignores where user_id = $1 and ignored_id = $2", user, ignored)
}

/// The users whom a user ignores.
pub async fn of_user(db: &Db, user: UserId) -> Result<Vec<UserId>> {
    sql!(values db, UserId, "select ignored_id from ignores where user_id = $1", user)
}

/// The same, by name.
pub async fn people(db: &Db, user: UserId) -> Result<Vec<Person>> {
    sql!(all db, Person,
        "select u.id, u.username from ignores i join users u on u.id = i.ignored_id where i.user_id = $1 order by u.username_lower", user)
}

/// Which of these users ignore which of the authors: pairs of a user and an author.
pub async fn among(db: &Db, authors: &[UserId], users: &[UserId]) -> Result<Vec<(UserId, UserId)>> {
    if users.is_empty() || authors.is_empty() {
        return Ok(Vec::new());
    }
    sql!(all db, (UserId, UserId),
        "select user_id, ignored_id from ignores where ignored_id in (select cast(value as bigint) from json_each($1))
             and user_id in (select cast(value as bigint) from json_each($2))",
        crate::list(authors), crate::list(users))
}

/// Whether a user ignores another.
pub async fn ignores(db: &Db, user: UserId, other: UserId) -> Result<bool> {
    let found =
        sql!(opt_value db, UserId, "select user_id from ignores where user_id = $1 and ignored_id = $2", user, other)?;
    Ok(found.is_some())
}

/// The level that a user chose for a topic.
pub async fn topic_level(tx: &mut Tx, user: UserId, topic: TopicId) -> Result<Option<SubscriptionLevel>> {
    sql!(opt_value tx, SubscriptionLevel, "select level from topic_levels where user_id = $1 and topic_id = $2", user, topic)
}

/// Deletes a user's level for a topic if it is muted. 0 when it isn't.
pub async fn unmute_topic(tx: &mut Tx, user: UserId, topic: TopicId) -> Result<u64> {
    sql!(run tx, "delete from topic_levels where user_id = $1 and topic_id = $2 and level = 'muted'", user, topic)
}

/// Sets a user's level for a topic, which overrides the group's. `Normal` means the same as the group. It is stored
/// too, so that a user who unfollows a topic does not follow it again for having written in it. Only for a muted topic
/// the row is deleted instead.
pub async fn set_topic_level(tx: &mut Tx, user: UserId, topic: TopicId, level: SubscriptionLevel) -> Result<u64> {
    if level == SubscriptionLevel::Normal {
        let unmuted = unmute_topic(tx, user, topic).await?;
        if unmuted > 0 {
            return Ok(unmuted);
        }
    }
    sql!(run tx,
        "insert into topic_levels (user_id, topic_id, level) values ($1, $2, $3)
         on conflict (user_id, topic_id) do update set level = excluded.level", user, topic, level)
}
