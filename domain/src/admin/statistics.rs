//! Statistics over time: a count per day, and a sample of the site's state per minute. Pages read only these.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use crate::platform::context::Context;
use crate::platform::error::Result;
use model::policy::Viewer;
use model::time::Timestamp;
use model::{StatisticsDay, StatisticsSample};
use store::platform::statistics::ProcessRow;
use store::{self, Tx};

/// In microseconds.
const DAY: i64 = 86_400_000_000;
const HOUR: i64 = 3_600_000_000;
const MINUTE: i64 = 60_000_000;

/// How many past days are counted.
pub const DAYS: i64 = 365;
/// The most days that one run counts, so that the first run on a large forum stays short.
const AT_ONCE: i64 = 20;
/// Minutes between two counts of the current day.
const TODAY: i64 = 10;
/// How often a process reports.
pub const EVERY: Duration = Duration::from_secs(20);
/// How long a process's report is valid.
const HOLDS: Duration = Duration::from_secs(70);
/// How long all samples are kept; older ones are reduced to one per hour.
const FINE: Duration = Duration::from_secs(2 * 24 * 3_600);
/// How long the hourly samples are kept.
const KEPT: Duration = Duration::from_secs(400 * 24 * 3_600);

/// Buckets of a histogram; every four buckets double the time.
const STEPS: usize = 72;
/// The upper bound of the first bucket, in microseconds.
const FIRST: f64 = 100.0;

/// A histogram of durations. Adding is one atomic instruction.
#[derive(Debug)]
pub struct Histogram([AtomicU32; STEPS]);

impl Default for Histogram {
    fn default() -> Self {
        Self([const { AtomicU32::new(0) }; STEPS])
    }
}

impl Histogram {
    /// Adds one duration.
    pub fn add(&self, took: Duration) {
        let steps = (took.as_micros() as f64 / FIRST).max(1.0).log2() * 4.0;
        self.0[(steps.ceil() as usize).min(STEPS - 1)].fetch_add(1, Ordering::Relaxed);
    }

    /// Returns the counts and resets them.
    pub fn take(&self) -> Times {
        Times(self.0.iter().map(|count| u64::from(count.swap(0, Ordering::Relaxed))).collect())
    }
}

/// Durations as counts per bucket.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Times(Vec<u64>);

impl Times {
    fn parse(text: &str) -> Self {
        let counts = text.split(' ').map(|pair| pair.split_once(':'));
        let mut times = Self(vec![0; STEPS]);
        for (step, count) in counts.flatten() {
            if let (Ok(step), Ok(count)) = (step.parse::<usize>(), count.parse::<u64>())
                && let Some(known) = times.0.get_mut(step)
            {
                *known += count;
            }
        }
        times
    }

    fn add(&mut self, other: &Self) {
        self.0.resize(STEPS, 0);
        self.0.iter_mut().zip(&other.0).for_each(|(sum, more)| *sum += more);
    }

    /// The number of durations.
    pub fn count(&self) -> u64 {
        self.0.iter().sum()
    }

    /// The percentile, rounded up by at most a fifth.
    pub fn percentile(&self, percent: u64) -> Option<Duration> {
        let wanted = (self.count() * percent).div_ceil(100);
        let mut seen = 0;
        let step = self.0.iter().position(|count| {
            seen += count;
            seen >= wanted && seen > 0
        })?;
        Some(Duration::from_micros((FIRST * (step as f64 / 4.0).exp2()).round() as u64))
    }
}

impl std::fmt::Display for Times {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let some = self.0.iter().enumerate().filter(|(_, count)| **count > 0);
        let pairs: Vec<String> = some.map(|(step, count)| format!("{step}:{count}")).collect();
        f.write_str(&pairs.join(" "))
    }
}

/// A process's report about itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Open polls; `None` when the process serves none.
    pub polls: Option<i64>,
    /// How long deliveries of messages to its polls took after the save, since the last report.
    pub deliveries: Times,
}

/// Saves a process's report.
pub async fn report(cx: &Context, process: &str, report: Report) -> Result<()> {
    let row = ProcessRow {
        process: process.to_owned(),
        at: cx.now(),
        polls: report.polls,
        indexed: cx.search.as_ref().map(|search| search.documents() as i64),
        index_bytes: cx.search.as_ref().map(|search| search.bytes() as i64),
        deliveries: report.deliveries.to_string(),
    };
    let mut tx = cx.db.begin().await?;
    store::platform::statistics::report(&mut tx, &row).await?;
    Ok(tx.commit().await?)
}

/// Reports about this process regularly until `stop` resolves.
pub async fn follow(cx: Context, report_now: impl Fn() -> Report, stop: impl Future<Output = ()>) {
    let process = model::unique_name();
    let mut stop = std::pin::pin!(stop);
    loop {
        if let Err(error) = report(&cx, &process, report_now()).await {
            tracing::debug!(%error, "the statistics of this process were not saved");
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = &mut stop => return,
        }
    }
}

/// Takes statistics regularly until `stop` resolves. Of all processes that do, one does so in each minute.
pub async fn keep(cx: Context, stop: impl Future<Output = ()>) {
    let mut stop = std::pin::pin!(stop);
    loop {
        if let Err(error) = measure(&cx).await {
            tracing::warn!(%error, "statistics were not saved");
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = &mut stop => return,
        }
    }
}

