//! Votes in polls. A poll is the attachment of a message.

use crate::db::{Db, Tx, sql};
use model::time::Timestamp;
use model::{MessageId, UserId};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// What people chose in a poll: one option, or all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Count {
    pub message_id: MessageId,
    /// The option's number from 0; `None`: how many people voted.
    pub choice: Option<i64>,
    pub votes: i64,
    /// Whether the reader chose this option.
    pub chosen: bool,
    /// Whether the topic takes no votes: it or its group is locked or archived.
    pub closed: bool,
}

/// Counts the votes of polls. Each poll has a row with how many people voted, and one for each option that has votes.
pub async fn counts(db: &Db, polls: &[MessageId], reader: Option<UserId>) -> Result<Vec<Count>> {
    sql!(all db, Count,
        "select m.id as message_id, cast(null as bigint) as choice, (select count(distinct v.user_id) from poll_votes v where v.message_id = m.id) as votes,
                (1 = 0) as chosen, (t.locked_at is not null or t.archived_at is not null or g.archived_at is not null) as closed
         from messages m join topics t on t.id = m.topic_id join groups g on g.id = t.group_id
         where m.id in (select cast(value as bigint) from json_each($1))
         union all
         select v.message_id, v.choice, count(*), max(case when v.user_id = $2 then 1 else 0 end) = 1, (1 = 0)
         from poll_votes v where v.message_id in (select cast(value as bigint) from json_each($1)) group by v.message_id, v.choice",
        crate::list(polls), reader)
}

/// What these people chose in polls: poll, person, number of the option; in this order.
pub async fn choices(db: &Db, polls: &[MessageId], people: &[UserId]) -> Result<Vec<(MessageId, UserId, i64)>> {
    if polls.is_empty() || people.is_empty() {
        return Ok(Vec::new());
    }
    sql!(all db, (MessageId, UserId, i64),
        "select message_id, user_id, choice from poll_votes
         where message_id in (select cast(value as bigint) from json_each($1)) and user_id in (select cast(value as bigint) from json_each($2))
         order by message_id, user_id, choice",
        crate::list(polls), crate::list(people))
}

/// Who voted in a poll that does not keep it secret: number of the option and name, earliest vote first.
pub async fn voters(db: &Db, poll: MessageId, limit: i64) -> Result<Vec<(i64, UserId, String)>> {
    sql!(all db, (i64, UserId, String),
        "select v.choice, u.id, u.username from poll_votes v join users u on u.id = v.user_id
         where v.message_id = $1 and not v.anonymous order by v.created_at, v.user_id, v.choice limit $2", poll, limit)
}

/// Whether anybody voted.
pub async fn has_votes(tx: &mut Tx, poll: MessageId) -> Result<bool> {
    Ok(sql!(value tx, i64, "select count(*) from (select 1 from poll_votes where message_id = $1 limit 1) v", poll)?
        > 0)
}

/// Deletes a vote. Returns what it named.
pub async fn delete(tx: &mut Tx, poll: MessageId, user: UserId) -> Result<Vec<i64>> {
    sql!(values tx, i64, "delete from poll_votes where message_id = $1 and user_id = $2 returning choice", poll, user)
}

/// Adds an option to a vote.
pub async fn insert(
    tx: &mut Tx,
    poll: MessageId,
    user: UserId,
    (choice, anonymous): (i64, bool),
    now: Timestamp,
) -> Result<u64> {
    sql!(run tx, "insert into poll_votes (message_id, user_id, choice, anonymous, created_at) values ($1, $2, $3, $4, $5)",
        poll, user, choice, anonymous, now)
}

/// Deletes the votes of up to `limit` rows of a user. Returns the polls that had them.
pub async fn delete_of(tx: &mut Tx, user: UserId, limit: i64) -> Result<Vec<MessageId>> {
    sql!(values tx, MessageId,
        "delete from poll_votes where user_id = $1
           and message_id in (select message_id from poll_votes where user_id = $1 order by message_id limit $2) returning message_id",
        user, limit)
}

/// Deletes all votes of these polls.
pub async fn delete_all(tx: &mut Tx, polls: &[MessageId]) -> Result<u64> {
    sql!(run tx, "delete from poll_votes where message_id in (select cast(value as bigint) from json_each($1))", crate::list(polls))
}

/// The votes of a user, by poll after `after`: poll, number of the option, when.
pub async fn of_user(db: &Db, user: UserId, after: MessageId, limit: i64) -> Result<Vec<(MessageId, i64, Timestamp)>> {
    sql!(all db, (MessageId, i64, Timestamp),
        "select message_id, choice, created_at from poll_votes where user_id = $1 and message_id > $2 order by message_id, choice limit $3",
        user, after, limit)
}
