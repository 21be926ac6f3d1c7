//! Topics: find, create, rename, mark and delete.

mod access;
mod group_page;
mod home;
mod lists;
pub mod merges;
pub mod moves;
pub mod old_addresses;
pub mod placed;
pub mod reads;
pub mod splits;
mod start;
pub mod subscriptions;
pub(crate) mod tallies;
pub mod titles;

pub use access::{TopicAccess, by_slug, find};
pub use group_page::{GroupPage, group_page};
pub use home::{HomePage, UnreadEnd, home, unread_paper};
pub use start::start;

pub(crate) use lists::fill_unread;
pub use lists::{PageEnd, list};

use crate::live::tell;
use crate::people::notices::{self, Decision};
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::jobs::Cause;
use crate::platform::{jobs, log, validate};
use crate::screening::{self, Verdict};
use model::policy::{Permission, Viewer};
use model::time::Timestamp;
use model::{Group, GroupId, LogAction, LogEntry, Mark, Topic, TopicAction, TopicId, UserId, names};
use store::search_log::Changed;
use store::{Tx, search_log};

/// Maximum pinned topics per group.
const PINNED: i64 = 20;

const SLUGS: u32 = 20;

/// Returns the slug to try at this attempt; attempts count from 1.
fn slug_candidate(base: &str, attempt: u32) -> Result<String> {
    Ok(match attempt {
        1 => base.to_owned(),
        2..=5 => format!("{base}-{attempt}"),
        _ => format!("{base}-{}", &crate::platform::secrets::token()?[..6]),
    })
}

/// Returns a slug that no topic of the group uses.
pub(crate) async fn free_slug(tx: &mut store::Tx, group: GroupId, base: &str) -> Result<String> {
    for attempt in 1..=SLUGS {
        let slug = slug_candidate(base, attempt)?;
        if !store::topics::has_slug(tx, group, &slug).await? {
            return Ok(slug);
        }
    }
    Err(Error::Internal("no free slug for a topic".into()))
}

/// Renames a topic. Its address stays the same, so that links keep working.
///
/// # Errors
/// [`Error::Forbidden`] for anyone but the creator and moderators, [`Error::Invalid`] on `title`, [`Error::TooMany`].
pub async fn rename(cx: &Context, viewer: Viewer, id: TopicId, title: &str) -> Result<(Topic, Group)> {
    rename_from(cx, viewer, id, title, None).await
}

/// As [`rename`], if `base` is still its title. `None`: it is not compared.
///
/// # Errors
/// As [`rename`]; [`Error::Changed`].
pub async fn rename_from(
    cx: &Context,
    viewer: Viewer,
    id: TopicId,
    title: &str,
    base: Option<&str>,
) -> Result<(Topic, Group)> {
    let found = find(cx, viewer, id).await?;
    found.check_edit(viewer)?;
    let title = validate::title(title)?;
    let mut passed = Verdict::default();
    if title != found.topic.name {
        let by = viewer.user()?;
        passed = screening::title(cx, by, &found.group, found.access, &title).await?;
    }
    let first = match passed.reports.is_empty() {
        true => Vec::new(),
        false => store::messages::firsts_of(&cx.db, &[id]).await?,
    };
    let now = cx.now();
    let mut tx = cx.db.begin().await?;
    let found = lock(&mut tx, viewer, found).await?;
    found.check_edit(viewer)?;
    for (rule, (_, message)) in passed.reports.iter().zip(first.iter().cycle()) {
        store::moderation::reports::insert_by_rule(&mut tx, *message, rule, now).await?;
    }
    // Somebody else may have renamed it meanwhile.
    let name = store::topics::events::title_before(&mut tx, id).await?.ok_or(Error::NotFound)?;
    if base.is_some_and(|base| base != name) {
        return Err(Error::Changed);
    }
    store::topics::rename(&mut tx, id, &title).await?;
    if title != name {
        let by = viewer.user()?;
        store::topics::events::insert(&mut tx, id, by, TopicAction::Renamed, &name, now).await?;
        log(&mut tx, &found, by, LogAction::TopicRenamed, now).await?;
    }
    search_log::insert(&mut tx, Changed::Topic(id)).await?;
    jobs::enqueue(&mut tx, Cause::TopicChanged { topic: id }, now).await?;
    tx.commit().await?;
    cx.wake.after_commit();
    tell::pages_changed(cx, None).await;
    Ok((Topic { name: title, ..found.topic }, found.group))
}

