//! The moderation record of a user: log rows, bulk deletions and warnings.

use model::policy::{Permission, Viewer};
use model::{BulkDeleteRow, LogLine, UserId, WarningRow};

use crate::groups::members::MemberDetail;
use crate::moderation::warnings;
use crate::people::admins::person;
use crate::platform::context::Context;
use crate::platform::error::Result;
/// The moderation record of a user, in a group or on the whole site. All lists are newest first.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs)]
pub struct Record {
    pub lines: Vec<LogLine>,
    pub removals: Vec<BulkDeleteRow>,
    pub warnings: Vec<WarningRow>,
}

/// Returns a member's record in a group, for moderators.
///
/// # Errors
/// As [`crate::groups::members::detail`].
pub async fn of_member(cx: &Context, viewer: Viewer, chosen: &MemberDetail) -> Result<Record> {
    let (group, user) = (chosen.found.group.id, chosen.person.id);
    chosen.found.access.check(Permission::Admit)?;
    Ok(Record {
        lines: crate::moderation::log::record(cx, viewer, user, Some(group)).await?,
        removals: crate::moderation::bulk_delete::list(cx, user, Some(group)).await?,
        warnings: warnings::warnings(cx, user, Some(group)).await?,
    })
}

/// Returns a user's record on the whole site, for site admins.
///
/// # Errors
/// As [`person`].
pub async fn of_account(cx: &Context, viewer: Viewer, user: UserId) -> Result<Record> {
    person(cx, viewer, user).await?;
    Ok(Record {
        lines: crate::moderation::log::record(cx, viewer, user, None).await?,
        removals: crate::moderation::bulk_delete::list(cx, user, None).await?,
        warnings: crate::moderation::warnings::warnings(cx, user, None).await?,
    })
}
