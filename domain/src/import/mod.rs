//! Imports: what people wrote elsewhere comes along with its times, and where they are free with its ids and addresses.
//!
//! Nothing of the past rings a bell: no mention is unread, no mail is sent, nobody's page moves. Search follows. An
//! import may be killed at any moment; the same command again goes on where it was and brings nothing twice.

mod convore;
pub mod demo;
mod files;
mod jsonl;
mod lines;
pub(crate) mod people;
mod prescan;
mod report;
pub(crate) mod targets;
pub(crate) mod writer;

pub use convore::convore;
pub use jsonl::jsonl;
pub use report::{Count, ImportWarning, ImportWarnings, Progress, Report};

use tokio::sync::watch;

use crate::admin::statistics;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::search;

/// Works on a thread that may wait for the disk.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Error::Internal(error.to_string()))
}

/// Messages after which search begins to take in what was written while more is being written.
const FOLLOWS_AFTER: u64 = 25_000;

/// Does the work of an import while search takes in what it has written, as the number sent says: on two processors the
/// two take hardly longer than one.
async fn followed(
    cx: &Context,
    mut written: watch::Receiver<u64>,
    work: impl Future<Output = Result<()>>,
) -> Result<()> {
    let follow = async {
        let mut taken_in = *written.borrow_and_update();
        // Ends with the work, which has the sender.
        while written.changed().await.is_ok() {
            let now = *written.borrow_and_update();
            if now < taken_in + FOLLOWS_AFTER {
                continue;
            }
            taken_in = now;
            match search::catch_up(cx).await {
                Ok(true) => {}
                Ok(false) => return,
                // At the end it is tried again.
                Err(error) => return tracing::warn!(%error, "search did not follow the import"),
            }
        }
    };
    tokio::join!(work, follow).0
}

/// Has search and the database's plans follow what came along.
async fn finish(cx: &Context, report: &mut Report, told: &mut impl FnMut(Progress)) -> Result<()> {
    told(Progress { done: 0, total: 0, what: "search index" });
    let plans = async {
        let mut tx = cx.db.begin().await?;
        store::import::analyze(&mut tx).await?;
        Ok(tx.commit().await?)
    };
    (report.searchable, ()) = tokio::try_join!(search::catch_up(cx), plans)?;
    if let Some(search) = &cx.search {
        search.wake();
    }
    statistics::recount(cx).await
}
