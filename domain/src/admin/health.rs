//! Health checks: reads, writes, jobs, the search index and the bus.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use texts::Text;
use tokio::time::timeout;

use crate::platform::context::Context;
use crate::platform::error::Result;
use crate::platform::health::Checked;
pub use crate::platform::health::Health;
use crate::platform::last_backup::LastBackup;
use crate::platform::mail::trouble;
use crate::search::lag::{self, Lag};

/// How long each part may take to answer.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long a result is used again: checks cost a write.
const FRESH: Duration = Duration::from_secs(2);
/// How long a job or the index may stand still.
const STILL: Duration = Duration::from_secs(60);

/// How long emails may fail before something is wrong.
const MAIL_FAILS: Duration = Duration::from_secs(3_600);

const ROW: &str = "health";

/// Returns what everyone may know.
pub fn brief(health: &Health) -> Value {
    json!({"status": if health.is_ready() { "ready" } else { "unready" }})
}

/// Returns everything, for operators.
pub fn detailed(health: &Health) -> Value {
    let mut all = brief(health);
    for (part, wrong) in health.parts() {
        all[part] = wrong.map_or_else(|| "ok".to_owned(), |wrong| wrong.to(texts::Lang::En)).into();
    }
    if let Some(age) = health.backup_age {
        all["backup_age_seconds"] = age.as_secs().into();
    }
    all["version"] = env!("CARGO_PKG_VERSION").into();
    all
}

/// Returns the health of this process, at most two seconds old. Many callers at once share one check.
pub async fn check(cx: &Context) -> Health {
    let mut checked = cx.health.0.lock().await;
    if let Some((at, health)) = &checked.last
        && at.elapsed() < FRESH
    {
        return health.clone();
    }
    let health = look(cx, &mut checked).await;
    let before = checked.last.as_ref().map(|(_, before)| before.clone()).unwrap_or_default();
    for ((part, now), (_, before)) in health.parts().into_iter().zip(before.parts()) {
        match (before, now) {
            (before, Some(why)) if before != Some(why) => tracing::warn!(part, %why, "not healthy"),
            (Some(_), None) => tracing::info!(part, "healthy again"),
            _ => {}
        }
    }
    checked.last = Some((Instant::now(), health.clone()));
    health
}

async fn look(cx: &Context, checked: &mut Checked) -> Health {
    let bus = match timeout(PATIENCE, cx.bus.check()).await {
        Ok(Ok(())) => None,
        Ok(Err(error)) => Some(texts::health::no_answer_because(error.to_string())),
        Err(_) => Some(texts::health::no_answer()),
    };
    let reads = match within(async { Ok(store::platform::settings::get(&cx.db, ROW).await?) }).await {
        Ok(_) if store::is_corrupt() => Some(texts::health::database_damaged()),
        Ok(_) => None,
        Err(why) => Some(why),
    };
    if reads.is_some() {
        // Nothing else can be known then.
        return Health { bus, writes: reads.clone(), reads, ..Health::default() };
    }
    let backups = within(LastBackup::read(&cx.db)).await;
    let (backup, backup_age) = match &backups {
        Ok(backups) => (backups.trouble(cx.now()), backups.age(cx.now())),
        Err(why) => (Some(why.clone()), None),
    };
    Health {
        backup,
        backup_age,
        reads,
        writes: within(write(cx)).await.err(),
        jobs: stands_still(texts::health::job_waits, jobs(cx, checked).await),
        mail: mail(cx).await,
        search: search(cx, checked).await,
        bus,
    }
}

/// Returns the result of a check, or why there is none.
async fn within<T>(check: impl Future<Output = Result<T>>) -> Result<T, Text> {
    match timeout(PATIENCE, check).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(Text::verbatim(error.to_string())),
        Err(_) => Err(texts::health::no_answer_within(PATIENCE.as_secs())),
    }
}

/// Returns what is wrong with emails: every attempt to send one has failed for long.
async fn mail(cx: &Context) -> Option<Text> {
    match within(trouble::since(&cx.db)).await {
        Ok(Some(since)) if cx.now().since(since) >= MAIL_FAILS => {
            Some(texts::health::no_email(cx.now().since(since).as_secs() / 60))
        }
        Ok(_) => None,
        Err(why) => Some(why),
    }
}

async fn write(cx: &Context) -> Result<()> {
    let mut tx = cx.db.begin().await?;
    store::platform::settings::set(&mut tx, ROW, &cx.now().0.to_string()).await?;
    Ok(tx.commit().await?)
}

fn stands_still(says: impl FnOnce(u64) -> Text, since: Result<Option<Duration>, Text>) -> Option<Text> {
    match since {
        Ok(Some(still)) if still >= STILL => Some(says(still.as_secs())),
        Ok(_) => None,
        Err(why) => Some(why),
    }
}

/// Returns for how long the same job has been the one that waits for longest. Under load jobs wait too, but others.
async fn jobs(cx: &Context, checked: &mut Checked) -> Result<Option<Duration>, Text> {
    let oldest = within(async { Ok(store::platform::jobs::oldest_due(&cx.db, cx.now()).await?) }).await?;
    Ok(same_since(&mut checked.job, oldest))
}

async fn search(cx: &Context, checked: &mut Checked) -> Option<Text> {
    match within(lag::of(cx)).await {
        Ok(Lag::None) => {
            checked.change = None;
            None
        }
        Ok(Lag::Filling(done)) => Some(texts::health::index_building(done)),
        Ok(Lag::Next(next)) => {
            stands_still(texts::health::index_waits, Ok(same_since(&mut checked.change, Some(next))))
        }
        Err(why) => Some(why),
    }
}

fn same_since<T: PartialEq>(known: &mut Option<(T, Instant)>, now: Option<T>) -> Option<Duration> {
    let Some(now) = now else {
        *known = None;
        return None;
    };
    match known {
        Some((before, since)) if *before == now => Some(since.elapsed()),
        _ => {
            *known = Some((now, Instant::now()));
            Some(Duration::ZERO)
        }
    }
}
