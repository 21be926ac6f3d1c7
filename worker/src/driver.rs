//! The only task of a queue that talks to the database: claims jobs for free slots, reports outcomes, renews leases.

use std::time::Duration;

use domain::model::JobId;
use domain::platform::jobs;
use domain::platform::jobs::{Report, Turn, Woken};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep_until};

use crate::Worker;
use crate::queue::{Claimed, Receipt};

/// The pause between attempts to reach a failing database, doubled from the first to the last.
const FIRST_RETRY: Duration = Duration::from_millis(50);
const LAST_RETRY: Duration = Duration::from_secs(2);

/// How long finished jobs are gathered at most while more jobs are due.
const GATHER: Duration = Duration::from_millis(20);

/// How often a failing database is tried during shutdown, before the leases are left to expire.
const LAST_ATTEMPTS: u32 = 6;

pub(crate) struct Driver {
    worker: Worker,
    /// Unique among all drivers, including those of this process before a crash.
    owner: String,
    /// The channel to apalis. Never full: its capacity is the number of slots.
    jobs: mpsc::Sender<Claimed>,
    /// True when the worker is to end.
    stopped: watch::Receiver<bool>,
    woken: Woken,
    reports: mpsc::UnboundedReceiver<Vec<Report>>,
    /// Cloned into the receipts of claimed jobs.
    report: mpsc::UnboundedSender<Vec<Report>>,
    /// Claimed jobs whose report the database does not have yet.
    held: Vec<(JobId, i64)>,
    /// Batches that run.
    running: usize,
    /// Outcomes that the database does not have yet.
    ended: Vec<Report>,
    look: bool,
    /// Whether the last claim left jobs that were due.
    more: bool,
    turned: Instant,
    failures: u32,
}

impl Driver {
    pub fn new(worker: Worker, jobs: mpsc::Sender<Claimed>, stopped: watch::Receiver<bool>) -> Self {
        let (report, reports) = mpsc::unbounded_channel();
        let owner = domain::model::unique_name();
        let woken = worker.wake.subscribe();
        let (held, ended) = (Vec::new(), Vec::new());
        Self {
            worker,
            owner,
            jobs,
            stopped,
            woken,
            reports,
            report,
            held,
            running: 0,
            ended,
            look: true,
            more: false,
            turned: Instant::now(),
            failures: 0,
        }
    }

    /// Runs until the queue is closed and everything claimed is reported.
    pub async fn drive(mut self) {
        let third = self.worker.settings.lease / 3;
        let mut heartbeat = Instant::now() + third;
        let every = self.worker.settings.look;
        let mut looks = interval_at(Instant::now() + every, every);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            // Checked on every round, since short jobs must not starve the lease of a long one.
            if Instant::now() >= heartbeat {
                heartbeat = Instant::now() + third;
                self.renew().await;
            }
            while let Ok(reports) = self.reports.try_recv() {
                self.take(reports);
            }
            let closed = self.jobs.is_closed();
            if closed && (self.held.is_empty() || self.failures >= LAST_ATTEMPTS) {
                return;
            }
            let stopping = closed || *self.stopped.borrow();
            let free = if stopping { 0 } else { self.free() };
            // A wakeup after this point is seen by the next turn.
            self.look |= free > 0 && self.woken.take();
            // A job that just ended may have queued more.
            let want = if self.look || !self.ended.is_empty() { free } else { 0 };
            // Under load, one turn per finished job would cost more than the job.
            let few = free < self.worker.settings.slots.div_ceil(2);
            let gathered = self.turned + GATHER;
            let gathers = self.more && few && !stopping && Instant::now() < gathered;
            if !gathers && (want > 0 || !self.ended.is_empty()) {
                self.turn(want).await;
                continue;
            }
            tokio::select! {
                Some(reports) = self.reports.recv() => self.take(reports),
                () = self.woken.wait(), if free > 0 => self.look = true,
                _ = self.stopped.changed(), if !stopping => {}
                () = self.jobs.closed(), if !closed => {}
                () = sleep_until(heartbeat) => {}
                () = sleep_until(gathered), if gathers => {}
                _ = looks.tick(), if free > 0 => self.look = self.is_due().await,
            }
        }
    }

    fn take(&mut self, reports: Vec<Report>) {
        self.ended.extend(reports);
        self.running -= 1;
    }

    fn free(&self) -> usize {
        self.worker.settings.slots.max(1).saturating_sub(self.running)
    }

    /// Reports outcomes and claims jobs for `want` slots, in one transaction.
    async fn turn(&mut self, want: usize) {
        let Worker { db, clock, settings, .. } = &self.worker;
        match jobs::turn(db, &self.owner, &self.ended, want, settings.lease, clock.now()).await {
            Ok(Turn { claims, more }) => {
                self.failures = 0;
                self.turned = Instant::now();
                for Report { id, attempt, .. } in self.ended.drain(..) {
                    self.held.retain(|held| *held != (id, attempt));
                }
                if want > 0 {
                    self.look = more;
                    self.more = more;
                }
                for claims in jobs::batches(claims) {
                    let receipt = Some(Receipt::new(&claims, self.report.clone()));
                    self.held.extend(claims.iter().map(|claim| (claim.id, claim.attempt)));
                    self.running += 1;
                    // Refused when the queue was just closed: then the receipt gives the jobs back.
                    let _ = self.jobs.try_send(Claimed { claims, receipt });
                }
            }
            Err(error) => {
                let wait = FIRST_RETRY.saturating_mul(1 << self.failures.min(10)).min(LAST_RETRY);
                self.failures = self.failures.saturating_add(1);
                tracing::warn!(%error, again_in = ?wait, "the job queue's database failed");
                tokio::time::sleep(wait).await;
            }
        }
    }

    /// Renews the leases of all running jobs.
    async fn renew(&mut self) {
        let has_ended = |held| self.ended.iter().any(|report| (report.id, report.attempt) == held);
        let running: Vec<_> = self.held.iter().copied().filter(|&held| !has_ended(held)).collect();
        if running.is_empty() {
            return;
        }
        let Worker { db, clock, settings, .. } = &self.worker;
        match jobs::renew(db, &self.owner, &running, settings.lease, clock.now()).await {
            Ok(renewed) if renewed < running.len() as u64 => {
                // Its report will be refused, and the current owner runs the job again.
                tracing::warn!(lost = running.len() as u64 - renewed, "a heartbeat came too late for a lease");
            }
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "a heartbeat of the job queue failed"),
        }
    }

    async fn is_due(&self) -> bool {
        let Worker { db, clock, .. } = &self.worker;
        // If the query fails, assume yes: the turn then reports what is wrong.
        domain::store::platform::jobs::is_due(db, clock.now()).await.unwrap_or(true)
    }
}
