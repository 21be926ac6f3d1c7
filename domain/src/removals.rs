//! Everything by one person, taken away at once for a reason that they are told, and brought back. It is a job that goes on where it
//! stopped: each step is a transaction of its own, and what it took away is written down with it.

use std::time::Duration;

use crate::audit;
use crate::audit_log::{self, Entry, LogDeed};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::history::KEPT;
use crate::jobs::{self, Job};
use crate::model::{Group, GroupId, MessageId, NoticeKind, RemovalId, TopicId, User, UserId, Verdict};
use crate::policy::{Deed, Viewer};
use crate::store::notices::NewNotice;
use crate::store::removals::{Held, Measure, NewRemoval, RemovalRow, TopicAway};
use crate::store::search_log::{self, Changed};
use crate::store::{self, Tx};
use crate::time::Timestamp;
use crate::{accounts, admin, groups, members, messages, notices, sessions, unread};

/// Topics, or messages, of one step.
const STEP: i64 = 100;
/// Steps of one run of the job; then it queues itself again.
const STEPS: usize = 20;
/// Removals that are listed.
const LISTED: i64 = 20;

/// How far back it reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    /// All that they ever wrote.
    All,
    /// The last seven days.
    Week,
    /// The last 24 hours.
    Day,
}

impl Span {
    /// All of them, in the order shown.
    pub const ALL: [Self; 3] = [Self::Day, Self::Week, Self::All];

    /// The word that stands for it in forms.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Week => "week",
            Self::Day => "day",
        }
    }

    /// Reads the word; `None` for any other.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|span| span.as_str() == word)
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::All => "Everything",
            Self::Week => "The last 7 days",
            Self::Day => "The last 24 hours",
        }
    }

    fn since(self, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::All => None,
            Self::Week => Some(now.minus(Duration::from_secs(7 * 24 * 3_600))),
            Self::Day => Some(now.minus(Duration::from_secs(24 * 3_600))),
        }
    }
}

/// Until when a removal can be undone; `None` when it was, or it is too late.
pub fn undo_until(row: &RemovalRow, now: Timestamp) -> Option<Timestamp> {
    let until = row.created_at.plus(KEPT);
    (row.undone_at.is_none() && now < until).then_some(until)
}

/// How much there is, for each span.
pub type Measures = [(Span, Measure); 3];

async fn measures(cx: &Context, user: UserId, group: Option<GroupId>) -> Result<Measures> {
    let mut all = Span::ALL.map(|span| (span, Measure::default()));
    for (span, measure) in &mut all {
        let since = span.since(cx.now()).unwrap_or(Timestamp(0));
        *measure = store::removals::measure(&cx.db, user, group, since).await?;
    }
    Ok(all)
}

/// What a site admin would take away of somebody's, in the whole site.
///
/// # Errors
/// [`Error::NotFound`] for anyone else, and when there is nobody; [`Error::Forbidden`] for oneself and other admins.
pub async fn of_site(cx: &Context, viewer: Viewer, user: UserId) -> Result<(User, Measures)> {
    let found = removable(cx, viewer, user).await?;
    Ok((found, measures(cx, user, None).await?))
}

async fn removable(cx: &Context, viewer: Viewer, user: UserId) -> Result<User> {
    viewer.site_admin()?;
    let found = admin::person(cx, viewer, user).await?;
    if found.is_admin {
        return Err(Error::Forbidden("They administer the site: that has to be taken from them first."));
    }
    Ok(found)
}

/// What one who keeps order in a group would take away of somebody's there.
///
/// # Errors
/// As [`members::chosen`]; [`Error::Forbidden`] for those who do not stand above them, and in an archive.
pub async fn of_group(
    cx: &Context,
    viewer: Viewer,
    group: GroupId,
    user: UserId,
) -> Result<(members::Chosen, Measures)> {
    let chosen = members::chosen(cx, viewer, group, user).await?;
    chosen.found.standing.check(Deed::Moderate)?;
    if viewer.id() == Some(user) || !chosen.found.standing.may_remove(chosen.role()) {
        return Err(Error::Forbidden("They decide here as much as you do."));
    }
    Ok((chosen, measures(cx, user, Some(group)).await?))
}

