//! Reactor: invalidates the unread counts of a group's members; their next page recounts.

use super::News;
use crate::live::draw::Draw;
use crate::live::unread;
use crate::platform::context::Context;
use crate::platform::error::Result;
use crate::platform::jobs::Cause;
use futures_util::future::BoxFuture;

pub(super) fn react<'a>(cx: &'a Context, _draw: &'a Draw, news: &'a News) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        match news.cause {
            Cause::StarsChanged { .. } | Cause::MessageEdited { .. } => Ok(()),
            Cause::TopicMoved { from, .. } => {
                unread::group_changed(cx, from).await?;
                unread::group_changed(cx, news.subject.group.id).await
            }
            Cause::MessagePosted { .. }
            | Cause::MessageDeleted { .. }
            | Cause::MessageRestored { .. }
            | Cause::TopicChanged { .. }
            | Cause::TopicDeleted { .. } => unread::group_changed(cx, news.subject.group.id).await,
        }
    })
}
