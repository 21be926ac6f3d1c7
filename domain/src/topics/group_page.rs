//! The page of a group: its topics, and what the page shows around them.

use super::lists::{PageEnd, fill_unread, list_without};
use super::pinned;
use crate::groups::{GroupAccess, requests};
use crate::people::ignores;
use crate::platform::context::Context;
use crate::platform::error::Result;
use crate::platform::text;
use crate::screening::hold;
use model::policy::Viewer;
use model::{Sidebar, TopicId, TopicRow};
use store::moderation::approval_queue::OwnPending;

/// Topics on a page.
const PAGE: usize = 40;

/// The page of a group.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct GroupPage {
    pub found: GroupAccess,
    /// The group's description, as HTML.
    pub about: String,
    pub rows: Vec<TopicRow>,
    /// Where the next page begins.
    pub older: Option<PageEnd>,
    /// Pinned topics, which are not among the rows of any page; only on the first page.
    pub pinned: Vec<TopicRow>,
    /// Open requests to join, if the viewer may answer them.
    pub requests: i64,
    /// The topics that the viewer wants to start and that wait for approval, or were declined.
    pub own_pending: Vec<OwnPending>,
}

/// Returns the page of a group that the viewer may read, with unread counts from `sidebar`.
///
/// # Errors
/// [`Error::Forbidden`](crate::Error::Forbidden) if the viewer may not read the group.
pub async fn group_page(
    cx: &Context,
    viewer: Viewer,
    found: GroupAccess,
    sidebar: &mut Sidebar,
    before: Option<PageEnd>,
) -> Result<GroupPage> {
    let above: Vec<TopicId> = pinned(cx, found.group.id).await?.into_iter().map(|topic| topic.id).collect();
    let (rows, older) = list_without(cx, viewer, &found, sidebar, before, PAGE, &above).await?;
    Ok(GroupPage {
        about: text::render(cx, &found.group.description).await?,
        pinned: if before.is_none() { pinned_rows(cx, viewer, sidebar, &above).await? } else { Vec::new() },
        requests: requests::count(cx, &found).await?,
        own_pending: match found.own_held {
            true => hold::own(cx, viewer, found.group.id, None).await?,
            false => Vec::new(),
        },
        rows,
        older,
        found,
    })
}

/// Returns the rows of pinned topics, in this order.
async fn pinned_rows(cx: &Context, viewer: Viewer, sidebar: &mut Sidebar, ids: &[TopicId]) -> Result<Vec<TopicRow>> {
    let mut rows = store::topics::by_ids(&cx.db, viewer.id(), ids).await?;
    rows.sort_by_key(|row| ids.iter().position(|id| *id == row.topic.id));
    fill_unread(cx, viewer, &mut rows, sidebar).await?;
    ignores::fold_rows(cx, viewer, &mut rows).await?;
    Ok(rows)
}
