//! The history of a group's settings: who changed what, and when.

use crate::groups::by_id;
use crate::platform::compare::{Piece, compare};
use crate::platform::context::Context;
use crate::platform::error::Result;
use model::policy::{Permission, Viewer};
use model::time::Timestamp;
use model::{Category, Group, GroupId, GroupKind, Person};
use store::groups::versions::Former;

/// At most so many versions are listed.
pub const MOST: i64 = 200;

/// The settings of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Settings {
    pub name: String,
    pub description: String,
    pub kind: GroupKind,
    pub category: Category,
    pub slow_seconds: i64,
    pub first_held: i64,
}

/// A former or current version of the settings.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct SettingsVersion {
    /// Counts from 1.
    pub number: i64,
    pub at: Timestamp,
    /// Who made it; `None` for the earliest version.
    pub by: Option<Person>,
    pub settings: Settings,
    /// The settings before; `None` for the earliest version.
    pub before: Option<Settings>,
    /// The description, with the changes since the version before it.
    pub description: Vec<Piece>,
}

/// The history of a group's settings.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct SettingsHistory {
    pub group: Group,
    /// Newest first.
    pub versions: Vec<SettingsVersion>,
    /// Whether the viewer may change the settings, and thereby restore earlier ones.
    pub may_restore: bool,
}

/// Returns the history of a group's settings, for its moderators.
///
/// # Errors
/// [`crate::Error::NotFound`], [`crate::Error::Forbidden`].
pub async fn of(cx: &Context, viewer: Viewer, id: GroupId) -> Result<SettingsHistory> {
    viewer.user()?;
    let found = by_id(cx, viewer, id).await?;
    found.access.with_archived(false).check(Permission::Admit)?;
    let mut versions: Vec<SettingsVersion> = Vec::new();
    let group = found.group;
    let mut after = Settings {
        name: group.name.clone(),
        description: group.description.clone(),
        kind: group.kind,
        category: group.category,
        slow_seconds: group.slow_seconds,
        first_held: group.first_held,
    };
    // Each row says who replaced it: that is who made the version after it.
    for row in store::groups::versions::of(&cx.db, id, MOST).await? {
        let Former { number, name, description, kind, category, slow_seconds, first_held, replaced_at, replaced_by } =
            row;
        let before = Settings { name, description, kind, category, slow_seconds, first_held };
        versions.push(SettingsVersion {
            number: number + 1,
            at: replaced_at,
            by: Some(replaced_by),
            description: compare(&before.description, &after.description),
            settings: after,
            before: Some(before.clone()),
        });
        after = before;
    }
    let description = vec![Piece::Same(after.description.clone())];
    let number = versions.last().map_or(1, |version| version.number - 1);
    versions.push(SettingsVersion {
        number,
        at: group.created_at,
        by: None,
        settings: after,
        before: None,
        description,
    });
    Ok(SettingsHistory { may_restore: found.access.may(Permission::Administer), group, versions })
}
