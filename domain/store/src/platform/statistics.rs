//! Statistics over time: counts per day, and samples of the state of the site.

use crate::db::{Db, Tx, sql};
use model::time::Timestamp;
use model::{GroupId, StatisticsDay, StatisticsSample};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// The latest day that was counted.
pub async fn latest_day(db: &Db) -> Result<Option<i64>> {
    sql!(opt_value db, i64, "select day from counted_days order by day desc limit 1")
}

/// Counts a day, from `from` until before `until`. Replaces an earlier count.
pub async fn count_day(tx: &mut Tx, day: i64, from: Timestamp, until: Timestamp) -> Result<()> {
    sql!(run tx, "delete from counted_groups where day = $1", day)?;
    sql!(run tx,
        "insert into counted_groups (day, group_id, messages)
         select $1, t.group_id, count(*) from messages m join topics t on t.id = m.topic_id
         where m.created_at >= $2 and m.created_at < $3 and m.deleted_at is null group by t.group_id", day, from, until)?;
    sql!(run tx,
        "insert into counted_days (day, messages, people, accounts)
         select $1, count(*), count(distinct author_id), (select count(*) from users where created_at >= $2 and created_at < $3)
         from messages where created_at >= $2 and created_at < $3 and deleted_at is null
         on conflict (day) do update set messages = excluded.messages, people = excluded.people, accounts = excluded.accounts",
        day, from, until)?;
    Ok(())
}

/// The counted days from `from` on, in order.
pub async fn days(db: &Db, from: i64) -> Result<Vec<StatisticsDay>> {
    sql!(all db, StatisticsDay, "select day, messages, people, accounts from counted_days where day >= $1 order by day", from)
}

/// The groups with the most messages since a day: name and count. All conversations count as one entry without a name.
pub async fn by_group(db: &Db, from: i64, limit: i64) -> Result<Vec<(Option<String>, i64)>> {
    sql!(all db, (Option<String>, i64),
        "select name, cast(sum(messages) as bigint) as written from (
           select case when g.kind = 'direct' then null else g.id end as id,
                  case when g.kind = 'direct' then null else g.name end as name, c.messages
           from counted_groups c join groups g on g.id = c.group_id and g.deleted_at is null where c.day >= $1) named
         group by id, name order by written desc, name limit $2", from, limit)
}

/// What a process reported of itself.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ProcessRow {
    pub process: String,
    pub at: Timestamp,
    /// Open polls.
    pub polls: Option<i64>,
    /// Documents in the search index.
    pub indexed: Option<i64>,
    /// The size of the search index.
    pub index_bytes: Option<i64>,
    /// The delays between a save and its delivery by poll, as counts per delay.
    pub deliveries: String,
}

/// Stores the report of a process.
pub async fn report(tx: &mut Tx, row: &ProcessRow) -> Result<u64> {
    sql!(run tx,
        "insert into process_figures (process, at, polls, indexed, index_bytes, deliveries) values ($1, $2, $3, $4, $5, $6)
         on conflict do nothing",
        &row.process, row.at, row.polls, row.indexed, row.index_bytes, &row.deliveries)
}

/// Deletes and returns the reports of all processes, in order of time.
pub async fn take_reports(tx: &mut Tx) -> Result<Vec<ProcessRow>> {
    let mut rows = sql!(all tx, ProcessRow,
        "delete from process_figures returning process, at, polls, indexed, index_bytes, deliveries")?;
    rows.sort_by_key(|row| row.at);
    Ok(rows)
}

/// Stores a sample. 0 when there is one of that moment.
pub async fn insert_sample(tx: &mut Tx, sample: &StatisticsSample, hour: i64) -> Result<u64> {
    sql!(run tx,
        "insert into samples (at, hour, polls, jobs_waiting, jobs_failed, indexed, index_bytes, database_bytes, delivered, median_us, p99_us)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict do nothing",
        sample.at, hour, sample.polls, sample.jobs_waiting, sample.jobs_failed, sample.indexed, sample.index_bytes,
        sample.database_bytes, sample.delivered, sample.median_us, sample.p99_us)
}

/// The samples since a moment, in order.
pub async fn samples(db: &Db, since: Timestamp) -> Result<Vec<StatisticsSample>> {
    sql!(all db, StatisticsSample,
        "select at, polls, jobs_waiting, jobs_failed, indexed, index_bytes, database_bytes, delivered, median_us, p99_us
         from samples where at >= $1 order by at", since)
}

/// Of the samples before `fine`, keeps the first of each hour. Deletes all samples before `any`.
pub async fn thin(tx: &mut Tx, fine: Timestamp, any: Timestamp) -> Result<u64> {
    let old = sql!(run tx, "delete from samples where at < $1", any)?;
    let thinned = sql!(run tx,
        "delete from samples where at < $1 and at > (select min(o.at) from samples o where o.hour = samples.hour)", fine)?;
    Ok(old + thinned)
}

/// The size of the database, in bytes.
pub async fn database_bytes(db: &Db) -> Result<i64> {
    sql!(one db, (i64,),
        pg "select pg_database_size(current_database())",
        lite "select page_count * page_size from pragma_page_count(), pragma_page_size()")
    .map(|(bytes,)| bytes)
}

/// The message counts of a day per group, for tests.
pub async fn counted_groups(db: &Db, day: i64) -> Result<Vec<(GroupId, i64)>> {
    sql!(all db, (GroupId, i64), "select group_id, messages from counted_groups where day = $1 order by group_id", day)
}