/// Takes away what somebody wrote in the whole site, and with `bar` suspends or bans the account with it.
///
/// # Errors
/// [`Error::Invalid`] on `reason`, `days`, and on `span` when there is nothing; as [`of_site`].
pub async fn clear_site(
    cx: &Context,
    viewer: Viewer,
    user: UserId,
    span: Span,
    reason: &str,
    bar: Option<admin::Bar>,
) -> Result<User> {
    let by = viewer.site_admin()?;
    let found = removable(cx, viewer, user).await?;
    let reason = audit::reason(reason, "reason", true)?;
    if let Some(bar) = bar {
        bar.check()?;
    }
    let since = span.since(cx.now());
    check_any(cx, user, None, since).await?;
    let mut tx = cx.db.begin().await?;
    store::users::hold(&mut tx, &[user]).await?;
    begin(cx, &mut tx, NewRemoval { user, group: None, by, reason: &reason, since }, span).await?;
    let ended = match bar {
        Some(bar) => admin::bar_in(cx, &mut tx, by, user, bar, &reason).await?,
        None => Vec::new(),
    };
    tx.commit().await?;
    cx.wake.after_commit();
    for id in ended {
        sessions::ended_everywhere(cx, id).await;
    }
    accounts::changed(cx, user).await;
    Ok(found)
}

/// Takes away what somebody wrote in a group, and with `ban` bans them from it.
///
/// # Errors
/// [`Error::Invalid`] on `reason`, and on `span` when there is nothing; as [`of_group`].
pub async fn clear_group(
    cx: &Context,
    viewer: Viewer,
    group: GroupId,
    user: UserId,
    span: Span,
    reason: &str,
    ban: bool,
) -> Result<Group> {
    let by = viewer.user()?;
    let chosen = members::chosen(cx, viewer, group, user).await?;
    let reason = audit::reason(reason, "reason", true)?;
    let since = span.since(cx.now());
    let mut tx = cx.db.begin().await?;
    store::users::hold(&mut tx, &[user]).await?;
    if ban {
        unread::users_change(cx, &[user]).await?;
    }
    let standing = members::held(&mut tx, viewer, group).await?;
    standing.check(Deed::Moderate)?;
    let place = store::members::place(&mut tx, group, user).await?;
    if by == user || !standing.may_remove(place.role) {
        return Err(Error::Forbidden("They decide here as much as you do."));
    }
    check_any(cx, user, Some(group), since).await?;
    begin(cx, &mut tx, NewRemoval { user, group: Some(group), by, reason: &reason, since }, span).await?;
    let concerned = if ban && !place.banned {
        members::put_out(cx, &mut tx, members::Out { by, group, user, place, ban: Some(&reason) }).await?
    } else {
        Vec::new()
    };
    tx.commit().await?;
    cx.wake.after_commit();
    for user in concerned {
        members::changed(cx, user, group).await;
    }
    accounts::changed(cx, user).await;
    Ok(chosen.found.group)
}

async fn check_any(cx: &Context, user: UserId, group: Option<GroupId>, since: Option<Timestamp>) -> Result<()> {
    let there = store::removals::measure(&cx.db, user, group, since.unwrap_or(Timestamp(0))).await?;
    if there == Measure::default() {
        return Err(Error::invalid("span", "They wrote nothing then that could be removed."));
    }
    Ok(())
}

/// Begins it, in a transaction that holds the person: nothing of theirs is approved meanwhile.
async fn begin(cx: &Context, tx: &mut Tx, new: NewRemoval<'_>, span: Span) -> Result<()> {
    let now = cx.now();
    let NewRemoval { user, group, by, reason, .. } = new;
    let removal = store::removals::insert(tx, new, now).await?;
    notices::tell(cx, tx, NewNotice { user, group, kind: NoticeKind::Removal, reason, by }).await?;
    let deed = Entry::new(by, LogDeed::PersonCleared).whom(user).reason(reason).detail(span.label().to_lowercase());
    audit_log::write(tx, Entry { group, ..deed }, now).await?;
    jobs::enqueue(tx, &Job::ClearPerson { removal }, now).await?;
    Ok(())
}

/// The removals of somebody's, in a group or in the whole site, the newest first. For those who may undo them.
pub(crate) async fn list(cx: &Context, user: UserId, group: Option<GroupId>) -> Result<Vec<RemovalRow>> {
    Ok(store::removals::of_user(&cx.db, user, group, LISTED).await?)
}

