//! Sends deliveries to webhooks, in order per topic, with retries. The table of deliveries is its queue.
//!
//! It runs beside the jobs, so that a receiver that hangs takes no job's place. While a webhook fails, one delivery at a
//! time is tried, with growing pauses.

use std::collections::HashMap;
use std::time::Duration;

use tokio::task::{Id, JoinSet};

use super::events::{self, Content};
use crate::people::notices;
use crate::platform::caches;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::outbound::{Post, timed};
use crate::platform::secrets;
use model::{Delivery, DeliveryState, GroupId, NoticeDetails, NoticeKind, Webhook, WebhookId};
use store::people::notices::NewNotice;
use store::webhooks::deliveries::{self, Ready, Report};
use store::webhooks::outgoing::{self, Receiver};

/// The longest time of one try.
pub const TIMEOUT: Duration = Duration::from_secs(10);
/// The deliveries that are sent at once: by a process, to the webhooks of one group, and to one webhook.
const AT_ONCE: usize = 32;
const OF_GROUP: usize = 8;
const OF_ONE: usize = 4;
/// How often to check for due deliveries when nothing happens, and how long to wait after new ones: on a busy site, they
/// come by the hundred a second.
const LOOK: Duration = Duration::from_secs(1);
const GATHER: Duration = Duration::from_millis(50);
/// The waits between the attempts of a delivery, about a day in total. After the last one, the delivery fails.
const WAITS: [u64; 10] = [5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800, 28_800];
/// The longest pause of a webhook that fails.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);
/// A webhook that has failed for this long, and at least this many times, is turned off.
const PATIENCE: Duration = Duration::from_secs(5 * 24 * 3_600);
const ENOUGH_FAILURES: i64 = 10;
/// A failing webhook with this many waiting deliveries is turned off. One that works but is too slow is turned off at
/// twice as many.
const MOST_WAITING: i64 = 20_000;
/// After this many failures in a row, the receiver counts as down. When it is back, all waiting deliveries are due.
const AWAY: i64 = 3;
/// The most bytes of an answer that are kept.
const KEPT: usize = 500;
/// How long a finished delivery stays in the log, and how long one waits at most.
const LOGGED: Duration = Duration::from_secs(7 * 24 * 3_600);
const WAITING: Duration = Duration::from_secs(14 * 24 * 3_600);

/// Sends due deliveries until `shutdown` completes. Then it finishes the running ones.
pub async fn keep(cx: Context, shutdown: impl Future<Output = ()>) {
    let mut woken = cx.wake.subscribe();
    // Tasks of their own: one that holds a connection to the database continues while this one waits for another.
    let mut tasks = JoinSet::new();
    let mut running: HashMap<Id, WebhookId> = HashMap::new();
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        let mut busy: HashMap<WebhookId, usize> = HashMap::new();
        for webhook in running.values() {
            *busy.entry(*webhook).or_default() += 1;
        }
        match due(&cx, &busy).await {
            Ok(claimed) => {
                for delivery in claimed {
                    let (cx, webhook) = (cx.clone(), delivery.webhook_id);
                    let task = tasks.spawn(async move { deliver(&cx, &delivery).await });
                    running.insert(task.id(), webhook);
                }
            }
            Err(error) => tracing::warn!(%error, "the due deliveries of webhooks could not be read"),
        }
        tokio::select! {
            () = &mut shutdown => break,
            Some(ended) = tasks.join_next_with_id() => {
                running.remove(&ended.map_or_else(|error| error.id(), |(id, ())| id));
            }
            () = async { woken.wait().await; tokio::time::sleep(GATHER).await } => {}
            () = tokio::time::sleep(LOOK) => {}
        }
    }
    while tasks.join_next().await.is_some() {}
}

/// Sends everything that is due now, and returns how many tries that took. For tests and tools.
///
/// # Errors
/// When the database fails.
pub async fn send_due(cx: &Context) -> Result<usize> {
    let mut tries = 0;
    loop {
        let claimed = due(cx, &HashMap::new()).await?;
        if claimed.is_empty() {
            return Ok(tries);
        }
        tries += claimed.len();
        futures_util::future::join_all(claimed.iter().map(|delivery| deliver(cx, delivery))).await;
    }
}

