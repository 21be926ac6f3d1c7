//! How reducers continue, are dropped, and show their states.

use serde_json::Value;

use super::read::{self, Reached, Step};
use super::{REDUCERS, Reducer};
use crate::groups::{self, GroupAccess};
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::jobs::{self, Task};
use model::policy::{Permission, Viewer};
use model::time::Timestamp;
use model::{GroupId, TopicId};
use store::reducers::Progress;
use store::search_log;

/// The steps of each reducer for one request. A job takes the others.
const STEPS: usize = 10;
/// The steps of each reducer in one run of the job.
const STEPS_OF_JOB: usize = 50;
/// From so many changes on, reading the whole group is quicker than the log.
const FAR: i64 = 100_000;

/// Returns the group, if the viewer may see its statistics.
///
/// # Errors
/// [`Error::SignedOut`]; [`Error::NotFound`] if the viewer may not know of it; [`Error::Forbidden`] for everyone but its admins.
pub(super) async fn find(cx: &Context, viewer: Viewer, group: GroupId) -> Result<GroupAccess> {
    viewer.user()?;
    let found = groups::by_id(cx, viewer, group).await?;
    found.access.check(Permission::Administer)?;
    Ok(found)
}

/// How far a reducer has read a group.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Reading {
    pub name: &'static str,
    pub version: i64,
    /// Whether it has read the group to the end.
    pub is_complete: bool,
    /// When it last read something; `None` before it began.
    pub updated_at: Option<Timestamp>,
}

/// Lets all reducers read on, and returns how far they are. If much is left, a job continues.
///
/// # Errors
/// Those of the database.
pub(super) async fn read_on(cx: &Context, group: GroupId) -> Result<Vec<Reading>> {
    let mut readings = Vec::with_capacity(REDUCERS.len());
    for reducer in REDUCERS {
        let is_complete = catch_up(cx, reducer, group, STEPS).await?;
        let progress = store::reducers::progress(&cx.db, reducer.name, group).await?;
        let updated_at = progress.map(|progress| progress.updated_at);
        readings.push(Reading { name: reducer.name, version: reducer.version, is_complete, updated_at });
    }
    if readings.iter().any(|reading| !reading.is_complete) {
        let mut tx = cx.db.begin().await?;
        enqueue(&mut tx, cx, group).await?;
        tx.commit().await?;
        cx.wake.after_commit();
    }
    Ok(readings)
}

async fn enqueue(tx: &mut store::Tx, cx: &Context, group: GroupId) -> Result<()> {
    jobs::enqueue_unique(tx, &format!("reduce:{group}"), Task::Reduce { group }, cx.now()).await?;
    Ok(())
}

/// Lets all reducers read on, in a job, which enqueues itself while something is left.
pub(crate) async fn resume(cx: &Context, group: GroupId) -> Result<()> {
    let mut is_complete = true;
    for reducer in REDUCERS {
        is_complete &= catch_up(cx, reducer, group, STEPS_OF_JOB).await?;
    }
    if !is_complete {
        let mut tx = cx.db.begin().await?;
        // The job that runs still has the unique key.
        jobs::enqueue(&mut tx, Task::Reduce { group }, cx.now()).await?;
        tx.commit().await?;
        cx.wake.after_commit();
    }
    Ok(())
}

