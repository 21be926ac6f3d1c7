//! The moderation log: one row per action, written in the action's transaction. Rows are only added.

use model::LogEntry;

use crate::platform::error::Result;
use model::time::Timestamp;
use store::{self, Tx};

/// Logs an action in its transaction, so that it is in the log if and only if it was done.
///
/// # Errors
/// When the database fails; the action is then not done.
pub(crate) async fn write(tx: &mut Tx, entry: LogEntry, now: Timestamp) -> Result<()> {
    store::moderation::log::insert(tx, &entry, now).await?;
    Ok(())
}
