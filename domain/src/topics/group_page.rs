//! The page of a group: its topics, and what stands around them.

use super::lists::{PageEnd, list};
use super::pinned;
use crate::groups::{GroupAccess, requests};
use crate::platform::context::Context;
use crate::platform::error::Result;
use crate::platform::text;
use crate::screening::hold;
use model::policy::Viewer;
use model::{Sidebar, Topic, TopicRow};
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
    /// Pinned topics; only on the first page.
    pub pinned: Vec<Topic>,
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
    sidebar: &Sidebar,
    before: Option<PageEnd>,
) -> Result<GroupPage> {
    let (rows, older) = list(cx, viewer, &found, sidebar, before, PAGE).await?;
    Ok(GroupPage {
        about: text::render(cx, &found.group.description).await?,
        pinned: if before.is_none() { pinned(cx, found.group.id).await? } else { Vec::new() },
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
