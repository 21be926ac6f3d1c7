//! What the admins of the site look at: figures, people, groups, jobs.

use crate::audit_log::{self, Entry, LogDeed};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::model::{GroupRow, JobId, JobRow, User, UserId};
use crate::policy::Viewer;
use crate::store::{self, Tx};
use crate::store::jobs::Counts;
use crate::store::users::Listed;

/// The site in figures.
#[derive(Clone, Debug)]
pub struct Figures {
    /// Accounts.
    pub people: i64,
    /// Groups.
    pub groups: i64,
    /// Topics.
    pub topics: i64,
    /// Messages.
    pub messages: i64,
    /// Jobs by state.
    pub jobs: Counts,
    /// How long the oldest job has been due.
    pub waiting: std::time::Duration,
    /// Documents in this process's search index.
    pub indexed: Option<u64>,
    /// People who are here.
    pub here: usize,
    /// Messages of each of the last 30 days: day as `2026-11-21`, and how many.
    pub by_day: Vec<(String, i64)>,
}

/// Counts everything.
pub async fn figures(cx: &Context) -> Result<Figures> {
    let now = cx.now();
    let waiting =
        store::jobs::waiting_since(&cx.db, now).await?.map_or(std::time::Duration::ZERO, |since| now.since(since));
    Ok(Figures {
        people: store::users::count(&cx.db).await?,
        groups: store::groups::count(&cx.db).await?,
        topics: store::topics::count(&cx.db).await?,
        messages: store::messages::count(&cx.db).await?,
        jobs: store::jobs::counts(&cx.db).await?,
        waiting,
        indexed: cx.search.as_ref().map(crate::search::Search::documents),
        here: cx.bus.here().await?.len(),
        by_day: by_day(cx).await?,
    })
}

const DAYS: i64 = 30;
const DAY: i64 = 86_400_000_000;

async fn by_day(cx: &Context) -> Result<Vec<(String, i64)>> {
    let today = cx.now().0.div_euclid(DAY);
    let first = today - DAYS + 1;
    let counted = store::messages::by_day(&cx.db, crate::time::Timestamp(first * DAY)).await?;
    let day = |number: i64| {
        let label = crate::time::Timestamp(number * DAY).rfc3339()[..10].to_owned();
        let count = counted.iter().find(|(day, _)| *day == number).map_or(0, |(_, count)| *count);
        (label, count)
    };
    Ok((first..=today).map(day).collect())
}

/// A page of the people whose name or mail address holds the words, and how many there are in all.
pub async fn people(cx: &Context, words: &str, page: i64, limit: i64) -> Result<(Vec<Listed>, i64)> {
    let rows = store::users::listed(&cx.db, words, limit, page.clamp(0, 100_000) * limit).await?;
    Ok((rows, store::users::count_listed(&cx.db, words).await?))
}

/// A page of all groups, and how many there are in all: names and figures, nothing that was written in them.
pub async fn groups(cx: &Context, page: i64, limit: i64) -> Result<(Vec<GroupRow>, i64)> {
    let rows = store::groups::all(&cx.db, limit, page.clamp(0, 100_000) * limit).await?;
    Ok((rows, store::groups::count(&cx.db).await?))
}

/// Jobs by state, the failed ones first, then running, then waiting.
pub async fn jobs(cx: &Context, limit: i64) -> Result<(Counts, Vec<JobRow>)> {
    let mut rows = Vec::new();
    for state in ["failed", "running", "ready"] {
        rows.extend(store::jobs::page(&cx.db, state, None, limit).await?);
    }
    Ok((store::jobs::counts(&cx.db).await?, rows))
}

/// Has a failed job tried again.
///
/// # Errors
/// [`Error::NotFound`] when there is no such failed job.
pub async fn retry_job(cx: &Context, viewer: Viewer, id: JobId) -> Result<()> {
    let by = viewer.site_admin()?;
    let mut tx = cx.db.begin().await?;
    let found = store::jobs::retry(&mut tx, id, cx.now()).await?;
    if found {
        let entry = Entry::new(by, LogDeed::JobRetried).detail(named(&mut tx, id).await?);
        audit_log::write(&mut tx, entry, cx.now()).await?;
    }
    tx.commit().await?;
    cx.wake.after_commit();
    if found { Ok(()) } else { Err(Error::NotFound) }
}

