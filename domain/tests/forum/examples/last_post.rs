//! A reactor: remembers when somebody last posted in a group.

use std::time::Duration;

use domain::Context;
use domain::live::draw::Draw;
use domain::platform::jobs::Cause;
use domain::reactors::{BoxFuture, News};

pub fn react<'a>(cx: &'a Context, _draw: &'a Draw, news: &'a [News]) -> BoxFuture<'a, domain::Result<()>> {
    Box::pin(async move {
        for News { cause, message, subject } in news {
            if let (Cause::MessagePosted { .. }, Some(message)) = (cause, message) {
                let key = format!("last-post:{}", subject.group.id);
                cx.kv.max(&key, message.created_at.0, Duration::from_secs(3_600)).await?;
            }
        }
        Ok(())
    })
}
