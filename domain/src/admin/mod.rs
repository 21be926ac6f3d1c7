//! The admin pages: statistics, users, groups, jobs.

pub mod doctor;
pub mod health;
pub mod logo;
pub mod statistics;

use crate::moderation::{approval_queue, records, reports};
use crate::people::{admins, claims, sign_ups, two_factor};
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::{cut, log};
use crate::search;
use model::policy::{self, Access, Viewer};
use model::time::Timestamp;
use model::{AccountState, JobId, JobRow, ListedUser, LogAction, LogEntry, SessionRow, User, UserId};
use store::platform::jobs::Counts;
use store::{self, Tx};

/// The site in numbers.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Totals {
    pub people: i64,
    pub groups: i64,
    pub topics: i64,
    pub messages: i64,
    pub jobs: Counts,
    /// How long the oldest due job has waited.
    pub waiting: std::time::Duration,
    pub indexed: Option<u64>,
    /// Changes that the search index does not have yet; `None` while it is being filled.
    pub unindexed: Option<i64>,
    /// Users who are online; 0 without the bus.
    pub here: usize,
}

/// Counts the jobs, and says how long the oldest due one has waited.
pub async fn queue(cx: &Context) -> Result<(Counts, std::time::Duration)> {
    let now = cx.now();
    let since = store::platform::jobs::waiting_since(&cx.db, now).await?;
    let waiting = since.map_or(std::time::Duration::ZERO, |since| now.since(since));
    Ok((store::platform::jobs::counts(&cx.db).await?, waiting))
}

/// Counts everything.
pub async fn totals(cx: &Context) -> Result<Totals> {
    let (jobs, waiting) = queue(cx).await?;
    Ok(Totals {
        people: store::people::users::count(&cx.db).await?,
        groups: store::groups::count(&cx.db).await?,
        topics: store::topics::count(&cx.db).await?,
        messages: store::topics::count_messages(&cx.db).await?,
        jobs,
        waiting,
        indexed: cx.search.as_ref().map(crate::platform::index::Search::documents),
        unindexed: search::unindexed(cx).await?,
        here: cx.bus.here().await.map_or(0, |here| here.len()),
    })
}

/// One page of the users whose name or email address contains the words, in one state or any, and their total number.
pub async fn people(
    cx: &Context,
    words: &str,
    state: Option<AccountState>,
    page: i64,
    limit: i64,
) -> Result<(Vec<ListedUser>, i64)> {
    let (db, now) = (&cx.db, cx.now());
    let rows = store::people::users::listed(db, words, state, now, limit, page.clamp(0, 100_000) * limit).await?;
    Ok((rows, store::people::users::count_listed(db, words, state, now).await?))
}

/// One page of the groups whose name contains the words, and their total number. `kind` is a kind of group, `archived`,
/// or empty for any. Each group comes with whether the viewer may change it.
///
/// # Errors
/// [`Error::NotFound`] for viewers who are not site admins.
pub async fn groups(
    cx: &Context,
    viewer: Viewer,
    words: &str,
    kind: &str,
    page: i64,
    limit: i64,
) -> Result<(Vec<(model::ListedGroup, bool)>, i64)> {
    let reader = viewer.site_admin()?;
    let rows = store::groups::listed(&cx.db, reader, words, kind, limit, page.clamp(0, 100_000) * limit).await?;
    let changes = |row: &model::ListedGroup| {
        Access::new(viewer, row.group.kind, false, row.role).may(policy::Permission::Administer)
    };
    let rows = rows.into_iter().map(|row| (changes(&row), row)).map(|(changes, row)| (row, changes)).collect();
    Ok((rows, store::groups::count_listed(&cx.db, words, kind).await?))
}

/// Jobs by state: failed ones first, then running, then waiting.
pub async fn jobs(cx: &Context, limit: i64) -> Result<(Counts, Vec<JobRow>)> {
    let mut rows = Vec::new();
    for state in ["failed", "running", "ready"] {
        rows.extend(store::platform::jobs::page(&cx.db, state, None, limit).await?);
    }
    Ok((store::platform::jobs::counts(&cx.db).await?, rows))
}