/// Lets a reducer read on in a group, at most so many steps. Returns whether it has read everything.
///
/// # Errors
/// Those of the database.
pub async fn catch_up(cx: &Context, reducer: &Reducer, group: GroupId, steps: usize) -> Result<bool> {
    for _ in 0..steps {
        if step(cx, reducer, group).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Takes a step. Returns whether nothing is left. If another process takes the same step, its result counts.
async fn step(cx: &Context, reducer: &Reducer, group: GroupId) -> Result<bool> {
    let name = reducer.name;
    let Some(progress) = store::reducers::progress(&cx.db, name, group).await? else {
        start(cx, reducer, group, None).await?;
        return Ok(false);
    };
    if progress.version != reducer.version || is_lost(cx, &progress).await? {
        start(cx, reducer, group, Some(progress)).await?;
        return Ok(false);
    }
    let Step { events, mut states, reached, is_last } = match progress.topic_id {
        Some(topic) => read::topics(cx, group, topic).await?,
        None => read::log(cx, name, group, progress.position()).await?,
    };
    let next = Progress { step: progress.step + 1, updated_at: cx.now(), ..progress };
    let (next, is_done) = match reached {
        Reached::Topic(topic) => (Progress { topic_id: (!is_last).then_some(topic), ..next }, false),
        Reached::Position(position) if position == progress.position() => return Ok(is_last),
        Reached::Position(position) => (next.at(position), is_last),
    };
    let mut folded = Vec::with_capacity(events.len());
    for (topic, events) in events {
        folded.push((topic, (reducer.fold)(states.remove(&topic).as_deref(), &events)?));
    }
    let mut tx = cx.db.begin().await?;
    if store::reducers::advance(&mut tx, name, group, &next).await? == 0 {
        return Ok(false);
    }
    for (topic, state) in folded {
        match state {
            Some(state) => store::reducers::save(&mut tx, name, group, topic, &state).await?,
            None => store::reducers::remove(&mut tx, name, group, topic).await?,
        };
    }
    tx.commit().await?;
    Ok(is_done)
}

/// Whether the log has lost rows that the reducer has not read, or has very many of them.
async fn is_lost(cx: &Context, progress: &Progress) -> Result<bool> {
    let position = progress.position();
    Ok(search_log::trimmed(&cx.db).await? > position
        || progress.topic_id.is_none() && search_log::count_after(&cx.db, position, FAR).await? >= FAR)
}

/// Drops what a reducer computed of a group, and begins again.
async fn start(cx: &Context, reducer: &Reducer, group: GroupId, old: Option<Progress>) -> Result<()> {
    let position = search_log::latest_position(&cx.db).await?;
    let step = old.map_or(0, |old| old.step + 1);
    let fresh = Progress::start(reducer.version, step, position, cx.now());
    let mut tx = cx.db.begin().await?;
    let own = match old {
        Some(_) => store::reducers::advance(&mut tx, reducer.name, group, &fresh).await?,
        None => store::reducers::begin(&mut tx, reducer.name, group, &fresh).await?,
    };
    if own > 0 {
        store::reducers::clear(&mut tx, reducer.name, group).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Drops what all reducers computed of a group. A job computes it again.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Forbidden`] for everyone but the group's admins.
pub async fn recompute(cx: &Context, viewer: Viewer, group: GroupId) -> Result<GroupAccess> {
    let found = find(cx, viewer, group).await?;
    for reducer in REDUCERS {
        let old = store::reducers::progress(&cx.db, reducer.name, group).await?;
        start(cx, reducer, group, old).await?;
    }
    let mut tx = cx.db.begin().await?;
    enqueue(&mut tx, cx, group).await?;
    tx.commit().await?;
    cx.wake.after_commit();
    Ok(found)
}

/// Returns the group, and how far each reducer has read it. It reads on before.
///
/// # Errors
/// As [`recompute`].
pub async fn list(cx: &Context, viewer: Viewer, group: GroupId) -> Result<(GroupAccess, Vec<Reading>)> {
    let found = find(cx, viewer, group).await?;
    Ok((found, read_on(cx, group).await?))
}

/// The states of a reducer, as JSON.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)]
pub struct Inspection {
    pub reading: Reading,
    /// The states of topics, in the order of their ids.
    pub states: Vec<(TopicId, Value)>,
    /// Whether there are more.
    pub has_more: bool,
}

/// Returns the states of a reducer for the topics of a group after one. It reads on before.
///
/// # Errors
/// [`Error::NotFound`], also when there is no such reducer; otherwise as [`recompute`].
pub async fn inspect(
    cx: &Context,
    viewer: Viewer,
    group: GroupId,
    name: &str,
    after: TopicId,
    limit: usize,
) -> Result<Inspection> {
    let (found, readings) = list(cx, viewer, group).await?;
    let reading = readings.into_iter().find(|reading| reading.name == name).ok_or(Error::NotFound)?;
    let mut rows = store::reducers::states(&cx.db, reading.name, found.group.id, after, limit as i64 + 1).await?;
    let has_more = crate::platform::cut(&mut rows, limit);
    let mut states = Vec::with_capacity(rows.len());
    for row in rows {
        states.push((row.topic_id, super::json(&row.state)?));
    }
    Ok(Inspection { reading, states, has_more })
}
