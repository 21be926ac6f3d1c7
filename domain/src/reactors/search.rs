//! Reactor: wakes the followers of the search log. The save itself wrote the change to the log.

use super::News;
use crate::live::draw::Draw;
use crate::platform::context::Context;
use crate::platform::error::Result;
use bus::Control;
use futures_util::future::BoxFuture;

pub(super) fn react<'a>(cx: &'a Context, _draw: &'a Draw, _news: &'a [News]) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        cx.tell(&Control::SearchChanged).await;
        Ok(())
    })
}
