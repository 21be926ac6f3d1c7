//! The job of a bulk deletion, or of undoing one, in steps.

use crate::live::tell;
use crate::messages;
use crate::people::notices::{self, Decision};
use crate::platform::context::Context;
use crate::platform::error::Result;
use crate::platform::jobs;
use crate::platform::jobs::{Cause, Task};
use model::time::Timestamp;
use model::{BulkDeleteId, BulkDeleteSize, DecidedBy, MessageId, Role, TopicId, UserId, Verdict};
use store::moderation::bulk_delete::{LockedDelete, TopicAway};
use store::moderation::reports::Settled;
use store::search_log::Changed;
use store::{self, Tx, search_log};

/// Topics or messages per step.
const STEP: i64 = 100;
/// Steps per run of the job; after that it queues itself again.
const STEPS: usize = 20;

/// Runs some steps of a bulk deletion, or with `back` of undoing it, and queues itself again if more remain. May run
/// twice and concurrently: each step locks the bulk deletion.
pub(crate) async fn work(cx: &Context, removal: BulkDeleteId, back: bool) -> Result<()> {
    for _ in 0..STEPS {
        let mut tx = cx.db.begin().await?;
        if back {
            store::moderation::bulk_delete::lock_all(&mut tx, removal).await?;
        }
        let Some(locked) = store::moderation::bulk_delete::lock(&mut tx, removal).await? else { return Ok(()) };
        let is_over = if back { !locked.undone || locked.restored } else { locked.undone || locked.finished };
        if is_over {
            return Ok(());
        }
        let now = cx.now();
        let is_done = match back {
            true => step_back(cx, &mut tx, removal, now).await?,
            false => step(cx, &mut tx, removal, &locked, now).await?,
        };
        tx.commit().await?;
        cx.wake.after_commit();
        tell::pages_changed(cx, None).await;
        if let (true, Some(group)) = (is_done, locked.group_id) {
            // Reports of deleted messages are settled: fewer are open.
            tell::tell_moderators(cx, group).await;
        }
    }
    let mut tx = cx.db.begin().await?;
    let job = if back { Task::UndoBulkDelete { removal } } else { Task::BulkDelete { removal } };
    jobs::enqueue(&mut tx, job, cx.now()).await?;
    tx.commit().await?;
    cx.wake.after_commit();
    Ok(())
}

/// Deletes one step's worth; returns whether that was the end.
async fn step(cx: &Context, tx: &mut Tx, id: BulkDeleteId, locked: &LockedDelete, now: Timestamp) -> Result<bool> {
    if !locked.topics_done {
        step_topics(cx, tx, id, locked, now).await?;
        return Ok(false);
    }
    let rows = store::moderation::bulk_delete::messages(tx, locked, STEP).await?;
    let Some(&(topic, seq, _)) = rows.last() else {
        let is_end = (locked.done_topic, locked.done_seq) == (TopicId(0), 0);
        if is_end {
            store::moderation::bulk_delete::finish(tx, id, now).await?;
        } else {
            // Start over, to find messages that were moved behind the current position meanwhile.
            store::moderation::bulk_delete::advance(tx, id, true, (TopicId(0), 0), BulkDeleteSize::default()).await?;
        }
        return Ok(is_end);
    };
    let mut taken = BulkDeleteSize::default();
    for (topic, _, message) in rows {
        taken.messages += i64::from(take(cx, tx, (id, locked.by_id), message, topic, now).await?);
    }
    store::moderation::bulk_delete::advance(tx, id, true, (topic, seq), taken).await?;
    Ok(false)
}

/// Deletes one message for a bulk deletion; returns whether there was anything to delete. Also takes over a deletion by
/// the author that they could still undo.
async fn take(
    cx: &Context,
    tx: &mut Tx,
    (removal, by): (BulkDeleteId, UserId),
    message: MessageId,
    topic: TopicId,
    now: Timestamp,
) -> Result<bool> {
    let (at, own) = if messages::delete_in_at(tx, message, topic, by, now).await? {
        (now, false)
    } else {
        let Some(at) = messages::reassign_deletion(tx, message, by, now).await? else { return Ok(false) };
        (at, true)
    };
    let settled = store::moderation::reports::settle(tx, message, by, Verdict::Deleted, now).await?;
    reports_answered(cx, tx, by, topic, &settled).await?;
    store::moderation::bulk_delete::took(tx, removal, message, at, own).await?;
    Ok(true)
}

