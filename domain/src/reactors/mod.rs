//! Reactors: what follows a save. Each reads the state as it is now, may run twice, and cannot change what was saved.

mod live;
mod mentions;

use crate::admin::statistics;
use crate::live::draw::Draw;
use crate::live::tell;
use crate::live::unread;
use crate::messages::history;
use crate::moderation::{approval_queue, bulk_delete};
use crate::people::{account_deletion, outbound_email, sign_ups, two_factor};
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::jobs;
use crate::platform::jobs::{Cause, Job, Reactor};
use model::Message;
use store::topics::Subject;

/// In the order in which they run: what a page counts is right before anyone is told to look.
const ALL: &[Reactor] = &[Reactor::Mentions, Reactor::Unread, Reactor::Live, Reactor::Search];

/// What happened, and what the reactors need to know of it, read once for all of them.
struct News {
    cause: Cause,
    /// The message that it happened to, if it was one.
    message: Option<Message>,
    /// The topic with its group.
    subject: Subject,
}

impl News {
    /// `None` when what it happened to is gone.
    async fn of(cx: &Context, cause: Cause) -> Result<Option<Self>> {
        let message = match cause {
            Cause::MessagePosted { message }
            | Cause::MessageEdited { message }
            | Cause::MessageDeleted { message }
            | Cause::MessageRestored { message }
            | Cause::StarsChanged { message } => match store::messages::by_id(&cx.db, message).await? {
                Some(message) => Some(message),
                None => return Ok(None),
            },
            Cause::TopicChanged { .. } | Cause::TopicMoved { .. } | Cause::TopicDeleted { .. } => None,
        };
        let topic = match (&message, cause) {
            (_, Cause::TopicChanged { topic } | Cause::TopicMoved { topic, .. } | Cause::TopicDeleted { topic }) => {
                topic
            }
            (Some(message), _) => message.topic_id,
            (None, _) => return Ok(None),
        };
        let subject = store::topics::subject(&cx.db, topic).await?;
        Ok(subject.map(|subject| Self { cause, message, subject }))
    }
}

/// Does one job.
///
/// # Errors
/// Whatever kept it from being done; it will be tried again.
pub async fn run(cx: &Context, draw: &Draw, job: Job) -> Result<()> {
    let cause = match job {
        Job::React { reactor, cause } => {
            return match News::of(cx, cause).await? {
                Some(news) => react(cx, draw, reactor, &news).await,
                None => Ok(()),
            };
        }
        Job::Sweep { .. } => return sweep(cx).await,
        Job::SendLetter { letter } => return outbound_email::send(cx, draw, letter).await,
        Job::AccountDeleted { user, blank } => return account_deletion::clear(cx, user, blank).await,
        Job::ClearPerson { removal } => return bulk_delete::work(cx, removal, false).await,
        Job::BringBack { removal } => return bulk_delete::work(cx, removal, true).await,
        Job::GroupChanged { group } => return tell::group_changed(cx, group).await,
        Job::MessagePosted { message } => Cause::MessagePosted { message },
        Job::MessageEdited { message } => Cause::MessageEdited { message },
        Job::MessageDeleted { message } => Cause::MessageDeleted { message },
        Job::MessageRestored { message } => Cause::MessageRestored { message },
        Job::StarsChanged { message } => Cause::StarsChanged { message },
        Job::TopicChanged { topic } => Cause::TopicChanged { topic },
        Job::TopicMoved { topic, from } => Cause::TopicMoved { topic, from },
        Job::TopicDeleted { topic } => Cause::TopicDeleted { topic },
    };
    let Some(news) = News::of(cx, cause).await? else { return Ok(()) };
    for &reactor in ALL {
        if let Err(error) = react(cx, draw, reactor, &news).await {
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

async fn react(cx: &Context, draw: &Draw, reactor: Reactor, news: &News) -> Result<()> {
    match reactor {
        Reactor::Mentions => mentions::react(cx, news).await,
        Reactor::Unread => count_again(cx, news).await,
        Reactor::Live => live::react(cx, draw, news).await,
        Reactor::Search => {
            // What changed is in the log, since the save; the followers only have to be woken.
            cx.tell(&bus::Control::SearchChanged).await;
            Ok(())
        }
    }
}

/// Everyone in the group counts it again with their next page.
async fn count_again(cx: &Context, news: &News) -> Result<()> {
    match news.cause {
        Cause::StarsChanged { .. } | Cause::MessageEdited { .. } => Ok(()),
        Cause::TopicMoved { from, .. } => {
            unread::group_changed(cx, from).await?;
            unread::group_changed(cx, news.subject.group.id).await
        }
        Cause::MessagePosted { .. }
        | Cause::MessageDeleted { .. }
        | Cause::MessageRestored { .. }
        | Cause::TopicChanged { .. }
        | Cause::TopicDeleted { .. } => unread::group_changed(cx, news.subject.group.id).await,
    }
}

/// Rows of the search log that are kept: followers that fell further behind read everything again.
const SEARCH_LOG_KEPT: i64 = 500_000;

/// How long the rows of a deleted group or topic are kept.
const KEPT: std::time::Duration = std::time::Duration::from_secs(30 * 24 * 3_600);
/// Messages that go in one transaction, and in one sweep at the most: what is left goes with the next.
const PURGED_AT_ONCE: i64 = 1_000;
const PURGED_IN_A_SWEEP: u64 = 50_000;

/// Housekeeping, once an hour.
async fn sweep(cx: &Context) -> Result<()> {
    let purged = history::purge(cx).await?;
    let declined = approval_queue::purge(cx).await?;
    let sign_ups = sign_ups::forget_declined(cx).await?;
    let samples = statistics::thin(cx).await?;
    let mut tx = cx.db.begin().await?;
    let sessions = store::people::sessions::delete_expired(&mut tx, cx.now()).await?;
    store::people::two_factor::delete_begun(&mut tx, cx.now().minus(two_factor::SET_UP)).await?;
    store::people::former_names::delete_expired(&mut tx, cx.now()).await?;
    let letters = store::people::emails::delete_expired(&mut tx, cx.now()).await?;
    let log = store::search_log::trim(&mut tx, SEARCH_LOG_KEPT).await?;
    let links = store::groups::invitations::delete_expired(&mut tx, cx.now()).await?
        + store::people::sign_ups::delete_expired(&mut tx, cx.now()).await?;
    tx.commit().await.map_err(Error::from)?;
    let topics = purge_topics(cx).await?;
    let mut groups = 0;
    loop {
        let mut tx = cx.db.begin().await?;
        let emptied = store::groups::purge(&mut tx, cx.now().minus(KEPT)).await?;
        tx.commit().await.map_err(Error::from)?;
        groups += emptied;
        if emptied == 0 {
            break;
        }
    }
    tracing::info!(sessions, letters, log, purged, declined, sign_ups, samples, links, topics, groups, "swept");
    Ok(())
}

/// Forgets the topics that were deleted long ago, and those of groups that were; how many.
async fn purge_topics(cx: &Context) -> Result<u64> {
    let (mut topics, mut messages) = (0, 0);
    while messages < PURGED_IN_A_SWEEP
        && let Some(topic) = store::topics::deleted_before(&cx.db, cx.now().minus(KEPT)).await?
    {
        let mut tx = cx.db.begin().await?;
        let gone = store::topics::purge_messages(&mut tx, topic, PURGED_AT_ONCE).await?;
        if (gone as i64) < PURGED_AT_ONCE {
            topics += store::topics::purge(&mut tx, topic).await?;
        }
        tx.commit().await.map_err(Error::from)?;
        messages += gone.max(1);
    }
    Ok(topics)
}
