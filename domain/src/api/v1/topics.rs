//! Topics: lists, one topic, changes.

use serde::Deserialize;
use utoipa::ToSchema;

use super::attachments::Attach;
use super::groups::Subscription;
use super::objects::Topic;
use super::words::Id;
use super::{Ask, Body, Created, Cursor, Done, Found, PAGE, Page, Query, cursor};
use crate::live::unread;
use crate::messages::{Target, submit_with};
use crate::moderation::restorations;
use crate::platform::error::{Error, Result};
use crate::platform::validate::Draft;
use crate::topics::{self, PageEnd, TopicAccess, moves, reads, subscriptions};
use model::{GroupId, Mark, Scope, TopicId, TopicRow};

/// Returns the object of a topic.
pub(super) async fn object(ask: &Ask, found: &TopicAccess) -> Result<Topic> {
    let mut sidebar = ask.sidebar().await?;
    unread::list_also(&ask.cx, ask.viewer(), &mut sidebar, [&found.topic].into_iter()).await?;
    let unread = sidebar.of_topic(found.topic.id).map_or(0, |listed| listed.unread);
    Ok(Topic::new(&ask.cx, &found.topic, &found.group.slug, found.message_count, unread, found.level))
}

/// Returns the object of the topic as it is now.
async fn now(ask: &Ask, id: TopicId) -> Result<Found<Topic>> {
    let found = topics::find(&ask.cx, ask.viewer(), id).await?;
    Ok(Found(object(ask, &found).await?))
}

pub(super) fn of_row(ask: &Ask, group_slug: &str, row: &TopicRow) -> Topic {
    let level = row.followed.then_some(model::SubscriptionLevel::Followed);
    Topic::new(&ask.cx, &row.topic, group_slug, row.message_count, row.unread, level)
}

/// Reads the cursor of a list of topics.
pub(super) fn page_end(cursor: Option<&str>) -> Result<Option<PageEnd>> {
    cursor::read("topics", cursor, |place| PageEnd::parse(place).ok())
}

/// Returns the topics of a group, latest activity first.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Forbidden`]; [`Error::Invalid`] on `cursor`.
pub async fn index(ask: Ask, Query(from): Query<Cursor>) -> Result<Found<Page<Topic>>> {
    let before = page_end(from.cursor.as_deref())?;
    let found = ask.group().await?;
    let mut sidebar = ask.sidebar().await?;
    let (rows, next) = topics::list(&ask.cx, ask.viewer(), &found, &mut sidebar, before, PAGE).await?;
    let items = rows.iter().map(|row| of_row(&ask, &found.group.slug, row)).collect();
    Page::found(items, next.map(|end| cursor::make("topics", end.to_param())))
}

/// A new topic with its first message.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTopic {
    #[schema(min_length = 1, max_length = 200)]
    pub title: String,
    /// May be left out with an attachment.
    #[serde(default)]
    #[schema(max_length = 40000)]
    pub text: String,
    /// What the first message carries besides its text.
    #[serde(default)]
    pub attachment: Option<Attach>,
}

/// Starts a topic.
///
/// # Errors
/// As [`submit_with`].
pub async fn create(ask: Ask, Body(new): Body<NewTopic>) -> Result<Created<Topic>> {
    let found = ask.group().await?;
    let target = Target::NewTopic { group: found.group.id, title: &new.title };
    let draft = Draft::new(new.text, ask.key.clone());
    let posted = submit_with(&ask.cx, ask.viewer(), target, draft, new.attachment.map(Into::into)).await?;
    // A repeated request finds the topic that it started before. It may be in another group now.
    let found = topics::find(&ask.cx, ask.viewer(), posted.topic).await?;
    if !ask.caller.covers(found.group.id) {
        return Err(Error::NotFound);
    }
    Ok(Created(object(&ask, &found).await?))
}

/// Returns a topic.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn show(ask: Ask, _: ()) -> Result<Found<Topic>> {
    let found = ask.topic().await?;
    Ok(Found(object(&ask, &found).await?))
}

/// Changes of a topic.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TopicChange {
    #[schema(min_length = 1, max_length = 200)]
    pub title: String,
}

