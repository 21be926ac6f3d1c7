//! What limits a writer in a group, to tell before they write. The auditors and slow mode decide it.

use crate::platform::caches;
use crate::platform::context::Context;
use crate::platform::error::Result;
use model::policy::{Access, Permission, Viewer};
use model::time::Timestamp;
use model::{Group, UserId};

/// The limits of a writer in a group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct WriterLimits {
    /// Slow mode: the seconds between two messages; 0 without.
    pub slow_seconds: i64,
    /// The most links to other sites in a message; `None` if they are not limited.
    pub links: Option<i64>,
    /// Whether the next message waits for approval, because the group holds first messages.
    pub is_held: bool,
}

impl WriterLimits {
    /// Returns the limits of the viewer, whose account was created at `since`. For accounts that are not new, in groups
    /// that hold nothing, it usually takes no query.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn of(cx: &Context, viewer: Viewer, since: Timestamp, group: &Group, access: Access) -> Result<Self> {
        let Some(user) = viewer.id().filter(|_| !access.may(Permission::Moderate)) else { return Ok(Self::default()) };
        let mut limits = Self { slow_seconds: group.slow_seconds, ..Self::default() };
        let new = caches::rules::known(cx).await?.newcomers;
        if !access.is_site_admin() && new.is_young(since, cx.now()) {
            limits.links = (!has_posted(cx, user, new.messages).await?).then_some(new.links);
        }
        if group.first_held > 0 {
            let first = group.first_held;
            limits.is_held = store::moderation::rules::written_in(&cx.db, user, group.id, first).await? < first;
        }
        Ok(limits)
    }
}

/// Whether a user has posted so many messages. Once it was so, it takes no query for some minutes.
async fn has_posted(cx: &Context, user: UserId, count: i64) -> Result<bool> {
    let epoch = match cx.sessions.posted(user) {
        Ok(posted) if posted >= count => return Ok(true),
        Ok(_) => None,
        Err(epoch) => Some(epoch),
    };
    let (_, posted) = store::moderation::rules::author(&cx.db, user, count).await?;
    if let Some(epoch) = epoch.filter(|_| posted >= count) {
        cx.sessions.put_posted(user, posted, epoch);
    }
    Ok(posted >= count)
}
