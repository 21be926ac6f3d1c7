//! Deleted topics and groups that can be restored.

use serde::Serialize;
use utoipa::ToSchema;

use super::cursor::Counted;
use super::objects::Person;
use super::words::{At, GroupKind, Id};
use super::{Ask, Cursor, Done, Found, Page, Query};
use crate::moderation::restorations;
use crate::platform::error::Result;

/// A deleted topic.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DeletedTopic {
    pub id: Id,
    pub title: String,
    pub creator: Person,
    /// The number of messages that come back with it.
    pub messages: i64,
    pub deleted_at: At,
    /// Until when it can be restored.
    pub restorable_until: At,
}

/// Returns the topics of a group that were deleted in the last 30 days, latest first.
///
/// # Errors
/// As [`restorations::topics`].
pub async fn topics(ask: Ask, Query(at): Query<Cursor>) -> Result<Found<Page<DeletedTopic>>> {
    let found = ask.group().await?;
    let place = Counted::read("deleted-topics", &at)?;
    let (_, rows) = restorations::topics_up_to(&ask.cx, ask.viewer(), found.group.id, place.limit()).await?;
    let object = |row: model::DeletedTopic| DeletedTopic {
        id: row.id.into(),
        creator: Person::new(row.creator_id, &row.creator_name),
        messages: row.messages,
        deleted_at: row.deleted_at.into(),
        restorable_until: restorations::until(row.deleted_at).into(),
        title: row.name,
    };
    Page::counted(place, rows.into_iter().map(object))
}

/// A deleted group.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DeletedGroup {
    pub id: Id,
    pub name: String,
    pub slug: String,
    pub kind: GroupKind,
    /// The number of members that come back with it.
    pub members: i64,
    pub topics: i64,
    pub deleted_at: At,
    /// Until when it can be restored.
    pub restorable_until: At,
}

/// Returns the groups that were deleted in the last 30 days, latest first.
///
/// # Errors
/// As [`restorations::deleted_groups`].
pub async fn groups(ask: Ask, Query(at): Query<Cursor>) -> Result<Found<Page<DeletedGroup>>> {
    ask.check_unlimited()?;
    let place = Counted::read("deleted-groups", &at)?;
    let rows = restorations::deleted_groups_up_to(&ask.cx, ask.viewer(), place.limit()).await?;
    let object = |row: model::DeletedGroup| DeletedGroup {
        id: row.id.into(),
        name: row.name,
        slug: row.slug,
        kind: row.kind.into(),
        members: row.members,
        topics: row.topics,
        deleted_at: row.deleted_at.into(),
        restorable_until: restorations::until(row.deleted_at).into(),
    };
    Page::counted(place, rows.into_iter().map(object))
}

/// Restores a deleted group with its members and topics.
///
/// # Errors
/// As [`restorations::restore_group`].
pub async fn restore_group(ask: Ask, _: ()) -> Result<Done> {
    ask.check_unlimited()?;
    restorations::restore_group(&ask.cx, ask.viewer(), ask.part("id")?).await?;
    Ok(Done)
}
