//! Mentions: a row for each person that a message names and that may read it.

use crate::context::Context;
use crate::error::Result;
use crate::jobs::Cause;
use crate::mentions::tell_count;
use crate::model::{GroupKind, UserId};
use crate::{store, unread};

pub(super) async fn react(cx: &Context, cause: Cause) -> Result<()> {
    let message = match cause {
        Cause::MessagePosted { message } | Cause::MessageEdited { message } | Cause::MessageDeleted { message } => {
            message
        }
        Cause::StarsChanged { .. } | Cause::TopicChanged { .. } => return Ok(()),
        Cause::TopicDeleted { topic } => {
            let named = store::mentions::in_topic(&cx.db, topic).await?;
            unread::users_change(cx, &named).await?;
            for user in named {
                tell_count(cx, user).await?;
            }
            return Ok(());
        }
    };
    let Some(found) = store::messages::by_id(&cx.db, message).await? else { return Ok(()) };
    let mut named: Vec<UserId> = found.mentions.iter().copied().filter(|id| *id != found.author.id).collect();
    if !named.is_empty() {
        let Some(topic) = store::topics::by_id(&cx.db, UserId(0), found.topic_id).await? else { return Ok(()) };
        if topic.group_kind == GroupKind::Private {
            named = store::groups::members_among(&cx.db, topic.topic.group_id, &named).await?;
        }
    }
    // Theirs may change by the commit: announced before it.
    let mut concerned = store::mentions::of_message(&cx.db, message).await?;
    concerned.extend(named.iter().copied().filter(|id| !concerned.contains(id)).collect::<Vec<_>>());
    if concerned.is_empty() {
        return Ok(());
    }
    let mut tx = cx.db.begin().await?;
    unread::users_change(cx, &concerned).await?;
    // The rows of a deleted message stay for its return, and count nowhere.
    if !found.deleted {
        store::mentions::delete_others(&mut tx, message, &named).await?;
        for &user in &named {
            store::mentions::insert(&mut tx, message, user).await?;
        }
    }
    tx.commit().await?;
    // A second run finds nothing changed and still has to tell: the first may have died in between.
    for user in concerned {
        tell_count(cx, user).await?;
    }
    Ok(())
}
