//! Reactors: hooks after the save. Each may run twice, and none can change what was saved.
//!
//! Under load, what many new messages cause is done at once: a reactor is given the news of one or more events.
//!
//! [`REACTORS`] is the whole list. To add one, write a file beside this one and add a line to the list.

mod emails;
mod link_previews;
mod live;
mod mentions;
mod push;
mod search;
mod sweep;
mod texts;
mod unread;
mod webhooks;

use crate::admin::doctor;
use crate::files;
use crate::live::draw::Draw;
use crate::live::{notices, tell};
use crate::mail_in;
use crate::moderation::bulk_delete;
use crate::notifications;
use crate::people::{account_deletion, bots};
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::jobs::{self, Cause, Job, Task};
use crate::reducers;
use crate::topics::tallies;
pub use futures_util::future::BoxFuture;
use model::{GroupKind, Message, MessageId, TopicId};
use std::collections::HashMap;
use std::sync::Arc;
use store::topics::Subject;

/// A hook after the save.
#[derive(Clone, Copy)]
pub struct Reactor {
    /// The reactor's name in retry jobs; never rename one after a release.
    pub name: &'static str,
    /// What it does about one or more events, earliest first. It may run twice.
    pub react: for<'a> fn(&'a Context, &'a Draw, &'a [News]) -> BoxFuture<'a, Result<()>>,
}

/// The reactors, in the order in which they run: the counts are right before anyone is notified.
pub const REACTORS: &[Reactor] = &[
    Reactor { name: "mentions", react: mentions::react },
    Reactor { name: "unread", react: unread::react },
    Reactor { name: "live", react: live::react },
    Reactor { name: "search", react: search::react },
    Reactor { name: "webhooks", react: webhooks::react },
    Reactor { name: "emails", react: emails::react },
    Reactor { name: "push", react: push::react },
    Reactor { name: "link-previews", react: link_previews::react },
];

/// An event with the data that the reactors need, read once for all of them.
#[allow(missing_docs)]
pub struct News {
    pub cause: Cause,
    /// The message concerned, if any.
    pub message: Option<Message>,
    /// The topic with its group.
    pub subject: Arc<Subject>,
}

impl News {
    /// Reads what the events are about, in the order of the topics' first events. Leaves out events whose message or
    /// topic is gone.
    async fn of(cx: &Context, causes: &[Cause]) -> Result<Vec<Self>> {
        let ids: Vec<MessageId> = causes.iter().filter_map(Cause::message).collect();
        let mut messages = store::messages::by_ids(&cx.db, &ids).await?;
        tallies::tally(cx, None, &mut messages).await?;
        let mut messages: HashMap<MessageId, Message> =
            messages.into_iter().map(|message| (message.id, message)).collect();
        let read = |&cause: &Cause| {
            let message = cause.message().and_then(|id| messages.remove(&id));
            Some((cause.topic().or(message.as_ref().map(|message| message.topic_id))?, cause, message))
        };
        let read: Vec<(TopicId, Cause, Option<Message>)> = causes.iter().filter_map(read).collect();
        let mut topics: Vec<TopicId> = Vec::new();
        for (topic, ..) in &read {
            if !topics.contains(topic) {
                topics.push(*topic);
            }
        }
        let subjects: HashMap<TopicId, Arc<Subject>> = store::topics::subjects(&cx.db, &topics)
            .await?
            .into_iter()
            .map(|subject| (subject.row.topic.id, Arc::new(subject)))
            .collect();
        let news = |(topic, cause, message)| {
            let subject = subjects.get(&topic)?.clone();
            Some(Self { cause, message, subject })
        };
        let mut news: Vec<Self> = read.into_iter().filter_map(news).collect();
        news.sort_by_key(|news| topics.iter().position(|topic| *topic == news.subject.row.topic.id));
        Ok(news)
    }

    /// Divides news by topic. Those of one topic follow each other.
    fn by_topic(news: &[Self]) -> impl Iterator<Item = &[Self]> {
        news.chunk_by(|one, next| one.subject.row.topic.id == next.subject.row.topic.id)
    }
}

/// Runs jobs of a batch (see [`jobs::batches`]): one job, or new messages.
///
/// # Errors
/// Any failure; the jobs will be retried.
pub async fn run_all(cx: &Context, draw: &Draw, mut jobs: Vec<Job>) -> Result<()> {
    if jobs.len() == 1
        && let Some(job) = jobs.pop()
    {
        return run(cx, draw, job).await;
    }
    let mut causes = Vec::with_capacity(jobs.len());
    for job in jobs {
        match job {
            Job::Happened(cause) => causes.push(cause),
            task @ Job::Task(_) => run(cx, draw, task).await?,
        }
    }
    react(REACTORS, cx, draw, &causes).await
}

