//! What people are emailed about, and the messages that concern them.

use crate::db::{Db, Tx, sql};
use crate::topics::reads::not_muted;
use model::policy::topic_visible_to_first;
use model::time::Timestamp;
use model::{EmailChoices, EmailSettings, Frequency, GroupId, MessageId, TopicId, UserId};

type Result<T> = std::result::Result<T, sqlx::Error>;

macro_rules! columns {
    () => {
        "mentions, directs, followed, activity, most_per_day, quiet_from, quiet_to, utc_offset, mentions_since, directs_until,
         followed_until, activity_until, next_at, turn, bounces, bouncing_at"
    };
}

/// SQL: message `m` with what decides whether user `$1` is to be told of it.
macro_rules! placed {
    () => {
        "join topics t on t.id = m.topic_id
         join groups g on g.id = t.group_id
         left join reads r on r.user_id = $1 and r.topic_id = t.id
         left join memberships ms on ms.user_id = $1 and ms.group_id = g.id
         left join topic_levels l on l.user_id = $1 and l.topic_id = t.id"
    };
}

/// Returns what someone chose; `None` when nothing is kept of them.
pub async fn of_user(db: &Db, user: UserId) -> Result<Option<EmailSettings>> {
    sql!(opt db, EmailSettings, concat!("select ", columns!(), " from email_settings where user_id = $1"), user)
}

/// The same in a transaction that locked the user: nobody else changes it.
pub async fn of_locked_user(tx: &mut Tx, user: UserId) -> Result<Option<EmailSettings>> {
    sql!(opt tx, EmailSettings, concat!("select ", columns!(), " from email_settings where user_id = $1"), user)
}

/// Begins to keep what was collected, for those of these users who have a confirmed address and nothing is kept of:
/// messages from a moment on count.
pub async fn begin(tx: &mut Tx, users: &[UserId], from: Timestamp) -> Result<u64> {
    sql!(run tx,
        "insert into email_settings (user_id, mentions_since, directs_until, followed_until, activity_until)
         select u.id, $2, $2, $2, $2 from users u
         where u.id in (select cast(value as bigint) from json_each($1)) and u.email is not null and u.deleted_at is null
         on conflict (user_id) do nothing",
        crate::list(users), from)
}

/// The choices of several users.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Chosen {
    pub user_id: UserId,
    pub mentions: Frequency,
    pub directs: Frequency,
    pub followed: Frequency,
}

/// Returns the choices of those of these users who are emailed at all.
pub async fn chosen(tx: &mut Tx, users: &[UserId]) -> Result<Vec<Chosen>> {
    if users.is_empty() {
        return Ok(Vec::new());
    }
    sql!(all tx, Chosen,
        "select e.user_id, e.mentions, e.directs, e.followed from email_settings e join users u on u.id = e.user_id
         where e.user_id in (select cast(value as bigint) from json_each($1)) and e.bouncing_at is null and u.email is not null",
        crate::list(users))
}

/// Returns which of these users have a confirmed address and nothing kept of them.
pub async fn new_among(db: &Db, users: &[UserId]) -> Result<Vec<UserId>> {
    if users.is_empty() {
        return Ok(Vec::new());
    }
    sql!(values db, UserId,
        "select u.id from users u where u.id in (select cast(value as bigint) from json_each($1)) and u.email is not null
           and u.deleted_at is null and not exists (select 1 from email_settings e where e.user_id = u.id)",
        crate::list(users))
}

/// The users whom these messages mention or reply to.
pub async fn mentioned(db: &Db, messages: &[MessageId]) -> Result<Vec<UserId>> {
    sql!(values db, UserId,
        "select distinct user_id from mentions where message_id in (select cast(value as bigint) from json_each($1)) and mailed_at is null",
        crate::list(messages))
}

/// The members of these groups.
pub async fn members(db: &Db, groups: &[GroupId]) -> Result<Vec<UserId>> {
    if groups.is_empty() {
        return Ok(Vec::new());
    }
    sql!(values db, UserId,
        "select distinct user_id from memberships where group_id in (select cast(value as bigint) from json_each($1))",
        crate::list(groups))
}

