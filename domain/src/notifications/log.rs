//! The log of emails, for site admins.

use crate::platform::context::Context;
use crate::platform::error::Result;
use model::policy::Viewer;
use model::{EmailId, EmailLine, EmailState};

/// Returns the newest emails before one, in a state if one is given, and whether there are more.
///
/// # Errors
/// [`crate::Error::NotFound`] for viewers who are not site admins.
pub async fn list(
    cx: &Context,
    viewer: Viewer,
    state: Option<EmailState>,
    before: Option<EmailId>,
    limit: usize,
) -> Result<(Vec<EmailLine>, bool)> {
    viewer.site_admin()?;
    let mut lines = store::people::emails::log(&cx.db, state, before, limit as i64 + 1).await?;
    let has_more = crate::platform::cut(&mut lines, limit);
    Ok((lines, has_more))
}