/// Queues a failed job again.
///
/// # Errors
/// [`Error::NotFound`] when there is no such failed job.
pub async fn retry_job(cx: &Context, viewer: Viewer, id: JobId) -> Result<()> {
    let by = viewer.site_admin()?;
    let mut tx = cx.db.begin().await?;
    crate::site::admins::lock(&mut tx, viewer).await?;
    let found = store::platform::jobs::retry(&mut tx, id, cx.now()).await?;
    if found {
        let entry = LogEntry::new(by, LogAction::JobRetried).detail(named(&mut tx, id).await?);
        log::write(&mut tx, entry, cx.now()).await?;
    }
    tx.commit().await?;
    cx.wake.after_commit();
    if found { Ok(()) } else { Err(Error::NotFound) }
}

/// Discards a failed job permanently.
///
/// # Errors
/// [`Error::NotFound`] when there is no such job that can be dropped.
pub async fn drop_job(cx: &Context, viewer: Viewer, id: JobId) -> Result<()> {
    let by = viewer.site_admin()?;
    let mut tx = cx.db.begin().await?;
    crate::site::admins::lock(&mut tx, viewer).await?;
    let entry = LogEntry::new(by, LogAction::JobDropped).detail(named(&mut tx, id).await?);
    let found = store::platform::jobs::remove(&mut tx, id).await?;
    if found {
        log::write(&mut tx, entry, cx.now()).await?;
    }
    tx.commit().await?;
    if found { Ok(()) } else { Err(Error::NotFound) }
}

/// A job's name in the log: `message_posted 148`.
async fn named(tx: &mut Tx, id: JobId) -> Result<String> {
    Ok(format!("{} {id}", store::platform::jobs::kind(tx, id).await?.unwrap_or_default()))
}

/// Groups per page about their creator.
pub const GROUPS: usize = 50;

/// The existing groups that a user created, newest first, and whether there are more.
///
/// # Errors
/// [`Error::NotFound`] for viewers who are not site admins.
pub async fn groups_of(cx: &Context, viewer: Viewer, user: UserId) -> Result<(Vec<model::ListedGroup>, bool)> {
    let reader = viewer.site_admin()?;
    let mut rows = store::groups::made_by(&cx.db, reader, user, GROUPS as i64 + 1).await?;
    let more = cut(&mut rows, GROUPS);
    Ok((rows, more))
}

/// Counts of what the site admins have to review.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub struct OpenWork {
    pub reports: i64,
    pub held: i64,
    pub sign_ups: i64,
}

/// Counts what the site admins have to review.
///
/// # Errors
/// [`Error::NotFound`] for viewers who are not site admins.
pub async fn open_work(cx: &Context, viewer: Viewer) -> Result<OpenWork> {
    Ok(OpenWork {
        reports: reports::count_of_site(cx, viewer).await?,
        held: approval_queue::count_of_site(cx, viewer).await?,
        sign_ups: sign_ups::count(cx, viewer).await?,
    })
}

/// Returns the state of the site's parts, and its counts.
pub async fn overview(cx: &Context) -> Result<(health::Health, Totals)> {
    Ok((health::check(cx).await, totals(cx).await?))
}

/// A user with everything that the site admins see of them.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct PersonPage {
    pub user: User,
    pub record: records::Record,
    pub sessions: Vec<SessionRow>,
    pub groups: Vec<model::ListedGroup>,
    pub more_groups: bool,
    /// Whether signing in takes a code.
    pub has_second_step: bool,
    /// Until when a link to claim the account works, if one does.
    pub claim_until: Option<Timestamp>,
}

/// Returns a user's page for the site admins.
///
/// # Errors
/// [`Error::NotFound`] when there is no such account, and for viewers who are not site admins.
pub async fn person_page(cx: &Context, viewer: Viewer, user: UserId) -> Result<PersonPage> {
    let user = admins::person(cx, viewer, user).await?;
    let (groups, more_groups) = groups_of(cx, viewer, user.id).await?;
    Ok(PersonPage {
        record: records::of_account(cx, viewer, user.id).await?,
        sessions: admins::sessions_of(cx, viewer, user.id).await?,
        groups,
        more_groups,
        has_second_step: two_factor::is_on(cx, user.id).await?,
        claim_until: if user.claimed { None } else { claims::link_expires(cx, user.id).await? },
        user,
    })
}
