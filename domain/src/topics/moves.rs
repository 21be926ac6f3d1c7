//! Moving a topic to another group: redirects the old address and never widens who can read the topic.

use crate::live::tell;
use crate::platform::jobs::Cause;
use serde_json::json;

use crate::groups::members;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::{jobs, log};
use crate::topics::TopicAccess;
use crate::{groups, topics};
use model::policy::{Permission, Viewer};
use model::{Group, GroupId, LogAction, LogEntry, Topic, TopicAction, TopicId};
use store::search_log::Changed;
use store::{Tx, search_log};

/// What is found at the address of a topic.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum At {
    Here(Box<TopicAccess>),
    /// The topic moved; this is its current path.
    Moved(String),
}

/// Returns the topic with this slug in the group with this slug, or where it moved to.
///
/// # Errors
/// [`Error::NotFound`] if there is none or the viewer may not know of it, at the old or the new place.
pub async fn at(cx: &Context, viewer: Viewer, group: &str, slug: &str) -> Result<At> {
    match topics::by_slug(cx, viewer, group, slug).await {
        Err(Error::NotFound) => {
            // The topic moved, or its group, or both.
            let found = match groups::by_slug(cx, viewer, group).await {
                Ok(old) => left(cx, viewer, old.group.id, slug).await?,
                Err(Error::NotFound) => {
                    let now = groups::formerly(cx, viewer, group).await?;
                    match topics::by_slug(cx, viewer, &now.slug, slug).await {
                        Err(Error::NotFound) => left(cx, viewer, now.id, slug).await?,
                        found => found?,
                    }
                }
                Err(error) => return Err(error),
            };
            Ok(At::Moved(format!("/{}/{}/", found.group.slug, found.topic.slug)))
        }
        found => Ok(At::Here(Box::new(found?))),
    }
}

/// Returns the topic that had this slug in a group.
async fn left(cx: &Context, viewer: Viewer, group: GroupId, slug: &str) -> Result<TopicAccess> {
    let id = store::topics::formerly(&cx.db, group, slug).await?.ok_or(Error::NotFound)?;
    topics::find(cx, viewer, id).await
}

/// Moves a topic to another group. The viewer must moderate the source group and be allowed to write in the target
/// group. A topic never moves to a group with a wider readership.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`]; [`Error::Invalid`] on `group`.
pub async fn to_group(cx: &Context, viewer: Viewer, id: TopicId, to: GroupId) -> Result<(Topic, Group)> {
    let user = viewer.user()?;
    let found = topics::find(cx, viewer, id).await?;
    found.access.check(Permission::Moderate)?;
    if to == found.group.id {
        return Ok((found.topic, found.group));
    }
    let target = target(cx, viewer, &found, to).await?;
    let now = cx.now();
    let mut tx = cx.db.begin().await?;
    lock(&mut tx, viewer, &found, &target).await?;
    store::topics::leave_address(&mut tx, id).await?;
    store::topics::splits::carry_reads(&mut tx, id, found.group.id, to, found.topic.arrived_at, now).await?;
    let slug = topics::free_slug(&mut tx, to, &found.topic.slug).await?;
    if store::topics::move_to(&mut tx, id, found.group.id, to, &slug, now).await? == 0 {
        return Err(Error::NotFound);
    }
    store::moderation::approval_queue::follow(&mut tx, id, to).await?;
    store::topics::events::insert(&mut tx, id, user, TopicAction::Moved, "", now).await?;
    for (what, group) in [(LogAction::TopicMoved, found.group.id), (LogAction::TopicArrived, to)] {
        let entry = LogEntry::new(user, what).group(group).topic(id).whom(found.topic.creator_id);
        log::write(&mut tx, entry, now).await?;
    }
    search_log::insert(&mut tx, Changed::Topic(id)).await?;
    jobs::enqueue(&mut tx, Cause::TopicMoved { topic: id, from: found.group.id }, now).await?;
    tx.commit().await?;
    cx.wake.after_commit();
    tell::pages_changed(cx, None).await;
    Ok((Topic { slug, group_id: to, ..found.topic }, target.group))
}

/// Checks a target group: the same group, or one in which the viewer may write and that no more people may read.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`]; [`Error::Invalid`] on `group`.
pub(crate) async fn target(
    cx: &Context,
    viewer: Viewer,
    found: &TopicAccess,
    to: GroupId,
) -> Result<groups::GroupAccess> {
    if found.group.is_direct() {
        return Err(Error::forbidden(texts::topics_errors::conversation_stays()));
    }
    let target = groups::by_id(cx, viewer, to).await?;
    if to != found.group.id {
        target.access.check(Permission::Write)?;
    }
    if target.group.is_direct() {
        return Err(Error::forbidden(texts::topics_errors::conversation_stays()));
    }
    if model::policy::readers(target.group.kind) > model::policy::readers(found.group.kind) {
        return Err(Error::invalid("group", texts::topics_errors::more_readers()));
    }
    Ok(target)
}

/// Locks both groups until the commit and repeats the checks of `target`: the viewer may have lost their rights, or a
/// group may have changed its kind.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`]; [`Error::Invalid`] on `group`.
pub(crate) async fn lock(tx: &mut Tx, viewer: Viewer, found: &TopicAccess, target: &groups::GroupAccess) -> Result<()> {
    let mut ids = [found.group.id, target.group.id];
    ids.sort_unstable();
    let mut kinds = (found.group.kind, target.group.kind);
    for id in ids {
        let access = members::lock(tx, viewer, id).await?;
        if id == found.group.id {
            access.check(Permission::Moderate)?;
            kinds.0 = access.kind();
        }
        if id == target.group.id {
            if found.group.id != id {
                access.check(Permission::Write)?;
            }
            kinds.1 = access.kind();
        }
    }
    if model::policy::readers(kinds.1) > model::policy::readers(kinds.0) {
        return Err(Error::invalid("group", texts::topics_errors::more_readers_now()));
    }
    Ok(())
}

/// Returns the event that removes the topic from its old group. Users who see the new group get a separate event.
pub(crate) fn gone(topic: &Topic, from: GroupId) -> serde_json::Value {
    json!({"type": "topic_change", "group": from, "topic": topic.id, "version": topic.version - 1, "deleted": true,
        "numbering": topic.numbering})
}
