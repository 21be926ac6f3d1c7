//! Since when no email could be sent, for the health check.

use crate::platform::error::Result;
use model::time::Timestamp;
use store::Db;
use store::platform::settings;

/// The setting with the time; empty while emails are sent.
const FAILING: &str = "mail_failing";

/// Returns since when every attempt to send an email has failed; `None` if the last one succeeded.
///
/// # Errors
/// When the database fails.
pub(crate) async fn since(db: &Db) -> Result<Option<Timestamp>> {
    let since = settings::get(db, FAILING).await?;
    Ok(since.and_then(|micros| micros.parse().ok()).map(Timestamp))
}

/// Records whether an attempt failed.
///
/// # Errors
/// When the database fails.
pub(crate) async fn note(db: &Db, failed: bool, now: Timestamp) -> Result<()> {
    let is_failing = since(db).await?.is_some();
    if is_failing == failed {
        return Ok(());
    }
    let mut tx = db.begin().await?;
    let value = if failed { now.0.to_string() } else { String::new() };
    settings::set(&mut tx, FAILING, &value).await?;
    Ok(tx.commit().await?)
}
