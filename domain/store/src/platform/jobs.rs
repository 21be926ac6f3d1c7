//! The queue of background jobs: claims with leases, fenced acknowledgements, and the lists for admins.
//!
//! A row is `ready` until it is claimed and is deleted when it succeeded. A claim is a lease: the row is `running`,
//! belongs to `owner`, and may be claimed again once `run_at` has passed. Every later statement of the claimer is
//! fenced by `owner` and `attempt`: after it lost the lease, it changes nothing. All times come from the callers'
//! clocks.

use sqlx::PgPool;
use sqlx::postgres::{PgListener, PgPoolOptions};

use crate::db::{Db, Tx, sql};
use crate::list;
use crate::request::add_to;
use model::time::Timestamp;
use model::{JobId, JobRow};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// The Postgres channel on which processes tell each other of new jobs.
const CHANNEL: &str = "klatch_jobs";

/// A claimed row as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ClaimedRow {
    pub id: JobId,
    pub kind: String,
    /// The arguments as JSON.
    pub payload: String,
    /// The number of this attempt: 1, 2, 3.
    pub attempt: i64,
}

/// The number of jobs in any state that could have run at a moment.
pub async fn outstanding_at(db: &Db, now: Timestamp) -> Result<i64> {
    sql!(value db, i64, "select count(*) from jobs where run_at <= $1", now)
}

/// The number of jobs in each state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Counts {
    /// Jobs that wait for a free slot or for their time.
    pub ready: i64,
    pub running: i64,
    /// Jobs that were given up and wait for an admin.
    pub failed: i64,
}

/// Opens a transaction for claims and acknowledgements.
///
/// On Postgres its commit does not wait for the disk: if the server crashes and loses it, a job runs once more, which
/// every job must tolerate anyway. The transaction also switches plans off that read more than the wanted rows: a
/// planner that sees a short queue, or does not know the limit, prefers to read all of it, and keeps that plan when
/// the queue is long.
pub async fn begin(db: &Db) -> Result<Tx> {
    match db {
        Db::Postgres(pool, outage) => {
            let begin = "begin; set local synchronous_commit = off; set local enable_seqscan = off;
                 set local enable_bitmapscan = off; set local enable_sort = off";
            Ok(Tx::Postgres(outage.guard(pool.begin_with(begin)).await?, outage.clone()))
        }
        Db::Sqlite(_) => db.begin().await,
    }
}

