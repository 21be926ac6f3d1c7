//! Reactors: hooks after the save. Each may run twice, and none can change what was saved.
//!
//! [`REACTORS`] is the whole list. To add one, write a file beside this one and add a line to the list.

mod live;
mod mentions;
mod search;
mod sweep;
mod unread;

use crate::admin::doctor;
use crate::live::draw::Draw;
use crate::live::{notices, tell};
use crate::moderation::bulk_delete;
use crate::people::{account_deletion, outbound_email};
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::jobs::{self, Cause, Job, Task};
pub use futures_util::future::BoxFuture;
use model::{GroupKind, Message};
use store::topics::Subject;

/// A hook after the save.
#[derive(Clone, Copy)]
pub struct Reactor {
    /// The reactor's name in retry jobs; never rename one after a release.
    pub name: &'static str,
    /// What it does. It may run twice.
    pub react: for<'a> fn(&'a Context, &'a Draw, &'a News) -> BoxFuture<'a, Result<()>>,
}

/// The reactors, in the order in which they run: the counts are right before anyone is told to look.
pub const REACTORS: &[Reactor] = &[
    Reactor { name: "mentions", react: mentions::react },
    Reactor { name: "unread", react: unread::react },
    Reactor { name: "live", react: live::react },
    Reactor { name: "search", react: search::react },
];

/// An event with the data that the reactors need, read once for all of them.
#[allow(missing_docs)]
pub struct News {
    pub cause: Cause,
    /// The message concerned, if any.
    pub message: Option<Message>,
    /// The topic with its group.
    pub subject: Subject,
}

impl News {
    /// Returns `None` if the message or topic is gone.
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

/// Runs one job.
///
/// # Errors
/// Any failure; the job will be retried.
pub async fn run(cx: &Context, draw: &Draw, job: impl Into<Job>) -> Result<()> {
    match job.into() {
        Job::Happened(cause) => react(REACTORS, cx, draw, cause).await,
        Job::Task(Task::React { reactor, cause }) => {
            let reactor = REACTORS.iter().find(|known| known.name == reactor);
            let reactor =
                reactor.ok_or_else(|| Error::Internal("the job names a reactor that does not exist".into()))?;
            match News::of(cx, cause).await? {
                Some(news) => (reactor.react)(cx, draw, &news).await,
                None => Ok(()),
            }
        }
        Job::Task(Task::Sweep { .. }) => sweep::sweep(cx).await,
        Job::Task(Task::SendEmail { email }) => outbound_email::send(cx, draw, email).await,
        Job::Task(Task::AccountDeleted { user, erase }) => account_deletion::purge_step(cx, user, erase).await,
        Job::Task(Task::BulkDelete { removal }) => bulk_delete::work(cx, removal, false).await,
        Job::Task(Task::UndoBulkDelete { removal }) => bulk_delete::work(cx, removal, true).await,
        Job::Task(Task::CompareSummaries { token }) => doctor::answer(cx, token).await,
        Job::Task(Task::AccountChanged { user }) => {
            tell::person_changed(cx, user).await;
            Ok(())
        }
        Job::Task(Task::GroupChanged { group }) => tell::group_changed(cx, group).await,
        Job::Task(Task::NoticesChanged { user }) => notices::tell_count(cx, user).await,
    }
}

/// Runs the reactors on an event. If one fails, the others still run, and a separate job retries it.
///
/// # Errors
/// If the database does not answer.
pub async fn react(reactors: &[Reactor], cx: &Context, draw: &Draw, cause: Cause) -> Result<()> {
    let Some(news) = News::of(cx, cause).await? else { return Ok(()) };
    match &news.message {
        // No public page shows anything of their messages.
        Some(_) if matches!(news.subject.group.kind, GroupKind::Private | GroupKind::Direct) => {}
        Some(message) => tell::pages_changed(cx, Some((news.subject.group.id, message.topic_id))).await,
        None => tell::pages_changed(cx, None).await,
    }
    let mut timings = Vec::new();
    for reactor in reactors {
        let begun = std::time::Instant::now();
        let reacted = (reactor.react)(cx, draw, &news).await;
        timings.push(format!("{} {:.1} ms", reactor.name, begun.elapsed().as_secs_f64() * 1_000.0));
        if let Err(error) = reacted {
            tracing::warn!(%error, reactor = reactor.name, ?cause, "a reactor failed and will be tried again");
            let retry = Task::React { reactor: reactor.name.to_owned(), cause };
            let mut tx = cx.db.begin().await?;
            jobs::enqueue(&mut tx, retry, cx.now().plus(jobs::FIRST_RETRY)).await?;
            tx.commit().await?;
            cx.wake.after_commit();
        }
    }
    if let Cause::MessagePosted { message } = cause {
        tracing::info!(id = %message, timings = timings.join(", "), "reactors finished");
    }
    Ok(())
}