/// Claims deliveries for the free places. A forum without webhooks pays no query.
async fn due(cx: &Context, busy: &HashMap<WebhookId, usize>) -> Result<Vec<Delivery>> {
    let known = caches::webhooks::known(cx).await?;
    if known.listeners.is_empty() {
        return Ok(Vec::new());
    }
    let mut of_groups: HashMap<GroupId, usize> = HashMap::new();
    for listener in &known.listeners {
        if let (Some(group), Some(count)) = (listener.group, busy.get(&listener.id)) {
            *of_groups.entry(group).or_default() += count;
        }
    }
    let now = cx.now();
    let mut free = AT_ONCE.saturating_sub(busy.values().sum());
    let mut claimed = Vec::new();
    for Ready { id: webhook, group_id, failures } in deliveries::ready(&cx.db, now).await? {
        let most = if failures > 0 { 1 } else { OF_ONE };
        let mut places = most.saturating_sub(busy.get(&webhook).copied().unwrap_or(0)).min(free);
        if let Some(group) = group_id {
            // One group does not take all places.
            places = places.min(OF_GROUP.saturating_sub(of_groups.get(&group).copied().unwrap_or(0)));
        }
        if places == 0 {
            continue;
        }
        let ids = deliveries::next_due(&cx.db, webhook, places as i64, now).await?;
        if ids.is_empty() {
            continue;
        }
        let mut tx = cx.db.begin().await?;
        let own = deliveries::claim(&mut tx, &ids, now).await?;
        tx.commit().await?;
        free -= own.len();
        if let Some(group) = group_id {
            *of_groups.entry(group).or_default() += own.len();
        }
        claimed.extend(own);
    }
    Ok(claimed)
}

/// Tries a delivery and records the result.
async fn deliver(cx: &Context, delivery: &Delivery) {
    if let Err(error) = attempt(cx, delivery).await {
        // The claim ends, and it is tried again.
        tracing::warn!(%error, delivery = %delivery.id, "a try of a webhook could not be finished");
    }
}

/// What a try led to.
enum Tried {
    /// There was nothing to send any more.
    LeftOut,
    Answered {
        status: u16,
        duration_ms: i64,
        answer: String,
    },
    Failed {
        duration_ms: i64,
        answer: String,
    },
}

async fn attempt(cx: &Context, delivery: &Delivery) -> Result<()> {
    let Some(Receiver { webhook, secret }) = outgoing::receiver(&cx.db, delivery.webhook_id).await? else {
        return Ok(());
    };
    let tried = match events::content(cx, &webhook, delivery).await? {
        Content::Json(body) => send(cx, &webhook, &secret, delivery, body).await?,
        Content::Gone => Tried::LeftOut,
    };
    record(cx, &webhook, delivery, tried).await
}

async fn send(cx: &Context, webhook: &Webhook, sealed: &str, delivery: &Delivery, body: String) -> Result<Tried> {
    let secret = cx.config.secret.decrypt("webhook", "outgoing", sealed);
    let secret = secret.ok_or_else(|| Error::Internal("the secret of a webhook is damaged".into()))?;
    let id = format!("msg_{}_{}", webhook.id, delivery.id);
    let headers = secrets::standard_webhook(&secret, &id, cx.now().0 / 1_000_000, &body);
    let post = Post { url: &webhook.url, headers, body: body.into_bytes(), timeout: TIMEOUT, most: KEPT };
    let (answer, duration_ms) = timed(cx.outbound.post(post)).await;
    Ok(match answer {
        Ok(answer) => {
            let text: String = String::from_utf8_lossy(&answer.body).replace('\0', "");
            Tried::Answered { status: answer.status, duration_ms, answer: text }
        }
        Err(error) => Tried::Failed { duration_ms, answer: error.to_string() },
    })
}

