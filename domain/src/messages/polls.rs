//! Polls: voting, closing, and who voted. A poll is an attachment of a message. `topics/tallies.rs` counts the votes.

use super::changes;
use crate::groups::members;
use crate::live::tell;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::jobs::{self, Cause};
use crate::platform::log;
use crate::site::rate_limits::{self, By, RateLimit};
use crate::topics::placed::{self, MessageInTopic};
use crate::topics::{self, TopicAccess};
use model::policy::{Permission, Viewer};
use model::time::Timestamp;
use model::{Attachment, LogAction, LogEntry, MessageId, Permalink, Person, Poll};
use store::Tx;
use store::messages::{attachments, polls as table};
use store::search_log::{self, Changed};
use store::topics::splits::{self, LockedTopic};
use texts::Text;

/// The most votes that the page of voters lists.
pub const MOST_LISTED: i64 = 2_000;
/// Open pages receive at most one update of a poll per interval, in microseconds.
const SLOT: i64 = 1_000_000;

fn closed() -> Error {
    Error::forbidden(texts::messages_errors::poll_closed())
}

/// Votes in a poll, or changes the viewer's vote. Without a choice, removes the vote.
///
/// # Errors
/// [`Error::NotFound`] if there is no such poll; [`Error::Forbidden`] if it is closed, or the viewer may not post in its
/// topic; [`Error::Invalid`] on `choices`; [`Error::TooMany`].
pub async fn vote(cx: &Context, viewer: Viewer, id: MessageId, choices: &[i64]) -> Result<Permalink> {
    let user = viewer.user()?;
    let (found, poll, seq) = find(cx, viewer, id).await?;
    found.check_write()?;
    let choices = check(&poll, choices)?;
    rate_limits::count(cx, RateLimit::Star, By::User(user)).await?;
    let now = cx.now();
    let mut tx = cx.db.begin().await?;
    let topic = check_again(&mut tx, viewer, &found).await?;
    let locked = attachments::lock(&mut tx, id).await?.ok_or(Error::NotFound)?;
    let attachment = attachments::decode(locked.attachment.as_deref())?.ok_or(Error::NotFound)?;
    if locked.topic_id != found.topic.id || attachment.poll() != Some(&poll) {
        return Err(Error::invalid("choices", texts::messages_errors::poll_changed()));
    }
    if attachment.is_closed(now) || topic.locked {
        return Err(closed());
    }
    let mut before = table::delete(&mut tx, id, user).await?;
    before.sort_unstable();
    if before != choices {
        for choice in choices {
            table::insert(&mut tx, id, user, (choice, poll.anonymous), now).await?;
        }
        // The event stream of the API reads this log.
        search_log::insert(&mut tx, Changed::Message(id)).await?;
        announce(&mut tx, id, now).await?;
        tx.commit().await?;
        cx.wake.after_commit();
        tell::pages_changed(cx, Some((found.group.id, found.topic.id))).await;
    }
    Ok(place(found, seq))
}

/// Closes a poll. Its author and moderators can. Does nothing if the poll is closed already.
///
/// # Errors
/// [`Error::NotFound`] if there is no such poll; [`Error::Forbidden`] for anyone else.
pub async fn close(cx: &Context, viewer: Viewer, id: MessageId) -> Result<Permalink> {
    let user = viewer.user()?;
    let editable = changes::deletable(cx, viewer, id).await?;
    let now = cx.now();
    let mut tx = cx.db.begin().await?;
    if !changes::lock(&mut tx, &editable).await? {
        return Err(Error::forbidden(texts::messages_errors::moved_close_again()));
    }
    let locked = attachments::lock(&mut tx, id).await?.ok_or(Error::NotFound)?;
    let attachment = attachments::decode(locked.attachment.as_deref())?.ok_or(Error::NotFound)?;
    attachment.poll().ok_or(Error::NotFound)?;
    if !attachment.is_closed(now) {
        attachments::set(&mut tx, id, &Attachment { closed_at: Some(now), ..*attachment }).await?;
        search_log::insert(&mut tx, Changed::Message(id)).await?;
        jobs::enqueue(&mut tx, Cause::PollChanged { message: id }, now).await?;
        if user != editable.raw.author_id {
            let entry = LogEntry::new(user, LogAction::PollClosed).group(editable.group.id).topic(editable.topic.id);
            log::write(&mut tx, entry.message(id).whom(editable.raw.author_id), now).await?;
        }
        tx.commit().await?;
        cx.wake.after_commit();
        tell::pages_changed(cx, Some((editable.group.id, editable.topic.id))).await;
    }
    Ok(changes::place_in(&editable))
}

