//! The job queue for workers: one turn takes reports and returns claims.

use std::time::Duration;

use super::{Cause, Job, Task};
use model::JobId;
use model::time::Timestamp;
use store::db::{Db, Tx};
use store::platform::jobs as table;

/// How often most jobs are tried, over about four minutes, before they are parked for an admin.
pub const MAX_ATTEMPTS: i64 = 8;

/// How often an email is tried, over about a day: a mail server may be away (RFC 5321, 4.5.4.1, asks for 4 or 5 days).
const EMAIL_ATTEMPTS: i64 = 300;

/// How long a claim holds without a heartbeat.
pub const LEASE: Duration = Duration::from_secs(10);

/// The most new messages whose jobs run at once, as one batch.
pub const MOST_AT_ONCE: usize = 64;

/// The longest wait before the next try, without jitter.
const MAX_BACKOFF: Duration = Duration::from_secs(300);

/// The pause after a job that met a database or bus that was down.
const UNAVAILABLE_PAUSE: Duration = Duration::from_secs(5);

/// The most characters of an error that are stored.
const MAX_ERROR: usize = 2_000;

/// The stored kind of [`Cause::MessagePosted`].
const POSTED: &str = Cause::WORDS[0];

/// A job that the caller may run until its lease ends.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Claim {
    pub id: JobId,
    /// The number of this try, from 1. Together with the owner it is the fencing token.
    pub attempt: i64,
    pub job: Job,
    /// The id of the request that caused it.
    pub request: Option<String>,
}

/// The outcome of a claimed job.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Outcome {
    Done,
    Failed(String),
    /// The database or the bus was down, which is not the job's fault: the try does not count.
    Unavailable,
    /// The job was not started: the try does not count.
    NotBegun,
}

/// A worker's report about one of its claims.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Report {
    pub id: JobId,
    pub attempt: i64,
    /// [`Job::tries`] of the job.
    pub tries: i64,
    /// [`Job::when_parked`] of the job.
    pub when_parked: Option<Task>,
    pub outcome: Outcome,
}

impl Report {
    /// Returns the report about a claim.
    pub fn of(claim: &Claim, outcome: Outcome) -> Self {
        let Claim { id, attempt, job, .. } = claim;
        Self { id: *id, attempt: *attempt, tries: job.tries(), when_parked: job.when_parked(), outcome }
    }
}

impl Claim {
    /// Whether it may run in one batch with others: after a failure a job runs alone, so that it fails alone.
    fn is_batched(&self) -> bool {
        self.attempt == 1 && matches!(self.job, Job::Happened(Cause::MessagePosted { .. }))
    }
}

/// Divides claims into what runs together: the new messages in one batch, and every other job alone.
pub fn batches(claims: Vec<Claim>) -> Vec<Vec<Claim>> {
    let (posted, alone): (Vec<_>, Vec<_>) = claims.into_iter().partition(Claim::is_batched);
    let posted = (!posted.is_empty()).then_some(posted);
    posted.into_iter().chain(alone.into_iter().map(|claim| vec![claim])).collect()
}

impl Job {
    /// How often the job is tried before it is parked for an admin.
    pub fn tries(&self) -> i64 {
        match self {
            Self::Task(Task::SendEmail { .. }) => EMAIL_ATTEMPTS,
            _ => MAX_ATTEMPTS,
        }
    }

    /// What else has to be done when the job is parked.
    pub fn when_parked(&self) -> Option<Task> {
        match *self {
            Self::Task(Task::EmailReceived { email }) => Some(Task::EmailGivenUp { email }),
            _ => None,
        }
    }
}

/// The result of a turn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Turn {
    /// The jobs to run now, earliest due first.
    pub claims: Vec<Claim>,
    /// Whether more jobs may be due.
    pub more: bool,
}

/// Takes one turn in one transaction: applies the reports about earlier claims, and claims up to `want` due jobs for
/// the time `lease`. If more are due, up to [`MOST_AT_ONCE`] jobs of new messages are claimed too: they run as one
/// batch. Ignores reports of claims whose lease another worker has taken over. A claimed row is parked at
/// once if it cannot be parsed, or if its process crashed at every try.
///
/// # Errors
/// When the database fails. Nothing has changed then, and the same reports may be given again.
pub async fn turn(
    db: &Db,
    owner: &str,
    reports: &[Report],
    want: usize,
    lease: Duration,
    now: Timestamp,
) -> Result<Turn, store::Error> {
    let mut turn = Turn::default();
    if reports.is_empty() && want == 0 {
        return Ok(turn);
    }
    let mut tx = table::begin(db).await?;
    settle(&mut tx, owner, reports, now).await?;
    if want > 0 {
        let limit = i64::try_from(want).unwrap_or(i64::MAX);
        let mut rows = table::claim(&mut tx, owner, limit, now, now.plus(lease)).await?;
        turn.more = rows.len() >= want;
        if turn.more && rows.iter().any(|row| row.kind == POSTED && row.attempt == 1) {
            let most = MOST_AT_ONCE.saturating_sub(want);
            rows.extend(table::claim_new_messages(&mut tx, owner, most as i64, now, now.plus(lease)).await?);
        }
        for row in rows {
            let (error, then) = match Job::from_row(&row.kind, &row.payload) {
                Ok(job) if row.attempt <= job.tries() => {
                    let request = store::request_of(&row.payload);
                    turn.claims.push(Claim { id: row.id, attempt: row.attempt, job, request });
                    continue;
                }
                Ok(job) => (format!("its worker stopped during each of {} attempts", job.tries()), job.when_parked()),
                Err(error) => (format!("cannot be read: {error}"), None),
            };
            park(&mut tx, owner, (row.id, row.attempt), then, now, &error).await?;
        }
    }
    tx.commit().await?;
    Ok(turn)
}

