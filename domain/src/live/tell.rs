//! Who must be notified of a change: other processes, open pages, summaries of what is unread.

use bus::{Control, Stream};
use model::{GroupId, UserId};
use serde_json::json;

use crate::live::unread;
use crate::platform::context::Context;
use crate::platform::error::Result;
/// Tells all processes, and their own pages, that somebody's part in a group is another: call it after the commit.
pub(crate) async fn membership_changed(cx: &Context, user: UserId, group: GroupId) {
    if let Err(error) = unread::users_change(cx, &[user]).await {
        tracing::warn!(%error, %user, "what they keep order in shows later");
    }
    cx.tell(&Control::MembershipChanged { user, group }).await;
    if let Err(error) = cx.bus.group_changed(group).await {
        tracing::warn!(%error, %group, "open pages hear later how many are in the group");
    }
    publish_own(cx, user, json!({"type": "member", "group": group}).to_string()).await;
}

/// Has the open pages of these people be drawn anew, for something about the group changed.
pub(crate) async fn redraw(cx: &Context, group: GroupId, users: &[UserId]) -> Result<()> {
    let event: std::sync::Arc<str> = json!({"type": "member", "group": group}).to_string().into();
    let events: Vec<_> = users.iter().map(|user| (Stream::User(*user), event.clone())).collect();
    cx.bus.publish(&events).await?;
    Ok(())
}

/// Has the pages of those who decide who is in a group be drawn anew; lost words are made good by their next page.
pub(crate) async fn tell_moderators(cx: &Context, group: GroupId) {
    let told = async { redraw(cx, group, &store::groups::members::moderators(&cx.db, group).await?).await };
    if let Err(error) = told.await {
        tracing::warn!(%error, "a group's moderators were not told");
    }
}

pub(crate) async fn account_changed(cx: &Context, user: UserId) {
    let control = Control::UserChanged { user };
    cx.sessions.handle(&control);
    cx.tell(&control).await;
}

/// What follows when a group was changed: everyone in it counts again, and those outside who are mentioned in it, for whom it
/// may have come or gone; open pages of it are drawn anew.
pub(crate) async fn group_changed(cx: &Context, group: GroupId) -> Result<()> {
    unread::group_changed(cx, group).await?;
    let outside = store::messages::mentions::outside(&cx.db, group).await?;
    unread::users_change(cx, &outside).await?;
    let present = cx.bus.listening().await?;
    let inside = store::groups::members::among(&cx.db, group, &present).await?;
    redraw(cx, group, &inside).await?;
    cx.tell(&Control::SearchChanged).await;
    Ok(())
}

/// Tells somebody's own tabs. Lost words are made good by the next page.
pub(crate) async fn publish_own(cx: &Context, user: UserId, event: String) {
    if let Err(error) = cx.bus.publish(&[(Stream::User(user), event.into())]).await {
        tracing::warn!(%error, "somebody's tabs were not told");
    }
}
