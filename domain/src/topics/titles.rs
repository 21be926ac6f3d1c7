//! The history of a topic's title: who renamed it, and when.

use super::find;
use crate::platform::compare::{Piece, compare_each};
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::versions::VersionPage;
use model::policy::{Permission, Viewer};
use model::time::Timestamp;
use model::{Group, Person, Topic, TopicId};

/// A former or current title.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct TitleVersion {
    /// Counts from 1.
    pub number: i64,
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
    /// A page of them, newest first.
    pub titles: Vec<TitleVersion>,
    pub page: VersionPage,
    /// Whether the viewer may rename the topic, and thereby restore a title.
    pub may_restore: bool,
}

/// Returns the titles of a topic before one, for its creator and moderators. The newest ones if `before` is `None`.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`].
pub async fn of(cx: &Context, viewer: Viewer, id: TopicId, before: Option<i64>) -> Result<TitleHistory> {
    let user = viewer.user()?;
    let found = find(cx, viewer, id).await?;
    if found.topic.creator_id != user && !found.access.with_archived(false).may(Permission::Moderate) {
        return Err(Error::forbidden(texts::topics_errors::titles_for_few()));
    }
    let may_restore = found.may_edit(viewer);
    let renamed = store::topics::events::count_renamed(&cx.db, id).await?;
    let page = VersionPage::before(before, 1, renamed + 1);
    // Renaming n replaced title n, and made title n + 1.
    let skipped = (page.from - 2).max(0);
    let limit = page.to.min(renamed) - skipped;
    let mut names = Vec::new();
    let mut made =
        vec![(found.topic.created_at, Person::new(found.topic.creator_id, found.topic.creator_name.as_str()))];
    for (name, at, by, username) in store::topics::events::renamed(&cx.db, id, skipped, limit).await? {
        names.push(name);
        made.push((at, Person::new(by, username)));
    }
    if page.to > renamed {
        names.push(found.topic.name.clone());
    }
    made.truncate(names.len());
    names.reverse();
    made.reverse();
    let mut compared = compare_each(names.clone()).await?.into_iter();
    let mut titles = Vec::new();
    for (number, (title, (at, by))) in (page.from..=page.to).rev().zip(names.into_iter().zip(made)) {
        let pieces = compared.next().flatten().unwrap_or_else(|| vec![Piece::Same(title.clone())]);
        titles.push(TitleVersion { number, title, at, by, pieces });
    }
    Ok(TitleHistory { topic: found.topic, group: found.group, titles, page, may_restore })
}
