//! Imports: what people wrote elsewhere comes along with its times, and where they are free with its ids and addresses.
//!
//! Nothing of the past rings a bell: no mention is unread, no mail is sent, nobody's page moves. Search follows. An
//! import may be killed at any moment; the same command again goes on where it was and brings nothing twice.

mod convore;
mod files;
mod jsonl;
mod people;
mod places;
mod report;
mod survey;
mod writer;

pub use convore::convore;
pub use jsonl::jsonl;
pub use report::{Count, Oddities, Oddity, Progress, Report};

use crate::context::Context;
use crate::error::{Error, Result};
use crate::{search, store};

/// Works on a thread that may wait for the disk.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Error::Internal(error.to_string()))
}

/// Has search and the database's plans follow what came along.
async fn finish(cx: &Context, report: &mut Report, told: &mut impl FnMut(Progress)) -> Result<()> {
    told(Progress { done: 0, total: 0, what: "search index" });
    report.searchable = search::catch_up(cx).await?;
    if let Some(search) = &cx.search {
        search.wake();
    }
    let mut tx = cx.db.begin().await?;
    store::import::analyze(&mut tx).await?;
    tx.commit().await?;
    Ok(())
}
