//! Periodic jobs: one job per time slot, however often and by how many processes `tick` is called.

use std::time::Duration;

use super::enqueue_unique;
use crate::platform::jobs::Task;
use model::time::Timestamp;
use store::db::Db;
use store::platform::jobs as table;

/// The schedule's name of [`Task::Sweep`].
const SWEEP: &str = "sweep";

/// How far the clocks of two machines may differ.
const SKEW: Duration = Duration::from_secs(10);
/// Longer than any job waits for its next try or any lease lasts.
const LONGEST: Duration = Duration::from_secs(11 * 60);

/// Makes jobs due that would wait until the clock, which was set back, has reached their times again. Returns how many.
pub async fn after_clock_change(db: &Db, now: Timestamp) -> Result<u64, store::Error> {
    let mut tx = table::begin(db).await?;
    let moved = table::bring_forward(&mut tx, now, now.plus(SKEW), now.plus(LONGEST)).await?;
    tx.commit().await?;
    if moved > 0 {
        tracing::warn!(jobs = moved, "the clock was set back: jobs from before it run now");
    }
    Ok(moved)
}

/// Queues the jobs of the current slots unless queued already; missed slots are skipped. Returns whether it queued any:
/// then wake the workers. Cheap enough to call every minute.
pub async fn tick(db: &Db, now: Timestamp) -> Result<bool, store::Error> {
    let slot: String = now.rfc3339().chars().take("2026-11-21T10".len()).collect();
    if table::latest_slot(db, SWEEP).await?.is_some_and(|latest| latest >= slot) {
        return Ok(false);
    }
    let mut tx = db.begin().await?;
    // The slot's row outlives its job, which is deleted on success; the key prevents two sweeps at once.
    let queued = table::open_slot(&mut tx, SWEEP, &slot).await?
        && enqueue_unique(&mut tx, &format!("{SWEEP}:{slot}"), Task::Sweep { slot }, now).await?;
    tx.commit().await?;
    Ok(queued)
}
