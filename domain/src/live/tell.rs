//! Announces changes to other processes, to open pages, and to the unread summaries.

use bus::{Control, Stream};
use model::{GroupId, TopicId, UserId};
use serde_json::json;

use crate::live::unread;
use crate::platform::context::Context;
use crate::platform::error::Result;

/// Announces a change of a user's membership to all processes and to the user's pages. Call it after the commit.
pub(crate) async fn membership_changed(cx: &Context, user: UserId, group: GroupId) {
    if let Err(error) = unread::users_change(cx, &[user]).await {
        tracing::warn!(%error, %user, "could not publish unread counts");
    }
    cx.tell(&Control::MembershipChanged { user, group }).await;
    if let Err(error) = cx.bus.group_changed(group).await {
        tracing::warn!(%error, %group, "could not publish the member count");
    }
    publish_own(cx, user, json!({"type": "member", "group": group}).to_string()).await;
}

/// Announces to all processes that public pages changed: the messages of a topic in a group, or anything. The reactors do
/// so after every change. Also call it after a commit that hides something.
pub(crate) async fn pages_changed(cx: &Context, topic: Option<(GroupId, TopicId)>) {
    cx.tell(&Control::PagesChanged { topic }).await;
}

/// Announces to all processes, at once, that public pages of these topics changed.
pub(crate) async fn topics_changed(cx: &Context, topics: &[(GroupId, TopicId)]) {
    let changed = |topic: &(GroupId, TopicId)| Control::PagesChanged { topic: Some(*topic) };
    cx.tell_all(&topics.iter().map(changed).collect::<Vec<_>>()).await;
}

/// Makes the open pages of these users reload the group.
pub(crate) async fn redraw(cx: &Context, group: GroupId, users: &[UserId]) -> Result<()> {
    let event: std::sync::Arc<str> = json!({"type": "member", "group": group}).to_string().into();
    let events: Vec<_> = users.iter().map(|user| (Stream::User(*user), event.clone())).collect();
    cx.bus.publish(&events).await?;
    Ok(())
}

/// Makes a user's own open pages reload these groups. A lost event is made up for by their next page.
pub(crate) async fn redraw_own(cx: &Context, user: UserId, groups: &[GroupId]) {
    let event = |group: &GroupId| (Stream::User(user), json!({"type": "member", "group": group}).to_string().into());
    let events: Vec<_> = groups.iter().map(event).collect();
    if let Err(error) = cx.bus.publish(&events).await {
        tracing::warn!(%error, "could not notify a user's open pages");
    }
}

/// Makes the open pages of a group's moderators reload. A lost event is made up for by their next page.
pub(crate) async fn tell_moderators(cx: &Context, group: GroupId) {
    let told = async { redraw(cx, group, &store::groups::members::moderators(&cx.db, group).await?).await };
    if let Err(error) = told.await {
        tracing::warn!(%error, "could not notify a group's moderators");
    }
}

/// Announces a change of an account that public pages can show, such as its name.
pub(crate) async fn person_changed(cx: &Context, user: UserId) {
    account_changed(cx, user).await;
    pages_changed(cx, None).await;
}

/// Announces a change of what an account may do or sees.
pub(crate) async fn account_changed(cx: &Context, user: UserId) {
    cx.tell(&Control::UserChanged { user }).await;
}

/// Announces a changed group. Its members' unread counts are recomputed, also those of outsiders who are mentioned in
/// it and may have gained or lost access. Open pages reload.
pub(crate) async fn group_changed(cx: &Context, group: GroupId) -> Result<()> {
    pages_changed(cx, None).await;
    unread::group_changed(cx, group).await?;
    let outside = store::messages::mentions::outside(&cx.db, group).await?;
    unread::users_change(cx, &outside).await?;
    let present = cx.bus.listening().await?;
    let mut concerned = store::groups::members::among(&cx.db, group, &present).await?;
    // Users who have the group open without being members: perhaps it is not public any more.
    concerned.extend(cx.bus.watchers(group).await?);
    concerned.sort_unstable();
    concerned.dedup();
    redraw(cx, group, &concerned).await?;
    cx.tell(&Control::SearchChanged).await;
    Ok(())
}

/// Sends an event to the user's open pages. A lost event is made up for by the next page.
pub(crate) async fn publish_own(cx: &Context, user: UserId, event: String) {
    if let Err(error) = cx.bus.publish(&[(Stream::User(user), event.into())]).await {
        tracing::warn!(%error, "could not notify a user's open pages");
    }
}
