//! The histories of a group's settings and of a topic's title.

use serde::Serialize;
use utoipa::ToSchema;

use super::objects::Person;
use super::words::{At, Category, GroupKind};
use super::{Ask, Cursor, Found, Page, Query, cursor};
use crate::groups::versions;
use crate::platform::error::Result;
use crate::topics::titles;

/// A version of a group's settings.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct GroupVersion {
    /// Counts from 1.
    pub number: i64,
    /// Who made it; null for the earliest version.
    pub by: Option<Person>,
    pub made_at: At,
    pub name: String,
    pub description: String,
    pub kind: GroupKind,
    pub category: Category,
    pub slow_seconds: i64,
    pub first_held: i64,
}

/// Returns the versions of a group's settings, newest first, for its moderators.
///
/// # Errors
/// As [`versions::of`]; [`crate::Error::Invalid`] on `cursor`.
pub async fn of_group(ask: Ask, Query(at): Query<Cursor>) -> Result<Found<Page<GroupVersion>>> {
    let before = cursor::number("settings", at.cursor.as_deref())?;
    let found = ask.group().await?;
    let history = versions::of(&ask.cx, ask.viewer(), found.group.id, before).await?;
    let object = |version: versions::SettingsVersion| GroupVersion {
        number: version.number,
        by: version.by.as_ref().map(Into::into),
        made_at: version.at.into(),
        name: version.settings.name,
        description: version.settings.description,
        kind: version.settings.kind.into(),
        category: version.settings.category.into(),
        slow_seconds: version.settings.slow_seconds,
        first_held: version.settings.first_held,
    };
    let next = history.page.older().map(|number| cursor::make("settings", number));
    Page::found(history.versions.into_iter().map(object).collect(), next)
}

/// A title that a topic has or had.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TopicTitle {
    pub title: String,
    pub by: Person,
    pub given_at: At,
}

/// Returns the titles of a topic, newest first, for its creator and moderators.
///
/// # Errors
/// As [`titles::of`]; [`crate::Error::Invalid`] on `cursor`; [`crate::Error::Forbidden`] if that takes a moderator's rights
/// and the credentials do not carry them.
pub async fn of_topic(ask: Ask, Query(at): Query<Cursor>) -> Result<Found<Page<TopicTitle>>> {
    let before = cursor::number("titles", at.cursor.as_deref())?;
    let found = ask.topic().await?;
    let history = titles::of(&ask.cx, ask.viewer(), found.topic.id, before).await?;
    ask.check_own_or_moderate(found.topic.creator_id)?;
    let object = |version: titles::TitleVersion| TopicTitle {
        by: (&version.by).into(),
        given_at: version.at.into(),
        title: version.title,
    };
    let next = history.page.older().map(|number| cursor::make("titles", number));
    Page::found(history.titles.into_iter().map(object).collect(), next)
}