/// Gives a job up for good.
///
/// # Errors
/// [`Error::NotFound`] when there is none that could be.
pub async fn drop_job(cx: &Context, viewer: Viewer, id: JobId) -> Result<()> {
    let by = viewer.site_admin()?;
    let mut tx = cx.db.begin().await?;
    let entry = Entry::new(by, LogDeed::JobDropped).detail(named(&mut tx, id).await?);
    let found = store::jobs::remove(&mut tx, id).await?;
    if found {
        audit_log::write(&mut tx, entry, cx.now()).await?;
    }
    tx.commit().await?;
    if found { Ok(()) } else { Err(Error::NotFound) }
}

/// A job as the log names it: `message_posted 148`.
async fn named(tx: &mut Tx, id: JobId) -> Result<String> {
    Ok(format!("{} {id}", store::jobs::kind(tx, id).await?.unwrap_or_default()))
}

/// Somebody whom a site admin may suspend or ban.
///
/// # Errors
/// [`Error::NotFound`] when there is no such account, and to everyone else; [`Error::Forbidden`] for oneself and other admins.
pub async fn person(cx: &Context, viewer: Viewer, user: UserId) -> Result<User> {
    let Viewer::User { is_admin: true, .. } = viewer else { return Err(Error::NotFound) };
    store::users::by_id(&cx.db, user).await?.ok_or(Error::NotFound)
}

/// What is done about somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bar {
    /// Nobody signs in to the account for so many days.
    Suspend {
        /// From now.
        days: i64,
    },
    /// For good.
    Ban,
    /// It may be used again.
    Lift,
}

/// Suspends or bans somebody, for a reason that they are told, or takes that back. Their sessions end, and their open pages.
///
/// # Errors
/// [`Error::Invalid`] on `reason` and `days`; as [`person`].
pub async fn bar(cx: &Context, viewer: Viewer, user: UserId, bar: Bar, reason: &str) -> Result<User> {
    let by = viewer.site_admin()?;
    let found = person(cx, viewer, user).await?;
    if found.is_admin {
        return Err(Error::Forbidden("They administer the site: that has to be taken from them first."));
    }
    let reason = if bar == Bar::Lift { String::new() } else { crate::audit::reason(reason, "reason", true)? };
    let now = cx.now();
    let (until, banned) = match bar {
        Bar::Suspend { days } if !(1..=3_650).contains(&days) => {
            return Err(Error::invalid("days", "From 1 to 3650 days."));
        }
        Bar::Suspend { days } => (Some(now.plus(std::time::Duration::from_secs(days as u64 * 24 * 3_600))), None),
        Bar::Ban => (None, Some(now)),
        Bar::Lift => (None, None),
    };
    let mut tx = cx.db.begin().await?;
    store::users::bar(&mut tx, user, until, banned, &reason).await?;
    let (what, detail) = match bar {
        Bar::Suspend { days: 1 } => (LogDeed::AccountSuspended, "1 day".to_owned()),
        Bar::Suspend { days } => (LogDeed::AccountSuspended, format!("{days} days")),
        Bar::Ban => (LogDeed::AccountBanned, String::new()),
        Bar::Lift => (LogDeed::AccountFreed, String::new()),
    };
    audit_log::write(&mut tx, Entry::new(by, what).whom(user).reason(&reason).detail(detail), now).await?;
    let ended = if bar == Bar::Lift { Vec::new() } else { store::sessions::delete_all(&mut tx, user).await? };
    tx.commit().await?;
    for id in ended {
        crate::sessions::ended_everywhere(cx, id).await;
    }
    crate::accounts::changed(cx, user).await;
    Ok(found)
}
