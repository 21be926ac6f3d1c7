//! The queue seen by whoever runs jobs: one turn takes reports and gives claims.

use std::time::Duration;

use super::{Job, Task};
use model::JobId;
use model::time::Timestamp;
use store::db::{Db, Tx};
use store::platform::jobs as table;

/// How often most jobs are tried before they are parked for an admin: for about four minutes.
pub const MAX_ATTEMPTS: i64 = 8;

/// How often a letter is: a mail server may be away, or say "later", for a day (RFC 5321, 4.5.4.1, wants four or five).
const EMAIL_ATTEMPTS: i64 = 300;

/// How long a claim holds without a heartbeat.
pub const LEASE: Duration = Duration::from_secs(10);

/// The longest that a failed job waits for its next try, but for the jitter.
const MAX_BACKOFF: Duration = Duration::from_secs(300);

/// Characters of an error that are kept.
const MAX_ERROR: usize = 2_000;

/// A job that the caller may run until its lease ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The row.
    pub id: JobId,
    /// Which try this is: 1, 2, 3. Together with the owner it is the fence.
    pub attempt: i64,
    /// What to do.
    pub job: Job,
}

/// What became of a claimed job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It succeeded.
    Done,
    /// It failed; the text says why.
    Failed(String),
    /// It was not begun: the try does not count.
    NotBegun,
}

/// What the claimer says about one of its claims.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The row.
    pub id: JobId,
    /// The claim's try.
    pub attempt: i64,
    /// [`Job::tries`] of the job.
    pub tries: i64,
    /// What became of it.
    pub outcome: Outcome,
}

impl Job {
    /// How often it is tried before it is parked for an admin.
    pub fn tries(&self) -> i64 {
        match self {
            Self::Task(Task::SendEmail { .. }) => EMAIL_ATTEMPTS,
            _ => MAX_ATTEMPTS,
        }
    }
}

/// What a turn brought.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Turn {
    /// What the caller has to run now, those due first.
    pub claims: Vec<Claim>,
    /// Whether more may be due than was asked for.
    pub more: bool,
}

/// One turn of the queue, one transaction: takes the reports of what was claimed before and claims up to `want` due jobs
/// for the time `lease`. Reports of claims whose lease somebody else has taken change nothing. A claimed row that cannot
/// be read, or that has brought down its process at every try, is parked on the spot.
///
/// # Errors
/// When the database fails; then nothing has changed, and the same reports may be given again.
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
        let rows = table::claim(&mut tx, owner, limit, now, now.plus(lease)).await?;
        turn.more = rows.len() >= want;
        for row in rows {
            let error = match Job::from_row(&row.kind, &row.payload) {
                Ok(job) if row.attempt <= job.tries() => {
                    turn.claims.push(Claim { id: row.id, attempt: row.attempt, job });
                    continue;
                }
                Ok(job) => format!("its worker went away during each of {} tries", job.tries()),
                Err(error) => format!("cannot be read: {error}"),
            };
            tracing::error!(job = %row.id, kind = row.kind, error, "job parked");
            table::park(&mut tx, owner, row.attempt, row.id, now, &error).await?;
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
    for report in reports {
        let Outcome::Failed(error) = &report.outcome else { continue };
        let error: String = error.chars().filter(|&c| c != '\0').take(MAX_ERROR).collect();
        if report.attempt >= report.tries {
            if table::park(tx, owner, report.attempt, report.id, now, &error).await? {
                tracing::error!(job = %report.id, error, "job parked");
            }
        } else {
            let run_at = now.plus(backoff(report.id, report.attempt));
            table::postpone(tx, owner, report.attempt, report.id, run_at, &error).await?;
        }
    }
    Ok(())
}

/// Moves the ends of the leases of what is being run. Says how many of them were still held.
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

/// Makes whatever is being run ready again: for the start of a process that alone runs the jobs of its database.
/// Says how many jobs that were.
pub async fn take_back(db: &Db, now: Timestamp) -> Result<u64, store::Error> {
    let mut tx = db.begin().await?;
    let taken = table::take_back(&mut tx, now).await?;
    tx.commit().await?;
    Ok(taken)
}

/// How long a job waits after its `attempt`th failure: 1 s, 2 s, 4 s, 8 s and so on up to five minutes, and up to a
/// quarter more, which differs from job to job so that those that failed together do not come back together.
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

/// Jobs by their try: nearly always it is the first of all of them, so one statement does.
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