/// Sets or clears a mark of a topic and records that as an event in the topic. Moderators lock, pin and archive.
/// Moderators and the creator set and clear "resolved".
///
/// # Errors
/// [`Error::Forbidden`], [`Error::NotFound`].
pub async fn mark(cx: &Context, viewer: Viewer, id: TopicId, mark: Mark, on: bool) -> Result<(Topic, Group)> {
    let user = viewer.user()?;
    let found = find(cx, viewer, id).await?;
    check_mark(viewer, &found, mark)?;
    let (action, what) = match (mark, on) {
        (Mark::Locked, true) => (TopicAction::Locked, LogAction::TopicLocked),
        (Mark::Locked, false) => (TopicAction::Unlocked, LogAction::TopicUnlocked),
        (Mark::Pinned, true) => (TopicAction::Pinned, LogAction::TopicPinned),
        (Mark::Pinned, false) => (TopicAction::Unpinned, LogAction::TopicUnpinned),
        (Mark::Resolved, true) => (TopicAction::Resolved, LogAction::TopicResolved),
        (Mark::Resolved, false) => (TopicAction::Reopened, LogAction::TopicReopened),
        (Mark::Archived, true) => (TopicAction::Archived, LogAction::TopicArchived),
        (Mark::Archived, false) => (TopicAction::Unarchived, LogAction::TopicUnarchived),
    };
    let now = cx.now();
    let mut tx = cx.db.begin().await?;
    let found = found.again(&mut tx, viewer).await?;
    check_mark(viewer, &found, mark)?;
    if store::topics::mark(&mut tx, found.group.id, id, mark, on.then_some(now)).await? > 0 {
        store::topics::events::insert(&mut tx, id, user, action, "", now).await?;
        match mark {
            Mark::Resolved => log(&mut tx, &found, user, what, now).await?,
            Mark::Locked | Mark::Pinned | Mark::Archived => {
                log::write(&mut tx, LogEntry::new(user, what).group(found.group.id).topic(id), now).await?;
            }
        }
        jobs::enqueue(&mut tx, Cause::TopicChanged { topic: id }, now).await?;
    }
    tx.commit().await?;
    cx.wake.after_commit();
    tell::pages_changed(cx, None).await;
    Ok((found.topic, found.group))
}

fn check_mark(viewer: Viewer, found: &TopicAccess, mark: Mark) -> Result<()> {
    match mark {
        Mark::Locked | Mark::Pinned => Ok(found.access.check(Permission::Moderate)?),
        Mark::Resolved => found.check_edit(viewer),
        Mark::Archived => Ok(found.in_group().check(Permission::Moderate)?),
    }
}

/// Writes a log entry, unless the actor created the topic.
async fn log(tx: &mut Tx, found: &TopicAccess, by: UserId, what: LogAction, now: Timestamp) -> Result<()> {
    if by == found.topic.creator_id {
        return Ok(());
    }
    let entry = LogEntry::new(by, what).group(found.group.id).topic(found.topic.id).whom(found.topic.creator_id);
    log::write(tx, entry, now).await
}

/// Returns the pinned topics of a group.
pub async fn pinned(cx: &Context, group: GroupId) -> Result<Vec<Topic>> {
    Ok(store::topics::pinned(&cx.db, group, PINNED).await?)
}

