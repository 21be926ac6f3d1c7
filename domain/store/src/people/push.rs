//! Devices that get push messages, and what their owners want to get.

use crate::db::{Db, Tx, sql};
use crate::topics::reads::{follows, not_muted};
use model::policy::topic_visible_to_first;
use model::time::Timestamp;
use model::{MessageId, PushDevice, PushDeviceId, PushKinds, UserId};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// A device to save.
#[derive(Clone, Copy, Debug)]
pub struct NewDevice<'a> {
    pub user: UserId,
    /// The id of the browser's session.
    pub session: &'a str,
    pub endpoint: &'a str,
    /// In Base64url, like the other key.
    pub public_key: &'a str,
    pub auth_secret: &'a str,
}

/// Saves a device, in place of what its browser and its session had before. `None` when the session has ended.
pub async fn replace(tx: &mut Tx, new: NewDevice<'_>, now: Timestamp) -> Result<Option<PushDeviceId>> {
    sql!(run tx, "delete from push_devices where endpoint = $1 or session_id = $2", new.endpoint, new.session)?;
    sql!(opt_value tx, PushDeviceId,
        "insert into push_devices (user_id, session_id, endpoint, public_key, auth_secret, created_at)
         select s.user_id, s.id, $3, $4, $5, $6 from sessions s where s.id = $2 and s.user_id = $1 returning id",
        new.user, new.session, new.endpoint, new.public_key, new.auth_secret, now)
}

/// The number of a user's devices other than that of a session.
pub async fn count_others(tx: &mut Tx, user: UserId, session: &str) -> Result<i64> {
    sql!(value tx, i64, "select count(*) from push_devices where user_id = $1 and session_id <> $2", user, session)
}

