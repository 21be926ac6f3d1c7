//! Periodic jobs: one job per time slot, however often and by how many processes `tick` is called.

use super::enqueue_unique;
use crate::platform::jobs::Task;
use model::time::Timestamp;
use store::db::Db;
use store::platform::jobs as table;

/// The schedule's name of [`Task::Sweep`].
const SWEEP: &str = "sweep";

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
