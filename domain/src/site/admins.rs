//! The site admins, locked for a transaction.

use crate::platform::error::{Error, Result};
use model::UserId;
use model::policy::Viewer;
use store::{self, Tx};

/// Checks that the viewer is a site admin now, and locks the set of admins until the commit. Returns the admins.
///
/// # Errors
/// [`Error::NotFound`] for anyone else: what belongs to site admins is hidden.
pub(crate) async fn lock(tx: &mut Tx, viewer: Viewer) -> Result<Vec<UserId>> {
    let user = viewer.site_admin()?;
    let admins = store::people::users::lock_admins(tx).await?;
    if admins.contains(&user) { Ok(admins) } else { Err(Error::NotFound) }
}