/// Renames a topic.
///
/// # Errors
/// As [`topics::rename_from`]; [`Error::Forbidden`] if that takes a moderator's rights and the credentials do not carry them.
pub async fn update(ask: Ask, Body(change): Body<TopicChange>) -> Result<Found<Topic>> {
    let found = ask.topic().await?;
    ask.check_own_or_moderate(found.topic.creator_id)?;
    topics::rename_from(&ask.cx, ask.viewer(), found.topic.id, &change.title, ask.base.as_deref()).await?;
    now(&ask, found.topic.id).await
}

/// Deletes a topic with its messages.
///
/// # Errors
/// As [`topics::delete`]; [`Error::Forbidden`] if that takes a moderator's rights and the credentials do not carry them.
pub async fn delete(ask: Ask, _: ()) -> Result<Done> {
    let found = ask.topic().await?;
    let creator = found.topic.creator_id;
    topics::check_delete(&ask.cx, ask.viewer(), &found).await?;
    if store::topics::others_wrote(&ask.cx.db, found.topic.id, creator).await? {
        ask.caller.check(Scope::Moderate)?;
    }
    ask.check_own_or_moderate(creator)?;
    topics::delete(&ask.cx, ask.viewer(), found.topic.id).await?;
    Ok(Done)
}

/// Restores a deleted topic with its messages, for 30 days after it was deleted.
///
/// # Errors
/// As [`restorations::restore_topic`].
pub async fn restore(ask: Ask, _: ()) -> Result<Found<Topic>> {
    let id: TopicId = ask.part("id")?;
    match ask.topic().await {
        Ok(_) => {}
        Err(Error::NotFound) => {
            let (found, _) = restorations::topic(&ask.cx, ask.viewer(), id).await?;
            if !ask.caller.covers(found.group.id) {
                return Err(Error::NotFound);
            }
        }
        Err(error) => return Err(error),
    }
    restorations::restore_topic(&ask.cx, ask.viewer(), id).await?;
    now(&ask, id).await
}

/// Sets the status of a topic: `locked`, `pinned`, `resolved` or `archived`.
///
/// # Errors
/// As [`topics::mark`]; [`Error::Forbidden`] if that takes a moderator's rights and the credentials do not carry them.
pub async fn mark(ask: Ask, _: ()) -> Result<Found<Topic>> {
    set_mark(ask, true).await
}

/// Clears a status of a topic.
///
/// # Errors
/// As [`mark`].
pub async fn unmark(ask: Ask, _: ()) -> Result<Found<Topic>> {
    set_mark(ask, false).await
}

async fn set_mark(ask: Ask, on: bool) -> Result<Found<Topic>> {
    let mark = Mark::parse(ask.text("mark")).ok_or(Error::NotFound)?;
    let found = ask.topic().await?;
    if mark == Mark::Resolved {
        ask.check_own_or_moderate(found.topic.creator_id)?;
    } else {
        ask.caller.check(Scope::Moderate)?;
    }
    topics::mark(&ask.cx, ask.viewer(), found.topic.id, mark, on).await?;
    now(&ask, found.topic.id).await
}

/// The target of a move.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Move {
    /// The group.
    pub group: Id,
}

/// Moves a topic to another group.
///
/// # Errors
/// As [`moves::to_group`].
pub async fn relocate(ask: Ask, Body(to): Body<Move>) -> Result<Found<Topic>> {
    let found = ask.topic().await?;
    let to = GroupId(to.group.0);
    if !ask.caller.covers(to) {
        return Err(Error::NotFound);
    }
    moves::to_group(&ask.cx, ask.viewer(), found.topic.id, to).await?;
    now(&ask, found.topic.id).await
}

/// Follows or mutes a topic.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Forbidden`] for others than members.
pub async fn subscribe(ask: Ask, Body(wanted): Body<Subscription>) -> Result<Found<Topic>> {
    let found = ask.topic().await?;
    subscriptions::set_of_topic(&ask.cx, ask.viewer(), found.topic.id, wanted.level.into()).await?;
    now(&ask, found.topic.id).await
}

/// How far the caller has read.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadTo {
    /// The number of the last read message. By default, the last message of the topic.
    #[schema(minimum = 0)]
    pub number: Option<i64>,
}

/// Marks a topic as read up to a message, never backwards.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn mark_read(ask: Ask, Body(read): Body<ReadTo>) -> Result<Done> {
    let found = ask.topic().await?;
    let last = found.topic.last_seq;
    let seq = read.number.unwrap_or(last).clamp(0, last);
    reads::mark(&ask.cx, ask.viewer(), found.topic.id, seq).await?;
    Ok(Done)
}
