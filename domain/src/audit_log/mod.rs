//! The log of those who keep order: what each of them did is a row, written in the transaction of the deed. It only grows.

mod reading;

pub use model::{Entry, LogDeed, LogReach};
pub(crate) use reading::record;
pub use reading::{PAGE, Page, Sought, of_admins, of_group, of_site, redact};

use crate::error::Result;
use model::time::Timestamp;
use store::{self, Tx};

/// Writes a deed down, in its own transaction: it is in the log if and only if it was done.
///
/// # Errors
/// When the database fails; then nothing was done.
pub(crate) async fn write(tx: &mut Tx, entry: Entry, now: Timestamp) -> Result<()> {
    store::audit_log::insert(tx, &entry, now).await?;
    Ok(())
}
