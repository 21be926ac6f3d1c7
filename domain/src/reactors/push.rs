//! Reactor: queues push messages about new messages.

use super::News;
use crate::live::draw::Draw;
use crate::messages::push;
use crate::platform::context::Context;
use crate::platform::error::Result;
use crate::platform::jobs::Cause;
use futures_util::future::BoxFuture;
use model::MessageId;

pub(super) fn react<'a>(cx: &'a Context, _draw: &'a Draw, news: &'a [News]) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        let posted = |news: &News| {
            let is_new = matches!(news.cause, Cause::MessagePosted { .. });
            news.message.as_ref().filter(|message| is_new && !message.deleted).map(|message| message.id)
        };
        let posted: Vec<MessageId> = news.iter().filter_map(posted).collect();
        push::queue(cx, &posted).await
    })
}
