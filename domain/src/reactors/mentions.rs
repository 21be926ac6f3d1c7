//! Reactor: keeps a row for each user whom a message mentions, and for the author of the message that it replies to. It
//! counts only while they may read the message; until then its author is told whom it does not reach.

use super::News;
use crate::live::draw::Draw;
use crate::live::{notices, unread};
use crate::messages::mentions::{self, tell_count};
use crate::platform::context::Context;
use crate::platform::error::Result;
use crate::platform::jobs::Cause;
use futures_util::future::{BoxFuture, try_join_all};
use model::{GroupId, Message, NoticeDetails, NoticeKind, UserId, policy};
use store::people::notices::NewNotice;

/// Messages handled at once.
const AT_ONCE: usize = 8;

pub(super) fn react<'a>(cx: &'a Context, _draw: &'a Draw, news: &'a [News]) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        // Of a batch, all are new messages, whose order does not matter here.
        for news in news.chunks(AT_ONCE) {
            try_join_all(news.iter().map(|one| run(cx, one))).await?;
        }
        Ok(())
    })
}

async fn run(cx: &Context, news: &News) -> Result<()> {
    let message = match (news.cause, &news.message) {
        (
            Cause::StarsChanged { .. }
            | Cause::PollChanged { .. }
            | Cause::PreviewsChanged { .. }
            | Cause::TopicStarted { .. }
            | Cause::TopicChanged { .. },
            _,
        ) => return Ok(()),
        (Cause::TopicMoved { topic, from }, _) => {
            let named = store::messages::mentions::in_topic(&cx.db, topic).await?;
            let mut readers = readers(cx, news, &named).await?;
            readers.extend(readers_of(cx, from, &named).await?);
            return recount(cx, &named, readers).await;
        }
        (Cause::TopicDeleted { topic }, _) => {
            let named = store::messages::mentions::in_topic(&cx.db, topic).await?;
            let readers = readers_of(cx, news.subject.group.id, &named).await?;
            return recount(cx, &named, readers).await;
        }
        (_, None) => return Ok(()),
        (_, Some(message)) => message,
    };
    let mut named: Vec<UserId> = message.mentions.iter().copied().filter(|id| *id != message.author.id).collect();
    // A reply reaches the author of its original like a mention: once, also if it names them too.
    let mentioned = named.len();
    let answered = message.reply_to.as_ref().map(|original| original.author.id);
    named.extend(answered.filter(|id| *id != message.author.id && !named.contains(id)));
    if named.is_empty() && matches!(news.cause, Cause::MessagePosted { .. }) {
        // The job of an edit handles users whom an earlier version mentioned.
        return Ok(());
    }
    // The commit may change their counts, so announce that before it.
    let mut concerned = store::messages::mentions::of_message(&cx.db, message.id).await?;
    concerned.extend(named.iter().copied().filter(|id| !concerned.contains(id)).collect::<Vec<_>>());
    if concerned.is_empty() {
        return Ok(());
    }
    let readers = readers(cx, news, &concerned).await?;
    let mut tx = cx.db.begin().await?;
    unread::users_change(cx, &concerned).await?;
    // The mentions of a deleted message stay, in case it is restored; they are not counted.
    if !message.deleted {
        store::messages::mentions::delete_others(&mut tx, message.id, &named).await?;
        for &user in &named {
            store::messages::mentions::insert(&mut tx, message.id, user).await?;
        }
    }
    tx.commit().await?;
    if !message.deleted && matches!(news.cause, Cause::MessagePosted { .. } | Cause::MessageEdited { .. }) {
        let unreached: Vec<UserId> = named[..mentioned].iter().copied().filter(|id| !readers.contains(id)).collect();
        tell_author(cx, news, message, &unreached).await?;
    }
    // A second run changes nothing but still has to tell: the first may have died after the commit.
    tell_counts(cx, readers).await
}

/// Returns which of these users may read the topic.
async fn readers(cx: &Context, news: &News, users: &[UserId]) -> Result<Vec<UserId>> {
    mentions::readers(cx, &news.subject.group, news.subject.row.topic.id, users).await
}

/// Returns which of these users may read a group.
async fn readers_of(cx: &Context, group: GroupId, users: &[UserId]) -> Result<Vec<UserId>> {
    let found = store::groups::by_ids(&cx.db, &[group]).await?;
    if found.iter().any(|group| policy::anyone_reads(group.kind)) {
        return Ok(users.to_vec());
    }
    Ok(store::groups::members::among(&cx.db, group, users).await?)
}

async fn recount(cx: &Context, named: &[UserId], readers: Vec<UserId>) -> Result<()> {
    unread::users_change(cx, named).await?;
    tell_counts(cx, readers).await
}

/// Tells users their number of mentions. Users who cannot read the message must not learn that there is one.
async fn tell_counts(cx: &Context, mut readers: Vec<UserId>) -> Result<()> {
    readers.sort_unstable();
    readers.dedup();
    for readers in readers.chunks(AT_ONCE) {
        try_join_all(readers.iter().map(|reader| tell_count(cx, *reader))).await?;
    }
    Ok(())
}

/// Tells the author, once, whom the message does not reach.
async fn tell_author(cx: &Context, news: &News, message: &Message, unreached: &[UserId]) -> Result<()> {
    let mut names: Vec<String> =
        store::people::users::by_ids(&cx.db, unreached).await?.into_iter().map(|person| person.username).collect();
    if names.is_empty() {
        return Ok(());
    }
    names.sort_unstable();
    let details = NoticeDetails { names, ..NoticeDetails::NONE };
    let (user, group, topic) = (message.author.id, Some(news.subject.group.id), Some(news.subject.row.topic.id));
    let (message, kind, reason, by) = (Some(message.id), NoticeKind::Unreached, "", None);
    let mut tx = cx.db.begin().await?;
    let new = NewNotice { user, group, kind, reason, by, topic, message, details: &details };
    if !store::people::notices::was_notified(&mut tx, &new).await? {
        notices::tell(cx, &mut tx, new).await?;
        tx.commit().await?;
        cx.wake.after_commit();
    }
    Ok(())
}
