//! Auditor: the number of links to other sites in a message of a new account.

use super::Audit;
use crate::platform::error::{Error, Result};
use futures_util::future::BoxFuture;
use texts::Text;

/// Refuses a message with too many links by a new account.
///
/// # Errors
/// [`Error::Invalid`] on `text`.
pub(super) fn audit<'a>(audit: &'a mut Audit<'_>) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        let (new, links) = (audit.known.newcomers, audit.hosts.len());
        let is_exempt = audit.submission.by_moderator() || audit.submission.access.is_site_admin();
        if is_exempt || links as i64 <= new.links || links <= audit.hosts_before.len() {
            return Ok(());
        }
        let (since, posted) = audit.author.get(audit.cx).await?;
        if new.is_young(since, audit.cx.now()) && posted < new.messages {
            return Err(Error::invalid("text", too_many(new.links, links)));
        }
        Ok(())
    })
}

fn too_many(most: i64, links: usize) -> Text {
    match most {
        0 => texts::screening::no_links(links),
        _ => texts::screening::too_many_links(most, links),
    }
}
