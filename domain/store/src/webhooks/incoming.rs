//! Incoming webhooks: URLs by which programs post into a topic.

use crate::db::{Db, Tx, sql};
use model::time::Timestamp;
use model::{GroupId, IncomingHook, IncomingHookId, Person, TopicId, UserId};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// An incoming webhook to save.
#[derive(Clone, Copy, Debug)]
pub struct NewIncoming<'a> {
    pub bot: UserId,
    pub group: GroupId,
    pub topic: TopicId,
    pub name: &'a str,
    /// The digest of the secret part of the URL.
    pub digest: &'a str,
    /// Encrypted; `None`: requests need no signature.
    pub signing_secret: Option<&'a str>,
    pub by: UserId,
}

/// Inserts an incoming webhook.
pub async fn insert(tx: &mut Tx, new: NewIncoming<'_>, now: Timestamp) -> Result<IncomingHookId> {
    sql!(value tx, IncomingHookId,
        "insert into incoming_hooks (bot_id, group_id, topic_id, name, digest, signing_secret, created_by, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8) returning id",
        new.bot, new.group, new.topic, new.name, new.digest, new.signing_secret, new.by, now)
}

/// The incoming webhooks of a group, newest first.
pub async fn of_group(db: &Db, group: GroupId) -> Result<Vec<IncomingHook>> {
    sql!(all db, IncomingHook,
        "select h.id, h.group_id, h.topic_id, t.name as topic_name, u.username as bot, h.name, h.signing_secret is not null as is_signed,
                h.created_at, h.used_at
         from incoming_hooks h join users u on u.id = h.bot_id join topics t on t.id = h.topic_id
         where h.group_id = $1 order by h.id desc", group)
}

/// The number of incoming webhooks of a group.
pub async fn count(tx: &mut Tx, group: GroupId) -> Result<i64> {
    sql!(value tx, i64, "select count(*) from incoming_hooks where group_id = $1", group)
}

/// An incoming webhook that a request named, with what decides whether it may be used.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Used {
    pub hook_id: IncomingHookId,
    pub topic_id: TopicId,
    /// The group whose admins made it.
    pub group_id: GroupId,
    /// The group that the topic is in now.
    pub topic_group_id: GroupId,
    pub signing_secret: Option<String>,
    pub used_at: Option<Timestamp>,
    #[sqlx(flatten)]
    pub bot: Person,
    /// Of the bot or its owner, whichever ends later.
    pub suspended_until: Option<Timestamp>,
    pub is_banned: bool,
    pub is_deleted: bool,
}

/// Returns the incoming webhook with this digest.
pub async fn by_digest(db: &Db, digest: &str) -> Result<Option<Used>> {
    sql!(opt db, Used,
        "select h.id as hook_id, h.topic_id, h.group_id, t.group_id as topic_group_id, h.signing_secret, h.used_at, u.id, u.username,
                case when o.suspended_until is not null and (u.suspended_until is null or o.suspended_until > u.suspended_until)
                     then o.suspended_until else u.suspended_until end as suspended_until,
                u.banned_at is not null or o.banned_at is not null as is_banned,
                u.deleted_at is not null or o.deleted_at is not null as is_deleted
         from incoming_hooks h join topics t on t.id = h.topic_id join users u on u.id = h.bot_id
         left join bots b on b.user_id = u.id left join users o on o.id = b.owner_id
         where h.digest = $1", crate::word(digest))
}

/// Records a use.
pub async fn touch(tx: &mut Tx, id: IncomingHookId, now: Timestamp) -> Result<u64> {
    sql!(run tx, "update incoming_hooks set used_at = $2 where id = $1", id, now)
}

/// Deletes an incoming webhook of a group. Returns the bot and the name; `None` when there is none.
pub async fn delete(tx: &mut Tx, group: GroupId, id: IncomingHookId) -> Result<Option<(UserId, String)>> {
    sql!(opt tx, (UserId, String), "delete from incoming_hooks where id = $1 and group_id = $2 returning bot_id, name", id, group)
}

/// Deletes the incoming webhooks of a bot. Returns the group and the name of each.
pub async fn delete_of_bot(tx: &mut Tx, bot: UserId) -> Result<Vec<(GroupId, String)>> {
    sql!(all tx, (GroupId, String), "delete from incoming_hooks where bot_id = $1 returning group_id, name", bot)
}
