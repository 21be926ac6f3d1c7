//! The save: one transaction with the message, what it needs, and its job.

use super::destination::Destination;
use super::{Outcome, Posted};
use crate::files;
use crate::groups::{direct_names, members};
use crate::live::{tell, unread};
use crate::messages::conversations::MOST;
use crate::messages::polls;
use crate::people::notices;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::jobs::{
    Task, {self},
};
use crate::platform::validate::Draft;
use crate::platform::{log, secrets};
use crate::screening::slow_mode;
use crate::topics;
use bus::Control;
use markup::Node;
use model::policy::{Permission, Viewer};
use model::time::Timestamp;
use model::{
    Category, GroupId, GroupKind, LogAction, LogEntry, MessageId, NoticeDetails, NoticeKind, Role, TopicId, UserId,
};
use store::Tx;
use store::groups::Described;
use store::messages::NewMessage;
use store::people::notices::NewNotice;
use store::search_log::{self, Changed};

/// Where the message is written, after the transaction created what it needs.
struct ResolvedTarget {
    group: GroupId,
    topic: TopicId,
    at: Timestamp,
    group_slug: String,
    topic_slug: String,
}

/// Saves a submission that passed the auditors; `reports` lists the rules that report it.
///
/// # Errors
/// [`Error::Slow`]; for a held message also as [`super::approve`].
pub(super) async fn save(
    cx: &Context,
    author: Viewer,
    destination: &Destination<'_>,
    draft: &Draft,
    nodes: &[Node],
    reports: &[String],
) -> Result<Outcome> {
    let user = author.user()?;
    let message = |group, topic, at| NewMessage {
        topic,
        group,
        author: user,
        at,
        raw: &draft.text,
        nodes,
        key: draft.key.as_deref(),
        reply_to: destination.reply_to(),
        attachment: draft.attachment.as_deref(),
    };
    if let Destination::Topic { found, .. } = destination
        && destination.slow_mode_interval(author) == 0
        && reports.is_empty()
        && draft.attachment.is_none()
        && !files::mentioned(&draft.text)
    {
        // Only the message has to be written; on Postgres this is one statement.
        let new = message(found.group.id, found.topic.id, cx.now());
        let Some(saved) = store::messages::save_alone(&cx.db, &new).await? else { return Ok(Outcome::KeyTaken) };
        cx.wake.after_commit();
        if model::policy::anyone_reads(found.group.kind) {
            tell::pages_changed(cx, Some((found.group.id, found.topic.id))).await;
        }
        return Ok(Outcome::Posted(Posted::there(found, saved.id, saved.seq)));
    }
    let mut tx = cx.db.begin().await?;
    let Some(place) = prepare(cx, &mut tx, author, destination).await? else { return Ok(Outcome::Changed) };
    let new = message(place.group, place.topic, place.at);
    let Some(saved) = store::messages::save(&mut tx, &new).await? else { return Ok(Outcome::KeyTaken) };
    for rule in reports {
        store::moderation::reports::insert_by_rule(&mut tx, saved.id, rule, place.at).await?;
    }
    if files::mentioned(&draft.text) {
        files::link(&mut tx, saved.id, nodes, "", user).await?;
    }
    polls::announce_end(&mut tx, saved.id, draft.attachment.as_deref(), place.at).await?;
    finish(cx, &mut tx, destination, &place, saved.id).await?;
    tx.commit().await?;
    cx.wake.after_commit();
    tell::pages_changed(cx, Some((place.group, place.topic))).await;
    announce(cx, destination, place.group, !reports.is_empty()).await;
    let ResolvedTarget { group, topic, group_slug, topic_slug, .. } = place;
    Ok(Outcome::Posted(Posted { id: saved.id, seq: saved.seq, topic, group, group_slug, topic_slug }))
}

/// Creates what the message needs; `None` if the target changed in the meantime.
async fn prepare(
    cx: &Context,
    tx: &mut Tx,
    author: Viewer,
    destination: &Destination<'_>,
) -> Result<Option<ResolvedTarget>> {
    let (user, now, pause) = (author.user()?, cx.now(), destination.slow_mode_interval(author));
    let place = match destination {
        Destination::Topic { found, .. } => {
            slow_mode::check(tx, user, found.group.id, Some(found.topic.id), pause, now).await?;
            ResolvedTarget {
                group: found.group.id,
                topic: found.topic.id,
                at: now,
                group_slug: found.group.slug.clone(),
                topic_slug: found.topic.slug.clone(),
            }
        }
        Destination::NewTopic { group, title } => {
            let group = &group.group;
            slow_mode::check(tx, user, group.id, None, pause, now).await?;
            let (topic, topic_slug) = new_topic(tx, group.id, title, None, user, now).await?;
            ResolvedTarget { group: group.id, topic, at: now, group_slug: group.slug.clone(), topic_slug }
        }
        Destination::NewConversation { people, title, slug_source } => {
            return new_conversation(cx, tx, user, people, title, slug_source).await;
        }
        Destination::MorePeople { group, people, title } => {
            let group = &group.group;
            let at = add_people(cx, tx, author, group.id, people).await?;
            let source = direct_names::slug_source("");
            let (topic, topic_slug) = new_topic(tx, group.id, title, Some(&source), user, at).await?;
            // One microsecond after the topic, so that it counts as unread for the added users.
            ResolvedTarget {
                group: group.id,
                topic,
                at: Timestamp(at.0 + 1),
                group_slug: group.slug.clone(),
                topic_slug,
            }
        }
        Destination::Approved { held, moderator, topic } => {
            let group = &held.group;
            store::people::users::lock(tx, &[user]).await?;
            if !members::lock(tx, *moderator, group.id).await?.may_settle() {
                return Err(Error::NotFound);
            }
            Destination::check_author(members::lock(tx, author, group.id).await?)?;
            if store::moderation::approval_queue::take(tx, held.held_id).await? == 0 {
                return Ok(None);
            }
            let (topic, topic_slug) = match topic {
                Some(found) => (found.topic.id, found.topic.slug.clone()),
                None => new_topic(tx, group.id, &held.title, None, user, now).await?,
            };
            ResolvedTarget { group: group.id, topic, at: now, group_slug: group.slug.clone(), topic_slug }
        }
    };
    Ok(Some(place))
}

