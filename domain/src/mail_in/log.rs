//! The log of received emails, for site admins.

use crate::platform::context::Context;
use crate::platform::error::Result;
use model::policy::Viewer;
use model::{IncomingEmailId, IncomingLine, IncomingOutcome};

/// Returns the newest received emails before one, of an outcome if one is given, and whether there are more.
///
/// # Errors
/// [`crate::Error::NotFound`] for viewers who are not site admins.
pub async fn list(
    cx: &Context,
    viewer: Viewer,
    outcome: Option<IncomingOutcome>,
    before: Option<IncomingEmailId>,
    limit: usize,
) -> Result<(Vec<IncomingLine>, bool)> {
    viewer.site_admin()?;
    let mut lines = store::mail_in::log(&cx.db, outcome, before, limit as i64 + 1).await?;
    let has_more = crate::platform::cut(&mut lines, limit);
    Ok((lines, has_more))
}