async fn settle(tx: &mut Tx, owner: &str, reports: &[Report], now: Timestamp) -> Result<(), store::Error> {
    for (attempt, ids) in by_attempt(reports, |report| report.outcome == Outcome::Done) {
        table::finish(tx, owner, attempt, &ids).await?;
    }
    for (attempt, ids) in by_attempt(reports, |report| report.outcome == Outcome::NotBegun) {
        table::release(tx, owner, attempt, &ids, now).await?;
    }
    for (attempt, ids) in by_attempt(reports, |report| report.outcome == Outcome::Unavailable) {
        table::release(tx, owner, attempt, &ids, now.plus(UNAVAILABLE_PAUSE)).await?;
    }
    for report in reports {
        let Outcome::Failed(error) = &report.outcome else { continue };
        let error: String = error.chars().filter(|&c| c != '\0').take(MAX_ERROR).collect();
        if report.attempt >= report.tries {
            park(tx, owner, (report.id, report.attempt), report.when_parked.clone(), now, &error).await?;
        } else {
            let run_at = now.plus(backoff(report.id, report.attempt));
            table::postpone(tx, owner, report.attempt, report.id, run_at, &error).await?;
        }
    }
    Ok(())
}

/// Parks a job if it is still held, and queues what has to be done then.
async fn park(
    tx: &mut Tx,
    owner: &str,
    (id, attempt): (JobId, i64),
    then: Option<Task>,
    now: Timestamp,
    error: &str,
) -> Result<(), store::Error> {
    if table::park(tx, owner, attempt, id, now, error).await? {
        tracing::error!(job = %id, error, "job parked");
        if let Some(task) = then {
            super::enqueue(tx, task, now).await?;
        }
    }
    Ok(())
}

/// Extends the leases of running jobs. Returns how many were still held.
pub async fn renew(
    db: &Db,
    owner: &str,
    held: &[(JobId, i64)],
    lease: Duration,
    now: Timestamp,
) -> Result<u64, store::Error> {
    let mut renewed = 0;
    let mut tx = table::begin(db).await?;
    for (attempt, ids) in group(held.iter().copied()) {
        renewed += table::renew(&mut tx, owner, attempt, &ids, now.plus(lease)).await?;
    }
    tx.commit().await?;
    Ok(renewed)
}

/// Releases all running jobs, at the start of a process that alone runs the jobs of its database. Returns how many.
pub async fn take_back(db: &Db, now: Timestamp) -> Result<u64, store::Error> {
    let mut tx = db.begin().await?;
    let taken = table::take_back(&mut tx, now).await?;
    tx.commit().await?;
    Ok(taken)
}

/// How long a job waits after its `attempt`th failure: 1 s, 2 s, 4 s and so on up to five minutes. Up to a quarter is
/// added as jitter per job, so that jobs that failed together are not retried together.
pub fn backoff(id: JobId, attempt: i64) -> Duration {
    let doublings = u32::try_from(attempt.clamp(1, 20) - 1).unwrap_or(0);
    let base = Duration::from_secs(1 << doublings).min(MAX_BACKOFF);
    let mixed = (id.0 ^ attempt.rotate_left(32)).unsigned_abs().wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
    let jitter = base.as_micros() as u64 / 4 * mixed / (1 << 24);
    base + Duration::from_micros(jitter)
}

fn by_attempt(reports: &[Report], which: impl Fn(&Report) -> bool) -> Vec<(i64, Vec<JobId>)> {
    group(reports.iter().filter(|report| which(report)).map(|report| (report.id, report.attempt)))
}

/// Groups jobs by their try. Nearly all are at their first, so one statement is enough.
fn group(jobs: impl Iterator<Item = (JobId, i64)>) -> Vec<(i64, Vec<JobId>)> {
    let mut groups: Vec<(i64, Vec<JobId>)> = Vec::new();
    for (id, attempt) in jobs {
        match groups.iter_mut().find(|(of, _)| *of == attempt) {
            Some((_, ids)) => ids.push(id),
            None => groups.push((attempt, vec![id])),
        }
    }
    groups
}