/// The users who are emailed at once about topics that they follow, and may follow one of these.
pub async fn followers(db: &Db, topics: &[TopicId]) -> Result<Vec<UserId>> {
    if topics.is_empty() {
        return Ok(Vec::new());
    }
    sql!(values db, UserId,
        "select e.user_id from email_settings e where e.followed = 'now' and e.bouncing_at is null
           and (exists (select 1 from topic_levels fl where fl.user_id = e.user_id and fl.level = 'tracked'
                          and fl.topic_id in (select cast(value as bigint) from json_each($1)))
             or exists (select 1 from messages fm where fm.author_id = e.user_id and fm.deleted_at is null
                          and fm.topic_id in (select cast(value as bigint) from json_each($1))))",
        crate::list(topics))
}

/// The unread messages that mention a user or reply to one of theirs, may be seen by them, and were not emailed.
pub async fn mentions(
    db: &Db,
    user: UserId,
    (after, until): (Timestamp, Timestamp),
    limit: i64,
) -> Result<Vec<MessageId>> {
    sql!(values db, MessageId,
        concat!("select m.id from mentions n join messages m on m.id = n.message_id ", placed!(), "
                 where n.user_id = $1 and n.mailed_at is null and n.read_at is null and m.deleted_at is null
                   and m.seq > coalesce(r.read_seq, 0) and m.created_at > $2 and m.created_at <= $3
                   and not exists (select 1 from ignores i where i.user_id = $1 and i.ignored_id = m.author_id)
                   and ", topic_visible_to_first!(), " and ", not_muted!(), " order by m.id limit $4"),
        user, after, until, limit)
}

/// The messages of topics after numbers that were written in a period: unread ones, if the numbers say how far a user
/// has read. Without the user's own, those of ignored people, and those that were emailed as mentions.
pub async fn unread(
    db: &Db,
    user: UserId,
    read: &[(TopicId, i64)],
    (after, until): (Timestamp, Timestamp),
    limit: i64,
) -> Result<Vec<MessageId>> {
    macro_rules! unread {
        ($topic:literal, $seq:literal) => {
            concat!(
                "select m.id from (select cast(", $topic, " as bigint) as topic, cast(", $seq, " as bigint) as seq from json_each($2)) w
                 cross join messages m
                 where m.topic_id = w.topic and m.seq > w.seq and m.created_at > $3 and m.created_at <= $4
                   and m.author_id <> $1 and m.deleted_at is null
                   and not exists (select 1 from ignores i where i.user_id = $1 and i.ignored_id = m.author_id)
                   and not exists (select 1 from mentions n where n.user_id = $1 and n.message_id = m.id and n.mailed_at is not null)
                 order by m.id limit $5"
            )
        };
    }
    if read.is_empty() {
        return Ok(Vec::new());
    }
    let rows = sql!(all db, (MessageId,),
        pg unread!("value::jsonb ->> 0", "value::jsonb ->> 1"),
        lite unread!("value ->> 0", "value ->> 1"),
        user, crate::list(read), after, until, limit)?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Which of these messages a user may see and has not read, is not ignoring, and did not mute.
pub async fn still_unread(db: &Db, user: UserId, messages: &[MessageId]) -> Result<Vec<MessageId>> {
    sql!(values db, MessageId,
        concat!("select m.id from messages m ", placed!(), "
                 left join mentions n on n.user_id = $1 and n.message_id = m.id
                 where m.id in (select cast(value as bigint) from json_each($2)) and m.deleted_at is null
                   and m.seq > coalesce(r.read_seq, 0) and n.read_at is null
                   and not exists (select 1 from ignores i where i.user_id = $1 and i.ignored_id = m.author_id)
                   and ", topic_visible_to_first!(), " and ", not_muted!(), " order by m.id"),
        user, crate::list(messages))
}

/// Records a collection. 0 when another took place since.
pub async fn collected(tx: &mut Tx, user: UserId, new: &EmailSettings) -> Result<u64> {
    sql!(run tx,
        "update email_settings set directs_until = $2, followed_until = $3, activity_until = $4, next_at = $5, retry_at = null, turn = turn + 1
         where user_id = $1 and turn = $6",
        user, new.directs_until, new.followed_until, new.activity_until, new.next_at, new.turn)
}

/// Tries again to collect, at the first hour after a moment.
pub async fn retry(tx: &mut Tx, user: UserId, at: Timestamp) -> Result<u64> {
    sql!(run tx, "update email_settings set retry_at = $2 where user_id = $1", user, at)
}

/// Records which mentions an email contains.
pub async fn mark_mailed(tx: &mut Tx, user: UserId, messages: &[MessageId], now: Timestamp) -> Result<u64> {
    sql!(run tx,
        "update mentions set mailed_at = $3
         where user_id = $1 and message_id in (select cast(value as bigint) from json_each($2)) and mailed_at is null",
        user, crate::list(messages), now)
}

/// When the `most`-th newest email about messages was made since a moment; `None` when there were fewer.
pub async fn made_since(db: &Db, user: UserId, since: Timestamp, most: i64) -> Result<Option<Timestamp>> {
    sql!(opt_value db, Timestamp,
        "select created_at from letters where user_id = $1 and kind = 'activity' and state <> 'dropped' and created_at > $2
         order by created_at desc limit 1 offset $3",
        user, since, most - 1)
}

/// Stores choices. What was written before `now` is not emailed any more.
pub async fn set(
    tx: &mut Tx,
    user: UserId,
    new: &EmailChoices,
    next_at: Option<Timestamp>,
    now: Timestamp,
) -> Result<u64> {
    sql!(run tx,
        "insert into email_settings (user_id, mentions, directs, followed, activity, most_per_day, quiet_from, quiet_to, utc_offset,
                                     next_at, mentions_since, directs_until, followed_until, activity_until)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, $11, $11)
         on conflict (user_id) do update set mentions = excluded.mentions, directs = excluded.directs, followed = excluded.followed,
           activity = excluded.activity, most_per_day = excluded.most_per_day, quiet_from = excluded.quiet_from,
           quiet_to = excluded.quiet_to, utc_offset = excluded.utc_offset, next_at = excluded.next_at, turn = email_settings.turn + 1,
           mentions_since = case when email_settings.mentions = excluded.mentions then email_settings.mentions_since else excluded.mentions_since end,
           directs_until = case when email_settings.directs = excluded.directs then email_settings.directs_until else excluded.directs_until end,
           followed_until = case when email_settings.followed = excluded.followed then email_settings.followed_until else excluded.followed_until end,
           activity_until = case when email_settings.activity = excluded.activity then email_settings.activity_until else excluded.activity_until end",
        user, new.mentions, new.directs, new.followed, new.activity, new.most_per_day, new.quiet_from, new.quiet_to, new.utc_offset,
        next_at, now)
}

/// The users whose daily or weekly email is due, or for whom an email is tried again.
pub async fn due(db: &Db, now: Timestamp, after: UserId, limit: i64) -> Result<Vec<UserId>> {
    sql!(values db, UserId,
        "select user_id from email_settings
         where (next_at is not null and next_at <= $1 or retry_at is not null and retry_at <= $1) and user_id > $2 order by user_id limit $3",
        now, after, limit)
}

/// Counts an email that was refused because of the address. After `most` in a row the address counts as bouncing.
pub async fn bounced(tx: &mut Tx, user: UserId, most: i64, now: Timestamp) -> Result<u64> {
    sql!(run tx,
        "insert into email_settings (user_id, mentions_since, directs_until, followed_until, activity_until, bounces)
         values ($1, $3, $3, $3, $3, 1)
         on conflict (user_id) do update set bounces = email_settings.bounces + 1,
           bouncing_at = case when email_settings.bounces + 1 >= $2 then coalesce(email_settings.bouncing_at, $3) end",
        user, most, now)
}

/// Records that the address of a user takes emails.
pub async fn works(tx: &mut Tx, user: UserId) -> Result<u64> {
    sql!(run tx, "update email_settings set bounces = 0, bouncing_at = null where user_id = $1 and bounces > 0", user)
}

/// Deletes what is kept of a user, with the emails about messages.
pub async fn delete_of(tx: &mut Tx, user: UserId) -> Result<u64> {
    sql!(run tx, "delete from letters where user_id = $1 and kind = 'activity'", user)?;
    sql!(run tx, "delete from email_settings where user_id = $1", user)
}