/// Deletes a topic with all its messages.
///
/// # Errors
/// [`Error::Forbidden`] for anyone but moderators, and the creator while nobody else wrote in it and nothing is
/// reported.
pub async fn delete(cx: &Context, viewer: Viewer, id: TopicId) -> Result<Group> {
    let found = find(cx, viewer, id).await?;
    check_delete(cx, viewer, &found).await?;
    let by = viewer.user()?;
    let mut tx = cx.db.begin().await?;
    let found = lock(&mut tx, viewer, found).await?;
    found.check_edit(viewer)?;
    let others = store::topics::others_wrote_in(&mut tx, id, found.topic.creator_id).await?;
    if others && !found.access.may(Permission::Moderate) {
        return Err(others_wrote());
    }
    if !found.access.may(Permission::Moderate) && store::moderation::reports::waits_in(&mut tx, id).await? {
        return Err(Error::forbidden(texts::topics_errors::reports_wait()));
    }
    // Deleting a topic in which only the actor wrote is not a moderation action.
    let own = by == found.topic.creator_id && !others;
    if store::topics::delete(&mut tx, id, cx.now()).await? > 0 {
        let whom = found.topic.creator_id;
        if !own {
            let entry = LogEntry::new(by, LogAction::TopicDeleted).group(found.group.id).topic(id).whom(whom);
            log::write(&mut tx, entry, cx.now()).await?;
        }
        let settled =
            store::moderation::reports::settle_topic(&mut tx, id, by, model::Verdict::Deleted, cx.now()).await?;
        let (side, group) = (notices::capacity(found.access), found.group.id);
        let decision = Decision { by, side, reason: "", group, topic: id, message: None };
        notices::topic_deleted(cx, &mut tx, decision, whom, &found.topic.name, &settled).await?;
    }
    search_log::insert(&mut tx, Changed::Topic(id)).await?;
    jobs::enqueue(&mut tx, Cause::TopicDeleted { topic: id }, cx.now()).await?;
    tx.commit().await?;
    cx.wake.after_commit();
    tell::pages_changed(cx, None).await;
    Ok(found.group)
}

/// Checks that the viewer may delete the topic.
///
/// # Errors
/// [`Error::Forbidden`] with the reason.
pub async fn check_delete(cx: &Context, viewer: Viewer, found: &TopicAccess) -> Result<()> {
    if found.access.may(Permission::Moderate) {
        return Ok(());
    }
    found.check_edit(viewer)?;
    if store::topics::others_wrote(&cx.db, found.topic.id, found.topic.creator_id).await? {
        return Err(others_wrote());
    }
    Ok(())
}

fn others_wrote() -> Error {
    Error::forbidden(texts::topics_errors::others_posted())
}

/// Locks a topic until the commit, provided it is still in the group where it was found. Returns it as
/// [`TopicAccess::again`] does.
///
/// # Errors
/// [`Error::NotFound`] if it moved or was deleted: the viewer's rights in the new place were not checked.
async fn lock(tx: &mut Tx, viewer: Viewer, found: TopicAccess) -> Result<TopicAccess> {
    let found = found.again(tx, viewer).await?;
    match store::topics::touch_in(tx, found.topic.id, found.group.id).await? {
        0 => Err(Error::NotFound),
        _ => Ok(found),
    }
}

/// Returns the most recently active topics of a group.
pub async fn latest(cx: &Context, group: GroupId, limit: i64) -> Result<Vec<Topic>> {
    Ok(store::topics::latest(&cx.db, group, limit).await?)
}

/// Creates an empty topic with a unique slug derived from its title. Returns its id and slug.
pub(crate) async fn insert(
    tx: &mut Tx,
    group: GroupId,
    title: &str,
    creator: UserId,
    now: Timestamp,
) -> Result<(TopicId, String)> {
    insert_under(tx, group, title, &names::slugify(title), creator, now).await
}

/// Creates a topic like `insert`, with a slug derived from `word`. If it is empty, the slug contains the topic's id.
pub(crate) async fn insert_under(
    tx: &mut Tx,
    group: GroupId,
    title: &str,
    word: &str,
    creator: UserId,
    now: Timestamp,
) -> Result<(TopicId, String)> {
    let unreadable = word.is_empty();
    for attempt in 1..=SLUGS {
        let slug = match unreadable {
            true => format!("topic-{}", crate::platform::secrets::token()?),
            false => slug_candidate(word, attempt)?,
        };
        if let Some(id) = store::topics::insert(tx, group, &slug, title, creator, now).await? {
            let numbered = if unreadable { store::topics::number(tx, id).await? } else { None };
            return Ok((id, numbered.unwrap_or(slug)));
        }
    }
    Err(Error::Internal("no free slug for a topic".into()))
}
