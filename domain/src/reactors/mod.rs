//! Reactors: what follows a save. Each reads the state as it is now, may run twice, and cannot change what was saved.

mod live;
mod mentions;

use crate::context::Context;
use crate::error::{Error, Result};
use crate::jobs::{self, Cause, Job, Reactor};
use crate::model::{Group, Message, Topic, TopicRow};
use crate::time::Timestamp;
use crate::{groups, sessions, store, unread};

/// How the fragments of live events are drawn: the pages' own partials, which the domain does not know.
#[derive(Clone, Copy)]
pub struct Draw {
    /// A message of a topic page.
    pub message: fn(&Message, &Topic, &Group, Timestamp) -> String,
    /// A topic in a group's list.
    pub topic_row: fn(&TopicRow, &Group, Timestamp) -> String,
}

impl std::fmt::Debug for Draw {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Draw")
    }
}

/// In the order in which they run: what a page counts is right before anyone is told to look.
const ALL: &[Reactor] = &[Reactor::Mentions, Reactor::Unread, Reactor::Live, Reactor::Search];

/// Does one job.
///
/// # Errors
/// Whatever kept it from being done; it will be tried again.
pub async fn run(cx: &Context, draw: &Draw, job: Job) -> Result<()> {
    let cause = match job {
        Job::React { reactor, cause } => return react(cx, draw, reactor, cause).await,
        Job::Sweep { .. } => return sweep(cx).await,
        Job::GroupChanged { group } => return groups::changed(cx, group).await,
        Job::MessagePosted { message } => Cause::MessagePosted { message },
        Job::MessageEdited { message } => Cause::MessageEdited { message },
        Job::MessageDeleted { message } => Cause::MessageDeleted { message },
        Job::StarsChanged { message } => Cause::StarsChanged { message },
        Job::TopicChanged { topic } => Cause::TopicChanged { topic },
        Job::TopicDeleted { topic } => Cause::TopicDeleted { topic },
    };
    for &reactor in ALL {
        if let Err(error) = react(cx, draw, reactor, cause).await {
            // The others go on; this one is tried again alone.
            tracing::warn!(%error, ?reactor, ?cause, "a reactor failed and will be tried again");
            let mut tx = cx.db.begin().await?;
            jobs::enqueue(&mut tx, &Job::React { reactor, cause }, cx.now().plus(jobs::FIRST_RETRY)).await?;
            tx.commit().await?;
            cx.wake.after_commit();
        }
    }
    Ok(())
}

async fn react(cx: &Context, draw: &Draw, reactor: Reactor, cause: Cause) -> Result<()> {
    match reactor {
        Reactor::Mentions => mentions::react(cx, cause).await,
        Reactor::Unread => count_again(cx, cause).await,
        Reactor::Live => live::react(cx, draw, cause).await,
        Reactor::Search => {
            // What changed is in the log, since the save; the followers only have to be woken.
            sessions::tell(cx, &crate::bus::Control::SearchChanged).await;
            Ok(())
        }
    }
}

/// Everyone in the group counts it again with their next page.
async fn count_again(cx: &Context, cause: Cause) -> Result<()> {
    let group = match cause {
        Cause::StarsChanged { .. } | Cause::MessageEdited { .. } => return Ok(()),
        Cause::MessagePosted { message } | Cause::MessageDeleted { message } => {
            store::topics::place_of(&cx.db, message).await?.map(|place| place.group_id)
        }
        Cause::TopicChanged { topic } | Cause::TopicDeleted { topic } => {
            store::topics::by_id(&cx.db, crate::model::UserId(0), topic).await?.map(|found| found.topic.group_id)
        }
    };
    match group {
        Some(group) => unread::group_changed(cx, group).await,
        None => Ok(()),
    }
}

/// Rows of the search log that are kept: followers that fell further behind read everything again.
const SEARCH_LOG_KEPT: i64 = 500_000;

/// Housekeeping, once an hour.
async fn sweep(cx: &Context) -> Result<()> {
    let mut tx = cx.db.begin().await?;
    let sessions = store::sessions::delete_expired(&mut tx, cx.now()).await?;
    let log = store::search_log::trim(&mut tx, SEARCH_LOG_KEPT).await?;
    tx.commit().await.map_err(Error::from)?;
    tracing::info!(sessions, log, "swept");
    Ok(())
}
