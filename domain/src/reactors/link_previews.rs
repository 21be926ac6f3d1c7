//! Reactor: queues the jobs that ask what the links of messages lead to.

use super::News;
use crate::live::draw::Draw;
use crate::messages::link_previews;
use crate::platform::context::Context;
use crate::platform::error::Result;
use crate::platform::jobs::Cause;
use futures_util::future::BoxFuture;
use model::MessageId;

pub(super) fn react<'a>(cx: &'a Context, _draw: &'a Draw, news: &'a [News]) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        let changed = |news: &News| {
            let has_text = matches!(
                news.cause,
                Cause::MessagePosted { .. } | Cause::MessageEdited { .. } | Cause::MessageRestored { .. }
            );
            let message = news.message.as_ref().filter(|_| has_text && !news.subject.deleted)?;
            link_previews::may_need(message, &news.subject.group).then_some(message.id)
        };
        let changed: Vec<MessageId> = news.iter().filter_map(changed).collect();
        link_previews::queue(cx, &changed).await
    })
}
