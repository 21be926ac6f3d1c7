//! The log of those who keep order: what each of them did is a row, written in the transaction of the action. It only grows.

use model::LogEntry;

use crate::platform::error::Result;
use model::time::Timestamp;
use store::{self, Tx};

/// Writes a action down, in its own transaction: it is in the log if and only if it was done.
///
/// # Errors
/// When the database fails; then nothing was done.
pub(crate) async fn write(tx: &mut Tx, entry: LogEntry, now: Timestamp) -> Result<()> {
    store::moderation::log::insert(tx, &entry, now).await?;
    Ok(())
}
