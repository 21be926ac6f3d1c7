//! Lists of topics: the topics of a group.

use crate::groups;
use crate::live::unread;
use crate::people::ignores;
use crate::platform::context::Context;
use crate::platform::cut;
use crate::platform::error::{Error, Result};
use model::policy::{Permission, Viewer};
use model::time::Timestamp;
use model::{Sidebar, TopicId, TopicRow};

/// A cursor for lists of topics: the next page holds the topics with older activity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageEnd {
    /// Latest activity of the last topic on the page.
    pub at: Timestamp,
    /// Id of that topic, which breaks ties.
    pub id: TopicId,
}

impl PageEnd {
    /// Formats the cursor as a query parameter.
    pub fn to_param(self) -> String {
        format!("{}-{}", self.at.0, self.id)
    }

    /// Parses a query parameter.
    ///
    /// # Errors
    /// [`Error::NotFound`] if it is malformed.
    pub fn parse(param: &str) -> Result<Self> {
        let (at, id) = param.split_once('-').ok_or(Error::NotFound)?;
        Ok(Self {
            at: Timestamp(at.parse().map_err(|_| Error::NotFound)?),
            id: id.parse().map_err(|_| Error::NotFound)?,
        })
    }
}

/// Returns a page of a group's topics by latest activity, with unread counts from `sidebar`, and the next cursor.
pub async fn list(
    cx: &Context,
    viewer: Viewer,
    group: &groups::GroupAccess,
    sidebar: &mut Sidebar,
    before: Option<PageEnd>,
    limit: usize,
) -> Result<(Vec<TopicRow>, Option<PageEnd>)> {
    list_without(cx, viewer, group, sidebar, before, limit, &[]).await
}

/// As `list`, without some topics.
pub(super) async fn list_without(
    cx: &Context,
    viewer: Viewer,
    group: &groups::GroupAccess,
    sidebar: &mut Sidebar,
    before: Option<PageEnd>,
    limit: usize,
    without: &[TopicId],
) -> Result<(Vec<TopicRow>, Option<PageEnd>)> {
    group.access.check(Permission::Read)?;
    let from = group.access.sees_from().unwrap_or(Timestamp(0));
    let after = before.map(|end| (end.at, end.id));
    let mut rows = store::topics::of_group(&cx.db, group.group.id, from, after, limit as i64 + 1, without).await?;
    let more = cut(&mut rows, limit);
    fill_unread(cx, viewer, &mut rows, sidebar).await?;
    ignores::fold_rows(cx, viewer, &mut rows).await?;
    let next = rows.last().filter(|_| more).map(|row| PageEnd { at: row.topic.last_message_at, id: row.topic.id });
    Ok((rows, next))
}

/// Sets the unread counts of the rows, and lists their topics in the sidebar.
pub(crate) async fn fill_unread(
    cx: &Context,
    viewer: Viewer,
    rows: &mut [TopicRow],
    sidebar: &mut Sidebar,
) -> Result<()> {
    unread::list_also(cx, viewer, sidebar, rows.iter().map(|row| &row.topic)).await?;
    for row in rows {
        row.unread = sidebar.of_topic(row.topic.id).map_or(0, |listed| listed.unread);
    }
    Ok(())
}
