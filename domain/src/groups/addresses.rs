//! Addresses of private groups: nobody can guess them.

use crate::platform::error::Result;
use crate::platform::secrets;
use model::time::Timestamp;
use model::{GroupId, names};
use store::Tx;

/// Whether a group's name has neither letters nor digits. Its address contains its id.
pub(super) fn is_unreadable(name: &str) -> bool {
    names::slugify(name).is_empty()
}

/// The address that a group's name leads to.
pub(super) fn of_name(name: &str) -> String {
    Some(names::slugify(name)).filter(|slug| !slug.is_empty()).unwrap_or_else(|| "group".to_owned())
}

/// An address for a private group: with random characters at its end, so that nobody learns of the group by choosing the
/// same address for another one.
pub(crate) fn hidden(base: &str) -> Result<String> {
    let base: String = base.chars().take(60).collect();
    Ok(format!("{}-{}", base.trim_end_matches('-'), &secrets::token()?[..8]))
}

/// Gives a group that becomes private an address that nobody can guess, and returns it. The old one leads on to it.
pub(super) async fn leave(tx: &mut Tx, id: GroupId, name: &str, old: &str, now: Timestamp) -> Result<String> {
    let made = names::slugify(name);
    let slug = hidden(if made.is_empty() { old } else { &made })?;
    store::groups::move_to(tx, id, &slug, now).await?;
    Ok(slug)
}
