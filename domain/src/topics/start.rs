//! Starting a topic without a message, as only the API does: its first message follows in a request of its own.

use crate::groups::{self, members};
use crate::live::tell;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::jobs::Cause;
use crate::platform::validate::Draft;
use crate::platform::{jobs, validate};
use crate::screening::{Submission, external, slow_mode};
use crate::site::rate_limits::RateLimit;
use model::policy::{Permission, Viewer};
use model::{GroupId, TopicId};
use store::search_log::{self, Changed};

/// Starts a topic without a message.
///
/// # Errors
/// [`Error::Invalid`] on `title`; [`Error::NotFound`], [`Error::TooMany`], [`Error::Slow`]; [`Error::Forbidden`], also
/// where it would wait for approval: there is nothing yet that a moderator could read.
pub async fn start(cx: &Context, viewer: Viewer, group: GroupId, title: &str) -> Result<TopicId> {
    let author = viewer.user()?;
    let found = groups::with_permission(cx, viewer, group, Permission::Write).await?;
    let title = validate::title(title)?;
    let submission = Submission {
        author,
        group: Some(&found.group),
        access: found.access,
        title: Some(&title),
        text: "",
        nodes: &[],
        attachment: None,
        before: None,
        limits: &[RateLimit::Topic],
    };
    let empty = Draft::new(String::new(), None);
    let audited = match external::audit(cx, &submission, &empty).await {
        // An external auditor refuses the text, and here is nothing but a title.
        Err(Error::Invalid(fields)) => {
            let why = fields.iter().next().map_or_else(texts::topics_errors::title_rejected, |(_, why)| why.clone());
            return Err(Error::invalid("title", why));
        }
        audited => audited?,
    };
    if audited.verdict.held.is_some() || !audited.verdict.reports.is_empty() || audited.changed.is_some() {
        return Err(Error::forbidden(texts::topics_errors::needs_approval()));
    }
    let now = cx.now();
    let mut tx = cx.db.begin().await?;
    members::lock(&mut tx, viewer, group).await?.check(Permission::Write)?;
    slow_mode::check(&mut tx, author, group, None, slow_mode::interval(&found.group, found.access), now).await?;
    let (topic, _) = super::insert(&mut tx, group, &title, author, now).await?;
    search_log::insert(&mut tx, Changed::Topic(topic)).await?;
    jobs::enqueue(&mut tx, Cause::TopicStarted { topic }, now).await?;
    tx.commit().await?;
    cx.wake.after_commit();
    tell::pages_changed(cx, None).await;
    Ok(topic)
}
