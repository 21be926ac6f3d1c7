//! Changes of groups themselves.

use std::time::Duration;

use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::groups::object;
use super::objects::Group;
use super::words::{Category, GroupKind, given};
use super::{Ask, Body, Created, Done, Found, Query};
use crate::groups::{self, GroupForm};
use crate::platform::error::{Error, Result};
use model::policy::Permission;

/// A new group.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewGroup {
    #[schema(min_length = 1, max_length = 80)]
    pub name: String,
    pub kind: GroupKind,
    /// The last part of its URL. By default, it is derived from the name.
    #[serde(default)]
    pub slug: String,
    #[serde(default)]
    #[schema(max_length = 5000)]
    pub description: String,
    pub category: Option<Category>,
    /// Slow mode: 0, 10, 60, 300, or 3600 seconds.
    #[serde(default)]
    pub slow_seconds: i64,
    /// How many messages of a new member need approval: 0, 1, or 3.
    #[serde(default)]
    pub first_held: i64,
}

/// Creates a group. The caller becomes its first admin.
///
/// # Errors
/// As [`groups::create`]; [`Error::Forbidden`] for credentials that are limited to some groups.
pub async fn create(ask: Ask, Body(new): Body<NewGroup>) -> Result<Created<Group>> {
    ask.check_unlimited()?;
    let form = GroupForm {
        slug: new.slug,
        description: new.description,
        category: new.category.map_or(model::Category::Other, |category| category.0),
        slow_seconds: new.slow_seconds,
        first_held: new.first_held,
        ..GroupForm::new(new.name, new.kind.0)
    };
    let group = groups::create(&ask.cx, ask.viewer(), form).await.map_err(with_own_names)?;
    Ok(Created(object(&ask, group.id).await?))
}

/// Names fields as the API does.
fn with_own_names(error: Error) -> Error {
    super::renamed(error, &[("slow", "slow_seconds")])
}

/// Changes of a group. Omitted fields stay as they are.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupChange {
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 80)]
    pub name: Option<String>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = GroupKind, required = false)]
    pub kind: Option<GroupKind>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = String, required = false, max_length = 5000)]
    pub description: Option<String>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Category, required = false)]
    pub category: Option<Category>,
    /// Slow mode: 0, 10, 60, 300, or 3600 seconds.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = i64, required = false)]
    pub slow_seconds: Option<i64>,
    /// How many messages of a new member need approval: 0, 1, or 3.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = i64, required = false)]
    pub first_held: Option<i64>,
    /// Confirms that more people will be able to read everything posted so far.
    #[serde(default)]
    pub opens: bool,
}

/// How often a change is tried again whose omitted fields somebody else changed at the same time.
const ATTEMPTS: u32 = 6;
/// How long to wait before the second attempt; the pauses grow.
const PAUSE: Duration = Duration::from_millis(20);

/// Changes a group.
///
/// # Errors
/// As [`groups::update_from`].
pub async fn update(ask: Ask, Body(change): Body<GroupChange>) -> Result<Found<Group>> {
    let attempts = if ask.base.is_some() { 1 } else { ATTEMPTS };
    for attempt in 1..attempts {
        match try_update(&ask, change.clone()).await {
            // What was read may come from a cache, which forgets it right after the other change is committed.
            Err(Error::Changed) => tokio::time::sleep(PAUSE * attempt).await,
            updated => return updated,
        }
    }
    try_update(&ask, change).await
}

/// Changes a group, whose omitted fields must not change meanwhile.
async fn try_update(ask: &Ask, change: GroupChange) -> Result<Found<Group>> {
    let found = ask.group().await?;
    found.access.check(Permission::Administer)?;
    let old = found.group;
    let base = ask.base.clone().unwrap_or_else(|| groups::base_of(&old));
    let form = GroupForm {
        name: change.name.unwrap_or(old.name),
        slug: old.slug,
        description: change.description.unwrap_or(old.description),
        kind: change.kind.map_or(old.kind, |kind| kind.0),
        category: change.category.map_or(old.category, |category| category.0),
        slow_seconds: change.slow_seconds.unwrap_or(old.slow_seconds),
        first_held: change.first_held.unwrap_or(old.first_held),
        opens: change.opens,
    };
    groups::update_from(&ask.cx, ask.viewer(), old.id, form, Some(&base)).await.map_err(with_own_names)?;
    Ok(Found(object(ask, old.id).await?))
}

/// Archives a group, so that nothing in it can be changed.
///
/// # Errors
/// As [`groups::archive`].
pub async fn archive(ask: Ask, _: ()) -> Result<Found<Group>> {
    set_archived(ask, true).await
}

/// Unarchives a group.
///
/// # Errors
/// As [`groups::archive`].
pub async fn unarchive(ask: Ask, _: ()) -> Result<Found<Group>> {
    set_archived(ask, false).await
}

async fn set_archived(ask: Ask, archived: bool) -> Result<Found<Group>> {
    let found = ask.group().await?;
    groups::archive(&ask.cx, ask.viewer(), found.group.id, archived).await?;
    Ok(Found(object(&ask, found.group.id).await?))
}

/// The confirmation of a deletion.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct Confirmation {
    /// The name of the group.
    #[serde(default)]
    pub name: String,
}

/// Deletes a group with everything in it.
///
/// # Errors
/// As [`groups::delete`].
pub async fn delete(ask: Ask, Query(confirmed): Query<Confirmation>) -> Result<Done> {
    let found = ask.group().await?;
    groups::delete(&ask.cx, ask.viewer(), found.group.id, &confirmed.name).await?;
    Ok(Done)
}
