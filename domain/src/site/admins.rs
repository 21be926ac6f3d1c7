//! The admins of the site, locked for a transaction.

use crate::platform::error::{Error, Result};
use model::UserId;
use model::policy::Viewer;
use store::{self, Tx};

/// Nothing when they administer the site at this moment, and none of the admins changes until the transaction ends: those there are.
///
/// # Errors
/// [`Error::NotFound`] to everyone else: what is for site admins is not there.
pub(crate) async fn lock(tx: &mut Tx, viewer: Viewer) -> Result<Vec<UserId>> {
    let user = viewer.site_admin()?;
    let admins = store::people::users::hold_admins(tx).await?;
    if admins.contains(&user) { Ok(admins) } else { Err(Error::NotFound) }
}
