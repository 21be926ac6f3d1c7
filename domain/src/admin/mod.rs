//! What the admins of the site look at: figures, people, groups, jobs.

pub mod doctor;
pub mod health;
pub mod statistics;

use crate::groups::members::Record;
use crate::people::{accounts, outbound_email, sessions};
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::log;
use model::EmailKind;
use model::policy::{self, Standing, Viewer};
use model::{AccountState, JobId, JobRow, User, UserId};
use model::{LogDeed, LogEntry};
use store::people::sessions::SessionRow;
use store::people::users::Listed;
use store::platform::jobs::Counts;
use store::{self, Tx};

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
}

/// Counts everything.
pub async fn figures(cx: &Context) -> Result<Figures> {
    let now = cx.now();
    let waiting = store::platform::jobs::waiting_since(&cx.db, now)
        .await?
        .map_or(std::time::Duration::ZERO, |since| now.since(since));
    Ok(Figures {
        people: store::people::users::count(&cx.db).await?,
        groups: store::groups::count(&cx.db).await?,
        topics: store::topics::count(&cx.db).await?,
        messages: store::topics::count_messages(&cx.db).await?,
        jobs: store::platform::jobs::counts(&cx.db).await?,
        waiting,
        indexed: cx.search.as_ref().map(crate::search::Search::documents),
        here: cx.bus.here().await?.len(),
    })
}

/// Nothing when they administer the site at this moment, and none of the admins changes until the transaction ends: those there are.
///
/// # Errors
/// [`Error::NotFound`] to everyone else: what is for site admins is not there.
pub(crate) async fn held(tx: &mut Tx, viewer: Viewer) -> Result<Vec<UserId>> {
    let user = viewer.site_admin()?;
    let admins = store::people::users::hold_admins(tx).await?;
    if admins.contains(&user) { Ok(admins) } else { Err(Error::NotFound) }
}

/// A page of the people whose name or mail address holds the words, in one state or in any, and how many they are in all.
pub async fn people(
    cx: &Context,
    words: &str,
    state: Option<AccountState>,
    page: i64,
    limit: i64,
) -> Result<(Vec<Listed>, i64)> {
    let (db, now) = (&cx.db, cx.now());
    let rows = store::people::users::listed(db, words, state, now, limit, page.clamp(0, 100_000) * limit).await?;
    Ok((rows, store::people::users::count_listed(db, words, state, now).await?))
}

/// A page of the groups whose name holds the words, of a kind, or `archived`, or any, and how many they are in all. With each, whether
/// the reader may change it.
///
/// # Errors
/// [`Error::NotFound`] to all but admins of the site.
pub async fn groups(
    cx: &Context,
    viewer: Viewer,
    words: &str,
    kind: &str,
    page: i64,
    limit: i64,
) -> Result<(Vec<(store::groups::Listed, bool)>, i64)> {
    let reader = viewer.site_admin()?;
    let rows = store::groups::listed(&cx.db, reader, words, kind, limit, page.clamp(0, 100_000) * limit).await?;
    let changes =
        |row: &store::groups::Listed| Standing::plain(row.group.kind, row.role, true).may(policy::Deed::Administer);
    let rows = rows.into_iter().map(|row| (changes(&row), row)).map(|(changes, row)| (row, changes)).collect();
    Ok((rows, store::groups::count_listed(&cx.db, words, kind).await?))
}

/// Jobs by state, the failed ones first, then running, then waiting.
pub async fn jobs(cx: &Context, limit: i64) -> Result<(Counts, Vec<JobRow>)> {
    let mut rows = Vec::new();
    for state in ["failed", "running", "ready"] {
        rows.extend(store::platform::jobs::page(&cx.db, state, None, limit).await?);
    }
    Ok((store::platform::jobs::counts(&cx.db).await?, rows))
}

