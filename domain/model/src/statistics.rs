//! Rows of the statistics page.

use crate::time::Timestamp;

/// The counts of one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct StatisticsDay {
    /// Days since 1970-01-01, UTC.
    pub day: i64,
    /// Messages of that day that still exist.
    pub messages: i64,
    /// Their distinct authors.
    pub people: i64,
    /// Accounts created on that day.
    pub accounts: i64,
}

/// The state of the site at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct StatisticsSample {
    pub at: Timestamp,
    /// Open polls of all processes; `None` when no process reported.
    pub polls: Option<i64>,
    pub jobs_waiting: i64,
    /// Jobs that failed permanently.
    pub jobs_failed: i64,
    /// Documents in the search index.
    pub indexed: Option<i64>,
    pub index_bytes: Option<i64>,
    pub database_bytes: i64,
    /// Messages delivered to waiting polls since the last sample.
    pub delivered: i64,
    /// Microseconds from save to delivery.
    pub median_us: Option<i64>,
    pub p99_us: Option<i64>,
}
