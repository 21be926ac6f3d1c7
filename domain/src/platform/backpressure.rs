//! Slows posting down while the jobs of new messages wait, or run for long: no one sees a message live before its job has run.
//!
//! Posting and jobs share the database and often the processor. Without this, a client that posts at full speed would
//! starve the jobs, and every reader would see messages seconds late.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::Notify;

use super::context::Context;
use super::jobs::LEASE;
use model::time::Timestamp;
use store::platform::jobs;

/// How long the job of a new message may wait before posting slows down.
const FREE: Duration = Duration::from_millis(100);

/// How old a new message may be whose job runs: half of what is tolerable until everybody is told of it.
const FREE_RUNNING: Duration = Duration::from_millis(250);

/// The longest that one submission is held back.
const LONGEST: Duration = Duration::from_millis(500);

/// How much a submission is held back for each millisecond above these. With less, a burst passes before it is felt.
const STRENGTH: u32 = 2;

/// The interval between two looks at the queue while there are submissions.
const LOOK: Duration = Duration::from_millis(50);

/// How much a submission has to wait now. Zero unless [`watch`] runs.
#[derive(Debug, Default)]
pub struct Backpressure {
    submitted: Notify,
    milliseconds: AtomicU64,
}

impl Backpressure {
    /// How long a submission has to wait now.
    pub fn current(&self) -> Duration {
        Duration::from_millis(self.milliseconds.load(Ordering::Relaxed))
    }

    /// Returns after the wait.
    pub(crate) async fn wait(&self) {
        self.submitted.notify_one();
        let wait = self.current();
        if !wait.is_zero() {
            tokio::time::sleep(wait).await;
        }
    }
}

/// Looks at the queue while there are submissions, until `stop` completes.
pub async fn watch(cx: Context, stop: impl Future<Output = ()>) {
    let looking = async {
        loop {
            if cx.backpressure.current().is_zero() {
                cx.backpressure.submitted.notified().await;
            }
            let now = cx.now();
            let looks = tokio::try_join!(
                jobs::new_message_waiting_since(&cx.db, now),
                jobs::new_message_running_since(&cx.db, now, now.plus(LEASE)),
            );
            let above = |since: Option<Timestamp>, free| {
                since.map_or(Duration::ZERO, |since| cx.now().since(since).saturating_sub(free) * STRENGTH)
            };
            let wait = match looks {
                Ok((waiting, running)) => above(waiting, FREE).max(above(running, FREE_RUNNING)),
                Err(error) => {
                    tracing::debug!(%error, "the job queue could not be read");
                    Duration::ZERO
                }
            };
            let wait = u64::try_from(wait.min(LONGEST).as_millis()).unwrap_or(0);
            cx.backpressure.milliseconds.store(wait, Ordering::Relaxed);
            tokio::time::sleep(LOOK).await;
        }
    };
    tokio::select! {
        () = stop => {}
        () = looking => {}
    }
}