/// Undoes a removal in the whole site: whose it was.
///
/// # Errors
/// [`Error::NotFound`] for anyone but site admins, and when there is none that could be.
pub async fn undo_in_site(cx: &Context, viewer: Viewer, id: RemovalId) -> Result<UserId> {
    let by = viewer.site_admin()?;
    let row = store::removals::by_id(&cx.db, id).await?.filter(|row| row.group_id.is_none()).ok_or(Error::NotFound)?;
    let tx = cx.db.begin().await?;
    undo(cx, tx, &row, by).await
}

/// Undoes a removal in a group: whose it was.
///
/// # Errors
/// [`Error::NotFound`] when there is none in it that could be, [`Error::Forbidden`] for anyone who does not keep order there.
pub async fn undo_in_group(cx: &Context, viewer: Viewer, group: GroupId, id: RemovalId) -> Result<UserId> {
    let by = viewer.user()?;
    groups::for_deed(cx, viewer, group, Deed::Moderate).await?;
    let row = store::removals::by_id(&cx.db, id).await?;
    let row = row.filter(|row| row.group_id == Some(group)).ok_or(Error::NotFound)?;
    let mut tx = cx.db.begin().await?;
    members::held(&mut tx, viewer, group).await?.check(Deed::Moderate)?;
    undo(cx, tx, &row, by).await
}

async fn undo(cx: &Context, mut tx: Tx, row: &RemovalRow, by: UserId) -> Result<UserId> {
    let now = cx.now();
    let (removal, user, group) = (row.id, row.user_id, row.group_id);
    if store::removals::undo(&mut tx, removal, by, now, now.minus(KEPT)).await? == 0 {
        return Err(Error::NotFound);
    }
    if !store::removals::is_covered(&mut tx, removal).await? {
        notices::tell(cx, &mut tx, NewNotice { user, group, kind: NoticeKind::Restored, reason: "", by }).await?;
    }
    let deed = Entry::new(by, LogDeed::ClearingUndone).whom(user);
    audit_log::write(&mut tx, Entry { group, ..deed }, now).await?;
    jobs::enqueue(&mut tx, &Job::BringBack { removal }, now).await?;
    tx.commit().await?;
    cx.wake.after_commit();
    accounts::changed(cx, user).await;
    Ok(user)
}

/// Takes away some of it, or brings some of it back, and queues itself again while there is more. Runs twice, and side by side: each
/// step holds the removal.
pub(crate) async fn work(cx: &Context, removal: RemovalId, back: bool) -> Result<()> {
    for _ in 0..STEPS {
        let mut tx = cx.db.begin().await?;
        if back {
            store::removals::hold_all(&mut tx, removal).await?;
        }
        let Some(held) = store::removals::hold(&mut tx, removal).await? else { return Ok(()) };
        let is_over = if back { !held.undone || held.restored } else { held.undone || held.finished };
        if is_over {
            return Ok(());
        }
        let now = cx.now();
        let is_done = match back {
            true => step_back(&mut tx, removal, now).await?,
            false => step(&mut tx, removal, &held, now).await?,
        };
        tx.commit().await?;
        cx.wake.after_commit();
        if let (true, Some(group)) = (is_done, held.group_id) {
            // Fewer reports wait there.
            members::tell_keepers(cx, group).await;
        }
    }
    let mut tx = cx.db.begin().await?;
    let job = if back { Job::BringBack { removal } } else { Job::ClearPerson { removal } };
    jobs::enqueue(&mut tx, &job, cx.now()).await?;
    tx.commit().await?;
    cx.wake.after_commit();
    Ok(())
}

