//! Periodic work: a job for each slot of time, queued once, whoever ticks and however often.

use super::enqueue_unique;
use crate::platform::jobs::Task;
use model::time::Timestamp;
use store::db::Db;
use store::platform::jobs as table;

/// The name of the schedule of [`Task::Sweep`].
const SWEEP: &str = "sweep";

/// Queues the jobs of the current slots if nobody has yet; slots that passed while nobody ticked stay out. Says whether
/// it queued any: then wake the workers. Cheap enough for every minute.
pub async fn tick(db: &Db, now: Timestamp) -> Result<bool, store::Error> {
    let slot: String = now.rfc3339().chars().take("2026-11-21T10".len()).collect();
    if table::latest_slot(db, SWEEP).await?.is_some_and(|latest| latest >= slot) {
        return Ok(false);
    }
    let mut tx = db.begin().await?;
    // The slot's name outlives its job, which goes when it succeeds; the key keeps a slow sweep to one.
    let queued = table::open_slot(&mut tx, SWEEP, &slot).await?
        && enqueue_unique(&mut tx, &format!("{SWEEP}:{slot}"), Task::Sweep { slot }, now).await?;
    tx.commit().await?;
    Ok(queued)
}