/// Records a try: of the delivery, and whether its webhook works.
async fn record(cx: &Context, webhook: &Webhook, delivery: &Delivery, tried: Tried) -> Result<()> {
    let now = cx.now();
    let (status, duration_ms, answer) = match &tried {
        Tried::LeftOut => (None, 0, "Not sent. The content was deleted, or this webhook can no longer see it."),
        Tried::Answered { status, duration_ms, answer } => (Some(i64::from(*status)), *duration_ms, answer.as_str()),
        Tried::Failed { duration_ms, answer } => (None, *duration_ms, answer.as_str()),
    };
    let is_done = status.is_none_or(|status| (200..300).contains(&status)) && !matches!(tried, Tried::Failed { .. });
    let wait = WAITS.get(usize::try_from(delivery.attempt - 1).unwrap_or(0));
    let (state, run_at) = match (is_done, wait) {
        (true, _) => (DeliveryState::Sent, now),
        (false, Some(wait)) => (DeliveryState::Waiting, now.plus(Duration::from_secs(*wait))),
        (false, None) => (DeliveryState::Failed, now),
    };
    let answer: String = answer.chars().take(KEPT).collect();
    let report = Report { state, run_at, status, duration_ms, answer: &answer };
    let mut tx = cx.db.begin().await?;
    if deliveries::report(&mut tx, delivery.id, delivery.attempt, &report).await? == 0 {
        // Another process has tried it since, after this try took too long.
        return Ok(());
    }
    let mut is_off = false;
    let mut why = None;
    if is_done && status.is_some() {
        if outgoing::succeeded(&mut tx, webhook.id).await? >= AWAY {
            deliveries::bring_forward(&mut tx, webhook.id, now).await?;
        }
        if deliveries::waiting(&mut tx, webhook.id).await? > 2 * MOST_WAITING {
            why = Some("The receiver was too slow, and too many deliveries were waiting.");
        }
    } else if !is_done && let Some((failures, since)) = outgoing::failed(&mut tx, webhook.id, now).await? {
        let doublings = u32::try_from(failures.clamp(1, 20) - 1).unwrap_or(0);
        let pause = Duration::from_secs(1 << doublings).min(LONGEST_PAUSE);
        outgoing::pause(&mut tx, webhook.id, now.plus(pause)).await?;
        why = if status == Some(410) {
            Some("The receiver responded with 410 Gone.")
        } else if now.since(since) >= PATIENCE && failures >= ENOUGH_FAILURES {
            Some("Every delivery failed for five days.")
        } else if deliveries::waiting(&mut tx, webhook.id).await? > MOST_WAITING {
            Some("Deliveries kept failing, and too many were waiting.")
        } else {
            None
        };
    }
    if let Some(why) = why {
        is_off = outgoing::switch_off(&mut tx, webhook.id, why, now).await? > 0;
        if is_off {
            tell_admins(cx, &mut tx, webhook, why).await?;
        }
    }
    tx.commit().await?;
    if is_off {
        cx.wake.after_commit();
        caches::webhooks::changed(cx).await;
    }
    Ok(())
}

/// Notifies the admins that a webhook was turned off.
async fn tell_admins(cx: &Context, tx: &mut store::Tx, webhook: &Webhook, why: &str) -> Result<()> {
    let details = NoticeDetails { title: webhook.name.clone(), ..NoticeDetails::NONE };
    for user in outgoing::admins(tx, webhook.group_id).await? {
        let new = NewNotice {
            user,
            group: webhook.group_id,
            kind: NoticeKind::WebhookOff,
            reason: why,
            by: None,
            topic: None,
            message: None,
            details: &details,
        };
        notices::tell(cx, tx, new).await?;
    }
    Ok(())
}

/// Deletes old deliveries. Returns how many.
///
/// # Errors
/// When the database fails.
pub(crate) async fn purge(cx: &Context) -> Result<u64> {
    let mut tx = cx.db.begin().await?;
    let purged = deliveries::delete_old(&mut tx, cx.now().minus(LOGGED), cx.now().minus(WAITING)).await?;
    tx.commit().await?;
    Ok(purged)
}