/// Takes away some of it; whether that was the end.
async fn step(tx: &mut Tx, id: RemovalId, held: &Held, now: Timestamp) -> Result<bool> {
    if !held.topics_done {
        step_topics(tx, id, held, now).await?;
        return Ok(false);
    }
    let rows = store::removals::messages(tx, held, STEP).await?;
    let Some(&(topic, seq, _)) = rows.last() else {
        let is_end = (held.done_topic, held.done_seq) == (TopicId(0), 0);
        if is_end {
            store::removals::finish(tx, id, now).await?;
        } else {
            // What was moved meanwhile to where it had been is found from the beginning.
            store::removals::advance(tx, id, true, (TopicId(0), 0), Measure::default()).await?;
        }
        return Ok(is_end);
    };
    let mut taken = Measure::default();
    for (topic, _, message) in rows {
        taken.messages += i64::from(take(tx, (id, held.by_id), message, topic, now).await?);
    }
    store::removals::advance(tx, id, true, (topic, seq), taken).await?;
    Ok(false)
}

/// Takes a message away for a removal and whoever began it; whether it was there. What its author deleted, and could bring back, is taken
/// too.
async fn take(
    tx: &mut Tx,
    (removal, by): (RemovalId, UserId),
    message: MessageId,
    topic: TopicId,
    now: Timestamp,
) -> Result<bool> {
    let (at, own) = if messages::take_away_at(tx, message, topic, by, now).await? {
        (now, false)
    } else {
        let Some(at) = messages::take_over(tx, message, by, now).await? else { return Ok(false) };
        (at, true)
    };
    store::reports::settle(tx, message, by, Verdict::Deleted, now).await?;
    store::removals::took(tx, removal, message, at, own).await?;
    Ok(true)
}

async fn step_topics(tx: &mut Tx, id: RemovalId, held: &Held, now: Timestamp) -> Result<()> {
    let topics = store::removals::topics(tx, held, STEP).await?;
    let mut taken = Measure::default();
    for &topic in &topics {
        store::topics::touch(tx, topic).await?;
        if let Some(messages) = store::removals::delete_topic(tx, id, topic, now).await? {
            store::reports::settle_topic(tx, topic, held.by_id, Verdict::Deleted, now).await?;
            search_log::insert(tx, Changed::Topic(topic)).await?;
            jobs::enqueue(tx, &Job::TopicDeleted { topic }, now).await?;
            taken.messages += messages;
            taken.topics += 1;
        }
    }
    let done = (topics.len() as i64) < STEP;
    let last = if done { TopicId(0) } else { topics.last().copied().unwrap_or(TopicId(0)) };
    store::removals::advance(tx, id, done, (last, 0), taken).await?;
    Ok(())
}

/// Brings some of it back; whether that was the end. What another removal that stands covers goes over to that one.
async fn step_back(tx: &mut Tx, id: RemovalId, now: Timestamp) -> Result<bool> {
    let topics = store::removals::topics_away(tx, id, STEP).await?;
    for &TopicAway { topic_id: topic, group_id: group, deleted_at: at, heir } in &topics {
        store::topics::touch(tx, topic).await?;
        if let Some(heir) = heir {
            store::removals::hand_topic(tx, id, heir, topic).await?;
            continue;
        }
        let covered = store::removals::covered_in(tx, id, topic, STEP).await?;
        for one in &covered {
            let taken = take(tx, (one.removal_id, one.by_id), one.message_id, topic, now).await?;
            store::removals::add(tx, one.removal_id, i64::from(taken), 0).await?;
        }
        if !covered.is_empty() {
            // Perhaps there are more, and the topic stays away until there are none.
            return Ok(false);
        }
        if store::removals::restore_topic(tx, id, topic, at).await? > 0 {
            search_log::insert(tx, Changed::Topic(topic)).await?;
            // It comes to its group as one that was moved there does.
            jobs::enqueue(tx, &Job::TopicMoved { topic, from: group }, now).await?;
        }
    }
    if !topics.is_empty() {
        return Ok(false);
    }
    let messages = store::removals::messages_away(tx, id, STEP).await?;
    for away in &messages {
        let message = away.message_id;
        store::topics::touch(tx, away.topic_id).await?;
        if let Some(heir) = away.heir {
            store::removals::hand_message(tx, id, heir, message).await?;
        } else if store::removals::restore_message(tx, id, away).await? > 0 {
            search_log::insert(tx, Changed::Message(message)).await?;
            let job = if away.own { Job::MessageDeleted { message } } else { Job::MessageRestored { message } };
            jobs::enqueue(tx, &job, now).await?;
        }
    }
    if messages.is_empty() {
        store::removals::restored(tx, id, now).await?;
    }
    Ok(messages.is_empty())
}