/// A user's devices, newest first.
pub async fn of_user(db: &Db, user: UserId, now: Timestamp) -> Result<Vec<PushDevice>> {
    sql!(all db, PushDevice,
        "select d.id, d.session_id, s.agent, d.created_at, d.sent_at
         from push_devices d join sessions s on s.id = d.session_id
         where d.user_id = $1 and s.expires_at > $2 order by d.id desc", user, now)
}

/// Deletes a device of a user. 0 when there is none.
pub async fn delete(tx: &mut Tx, user: UserId, id: PushDeviceId) -> Result<u64> {
    sql!(run tx, "delete from push_devices where id = $1 and user_id = $2", id, user)
}

/// Deletes a device that its push service does not know any more, unless it was registered again.
pub async fn delete_endpoint(tx: &mut Tx, id: PushDeviceId, endpoint: &str) -> Result<u64> {
    sql!(run tx, "delete from push_devices where id = $1 and endpoint = $2", id, endpoint)
}

/// Deletes what a user wants to get. Devices end with their sessions.
pub async fn delete_preferences(tx: &mut Tx, user: UserId) -> Result<u64> {
    sql!(run tx, "delete from push_preferences where user_id = $1", user)
}

/// What a user wants to get; `None`: the defaults.
pub async fn kinds(db: &Db, user: UserId) -> Result<Option<PushKinds>> {
    sql!(opt db, PushKinds, "select mentions, replies, directs, followed from push_preferences where user_id = $1", user)
}

/// Sets what a user wants to get.
pub async fn set_kinds(tx: &mut Tx, user: UserId, kinds: PushKinds) -> Result<u64> {
    sql!(run tx,
        "insert into push_preferences (user_id, mentions, replies, directs, followed) values ($1, $2, $3, $4, $5)
         on conflict (user_id) do update set mentions = excluded.mentions, replies = excluded.replies,
             directs = excluded.directs, followed = excluded.followed",
        user, kinds.mentions, kinds.replies, kinds.directs, kinds.followed)
}

/// Whether there is any device.
pub async fn any(db: &Db) -> Result<bool> {
    sql!(value db, bool, "select exists (select 1 from push_devices)")
}

/// The devices of users whom new messages may concern, except the author's, with the message and the owner.
pub async fn concerned(db: &Db, messages: &[MessageId]) -> Result<Vec<(MessageId, PushDeviceId, UserId)>> {
    // Who follows a topic is asked once for each topic, not for each message.
    sql!(all db, (MessageId, PushDeviceId, UserId),
        concat!("with b as (
             select m.id, m.topic_id, m.author_id, t.group_id from messages m join topics t on t.id = m.topic_id
             where m.id in (select cast(value as bigint) from json_each($1)))
         select c.message_id, d.id, d.user_id from (
             select b.id as message_id, n.user_id from b join mentions n on n.message_id = b.id
             union
             select b.id, ms.user_id from b join groups g on g.id = b.group_id join memberships ms on ms.group_id = g.id
                 where g.kind = 'direct'
             union
             select b.id, f.user_id from b join (
                 select o.topic_id, p.user_id from (select distinct topic_id from b) o cross join push_preferences p
                     left join topic_levels l on l.user_id = p.user_id and l.topic_id = o.topic_id
                     where p.followed and ", follows!("p.user_id", "o.topic_id"), ") f on f.topic_id = b.topic_id) c
         join push_devices d on d.user_id = c.user_id
         join b w on w.id = c.message_id
         where d.user_id <> w.author_id
         order by c.message_id, d.id"), crate::list(messages))
}

/// A device to which a message is sent.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Receiver {
    pub user_id: UserId,
    pub endpoint: String,
    pub public_key: String,
    pub auth_secret: String,
    pub failures: i64,
    pub paused_until: Option<Timestamp>,
}

/// Returns a device, while its browser is signed in.
pub async fn receiver(db: &Db, id: PushDeviceId, now: Timestamp) -> Result<Option<Receiver>> {
    sql!(opt db, Receiver,
        "select d.user_id, d.endpoint, d.public_key, d.auth_secret, d.failures, d.paused_until
         from push_devices d join sessions s on s.id = d.session_id
         join users u on u.id = d.user_id
         where d.id = $1 and s.expires_at > $2 and u.deleted_at is null and u.banned_at is null
           and u.waiting_since is null and (u.suspended_until is null or u.suspended_until <= $2)", id, now)
}

/// How an unread message concerns a user who may read it.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct Concern {
    /// It mentions them or replies to them, and they did not mark that as read.
    pub named: bool,
    /// It is in a conversation of theirs.
    pub direct: bool,
    /// It is in a topic of their groups that they follow.
    pub followed: bool,
}

/// Returns how a message concerns a user. `None` when it was deleted or read, is by an author whom the user ignores or in
/// a topic or group that they muted, or may not be read by the user.
pub async fn concern(db: &Db, user: UserId, message: MessageId) -> Result<Option<Concern>> {
    sql!(opt db, Concern,
        concat!("select
             exists (select 1 from mentions n where n.message_id = m.id and n.user_id = $1 and n.read_at is null) as named,
             (g.kind = 'direct' and ms.user_id is not null) as direct,
             (ms.user_id is not null and coalesce(", follows!("$1", "t.id"), ", false)) as followed
         from messages m
         join topics t on t.id = m.topic_id
         join groups g on g.id = t.group_id
         left join memberships ms on ms.group_id = g.id and ms.user_id = $1
         left join topic_levels l on l.topic_id = t.id and l.user_id = $1
         left join reads r on r.topic_id = t.id and r.user_id = $1
         where m.id = $2 and m.deleted_at is null and m.author_id <> $1 and m.seq > coalesce(r.read_seq, 0)
           and not exists (select 1 from ignores i where i.user_id = $1 and i.ignored_id = m.author_id)
           and ", topic_visible_to_first!(), " and ", not_muted!()), user, message)
}

/// Records that a push service took a message.
pub async fn succeeded(tx: &mut Tx, id: PushDeviceId, now: Timestamp) -> Result<u64> {
    sql!(run tx, "update push_devices set sent_at = $2, failures = 0, paused_until = null where id = $1", id, now)
}

/// Records that a push service failed, and until when it is left alone.
pub async fn failed(tx: &mut Tx, id: PushDeviceId, until: Timestamp) -> Result<u64> {
    sql!(run tx, "update push_devices set failures = failures + 1, paused_until = $2 where id = $1", id, until)
}
