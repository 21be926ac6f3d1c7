//! What limits a writer in a group, to tell before they write. The auditors and slow mode decide it.

use crate::platform::caches;
use crate::platform::context::Context;
use crate::platform::error::Result;
use model::Group;
use model::policy::{Access, Permission, Viewer};
use model::time::Timestamp;

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
    /// Returns the limits of the viewer, whose account was created at `since`. For accounts that are not young, in groups
    /// that hold nothing, it usually takes no query.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn of(cx: &Context, viewer: Viewer, since: Timestamp, group: &Group, access: Access) -> Result<Self> {
        let Some(user) = viewer.id().filter(|_| !access.may(Permission::Moderate)) else { return Ok(Self::default()) };
        let mut limits = Self { slow_seconds: group.slow_seconds, ..Self::default() };
        let new = caches::rules::known(cx).await?.newcomers;
        if !access.is_site_admin() && new.is_young(since, cx.now()) {
            let (_, posted) = store::moderation::rules::author(&cx.db, user, new.messages).await?;
            limits.links = (posted < new.messages).then_some(new.links);
        }
        if group.first_held > 0 {
            let first = group.first_held;
            limits.is_held = store::moderation::rules::written_in(&cx.db, user, group.id, first).await? < first;
        }
        Ok(limits)
    }
}