/// Takes a sample and counts the due days, at most once a minute, however often it is called.
pub async fn measure(cx: &Context) -> Result<()> {
    let now = cx.now();
    if !sample(cx, now).await? {
        return Ok(());
    }
    let today = now.0.div_euclid(DAY);
    let latest = store::platform::statistics::latest_day(&cx.db).await?;
    let from = latest.unwrap_or(today - DAYS + 1).max(today - DAYS + 1);
    if latest == Some(today) && now.0.div_euclid(MINUTE) % TODAY != 0 {
        return Ok(());
    }
    // The latest day is counted again, since it was not over.
    for day in from..=today.min(from + AT_ONCE) {
        let mut tx = cx.db.begin().await?;
        count(&mut tx, day).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Counts all days again, after an import of old content.
///
/// # Errors
/// When the database fails.
pub async fn recount(cx: &Context) -> Result<()> {
    let today = cx.now().0.div_euclid(DAY);
    let mut tx = cx.db.begin().await?;
    for day in today - DAYS + 1..=today {
        count(&mut tx, day).await?;
    }
    Ok(tx.commit().await?)
}

async fn count(tx: &mut Tx, day: i64) -> Result<()> {
    Ok(store::platform::statistics::count_day(tx, day, Timestamp(day * DAY), Timestamp((day + 1) * DAY)).await?)
}

/// Takes this minute's sample. Returns whether no other process had taken it.
async fn sample(cx: &Context, now: Timestamp) -> Result<bool> {
    let minute: String = now.rfc3339().chars().take("2026-11-21T10:31".len()).collect();
    if store::platform::jobs::latest_slot(&cx.db, "figures").await?.is_some_and(|latest| latest >= minute) {
        return Ok(false);
    }
    let jobs = store::platform::jobs::counts(&cx.db).await?;
    let database_bytes = store::platform::statistics::database_bytes(&cx.db).await?;
    let mut tx = cx.db.begin().await?;
    if !store::platform::jobs::open_slot(&mut tx, "figures", &minute).await? {
        return Ok(false);
    }
    let reports = store::platform::statistics::take_reports(&mut tx).await?;
    let mut latest: Vec<&ProcessRow> = Vec::new();
    let mut times = Times::default();
    for row in &reports {
        times.add(&Times::parse(&row.deliveries));
        latest.retain(|known| known.process != row.process);
        if row.at.plus(HOLDS) > now {
            latest.push(row);
        }
    }
    let micros = |took: Duration| took.as_micros() as i64;
    let of = StatisticsSample {
        at: Timestamp(now.0.div_euclid(MINUTE) * MINUTE),
        polls: latest.iter().filter_map(|row| row.polls).reduce(|sum, more| sum + more),
        jobs_waiting: jobs.ready,
        jobs_failed: jobs.failed,
        indexed: latest.iter().filter_map(|row| row.indexed).max(),
        index_bytes: latest.iter().filter_map(|row| row.index_bytes).max(),
        database_bytes,
        delivered: times.count() as i64,
        median_us: times.percentile(50).map(micros),
        p99_us: times.percentile(99).map(micros),
    };
    store::platform::statistics::insert_sample(&mut tx, &of, now.0.div_euclid(HOUR)).await?;
    tx.commit().await?;
    Ok(true)
}

/// Deletes old samples and thins out others. Returns how many were deleted.
pub(crate) async fn thin(cx: &Context) -> Result<u64> {
    let mut tx = cx.db.begin().await?;
    let gone = store::platform::statistics::thin(&mut tx, cx.now().minus(FINE), cx.now().minus(KEPT)).await?;
    tx.commit().await?;
    Ok(gone)
}

/// The site's statistics over time.
#[derive(Clone, Debug)]
pub struct OverTime {
    /// All days with their counts; the date as `2026-11-21`.
    pub days: Vec<(String, StatisticsDay)>,
    /// The groups with the most messages in these days; `None` stands for all conversations.
    pub groups: Vec<(Option<String>, i64)>,
    /// The samples of the last day, oldest first.
    pub samples: Vec<StatisticsSample>,
}

/// The statistics of the last days.
///
/// # Errors
/// [`crate::Error::NotFound`] for viewers who are not site admins.
pub async fn over_time(cx: &Context, viewer: Viewer, days: i64) -> Result<OverTime> {
    viewer.site_admin()?;
    let days = days.clamp(1, DAYS);
    let today = cx.now().0.div_euclid(DAY);
    let first = today - days + 1;
    let counted = store::platform::statistics::days(&cx.db, first).await?;
    let none = |day| StatisticsDay { day, messages: 0, people: 0, accounts: 0 };
    let mut known = counted.into_iter().peekable();
    let all = (first..=today).map(|day| {
        let counted = known.next_if(|known| known.day == day).unwrap_or_else(|| none(day));
        (Timestamp(day * DAY).rfc3339()[..10].to_owned(), counted)
    });
    let all = all.collect();
    Ok(OverTime {
        days: all,
        groups: store::platform::statistics::by_group(&cx.db, first, 10).await?,
        samples: store::platform::statistics::samples(&cx.db, cx.now().minus(Duration::from_secs(24 * 3_600))).await?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_stored_with_an_error_of_at_most_a_fifth() {
        let tally = Histogram::default();
        assert_eq!(tally.take().percentile(50), None);
        for millis in 1..=100 {
            tally.add(Duration::from_millis(millis));
        }
        tally.add(Duration::from_secs(3_600));
        let times = Times::parse(&tally.take().to_string());
        assert_eq!(times.count(), 101);
        let near = |percent, millis: f64| {
            let found = times.percentile(percent).map_or(0.0, |took| took.as_secs_f64() * 1_000.0);
            assert!(found >= millis * 0.99 && found <= millis * 1.2, "{percent}: {found}");
        };
        near(50, 51.0);
        near(99, 100.0);
        assert!(times.percentile(100) > Some(Duration::from_secs(15)));
        assert_eq!(tally.take().count(), 0);
        let mut both = times.clone();
        both.add(&times);
        assert_eq!((both.count(), both.percentile(50)), (202, times.percentile(50)));
    }
}
