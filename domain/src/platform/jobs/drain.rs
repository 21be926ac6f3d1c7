//! Running the queue empty in one go, for tests and tools that must not return before everything has followed.

use std::fmt::Display;
use std::time::Duration;

use model::unique_name;

use super::{Job, Outcome, Report, turn};
use model::time::Clock;
use store::db::Db;

/// Jobs claimed at a time.
const BATCH: usize = 16;

/// Long enough for a batch of slow jobs: nothing renews it.
const LEASE: Duration = Duration::from_secs(600);

/// Runs everything that is due, one after the other, and what that queues, until nothing is due. Answers with the error
/// of each job that failed (`job: error`); those stay in the queue, to be tried later. A panic is the caller's.
///
/// # Errors
/// When the database fails.
pub async fn drain<H, F, E>(db: &Db, clock: &Clock, handler: H) -> Result<Vec<String>, store::Error>
where
    H: Fn(Job) -> F,
    F: Future<Output = Result<(), E>>,
    E: Display,
{
    let owner = unique_name();
    let mut failures = Vec::new();
    let mut reports: Vec<Report> = Vec::new();
    loop {
        let turn = turn(db, &owner, &reports, BATCH, LEASE, clock.now()).await?;
        if turn.claims.is_empty() && !turn.more {
            return Ok(failures);
        }
        reports.clear();
        for claim in turn.claims {
            let what = format!("{:?}", claim.job);
            let tries = claim.job.tries();
            let outcome = match handler(claim.job).await {
                Ok(()) => Outcome::Done,
                Err(error) => {
                    failures.push(format!("{what}: {error}"));
                    Outcome::Failed(error.to_string())
                }
            };
            reports.push(Report { id: claim.id, attempt: claim.attempt, tries, outcome });
        }
    }
}