async fn new_topic(
    tx: &mut Tx,
    group: GroupId,
    title: &str,
    slug_source: Option<&str>,
    author: UserId,
    at: Timestamp,
) -> Result<(TopicId, String)> {
    let made = match slug_source {
        Some(source) => topics::insert_under(tx, group, title, source, author, at).await?,
        None => topics::insert(tx, group, title, author, at).await?,
    };
    search_log::insert(tx, Changed::Topic(made.0)).await?;
    Ok(made)
}

/// Creates a conversation; `None` if another participant just created it.
async fn new_conversation(
    cx: &Context,
    tx: &mut Tx,
    user: UserId,
    people: &[UserId],
    title: &str,
    slug_source: &str,
) -> Result<Option<ResolvedTarget>> {
    let at = cx.now();
    // Several participants may start it at once: one creates it, the others find it.
    store::people::users::lock(tx, people).await?;
    if store::messages::conversations::of_exactly_in(tx, user, people).await?.is_some() {
        return Ok(None);
    }
    unread::users_change(cx, people).await?;
    let (kind, category) = (GroupKind::Direct, Category::Other);
    let described = Described { name: "", description: "", kind, category, slow_seconds: 0, first_held: 0 };
    let group_slug = format!("d-{}", &secrets::token()?[..16]);
    let group = store::groups::insert(tx, &group_slug, described, user, at).await?;
    let group = group.ok_or_else(|| Error::Internal("no free address for a conversation".into()))?;
    for person in people {
        store::groups::members::join(tx, group, *person, Role::Member, Timestamp(at.0 - 1)).await?;
    }
    direct_names::rename(tx, group).await?;
    let (topic, topic_slug) = new_topic(tx, group, title, Some(slug_source), user, at).await?;
    Ok(Some(ResolvedTarget { group, topic, at, group_slug, topic_slug }))
}

/// Adds users to a conversation. Returns the time from which they see topics.
async fn add_people(cx: &Context, tx: &mut Tx, author: Viewer, group: GroupId, people: &[UserId]) -> Result<Timestamp> {
    members::lock(tx, author, group).await?.check(Permission::Invite)?;
    // After the start of every existing topic, even if the clocks of the processes differ.
    let last = store::messages::conversations::last_start(tx, group).await?;
    let at = last.map_or(cx.now(), |last| cx.now().max(Timestamp(last.0 + 1)));
    let there = store::groups::members::size(tx, group).await?;
    unread::users_change(cx, people).await?;
    let mut added = 0;
    for person in people {
        added += store::groups::members::add(tx, group, *person, at).await?;
    }
    if added == 0 {
        return Err(Error::invalid("to", texts::messages_errors::already_there()));
    }
    if there + added as i64 > MOST as i64 {
        return Err(Error::invalid("to", texts::messages_errors::conversation_full(MOST)));
    }
    direct_names::rename(tx, group).await?;
    Ok(at)
}

/// Writes the remaining rows of the transaction.
async fn finish(
    cx: &Context,
    tx: &mut Tx,
    destination: &Destination<'_>,
    place: &ResolvedTarget,
    message: MessageId,
) -> Result<()> {
    match destination {
        Destination::MorePeople { .. } => {
            jobs::enqueue(tx, Task::GroupChanged { group: place.group }, cx.now()).await?;
        }
        Destination::Approved { held, moderator, .. } => {
            let entry = LogEntry::new(moderator.user()?, LogAction::PendingApproved).group(place.group);
            let entry = entry.topic(place.topic).message(message).whom(held.author_id);
            log::write(tx, entry, place.at).await?;
            let details = NoticeDetails { title: held.title.clone(), at: Some(held.written_at), ..NoticeDetails::NONE };
            let kind = NoticeKind::Approved;
            let new = NewNotice::new(held.author_id, Some(place.group), kind, "", moderator.user()?);
            let new = NewNotice { topic: Some(place.topic), message: Some(message), details: &details, ..new };
            notices::tell(cx, tx, new).await?;
        }
        Destination::Topic { .. } | Destination::NewTopic { .. } | Destination::NewConversation { .. } => {}
    }
    Ok(())
}

/// Tells open pages and other processes about changes other than the message.
async fn announce(cx: &Context, destination: &Destination<'_>, group: GroupId, is_reported: bool) {
    if is_reported {
        tell::tell_moderators(cx, group).await;
    }
    let people = match destination {
        Destination::NewConversation { people, .. } => people,
        Destination::MorePeople { people, .. } => {
            cx.tell(&Control::GroupChanged { group, narrows: false }).await;
            people
        }
        Destination::Topic { .. } | Destination::NewTopic { .. } | Destination::Approved { .. } => return,
    };
    for person in people {
        tell::membership_changed(cx, *person, group).await;
    }
}
