//! Mentions: a row for each user whom a message mentions.

use crate::db::{Db, Tx, sql};
use model::policy::topic_visible_to_first;
use model::time::Timestamp;
use model::{GroupId, MessageId, TopicId, UserId};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// Inserts a mention. 0 when it exists.
pub async fn insert(tx: &mut Tx, message: MessageId, user: UserId) -> Result<u64> {
    sql!(run tx, "insert into mentions (message_id, user_id) values ($1, $2) on conflict do nothing", message, user)
}

/// Makes these, each given as a message and a user, the only mentions of the messages. Those that are there stay as they
/// are.
pub async fn replace(tx: &mut Tx, messages: &[MessageId], named: &[(MessageId, UserId)]) -> Result<()> {
    macro_rules! delete {
        ($message:literal, $user:literal) => {
            concat!(
                "delete from mentions where message_id in (select cast(value as bigint) from json_each($1))
                   and (message_id, user_id) not in (select cast(",
                $message,
                " as bigint), cast(",
                $user,
                " as bigint) from json_each($2))"
            )
        };
    }
    macro_rules! insert {
        ($message:literal, $user:literal) => {
            concat!(
                "insert into mentions (message_id, user_id) select cast(",
                $message,
                " as bigint), cast(",
                $user,
                " as bigint) from json_each($1) where true on conflict do nothing"
            )
        };
    }
    if messages.is_empty() {
        return Ok(());
    }
    let named = crate::list(named);
    sql!(run tx,
        pg delete!("value::jsonb ->> 0", "value::jsonb ->> 1"),
        lite delete!("value ->> 0", "value ->> 1"),
        crate::list(messages), named.as_str())?;
    sql!(run tx,
        pg insert!("value::jsonb ->> 0", "value::jsonb ->> 1"),
        lite insert!("value ->> 0", "value ->> 1"),
        named.as_str())?;
    Ok(())
}

macro_rules! seen {
    ($what:literal, $rest:literal) => {
        concat!(
            "select ",
            $what,
            " from mentions n
             join messages m on m.id = n.message_id
             join topics t on t.id = m.topic_id
             join groups g on g.id = t.group_id
             left join reads r on r.user_id = $1 and r.topic_id = t.id
             where n.user_id = $1 and m.deleted_at is null
               and not exists (select 1 from ignores i where i.user_id = $1 and i.ignored_id = m.author_id) and ",
            topic_visible_to_first!(),
            " ",
            $rest
        )
    };
}
pub(crate) use seen;

/// The number of a user's unread mentions: those in messages that the user may see and has not read.
pub async fn unread(db: &Db, user: UserId) -> Result<i64> {
    sql!(value db, i64, seen!("count(*)", "and n.read_at is null and m.seq > coalesce(r.read_seq, 0)"), user)
}

/// A user's mentions in messages below an id, newest first, and whether each is unread.
pub async fn of_user(db: &Db, user: UserId, before: MessageId, limit: i64) -> Result<Vec<(MessageId, bool)>> {
    sql!(all db, (MessageId, bool),
        seen!("n.message_id, n.read_at is null and m.seq > coalesce(r.read_seq, 0)", "and n.message_id < $2 order by n.message_id desc limit $3"),
        user, before, limit)
}

/// Marks a user's mentions read up to a message: those that the user may see.
pub async fn mark_read(tx: &mut Tx, user: UserId, upto: MessageId, now: Timestamp) -> Result<u64> {
    sql!(run tx,
        concat!("update mentions set read_at = $3 where user_id = $1 and message_id <= $2 and read_at is null
                   and exists (select 1 from messages m join topics t on t.id = m.topic_id join groups g on g.id = t.group_id
                               where m.id = mentions.message_id and ", topic_visible_to_first!(), ")"),
        user, upto, now)
}

/// The users whom messages mention, each with the message.
pub async fn of_messages(db: &Db, messages: &[MessageId]) -> Result<Vec<(MessageId, UserId)>> {
    sql!(all db, (MessageId, UserId),
        "select message_id, user_id from mentions where message_id in (select cast(value as bigint) from json_each($1))",
        crate::list(messages))
}

/// The users whom messages of a group mention and who are not members.
pub async fn outside(db: &Db, group: GroupId) -> Result<Vec<UserId>> {
    sql!(values db, UserId,
        "select distinct n.user_id from topics t join messages m on m.topic_id = t.id join mentions n on n.message_id = m.id
         where t.group_id = $1 and not exists (select 1 from memberships ms where ms.group_id = $1 and ms.user_id = n.user_id)", group)
}

/// The users whom the messages of a topic mention.
pub async fn in_topic(db: &Db, topic: TopicId) -> Result<Vec<UserId>> {
    sql!(values db, UserId,
        "select distinct n.user_id from messages m join mentions n on n.message_id = m.id where m.topic_id = $1", topic)
}
