//! Webhooks that receive events.

use crate::db::{Db, Tx, sql};
use model::time::Timestamp;
use model::{GroupId, UserId, Webhook, WebhookId};

type Result<T> = std::result::Result<T, sqlx::Error>;

macro_rules! columns {
    () => {
        "w.id, w.group_id, w.name, w.url, w.events, (select u.username from users u where u.id = w.created_by) as created_by,
         w.created_at, w.off_at, w.off_reason, w.failing_since, w.failures, w.paused_until"
    };
}

/// A webhook to save.
#[derive(Clone, Copy, Debug)]
pub struct NewWebhook<'a> {
    /// `None`: a webhook of the site.
    pub group: Option<GroupId>,
    pub name: &'a str,
    pub url: &'a str,
    /// Encrypted.
    pub secret: &'a str,
    /// Words separated by commas.
    pub events: &'a str,
    pub by: UserId,
}

/// Inserts a webhook.
pub async fn insert(tx: &mut Tx, new: NewWebhook<'_>, now: Timestamp) -> Result<WebhookId> {
    sql!(value tx, WebhookId,
        "insert into webhooks (group_id, name, url, secret, events, created_by, created_at) values ($1, $2, $3, $4, $5, $6, $7) returning id",
        new.group, new.name, new.url, new.secret, new.events, new.by, now)
}

/// Returns a webhook, unless its group was deleted.
pub async fn by_id(db: &Db, id: WebhookId) -> Result<Option<Webhook>> {
    sql!(opt db, Webhook, concat!("select ", columns!(), " from webhooks w left join groups g on g.id = w.group_id
        where w.id = $1 and g.deleted_at is null"), id)
}

/// The webhooks of a group, or (`None`) of the site, newest first.
pub async fn of(db: &Db, group: Option<GroupId>) -> Result<Vec<Webhook>> {
    sql!(all db, Webhook,
        concat!("select ", columns!(), " from webhooks w where coalesce(w.group_id, 0) = $1 order by w.id desc"),
        group.map_or(0, |group| group.0))
}

/// The number of webhooks of a group or of the site.
pub async fn count(tx: &mut Tx, group: Option<GroupId>) -> Result<i64> {
    sql!(value tx, i64, "select count(*) from webhooks where coalesce(group_id, 0) = $1", group.map_or(0, |group| group.0))
}

/// Whom to tell of which events.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Listener {
    pub id: WebhookId,
    /// `None`: a webhook of the site.
    pub group_id: Option<GroupId>,
    /// Words separated by commas.
    pub events: String,
}

macro_rules! listeners {
    () => {
        "select w.id, w.group_id, w.events from webhooks w left join groups g on g.id = w.group_id
         where w.off_at is null and g.deleted_at is null order by w.id"
    };
}

/// All webhooks that are on.
pub async fn listeners(db: &Db) -> Result<Vec<Listener>> {
    sql!(all db, Listener, listeners!())
}

/// The same, in a transaction.
pub async fn listeners_in(tx: &mut Tx) -> Result<Vec<Listener>> {
    sql!(all tx, Listener, listeners!())
}

/// Where to send, and how to sign.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Receiver {
    #[sqlx(flatten)]
    pub webhook: Webhook,
    /// Encrypted.
    pub secret: String,
}

/// Returns where to send, unless the webhook is off or its group was deleted.
pub async fn receiver(db: &Db, id: WebhookId) -> Result<Option<Receiver>> {
    sql!(opt db, Receiver,
        concat!("select ", columns!(), ", w.secret from webhooks w left join groups g on g.id = w.group_id
                 where w.id = $1 and w.off_at is null and g.deleted_at is null"), id)
}

/// Records a success: nothing is wrong with it any more. Returns how many tries had failed before.
pub async fn succeeded(tx: &mut Tx, id: WebhookId) -> Result<i64> {
    let before = sql!(opt_value tx, i64, "select failures from webhooks where id = $1", id)?.unwrap_or(0);
    if before > 0 {
        sql!(run tx, "update webhooks set failing_since = null, failures = 0, paused_until = null where id = $1", id)?;
    }
    Ok(before)
}

/// Records a failure. Returns the number of tries that failed since the last success, and since when.
pub async fn failed(tx: &mut Tx, id: WebhookId, now: Timestamp) -> Result<Option<(i64, Timestamp)>> {
    sql!(opt tx, (i64, Timestamp),
        "update webhooks set failures = failures + 1, failing_since = coalesce(failing_since, $2) where id = $1 and off_at is null
         returning failures, failing_since", id, now)
}

/// Lets a webhook wait before the next try.
pub async fn pause(tx: &mut Tx, id: WebhookId, until: Timestamp) -> Result<u64> {
    sql!(run tx, "update webhooks set paused_until = $2 where id = $1", id, until)
}

/// Switches a webhook off. 0 when it was off.
pub async fn switch_off(tx: &mut Tx, id: WebhookId, reason: &str, now: Timestamp) -> Result<u64> {
    sql!(run tx, "update webhooks set off_at = $2, off_reason = $3 where id = $1 and off_at is null", id, now, reason)
}

/// Switches off the webhooks of a user for groups, or for the site, which they do not administer. Returns the group and
/// the name of each.
pub async fn switch_off_lost(
    tx: &mut Tx,
    user: UserId,
    reason: &str,
    now: Timestamp,
) -> Result<Vec<(Option<GroupId>, String)>> {
    sql!(all tx, (Option<GroupId>, String),
        "update webhooks set off_at = $2, off_reason = $3
         where created_by = $1 and off_at is null
           and not exists (select 1 from groups g where g.id = webhooks.group_id and g.deleted_at is not null)
           and not exists
             (select 1 from users u left join memberships m on m.user_id = u.id and m.group_id = webhooks.group_id
              where u.id = $1 and u.deleted_at is null and u.banned_at is null
                and (m.role = 'admin' or (u.is_admin and (webhooks.group_id is null or m.role is not null or exists
                        (select 1 from groups g where g.id = webhooks.group_id and g.kind = 'public')))))
         returning group_id, name",
        user, now, reason)
}

/// Lets the webhooks of a user wait until a moment, or (`None`) continue.
pub async fn pause_of(tx: &mut Tx, user: UserId, until: Option<Timestamp>) -> Result<u64> {
    sql!(run tx, "update webhooks set paused_until = $2 where created_by = $1", user, until)
}

/// Switches a webhook on. 0 when it was on.
pub async fn switch_on(tx: &mut Tx, id: WebhookId) -> Result<u64> {
    sql!(run tx,
        "update webhooks set off_at = null, off_reason = '', failing_since = null, failures = 0, paused_until = null
         where id = $1 and off_at is not null", id)
}

/// Deletes a webhook with its deliveries.
pub async fn delete(tx: &mut Tx, id: WebhookId) -> Result<u64> {
    sql!(run tx, "delete from webhooks where id = $1", id)
}

/// The accounts that are notified of a webhook's failure: the admins of its group, or of the site.
pub async fn admins(tx: &mut Tx, group: Option<GroupId>) -> Result<Vec<UserId>> {
    match group {
        Some(group) => {
            sql!(values tx, UserId, "select user_id from memberships where group_id = $1 and role = 'admin' order by user_id", group)
        }
        None => sql!(values tx, UserId, "select id from users where is_admin and deleted_at is null order by id"),
    }
}
