//! Runs the queue until it is empty, for tests and tools that must wait for all consequences.

use std::fmt::Display;
use std::time::Duration;

use model::unique_name;

use super::{Job, Outcome, Report, batches, turn};
use model::time::Clock;
use store::db::Db;

const BATCH: usize = 16;

/// Long enough for a batch of slow jobs: nothing renews it.
const LEASE: Duration = Duration::from_secs(600);

/// Runs all due jobs one batch after the other, and the jobs they enqueue, until none is due. Returns the error of each
/// failed batch (`jobs: error`); failed jobs stay in the queue for later. Panics reach the caller.
///
/// # Errors
/// When the database fails.
pub async fn drain<H, F, E>(db: &Db, clock: &Clock, handler: H) -> Result<Vec<String>, store::Error>
where
    H: Fn(Vec<Job>) -> F,
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
        for claims in batches(turn.claims) {
            let jobs: Vec<Job> = claims.iter().map(|claim| claim.job.clone()).collect();
            let outcome = match handler(jobs.clone()).await {
                Ok(()) => Outcome::Done,
                Err(error) => {
                    failures.push(format!("{jobs:?}: {error}"));
                    Outcome::Failed(error.to_string())
                }
            };
            let report = |claim: &super::Claim| Report::of(claim, outcome.clone());
            reports.extend(claims.iter().map(report));
        }
    }
}
