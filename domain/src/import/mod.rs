//! Imports of other forums: keeps times, and ids and addresses where they are free.
//!
//! An import notifies nobody: no mention becomes unread, no email is sent, no open page changes. Search is updated. A
//! killed import resumes when the same command runs again, and imports nothing twice.

mod convore;
pub mod demo;
mod discord;
mod discourse;
mod files;
mod folder;
mod jsonl;
mod lines;
mod mattermost;
mod mbox;
mod mentions;
pub(crate) mod people;
mod prescan;
mod records;
mod report;
mod slack;
mod source;
mod spool;
pub(crate) mod targets;
pub(crate) mod writer;
mod zulip;

pub use convore::convore;
pub use discord::discord;
pub use discourse::discourse;
pub use jsonl::jsonl;
pub use mattermost::mattermost;
pub use mbox::mbox;
pub use prescan::convore_dry_run;
pub use report::{Count, ImportWarning, ImportWarnings, Progress, Report};
pub use slack::slack;
pub use source::Options;
pub use zulip::zulip;

use tokio::sync::watch;

use crate::admin::statistics;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::search;

/// The sources that were imported, with how many rows are recorded of each.
///
/// # Errors
/// If the database fails.
pub async fn sources(cx: &Context) -> Result<Vec<(String, u64)>> {
    let all = store::import::sources::all(&cx.db).await?;
    Ok(all.into_iter().map(|(source, rows)| (source, rows.unsigned_abs())).collect())
}

/// Forgets what came from a source: nothing can be added to it any more. What was imported stays, and so do the
/// addresses of the old forum. Returns how many rows were recorded.
///
/// # Errors
/// If the database fails.
pub async fn forget(cx: &Context, source: &str) -> Result<u64> {
    let mut tx = cx.db.begin().await?;
    let rows = store::import::sources::forget(&mut tx, source).await?;
    tx.commit().await?;
    Ok(rows)
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Error::Internal(error.to_string()))
}

/// Messages written until search indexes them while the import continues.
const FOLLOWS_AFTER: u64 = 25_000;

/// Messages written until the database first counts its tables for its plans, and by which factor more until it does
/// again. The plans of an empty Postgres scan tables that have grown since.
const FIRST_PLANS: u64 = 2_000;
const PLAN_AGAIN: u64 = 4;

async fn update_plans(cx: &Context) -> Result<()> {
    let mut tx = cx.db.begin().await?;
    store::import::analyze(&mut tx).await?;
    Ok(tx.commit().await?)
}

/// Runs an import while search indexes what is written so far, as `written` counts it. With two processors, both
/// together take hardly longer than the import alone.
async fn followed(
    cx: &Context,
    mut written: watch::Receiver<u64>,
    work: impl Future<Output = Result<()>>,
) -> Result<()> {
    let follow = async {
        let mut taken_in = *written.borrow_and_update();
        let (mut follows, mut plan_at) = (true, FIRST_PLANS);
        // Ends with `work`, which owns the sender.
        while written.changed().await.is_ok() {
            let now = *written.borrow_and_update();
            if now >= plan_at {
                plan_at = now * PLAN_AGAIN;
                if let Err(error) = update_plans(cx).await {
                    tracing::warn!(%error, "the database's statistics were not updated");
                }
            }
            if follows && now >= taken_in + FOLLOWS_AFTER {
                taken_in = now;
                // `finish` tries again.
                follows = search::catch_up(cx).await.unwrap_or_else(|error| {
                    tracing::warn!(%error, "search did not follow the import");
                    false
                });
            }
        }
    };
    tokio::join!(work, follow).0
}

/// Updates the search index, the database's query plans and the statistics.
async fn finish(cx: &Context, report: &mut Report, on_progress: &mut impl FnMut(Progress)) -> Result<()> {
    on_progress(Progress { done: 0, total: 0, what: "search index" });
    (report.searchable, ()) = tokio::try_join!(search::catch_up(cx), update_plans(cx))?;
    if let Some(search) = &cx.search {
        search.wake();
    }
    statistics::recount(cx).await
}
