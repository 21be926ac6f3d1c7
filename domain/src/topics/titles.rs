//! The history of a topic's title: who renamed it, and when.

use super::find;
use crate::platform::compare::{Piece, compare};
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use model::policy::{Permission, Viewer};
use model::time::Timestamp;
use model::{Group, Person, Topic, TopicId};

/// At most so many titles are listed.
pub const MOST: i64 = 200;

/// A former or current title.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct TitleVersion {
    pub title: String,
    pub at: Timestamp,
    pub by: Person,
    /// The title, with the changes since the one before it.
    pub pieces: Vec<Piece>,
}

/// The history of a topic's title.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct TitleHistory {
    pub topic: Topic,
    pub group: Group,
    /// Newest first.
    pub titles: Vec<TitleVersion>,
    /// Whether the viewer may rename the topic, and thereby restore a title.
    pub may_restore: bool,
}

/// Returns the history of a topic's title, for its creator and moderators.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`].
pub async fn of(cx: &Context, viewer: Viewer, id: TopicId) -> Result<TitleHistory> {
    let user = viewer.user()?;
    let found = find(cx, viewer, id).await?;
    if found.topic.creator_id != user && !found.access.with_archived(false).may(Permission::Moderate) {
        return Err(Error::forbidden(texts::topics_errors::titles_for_few()));
    }
    let may_restore = found.may_edit(viewer);
    let mut titles = Vec::new();
    let mut after = found.topic.name.clone();
    // Each row has the title before it.
    for (before, at, by, username) in store::topics::events::renamed(&cx.db, id, MOST).await? {
        let by = Person::new(by, username);
        titles.push(TitleVersion { pieces: compare(&before, &after), title: after, at, by });
        after = before;
    }
    titles.push(TitleVersion {
        pieces: vec![Piece::Same(after.clone())],
        title: after,
        at: found.topic.created_at,
        by: Person::new(found.topic.creator_id, found.topic.creator_name.as_str()),
    });
    Ok(TitleHistory { topic: found.topic, group: found.group, titles, may_restore })
}
