//! The history of a group's settings: who changed what, and when.

use crate::groups::by_id;
use crate::platform::compare::{Piece, compare_each};
use crate::platform::context::Context;
use crate::platform::error::Result;
use crate::platform::versions::VersionPage;
use model::policy::{Permission, Viewer};
use model::time::Timestamp;
use model::{Category, Group, GroupId, GroupKind, Person};
use store::groups::versions::Former;

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
    /// A page of them, newest first.
    pub versions: Vec<SettingsVersion>,
    pub page: VersionPage,
    /// Whether the viewer may change the settings, and thereby restore earlier ones.
    pub may_restore: bool,
}

/// Returns the versions of a group's settings before one, for its moderators. The newest ones if `before` is `None`.
///
/// # Errors
/// [`crate::Error::NotFound`], [`crate::Error::Forbidden`].
pub async fn of(cx: &Context, viewer: Viewer, id: GroupId, before: Option<i64>) -> Result<SettingsHistory> {
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
    let page = VersionPage::before(before, 1, store::groups::versions::last(&cx.db, id).await?);
    // Each row says who replaced it: that is who made the version after it.
    for row in store::groups::versions::of(&cx.db, id, page.from - 1, page.to).await? {
        let Former { number, name, description, kind, category, slow_seconds, first_held, replaced_at, replaced_by } =
            row;
        let before = Settings { name, description, kind, category, slow_seconds, first_held };
        if number < page.to {
            versions.push(SettingsVersion {
                number: number + 1,
                at: replaced_at,
                by: Some(replaced_by),
                description: vec![Piece::Same(after.description.clone())],
                settings: after,
                before: Some(before.clone()),
            });
        }
        after = before;
    }
    let earlier = (page.from > 1).then(|| after.description.clone());
    if page.from == 1 {
        let description = vec![Piece::Same(after.description.clone())];
        let at = group.created_at;
        versions.push(SettingsVersion { number: 1, at, by: None, settings: after, before: None, description });
    }
    let texts = versions.iter().map(|version| version.settings.description.clone()).chain(earlier).collect();
    for (version, compared) in versions.iter_mut().zip(compare_each(texts).await?) {
        if let Some(pieces) = compared {
            version.description = pieces;
        }
    }
    Ok(SettingsHistory { may_restore: found.access.may(Permission::Administer), group, versions, page })
}
