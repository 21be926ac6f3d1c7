//! Deliveries of events to webhooks. The table is their queue: a claim moves `run_at` to the end of its lease, and what
//! the claimer reports is fenced by the number of the attempt.

use std::time::Duration;

use crate::db::{Db, Tx, sql};
use crate::list;
use model::time::Timestamp;
use model::{Delivery, DeliveryId, DeliveryState, GroupId, MessageId, TopicId, UserId, WebhookEvent, WebhookId};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// How long a claim holds. [`bring_forward`] names the same time.
const LEASE: Duration = Duration::from_secs(60);

macro_rules! columns {
    () => {
        "d.id, d.webhook_id, d.event, d.group_id, d.topic_id, d.message_id, d.user_id, d.state, d.attempt, d.run_at, d.created_at,
         d.tried_at, d.status, d.duration_ms, d.answer"
    };
}

/// A delivery to save.
#[derive(Clone, Debug)]
pub struct NewDelivery {
    pub webhook: WebhookId,
    pub event: WebhookEvent,
    /// Names what happened: a second delivery of it is not saved.
    pub key: String,
    pub group: Option<GroupId>,
    pub topic: Option<TopicId>,
    pub message: Option<MessageId>,
    pub user: Option<UserId>,
    /// The place in the order of the topic.
    pub position: i64,
}

/// Inserts a delivery that is due now. 0 when the webhook has one of the same key.
pub async fn insert(tx: &mut Tx, new: &NewDelivery, now: Timestamp) -> Result<u64> {
    sql!(run tx,
        "insert into webhook_deliveries (webhook_id, event, event_key, group_id, topic_id, message_id, user_id, position, state, run_at, created_at)
         select $1, $2, $3, $4, $5, $6, $7, $8, 'waiting', $9, $9 where exists (select 1 from webhooks where id = $1)
         on conflict do nothing",
        new.webhook, new.event, new.key.as_str(), new.group, new.topic, new.message, new.user, new.position, now)
}

/// A webhook that has deliveries to try now.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct Ready {
    pub id: WebhookId,
    /// `None`: a webhook of the site.
    pub group_id: Option<GroupId>,
    /// Tries that failed since its last success.
    pub failures: i64,
}

/// The webhooks that have deliveries to try now. The one whose delivery is due for the longest time comes first.
pub async fn ready(db: &Db, now: Timestamp) -> Result<Vec<Ready>> {
    sql!(all db, Ready,
        "select w.id, w.group_id, w.failures from webhooks w left join groups g on g.id = w.group_id
         where w.off_at is null and g.deleted_at is null and (w.paused_until is null or w.paused_until <= $1)
           and exists (select 1 from webhook_deliveries d where d.webhook_id = w.id and d.state = 'waiting' and d.run_at <= $1)
         order by (select min(d.run_at) from webhook_deliveries d where d.webhook_id = w.id and d.state = 'waiting'), w.id", now)
}

/// The due deliveries of a webhook, earliest due first; of each topic only the first that waits.
pub async fn next_due(db: &Db, webhook: WebhookId, limit: i64, now: Timestamp) -> Result<Vec<DeliveryId>> {
    sql!(values db, DeliveryId,
        "select d.id from webhook_deliveries d
         where d.webhook_id = $1 and d.state = 'waiting' and d.run_at <= $2
           and not exists (select 1 from webhook_deliveries e where e.webhook_id = $1 and e.topic_id = d.topic_id
                           and e.state = 'waiting' and (e.position < d.position or (e.position = d.position and e.id < d.id)))
         order by d.run_at, d.position, d.id limit $3", webhook, now, limit)
}

/// Claims those of these deliveries that are due, for the time of a lease. Another process may have claimed some.
pub async fn claim(tx: &mut Tx, ids: &[DeliveryId], now: Timestamp) -> Result<Vec<Delivery>> {
    sql!(all tx, Delivery,
        "update webhook_deliveries set attempt = attempt + 1, run_at = $2, tried_at = $3
         where id in (select cast(value as bigint) from json_each($1)) and state = 'waiting' and run_at <= $3
         returning id, webhook_id, event, group_id, topic_id, message_id, user_id, state, attempt, run_at, created_at,
             tried_at, status, duration_ms, answer",
        list(ids), now.plus(LEASE), now)
}

/// What a try of a delivery led to.
#[derive(Clone, Debug)]
pub struct Report<'a> {
    pub state: DeliveryState,
    /// When it is tried again.
    pub run_at: Timestamp,
    pub status: Option<i64>,
    pub duration_ms: i64,
    pub answer: &'a str,
}

/// Records what a try led to. 0 when another process has claimed the delivery since.
pub async fn report(tx: &mut Tx, id: DeliveryId, attempt: i64, report: &Report<'_>) -> Result<u64> {
    sql!(run tx,
        "update webhook_deliveries set state = $3, run_at = $4, status = $5, duration_ms = $6, answer = $7
         where id = $1 and attempt = $2 and state = 'waiting'",
        id, attempt, report.state, report.run_at, report.status, report.duration_ms, report.answer)
}

/// Makes the waiting deliveries of a webhook due, after it works again. Those that are being sent now keep their lease.
pub async fn bring_forward(tx: &mut Tx, webhook: WebhookId, now: Timestamp) -> Result<u64> {
    // A claim sets `run_at` to the end of its lease, and nothing else does.
    sql!(run tx,
        pg "update webhook_deliveries set run_at = $2 where webhook_id = $1 and state = 'waiting' and run_at > $2
              and (tried_at is null or run_at <> tried_at + interval '60 seconds')",
        lite "update webhook_deliveries set run_at = $2 where webhook_id = $1 and state = 'waiting' and run_at > $2
                and (tried_at is null or run_at <> tried_at + 60000000)",
        webhook, now)
}

/// Sends a delivery again. 0 when it waits, or is not of this webhook.
pub async fn again(tx: &mut Tx, webhook: WebhookId, id: DeliveryId, now: Timestamp) -> Result<u64> {
    sql!(run tx,
        "update webhook_deliveries set state = 'waiting', attempt = 0, run_at = $3 where id = $1 and webhook_id = $2 and state <> 'waiting'",
        id, webhook, now)
}

/// The newest deliveries of a webhook.
pub async fn of(db: &Db, webhook: WebhookId, limit: i64) -> Result<Vec<Delivery>> {
    sql!(all db, Delivery,
        concat!("select ", columns!(), " from webhook_deliveries d where d.webhook_id = $1 order by d.id desc limit $2"), webhook, limit)
}

/// The number of deliveries of a webhook that wait.
pub async fn waiting(tx: &mut Tx, webhook: WebhookId) -> Result<i64> {
    sql!(value tx, i64, "select count(*) from webhook_deliveries where webhook_id = $1 and state = 'waiting'", webhook)
}

/// Deletes finished deliveries that were created before a moment, and waiting ones that are older still.
pub async fn delete_old(tx: &mut Tx, finished: Timestamp, waiting: Timestamp) -> Result<u64> {
    sql!(run tx, "delete from webhook_deliveries where created_at < $1 and (state <> 'waiting' or created_at < $2)", finished, waiting)
}