/// Who voted in a poll.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Voters {
    pub placed: MessageInTopic,
    pub poll: Poll,
    /// The voters of each option, earliest vote first.
    pub options: Vec<Vec<Person>>,
    /// Whether there are more votes than are listed.
    pub more: bool,
}

/// Returns who voted in a poll, for viewers who may see its results.
///
/// # Errors
/// [`Error::NotFound`] if there is no such poll; [`Error::Forbidden`] if it is anonymous or its results are hidden.
pub async fn voters(cx: &Context, viewer: Viewer, id: MessageId) -> Result<Voters> {
    let placed = placed::show(cx, viewer, id).await?;
    let attachment = placed.message.attachment.as_deref().ok_or(Error::NotFound)?;
    let poll = attachment.poll().ok_or(Error::NotFound)?.clone();
    if poll.anonymous {
        return Err(Error::forbidden(texts::messages_errors::votes_anonymous()));
    }
    if !attachment.tally.as_ref().is_some_and(|tally| poll.shows_results(tally)) {
        return Err(Error::forbidden(texts::messages_errors::results_hidden()));
    }
    let mut rows = table::voters(&cx.db, id, MOST_LISTED + 1).await?;
    let more = crate::platform::cut(&mut rows, MOST_LISTED as usize);
    let mut options = vec![Vec::new(); poll.options.len()];
    for (choice, id, username) in rows {
        if let Some(option) = usize::try_from(choice).ok().and_then(|choice| options.get_mut(choice)) {
            option.push(Person::new(id, username));
        }
    }
    Ok(Voters { placed, poll, options, more })
}

/// Locks the topic and its group, and checks again that the viewer may write there: they may have been removed meanwhile.
async fn check_again(tx: &mut Tx, viewer: Viewer, found: &TopicAccess) -> Result<LockedTopic> {
    let access = members::lock(tx, viewer, found.group.id).await?;
    let topic = splits::lock(tx, found.topic.id).await?;
    let topic = topic.filter(|topic| topic.group_id == found.group.id).ok_or(Error::NotFound)?;
    let access = access.with_archived(access.is_archived() || topic.archived);
    if !access.may_read_topic(topic.created_at) {
        return Err(Error::NotFound);
    }
    access.check(Permission::Write)?;
    Ok(topic)
}

/// The topic, the poll and the message's number.
async fn find(cx: &Context, viewer: Viewer, id: MessageId) -> Result<(TopicAccess, Poll, i64)> {
    let raw = store::messages::raw(&cx.db, id).await?.ok_or(Error::NotFound)?;
    let found = topics::find(cx, viewer, raw.topic_id).await?;
    let attachment = raw.attachment()?.filter(|_| !raw.deleted).ok_or(Error::NotFound)?;
    let poll = attachment.poll().ok_or(Error::NotFound)?.clone();
    Ok((found, poll, raw.seq))
}

/// Checks and sorts the options of a vote.
fn check(poll: &Poll, choices: &[i64]) -> Result<Vec<i64>> {
    let mut choices = choices.to_vec();
    choices.sort_unstable();
    choices.dedup();
    let wrong = |why: Text| Err(Error::invalid("choices", why));
    if choices.iter().any(|choice| !(0..poll.options.len() as i64).contains(choice)) {
        return wrong(texts::messages_errors::choose_from_options());
    }
    if choices.len() > 1 && !poll.multiple {
        return wrong(texts::messages_errors::choose_one());
    }
    Ok(choices)
}

fn place(found: TopicAccess, seq: i64) -> Permalink {
    Permalink {
        group_id: found.group.id,
        group_slug: found.group.slug,
        topic_id: found.topic.id,
        topic_slug: found.topic.slug,
        seq,
    }
}

/// Queues the job that updates open pages. Many votes in a short time need one job.
async fn announce(tx: &mut Tx, message: MessageId, now: Timestamp) -> Result<()> {
    let slot = now.0.div_euclid(SLOT) + 1;
    let (key, at) = (format!("poll {message} {slot}"), Timestamp(slot * SLOT));
    jobs::plan_unique(tx, &key, Cause::PollChanged { message }, now, at).await?;
    Ok(())
}

/// Queues the job that updates open pages when the time of a poll is over.
pub(super) async fn announce_end(
    tx: &mut Tx,
    message: MessageId,
    attachment: Option<&Attachment>,
    now: Timestamp,
) -> Result<()> {
    if let Some(at) = attachment.and_then(Attachment::poll).and_then(|poll| poll.closes_at) {
        jobs::plan(tx, Cause::PollChanged { message }, now, at).await?;
    }
    Ok(())
}
