//! What was done to a person: rows of the log, bulk deletions, warnings.

use model::UserId;
use model::policy::{Permission, Viewer};
use store::moderation::bulk_delete::BulkDeleteRow;
use store::moderation::log::Line;
use store::moderation::warnings::WarningRow;

use crate::groups::members::MemberDetail;
use crate::moderation::warnings;
use crate::people::admins::person;
use crate::platform::context::Context;
use crate::platform::error::Result;
/// What was done to somebody in a group, and what of theirs was taken away there, for those who keep order.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// Rows of the log, the newest first.
    pub lines: Vec<Line>,
    /// Removals, the newest first.
    pub removals: Vec<BulkDeleteRow>,
    /// Warnings, the newest first.
    pub warnings: Vec<WarningRow>,
}

/// The record of somebody in a group.
///
/// # Errors
/// As [`crate::groups::members::chosen`].
pub async fn of_member(cx: &Context, viewer: Viewer, chosen: &MemberDetail) -> Result<Record> {
    let (group, user) = (chosen.found.group.id, chosen.person.id);
    chosen.found.access.check(Permission::Admit)?;
    Ok(Record {
        lines: crate::moderation::log::record(cx, viewer, user, Some(group)).await?,
        removals: crate::moderation::bulk_delete::list(cx, user, Some(group)).await?,
        warnings: warnings::warnings(cx, user, Some(group)).await?,
    })
}

/// What was done to somebody, and what of theirs was taken away in the whole site, for admins of the site.
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