/// Runs one job.
///
/// # Errors
/// Any failure; the job will be retried.
pub async fn run(cx: &Context, draw: &Draw, job: impl Into<Job>) -> Result<()> {
    // Boxed: otherwise each kind's state would be part of this one.
    let work: BoxFuture<'_, Result<()>> = match job.into() {
        Job::Happened(cause) => Box::pin(async move { react(REACTORS, cx, draw, &[cause]).await }),
        Job::Task(Task::React { reactor, cause }) => {
            let reactor = REACTORS.iter().find(|known| known.name == reactor);
            let reactor =
                reactor.ok_or_else(|| Error::Internal("the job names a reactor that does not exist".into()))?;
            Box::pin(async move { (reactor.react)(cx, draw, &News::of(cx, &[cause]).await?).await })
        }
        Job::Task(Task::Sweep { .. }) => Box::pin(sweep::sweep(cx)),
        Job::Task(Task::SendEmail { email }) => Box::pin(notifications::send(cx, draw, email)),
        Job::Task(Task::CollectEmail { user }) => Box::pin(notifications::collect::run(cx, user)),
        Job::Task(Task::AccountDeleted { user, erase }) => Box::pin(account_deletion::purge_step(cx, user, erase)),
        Job::Task(Task::BulkDelete { removal }) => Box::pin(bulk_delete::work(cx, removal, false)),
        Job::Task(Task::UndoBulkDelete { removal }) => Box::pin(bulk_delete::work(cx, removal, true)),
        Job::Task(Task::CompareSummaries { token }) => Box::pin(doctor::answer(cx, token)),
        Job::Task(Task::AccountChanged { user }) => Box::pin(async move {
            tell::person_changed(cx, user).await;
            bots::owner_changed(cx, user).await;
            Ok(())
        }),
        Job::Task(Task::GroupChanged { group }) => Box::pin(tell::group_changed(cx, group)),
        Job::Task(Task::Reduce { group }) => Box::pin(reducers::resume(cx, group)),
        Job::Task(Task::Push(push)) => Box::pin(crate::messages::push::send(cx, push)),
        Job::Task(Task::PreviewLinks { message }) => Box::pin(crate::messages::link_previews::make(cx, message)),
        Job::Task(Task::ImageUploaded { file }) => Box::pin(files::images::prepare(cx, file)),
        Job::Task(Task::PictureReplaced { digest }) => Box::pin(files::pictures::forget(cx, digest)),
        Job::Task(Task::EmailReceived { email }) => Box::pin(mail_in::handle(cx, email)),
        Job::Task(Task::EmailGivenUp { email }) => Box::pin(mail_in::give_up(cx, email)),
        Job::Task(Task::NoticesChanged { user }) => Box::pin(notices::tell_count(cx, user)),
    };
    work.await
}

/// Runs the reactors on events. If one fails, it runs for each event alone, so that one event does not hold up others. The
/// other reactors still run, and a separate job retries it for each event at which it failed.
///
/// # Errors
/// If the database does not answer.
pub async fn react(reactors: &[Reactor], cx: &Context, draw: &Draw, causes: &[Cause]) -> Result<()> {
    // Boxed, as the state of what these call nests deeply.
    let news = Box::pin(News::of(cx, causes)).await?;
    Box::pin(tell_pages(cx, &news)).await;
    let mut timings = Vec::new();
    for reactor in reactors {
        let begun = std::time::Instant::now();
        let failed = Box::pin(failures(reactor, cx, draw, &news)).await;
        timings.push(format!("{} {:.1} ms", reactor.name, begun.elapsed().as_secs_f64() * 1_000.0));
        if failed.is_empty() {
            continue;
        }
        let mut tx = cx.db.begin().await?;
        for (cause, error) in failed {
            tracing::warn!(%error, reactor = reactor.name, ?cause, "a reactor failed and will be tried again");
            let retry = Task::React { reactor: reactor.name.to_owned(), cause };
            jobs::enqueue(&mut tx, retry, cx.now().plus(jobs::FIRST_RETRY)).await?;
        }
        tx.commit().await?;
        cx.wake.after_commit();
    }
    let posted: Vec<MessageId> = causes.iter().filter_map(Cause::posted).collect();
    if let [first, more @ ..] = posted.as_slice() {
        tracing::info!(id = %first, more = more.len(), timings = timings.join(", "), "reactors finished");
    }
    Ok(())
}

/// Makes all processes drop kept pages that show what the news are about.
async fn tell_pages(cx: &Context, news: &[News]) {
    if news.iter().any(|news| news.message.is_none()) {
        return tell::pages_changed(cx, None).await;
    }
    // No public page shows anything of messages in other groups.
    let public = |of_topic: &[News]| {
        let Subject { group, row, .. } = &*of_topic[0].subject;
        (!matches!(group.kind, GroupKind::Private | GroupKind::Direct)).then_some((group.id, row.topic.id))
    };
    tell::topics_changed(cx, &News::by_topic(news).filter_map(public).collect::<Vec<_>>()).await;
}

/// Runs a reactor, and returns the events at which it failed.
async fn failures(reactor: &Reactor, cx: &Context, draw: &Draw, news: &[News]) -> Vec<(Cause, Error)> {
    let mut failed = Vec::new();
    match ((reactor.react)(cx, draw, news).await, news) {
        (Ok(()), _) => {}
        (Err(error), [one]) => failed.push((one.cause, error)),
        (Err(_), _) => {
            for one in news {
                if let Err(error) = (reactor.react)(cx, draw, std::slice::from_ref(one)).await {
                    failed.push((one.cause, error));
                }
            }
        }
    }
    failed
}