/// Notifies the reporters of the messages. Their author gets one notice of the whole bulk deletion.
async fn reports_answered(cx: &Context, tx: &mut Tx, by: UserId, topic: TopicId, settled: &[Settled]) -> Result<()> {
    if settled.is_empty() {
        return Ok(());
    }
    let Some(group) = store::topics::group_of(tx, topic).await? else { return Ok(()) };
    let role = store::groups::members::place(tx, group, by).await?.role;
    let side = if role > Some(Role::Member) { DecidedBy::Moderators } else { DecidedBy::Admins };
    let decision = Decision { by, side, reason: "", group, topic, message: None };
    notices::reports_answered(cx, tx, decision, Verdict::Deleted, settled).await
}

async fn step_topics(cx: &Context, tx: &mut Tx, id: BulkDeleteId, locked: &LockedDelete, now: Timestamp) -> Result<()> {
    let topics = store::moderation::bulk_delete::topics(tx, locked, STEP).await?;
    let mut taken = BulkDeleteSize::default();
    for &topic in &topics {
        store::topics::touch(tx, topic).await?;
        if let Some(messages) = store::moderation::bulk_delete::delete_topic(tx, id, topic, now).await? {
            let by = locked.by_id;
            let settled = store::moderation::reports::settle_topic(tx, topic, by, Verdict::Deleted, now).await?;
            reports_answered(cx, tx, by, topic, &settled).await?;
            search_log::insert(tx, Changed::Topic(topic)).await?;
            jobs::enqueue(tx, Cause::TopicDeleted { topic }, now).await?;
            taken.messages += messages;
            taken.topics += 1;
        }
    }
    let done = (topics.len() as i64) < STEP;
    let last = if done { TopicId(0) } else { topics.last().copied().unwrap_or(TopicId(0)) };
    store::moderation::bulk_delete::advance(tx, id, done, (last, 0), taken).await?;
    Ok(())
}

/// Restores one step's worth; returns whether that was the end. Hands over what another bulk deletion covers.
async fn step_back(cx: &Context, tx: &mut Tx, id: BulkDeleteId, now: Timestamp) -> Result<bool> {
    let topics = store::moderation::bulk_delete::topics_away(tx, id, STEP).await?;
    for &TopicAway { topic_id: topic, group_id: group, deleted_at: at, successor } in &topics {
        store::topics::touch(tx, topic).await?;
        if let Some(successor) = successor {
            store::moderation::bulk_delete::hand_topic(tx, id, successor, topic).await?;
            continue;
        }
        let covered = store::moderation::bulk_delete::covered_in(tx, id, topic, STEP).await?;
        for one in &covered {
            let taken = take(cx, tx, (one.removal_id, one.by_id), one.message_id, topic, now).await?;
            store::moderation::bulk_delete::add(tx, one.removal_id, i64::from(taken), 0).await?;
        }
        if !covered.is_empty() {
            // There may be more; the topic stays deleted until there are none.
            return Ok(false);
        }
        if store::moderation::bulk_delete::restore_topic(tx, id, topic, at).await? > 0 {
            search_log::insert(tx, Changed::Topic(topic)).await?;
            // For the group, a restored topic is like one that was moved there.
            jobs::enqueue(tx, Cause::TopicMoved { topic, from: group }, now).await?;
        }
    }
    if !topics.is_empty() {
        return Ok(false);
    }
    let messages = store::moderation::bulk_delete::messages_away(tx, id, STEP).await?;
    for away in &messages {
        let message = away.message_id;
        store::topics::touch(tx, away.topic_id).await?;
        if let Some(successor) = away.successor {
            store::moderation::bulk_delete::hand_message(tx, id, successor, message).await?;
        } else if store::moderation::bulk_delete::restore_message(tx, id, away).await? > 0 {
            store::messages::replies::touch_around(tx, message).await?;
            search_log::insert(tx, Changed::Message(message)).await?;
            let job = if away.own { Cause::MessageDeleted { message } } else { Cause::MessageRestored { message } };
            jobs::enqueue(tx, job, now).await?;
        }
    }
    if messages.is_empty() {
        store::moderation::bulk_delete::restored(tx, id, now).await?;
    }
    Ok(messages.is_empty())
}