/// Runs a statement on those jobs in `$3` that owner `$1` holds with attempt `$2`. It uses an array and no join, for
/// the reason given at [`begin`].
macro_rules! run_on_held {
    ($tx:expr, $sql:literal, $($bind:expr),*) => {
        sql!(run $tx,
            pg concat!($sql, " where state = 'running' and owner = $1 and attempt = $2
                 and id = any(array(select cast(value as bigint) from json_each($3)))"),
            lite concat!($sql, " where state = 'running' and owner = $1 and attempt = $2
                 and id in (select cast(value as bigint) from json_each($3))"),
            $($bind),*)
    };
}

/// Inserts a job that may run from `run_at` on.
pub async fn insert(tx: &mut Tx, kind: &str, payload: &str, now: Timestamp, run_at: Timestamp) -> Result<JobId> {
    sql!(value tx, JobId,
        "insert into jobs (kind, payload, created_at, run_at) values ($1, $2, $3, $4) returning id",
        kind, add_to(payload), now, run_at)
}

/// Inserts a job under a key. `None` when a job with that key exists.
pub async fn insert_unique(
    tx: &mut Tx,
    key: &str,
    kind: &str,
    payload: &str,
    now: Timestamp,
    run_at: Timestamp,
) -> Result<Option<JobId>> {
    sql!(opt_value tx, JobId,
        "insert into jobs (unique_key, kind, payload, created_at, run_at) values ($1, $2, $3, $4, $5)
         on conflict (unique_key) do nothing returning id",
        key, kind, add_to(payload), now, run_at)
}

/// Inserts jobs with a key, a kind and a payload each. A job whose key exists is left out.
pub async fn insert_all_unique(tx: &mut Tx, jobs: &[(String, String, String)], run_at: Timestamp) -> Result<u64> {
    macro_rules! insert {
        ($key:literal, $kind:literal, $payload:literal) => {
            concat!(
                "insert into jobs (unique_key, kind, payload, run_at, created_at)
                 select ",
                $key,
                ", ",
                $kind,
                ", ",
                $payload,
                ", $2, $2 from json_each($1) where true
                 on conflict (unique_key) do nothing"
            )
        };
    }
    let jobs: Vec<_> = jobs.iter().map(|(key, kind, payload)| (key, kind, add_to(payload))).collect();
    sql!(run tx,
        pg insert!("value::jsonb ->> 0", "value::jsonb ->> 1", "value::jsonb ->> 2"),
        lite insert!("value ->> 0", "value ->> 1", "value ->> 2"),
        crate::list(&jobs), run_at)
}

/// The latest slot of a periodic job that [`open_slot`] has opened.
pub async fn latest_slot(db: &Db, name: &str) -> Result<Option<String>> {
    sql!(opt_value db, String, "select value from settings where name = $1", slot_setting(name))
}

/// Opens a slot of a periodic job. Returns true exactly once per slot, however often and from wherever it is called.
/// Slots must sort by their text; a slot before the latest stays closed.
pub async fn open_slot(tx: &mut Tx, name: &str, slot: &str) -> Result<bool> {
    let opened = sql!(run tx,
        "insert into settings (name, value) values ($1, $2)
         on conflict (name) do update set value = excluded.value where settings.value < excluded.value",
        slot_setting(name), slot)?;
    Ok(opened == 1)
}

fn slot_setting(name: &str) -> String {
    format!("slot.{name}")
}

/// A statement that claims the first `$2` due jobs for owner `$3` until `$4`.
macro_rules! claim {
    ($db:expr, $which:literal, $($bind:expr),*) => {
        // The array is built once. An inner query that ran twice would lock, and claim, twice the limit.
        sql!(all $db, ClaimedRow,
            pg concat!("update jobs set state = 'running', attempt = attempt + 1, owner = $3, run_at = $4 where id = any(array
                (select id from jobs where state <> 'failed' and run_at <= $1", $which, " order by run_at, id limit $2
                for update skip locked)) returning id, kind, payload, attempt"),
            lite concat!("update jobs set state = 'running', attempt = attempt + 1, owner = $3, run_at = $4 where id in
                (select id from jobs where state <> 'failed' and run_at <= $1", $which, " order by run_at, id limit $2)
                returning id, kind, payload, attempt"),
            $($bind),*)
        .map(|mut rows| {
            rows.sort_unstable_by_key(|row| row.id);
            rows
        })
    };
}

/// Claims up to `limit` due jobs until `lease_end`, the longest due first. No two callers get the same job.
pub async fn claim(
    tx: &mut Tx,
    owner: &str,
    limit: i64,
    now: Timestamp,
    lease_end: Timestamp,
) -> Result<Vec<ClaimedRow>> {
    claim!(tx, "", now, limit, owner, lease_end)
}

/// Claims, as [`claim`] does, jobs of new messages that were never tried.
pub async fn claim_new_messages(
    tx: &mut Tx,
    owner: &str,
    limit: i64,
    now: Timestamp,
    lease_end: Timestamp,
) -> Result<Vec<ClaimedRow>> {
    claim!(tx, " and state = 'ready' and kind = 'message_posted' and attempt = 0", now, limit, owner, lease_end)
}

/// Whether a job is due. Reads one index entry and locks nothing.
pub async fn is_due(db: &Db, now: Timestamp) -> Result<bool> {
    let due = sql!(opt_value db, JobId,
        "select id from jobs where state <> 'failed' and run_at <= $1 order by run_at, id limit 1", now)?;
    Ok(due.is_some())
}

/// Extends leases. Returns how many jobs were still held.
pub async fn renew(tx: &mut Tx, owner: &str, attempt: i64, ids: &[JobId], lease_end: Timestamp) -> Result<u64> {
    run_on_held!(tx, "update jobs set run_at = $4", owner, attempt, list(ids), lease_end)
}

/// Deletes jobs that succeeded. Returns how many were still held.
pub async fn finish(tx: &mut Tx, owner: &str, attempt: i64, ids: &[JobId]) -> Result<u64> {
    run_on_held!(tx, "delete from jobs", owner, attempt, list(ids))
}

/// Puts a failed job back, to be tried again at `run_at`. Returns whether it was still held.
pub async fn postpone(
    tx: &mut Tx,
    owner: &str,
    attempt: i64,
    id: JobId,
    run_at: Timestamp,
    error: &str,
) -> Result<bool> {
    let touched = sql!(run tx,
        "update jobs set state = 'ready', owner = null, run_at = $4, last_error = $5
         where id = $3 and state = 'running' and owner = $1 and attempt = $2",
        owner, attempt, id, run_at, error)?;
    Ok(touched == 1)
}

/// Marks a job as failed permanently; it waits for an admin. Returns whether it was still held.
pub async fn park(tx: &mut Tx, owner: &str, attempt: i64, id: JobId, now: Timestamp, error: &str) -> Result<bool> {
    let touched = sql!(run tx,
        "update jobs set state = 'failed', owner = null, run_at = $4, last_error = $5
         where id = $3 and state = 'running' and owner = $1 and attempt = $2",
        owner, attempt, id, now, error)?;
    Ok(touched == 1)
}

/// Gives back jobs as if never claimed, to be run from `run_at` on. Returns how many were still held.
pub async fn release(tx: &mut Tx, owner: &str, attempt: i64, ids: &[JobId], run_at: Timestamp) -> Result<u64> {
    run_on_held!(
        tx,
        "update jobs set state = 'ready', owner = null, attempt = attempt - 1, run_at = $4",
        owner,
        attempt,
        list(ids),
        run_at
    )
}

/// Makes jobs due whose times a clock set that was ahead: a job waits for its next try or its lease longer than any job may
/// (`longest`), or was created in the future (`ahead`) and has not failed since. Jobs that are planned for later were created
/// before. Returns how many.
pub async fn bring_forward(tx: &mut Tx, now: Timestamp, ahead: Timestamp, longest: Timestamp) -> Result<u64> {
    sql!(run tx,
        "update jobs set run_at = $1 where state <> 'failed' and run_at > $2
         and ((run_at > $3 and attempt > 0) or (state = 'ready' and created_at > $2 and run_at >= created_at))",
        now, ahead, longest)
}

/// Ends all leases at once. For the start of a process that is the only one to run jobs.
pub async fn take_back(tx: &mut Tx, now: Timestamp) -> Result<u64> {
    sql!(run tx, "update jobs set state = 'ready', owner = null, run_at = $1 where state = 'running'", now)
}

/// The number of jobs in any state. A finished test has none.
pub async fn outstanding(db: &Db) -> Result<i64> {
    sql!(value db, i64, "select count(*) from jobs")
}

/// The number of jobs in each state.
pub async fn counts(db: &Db) -> Result<Counts> {
    sql!(one db, Counts,
        "select count(*) filter (where state = 'ready') as ready, count(*) filter (where state = 'running') as running,
             count(*) filter (where state = 'failed') as failed from jobs")
}

/// Since when the longest waiting job could have run; `None` when no job waits.
pub async fn waiting_since(db: &Db, now: Timestamp) -> Result<Option<Timestamp>> {
    sql!(opt_value db, Timestamp,
        "select run_at from jobs where state <> 'failed' and state = 'ready' and run_at <= $1 order by run_at, id limit 1",
        now)
}

/// Since when the longest waiting job of a new message could have run. `None` when none waits, or when no process runs
/// jobs, which waiting would not help.
pub async fn new_message_waiting_since(db: &Db, now: Timestamp) -> Result<Option<Timestamp>> {
    sql!(opt_value db, Timestamp,
        "select run_at from jobs where state <> 'failed' and state = 'ready' and kind = 'message_posted' and run_at <= $1
             and exists (select 1 from jobs r where r.state <> 'failed' and r.state = 'running' and r.run_at > $1)
         order by run_at, id limit 1",
        now)
}

/// Since when the oldest job of a new message exists that runs for the first time, under a lease that ends by `lease_end`.
pub async fn new_message_running_since(db: &Db, now: Timestamp, lease_end: Timestamp) -> Result<Option<Timestamp>> {
    sql!(opt_value db, Timestamp,
        "select created_at from jobs
         where state <> 'failed' and run_at > $1 and run_at <= $2 and state = 'running' and kind = 'message_posted' and attempt = 1
         order by created_at limit 1",
        now, lease_end)
}

/// The ready job that could have run for longest.
pub async fn oldest_due(db: &Db, now: Timestamp) -> Result<Option<JobId>> {
    sql!(opt_value db, JobId,
        "select id from jobs where state <> 'failed' and state = 'ready' and run_at <= $1 order by run_at, id limit 1", now)
}

/// The newest jobs of a state. `before` is the last job of the previous page.
pub async fn page(db: &Db, state: &str, before: Option<JobId>, limit: i64) -> Result<Vec<JobRow>> {
    sql!(all db, JobRow,
        "select id, kind, payload, state, attempt, run_at, last_error, created_at from jobs
         where state = $1 and id < $2 order by id desc limit $3",
        state, before.map_or(i64::MAX, |id| id.0), limit)
}

/// Makes a failed job ready again, with all its attempts. False when it is not in the state `failed`.
pub async fn retry(tx: &mut Tx, id: JobId, now: Timestamp) -> Result<bool> {
    let touched = sql!(run tx,
        "update jobs set state = 'ready', attempt = 0, run_at = $2 where id = $1 and state = 'failed'", id, now)?;
    Ok(touched == 1)
}

/// The kind of a job; `None` when it is gone.
pub async fn kind(tx: &mut Tx, id: JobId) -> Result<Option<String>> {
    sql!(opt_value tx, String, "select kind from jobs where id = $1", id)
}

/// Deletes a job that is not running. False when there is none.
pub async fn remove(tx: &mut Tx, id: JobId) -> Result<bool> {
    let touched = sql!(run tx, "delete from jobs where id = $1 and state <> 'running'", id)?;
    Ok(touched == 1)
}

/// Tells the workers of all processes that there are jobs. `from` identifies the sender. Does not wait for the disk.
pub async fn notify(pool: &PgPool, from: &str) -> Result<()> {
    sqlx::query("select set_config('synchronous_commit', 'off', true), pg_notify($1, $2)")
        .bind(CHANNEL)
        .bind(from)
        .execute(pool)
        .await?;
    Ok(())
}

/// Listens for [`notify`], on a connection outside of the pool.
pub async fn listen(pool: &PgPool) -> Result<PgListener> {
    let options = pool.connect_options().as_ref().clone();
    let own = PgPoolOptions::new().max_connections(1).max_lifetime(None).idle_timeout(None).connect_lazy_with(options);
    let mut listener = PgListener::connect_with(&own).await?;
    listener.listen(CHANNEL).await?;
    Ok(listener)
}