/// Has a failed job tried again.
///
/// # Errors
/// [`Error::NotFound`] when there is no such failed job.
pub async fn retry_job(cx: &Context, viewer: Viewer, id: JobId) -> Result<()> {
    let by = viewer.site_admin()?;
    let mut tx = cx.db.begin().await?;
    let found = store::platform::jobs::retry(&mut tx, id, cx.now()).await?;
    if found {
        let entry = LogEntry::new(by, LogDeed::JobRetried).detail(named(&mut tx, id).await?);
        log::write(&mut tx, entry, cx.now()).await?;
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
    let entry = LogEntry::new(by, LogDeed::JobDropped).detail(named(&mut tx, id).await?);
    let found = store::platform::jobs::remove(&mut tx, id).await?;
    if found {
        log::write(&mut tx, entry, cx.now()).await?;
    }
    tx.commit().await?;
    if found { Ok(()) } else { Err(Error::NotFound) }
}

/// A job as the log names it: `message_posted 148`.
async fn named(tx: &mut Tx, id: JobId) -> Result<String> {
    Ok(format!("{} {id}", store::platform::jobs::kind(tx, id).await?.unwrap_or_default()))
}

/// Somebody whom a site admin may suspend or ban.
///
/// # Errors
/// [`Error::NotFound`] when there is no such account, and to everyone else; [`Error::Forbidden`] for oneself and other admins.
pub async fn person(cx: &Context, viewer: Viewer, user: UserId) -> Result<User> {
    let Viewer::User { is_admin: true, .. } = viewer else { return Err(Error::NotFound) };
    store::people::users::by_id(&cx.db, user).await?.ok_or(Error::NotFound)
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

impl Bar {
    /// Nothing when it can be done so.
    ///
    /// # Errors
    /// [`Error::Invalid`] on `days`.
    pub fn check(self) -> Result<()> {
        match self {
            Self::Suspend { days } if !(1..=3_650).contains(&days) => {
                Err(Error::invalid("days", "From 1 to 3650 days."))
            }
            Self::Suspend { .. } | Self::Ban | Self::Lift => Ok(()),
        }
    }
}

/// Suspends or bans somebody, for a reason that they are told, or takes that back. Their sessions end, and their open pages.
///
/// # Errors
/// [`Error::Invalid`] on `reason` and `days`; as [`person`].
pub async fn bar(cx: &Context, viewer: Viewer, user: UserId, bar: Bar, reason: &str) -> Result<User> {
    let by = viewer.site_admin()?;
    let found = person(cx, viewer, user).await?;
    if found.is_admin {
        return Err(still_admin());
    }
    let reason =
        if bar == Bar::Lift { String::new() } else { crate::platform::validate::reason(reason, "reason", true)? };
    bar.check()?;
    let mut tx = cx.db.begin().await?;
    if held(&mut tx, viewer).await?.contains(&user) {
        return Err(still_admin());
    }
    let ended = bar_in(cx, &mut tx, by, user, bar, &reason).await?;
    tx.commit().await?;
    for id in ended {
        sessions::ended_everywhere(cx, id).await;
    }
    accounts::changed(cx, user).await;
    Ok(found)
}

/// The same in a transaction that found that it may be: the sessions that ended by it.
pub(crate) async fn bar_in(
    cx: &Context,
    tx: &mut Tx,
    by: UserId,
    user: UserId,
    bar: Bar,
    reason: &str,
) -> Result<Vec<String>> {
    let now = cx.now();
    let (until, banned) = match bar {
        Bar::Suspend { days } => (Some(now.plus(std::time::Duration::from_secs(days as u64 * 24 * 3_600))), None),
        Bar::Ban => (None, Some(now)),
        Bar::Lift => (None, None),
    };
    store::people::users::bar(tx, user, until, banned, reason).await?;
    let (what, detail) = match bar {
        Bar::Suspend { days: 1 } => (LogDeed::AccountSuspended, "1 day".to_owned()),
        Bar::Suspend { days } => (LogDeed::AccountSuspended, format!("{days} days")),
        Bar::Ban => (LogDeed::AccountBanned, String::new()),
        Bar::Lift => (LogDeed::AccountFreed, String::new()),
    };
    log::write(tx, LogEntry::new(by, what).whom(user).reason(reason).detail(detail), now).await?;
    let letter = if bar == Bar::Lift { EmailKind::Freed } else { EmailKind::Barred };
    let address = store::people::users::email_in(tx, user).await?;
    outbound_email::news(tx, cx, letter, user, address.as_deref()).await?;
    Ok(if bar == Bar::Lift { Vec::new() } else { store::people::sessions::delete_all(tx, user).await? })
}

/// Groups on the page of whoever made them.
pub const GROUPS: usize = 50;

/// The groups that somebody made and that are there, the newest first, and whether there are more.
///
/// # Errors
/// As [`person`].
pub async fn groups_of(cx: &Context, viewer: Viewer, user: UserId) -> Result<(Vec<store::groups::Listed>, bool)> {
    let reader = viewer.site_admin()?;
    let mut rows = store::groups::made_by(&cx.db, reader, user, GROUPS as i64 + 1).await?;
    let more = rows.len() > GROUPS;
    rows.truncate(GROUPS);
    Ok((rows, more))
}

/// What was done to somebody, and what of theirs was taken away in the whole site, for admins of the site.
///
/// # Errors
/// As [`person`].
pub async fn record(cx: &Context, viewer: Viewer, user: UserId) -> Result<Record> {
    person(cx, viewer, user).await?;
    Ok(Record {
        lines: crate::moderation::log::record(cx, viewer, user, None).await?,
        removals: crate::moderation::bulk_delete::list(cx, user, None).await?,
        warnings: crate::moderation::warnings::warnings(cx, user, None).await?,
    })
}

fn still_admin() -> Error {
    Error::Forbidden("They administer the site: that has to be taken from them first.")
}

/// Where somebody is signed in.
///
/// # Errors
/// As [`person`].
pub async fn sessions_of(cx: &Context, viewer: Viewer, user: UserId) -> Result<Vec<SessionRow>> {
    viewer.site_admin()?;
    sessions::list(cx, user).await
}

/// Ends one of somebody's sessions, or with `None` all of them, everywhere.
///
/// # Errors
/// [`Error::NotFound`] when it is not one of theirs, and to all but admins of the site.
pub async fn end_sessions(cx: &Context, viewer: Viewer, user: UserId, session: Option<&str>) -> Result<()> {
    let by = viewer.site_admin()?;
    let mut tx = cx.db.begin().await?;
    held(&mut tx, viewer).await?;
    let ended = match session {
        Some(id) if store::people::sessions::delete(&mut tx, user, id).await? > 0 => vec![id.to_owned()],
        Some(_) => return Err(Error::NotFound),
        None => store::people::sessions::delete_all(&mut tx, user).await?,
    };
    let detail = if session.is_some() { "one" } else { "all" };
    log::write(&mut tx, LogEntry::new(by, LogDeed::SessionRevoked).whom(user).detail(detail), cx.now()).await?;
    tx.commit().await?;
    for id in ended {
        sessions::ended_everywhere(cx, id).await;
    }
    Ok(())
}

/// Makes somebody an admin of the site, or no more. The site keeps at least one, whoever decides at the same moment.
///
/// # Errors
/// [`Error::NotFound`] when there is no such account, and to all but admins of the site; [`Error::Forbidden`] for the last one, and
/// for accounts that nobody can use now.
pub async fn set_admin(cx: &Context, viewer: Viewer, user: UserId, is_admin: bool) -> Result<()> {
    let by = viewer.site_admin()?;
    let found = person(cx, viewer, user).await?;
    let barred = policy::barred(found.suspended_until, found.banned_at, cx.now()).is_some();
    if is_admin && (barred || !found.claimed || found.deleted || policy::waits(found.waiting_since)) {
        return Err(Error::Forbidden("Nobody can sign in to that account now."));
    }
    let mut tx = cx.db.begin().await?;
    if !is_admin && held(&mut tx, viewer).await? == [user] {
        return Err(Error::Forbidden("The site keeps at least one admin: make somebody else one first."));
    }
    if is_admin {
        held(&mut tx, viewer).await?;
    }
    if found.is_admin != is_admin {
        store::people::users::set_admin(&mut tx, user, is_admin).await?;
        let what = if is_admin { LogDeed::AdminMade } else { LogDeed::AdminUnmade };
        log::write(&mut tx, LogEntry::new(by, what).whom(user), cx.now()).await?;
    }
    tx.commit().await?;
    accounts::changed(cx, user).await;
    Ok(())
}
