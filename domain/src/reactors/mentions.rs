//! Reactor: keeps a row for each user whom a message mentions and who may read it.

use super::News;
use crate::live::draw::Draw;
use crate::live::unread;
use crate::messages::mentions::tell_count;
use crate::platform::context::Context;
use crate::platform::error::Result;
use crate::platform::jobs::Cause;
use futures_util::future::BoxFuture;
use model::{UserId, policy};

pub(super) fn react<'a>(cx: &'a Context, _draw: &'a Draw, news: &'a News) -> BoxFuture<'a, Result<()>> {
    Box::pin(run(cx, news))
}

async fn run(cx: &Context, news: &News) -> Result<()> {
    let group = &news.subject.group;
    let message = match (news.cause, &news.message) {
        (Cause::StarsChanged { .. } | Cause::TopicChanged { .. }, _) => return Ok(()),
        (Cause::TopicMoved { topic, .. } | Cause::TopicDeleted { topic }, _) => {
            let named = store::messages::mentions::in_topic(&cx.db, topic).await?;
            unread::users_change(cx, &named).await?;
            for user in named {
                tell_count(cx, user).await?;
            }
            return Ok(());
        }
        (_, None) => return Ok(()),
        (_, Some(message)) => message,
    };
    let mut named: Vec<UserId> = message.mentions.iter().copied().filter(|id| *id != message.author.id).collect();
    if named.is_empty() && matches!(news.cause, Cause::MessagePosted { .. }) {
        // The job of an edit handles users whom an earlier version mentioned.
        return Ok(());
    }
    if !policy::anyone_reads(group.kind) {
        let topic = news.subject.row.topic.id;
        let hearers = store::groups::members::hearers(&cx.db, group.id, topic, Some(message.author.id), &named).await?;
        named = hearers.into_iter().map(|hearer| hearer.user_id).collect();
    }
    // The commit may change their counts, so announce that before it.
    let mut concerned = store::messages::mentions::of_message(&cx.db, message.id).await?;
    concerned.extend(named.iter().copied().filter(|id| !concerned.contains(id)).collect::<Vec<_>>());
    if concerned.is_empty() {
        return Ok(());
    }
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
    // A second run changes nothing but still has to tell: the first may have died after the commit.
    for user in concerned {
        tell_count(cx, user).await?;
    }
    Ok(())
}
