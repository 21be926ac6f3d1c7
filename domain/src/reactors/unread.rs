//! Reactor: invalidates the unread counts of a group's members; their next page recounts.

use super::News;
use crate::live::draw::Draw;
use crate::live::unread;
use crate::platform::context::Context;
use crate::platform::error::Result;
use crate::platform::jobs::Cause;
use futures_util::future::{BoxFuture, try_join_all};
use model::GroupId;
use std::collections::BTreeSet;

pub(super) fn react<'a>(cx: &'a Context, _draw: &'a Draw, news: &'a [News]) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        let changed: BTreeSet<GroupId> = news.iter().flat_map(changed).collect();
        try_join_all(changed.into_iter().map(|group| unread::group_changed(cx, group))).await?;
        Ok(())
    })
}

/// The groups whose counts change.
fn changed(news: &News) -> impl Iterator<Item = GroupId> {
    let (here, there) = match news.cause {
        Cause::StarsChanged { .. }
        | Cause::PollChanged { .. }
        | Cause::PreviewsChanged { .. }
        | Cause::MessageEdited { .. } => (false, None),
        Cause::TopicMoved { from, .. } => (true, Some(from)),
        Cause::MessagePosted { .. }
        | Cause::MessageDeleted { .. }
        | Cause::MessageRestored { .. }
        | Cause::TopicStarted { .. }
        | Cause::TopicChanged { .. }
        | Cause::TopicDeleted { .. } => (true, None),
    };
    here.then_some(news.subject.group.id).into_iter().chain(there)
}
