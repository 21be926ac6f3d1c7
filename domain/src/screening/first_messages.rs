//! Auditor: holds the first messages of new members, if the group wants that.

use super::Audit;
use crate::platform::error::Result;
use futures_util::future::BoxFuture;

/// Holds a message whose author posted fewer messages in the group than its `first_held`.
pub(super) fn audit<'a>(audit: &'a mut Audit<'_>) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        let submission = audit.submission;
        let Some(group) = submission.group.filter(|group| group.first_held > 0) else { return Ok(()) };
        if submission.by_moderator() || submission.before.is_some() || audit.verdict.held.is_some() {
            return Ok(());
        }
        let first = group.first_held;
        if store::moderation::rules::written_in(&audit.cx.db, submission.author, group.id, first).await? < first {
            audit.verdict.held = Some(model::HELD_AS_NEW.to_owned());
        }
        Ok(())
    })
}
