//! Reactor: schedules emails for the people whom new messages concern. What of it is unread is looked up when it is sent.

use std::collections::BTreeSet;
use std::time::Duration;

use super::News;
use crate::live::draw::Draw;
use crate::notifications::schedule;
use crate::platform::context::Context;
use crate::platform::error::Result;
use crate::platform::jobs::Cause;
use futures_util::future::BoxFuture;
use model::{Frequency, GroupId, GroupKind, Message, MessageId, TopicId, UserId};

pub(super) fn react<'a>(cx: &'a Context, _draw: &'a Draw, news: &'a [News]) -> BoxFuture<'a, Result<()>> {
    Box::pin(run(cx, news))
}

async fn run(cx: &Context, news: &[News]) -> Result<()> {
    // An edit may mention someone else.
    let said = |one: &'_ News| {
        matches!(one.cause, Cause::MessagePosted { .. } | Cause::MessageEdited { .. }) && !one.subject.deleted
    };
    let posted = |one: &&News| matches!(one.cause, Cause::MessagePosted { .. });
    let said: Vec<&News> = news.iter().filter(|one| said(one)).collect();
    let messages: Vec<&Message> =
        said.iter().filter_map(|one| one.message.as_ref()).filter(|one| !one.deleted).collect();
    let Some(first) = messages.iter().map(|message| message.created_at).min() else { return Ok(()) };
    let is_direct = |one: &&&News| one.subject.group.kind == GroupKind::Direct;
    let new: Vec<&News> = said.iter().copied().filter(posted).collect();
    let groups: Vec<GroupId> = new.iter().filter(is_direct).map(|one| one.subject.group.id).collect();
    let topics: Vec<TopicId> = new.iter().filter(|one| !is_direct(one)).map(|one| one.subject.row.topic.id).collect();
    let ids: Vec<MessageId> = messages.iter().map(|message| message.id).collect();
    let mentioned: BTreeSet<UserId> = store::notifications::mentioned(&cx.db, &ids).await?.into_iter().collect();
    let directs: BTreeSet<UserId> = store::notifications::members(&cx.db, &groups).await?.into_iter().collect();
    let followers: BTreeSet<UserId> = store::notifications::followers(&cx.db, &topics).await?.into_iter().collect();
    let authors: BTreeSet<UserId> = messages.iter().map(|message| message.author.id).collect();
    let alone = |user: &UserId| authors.len() == 1 && authors.contains(user);
    let all: BTreeSet<UserId> = mentioned.iter().chain(&directs).chain(&followers).copied().collect();
    let all: Vec<UserId> = all.into_iter().filter(|user| !alone(user)).collect();
    if all.is_empty() {
        return Ok(());
    }
    let any_new = !store::notifications::new_among(&cx.db, &all).await?.is_empty();
    let mut tx = cx.db.begin().await?;
    if any_new {
        store::notifications::begin(&mut tx, &all, first.minus(Duration::from_micros(1))).await?;
    }
    let chosen = store::notifications::chosen(&mut tx, &all).await?;
    for chosen in chosen {
        let wants = |frequency: Frequency, concerned: &BTreeSet<UserId>| {
            frequency == Frequency::Now && concerned.contains(&chosen.user_id)
        };
        if wants(chosen.mentions, &mentioned) || wants(chosen.directs, &directs) || wants(chosen.followed, &followers) {
            schedule::soon(&mut tx, chosen.user_id, cx.now()).await?;
        }
    }
    tx.commit().await?;
    Ok(())
}
