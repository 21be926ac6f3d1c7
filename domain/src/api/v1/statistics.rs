//! The statistics of a group, and the reducers that compute them.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::words::{At, Id};
use super::{Ask, Cursor, Done, Found, Query, cursor};
use crate::platform::error::{Error, Result};
use crate::reducers::{self, Reading, statistics};
use model::TopicId;

/// The states in one answer.
const STATES: usize = 100;

/// What happened in a group, on a day or in all of them.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct GroupFigures {
    /// Messages that still exist.
    pub messages: u64,
    /// The people who wrote them, without bots.
    pub people: u64,
    /// Topics that were started.
    pub topics: u64,
    /// Those of these topics that were answered, then or later.
    pub answered: u64,
    /// Messages by people in topics that others started.
    pub answers: u64,
    /// The median time to the first answer of these topics, in seconds; null if none was answered.
    pub first_answer_seconds: Option<u64>,
}

impl From<&statistics::Day> for GroupFigures {
    fn from(day: &statistics::Day) -> Self {
        Self {
            messages: day.messages,
            people: day.people,
            topics: day.topics,
            answered: day.answered,
            answers: day.answers,
            first_answer_seconds: day.first_answer.map(|time| time.as_secs()),
        }
    }
}

/// A day of a group.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct GroupDay {
    /// The date in UTC: `2026-11-21`.
    pub date: String,
    pub figures: GroupFigures,
}

/// How far a reducer has read the events of a group.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Reducer {
    pub name: String,
    /// The version of its code.
    pub version: i64,
    /// Whether it has read everything. If not, it reads on by itself.
    pub complete: bool,
    /// When it last read something; null before it began.
    pub updated_at: Option<At>,
}

impl From<Reading> for Reducer {
    fn from(reading: Reading) -> Self {
        Self {
            name: reading.name.to_owned(),
            version: reading.version,
            complete: reading.is_complete,
            updated_at: reading.updated_at.map(Into::into),
        }
    }
}

/// The statistics of a group.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct GroupStatistics {
    /// Oldest first. The last one is today.
    pub days: Vec<GroupDay>,
    /// All of these days together.
    pub total: GroupFigures,
    /// Whether everything was counted. If not, ask again later.
    pub complete: bool,
}

/// Which days are wanted.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct Span {
    /// How many days up to today.
    #[serde(default = "month")]
    #[param(minimum = 1, maximum = 365)]
    pub days: i64,
}

fn month() -> i64 {
    30
}

/// Returns the statistics of a group.
///
/// # Errors
/// [`Error::Invalid`] on `days`; otherwise as [`statistics::of_group`].
pub async fn show(ask: Ask, Query(span): Query<Span>) -> Result<Found<GroupStatistics>> {
    if !(1..=statistics::MOST_DAYS).contains(&span.days) {
        return Err(Error::invalid("days", texts::validation::number_from_to(1, statistics::MOST_DAYS)));
    }
    let group = ask.group().await?.group.id;
    let found = statistics::of_group(&ask.cx, ask.viewer(), group, span.days).await?;
    let day = |day: &statistics::Day| GroupDay {
        date: day.start().rfc3339().chars().take("2026-11-21".len()).collect(),
        figures: day.into(),
    };
    Ok(Found(GroupStatistics {
        days: found.days.iter().map(day).collect(),
        total: (&found.total).into(),
        complete: found.is_complete(),
    }))
}

/// The reducers.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Reducers {
    pub items: Vec<Reducer>,
}

/// Returns the reducers, and how far each has read the events of a group.
///
/// # Errors
/// As [`reducers::list`].
pub async fn reducers(ask: Ask, _: ()) -> Result<Found<Reducers>> {
    let group = ask.group().await?.group.id;
    let (_, readings) = reducers::list(&ask.cx, ask.viewer(), group).await?;
    Ok(Found(Reducers { items: readings.into_iter().map(Into::into).collect() }))
}

/// What a reducer computed of a topic.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReducerState {
    pub topic_id: Id,
    /// The state, in the reducer's own form. It can change with the reducer's version.
    #[schema(value_type = Object)]
    pub state: Value,
}

/// What a reducer computed of a group.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReducerStates {
    pub reducer: Reducer,
    /// One for each topic, in the order of their ids.
    pub items: Vec<ReducerState>,
    /// The cursor of the next page; null at the end.
    pub next: Option<String>,
}

/// Returns the states of a reducer for a group.
///
/// # Errors
/// [`Error::Invalid`] on `cursor`; otherwise as [`reducers::inspect`].
pub async fn states(ask: Ask, Query(page): Query<Cursor>) -> Result<Found<ReducerStates>> {
    let after = cursor::number("states", page.cursor.as_deref())?.unwrap_or(0);
    let group = ask.group().await?.group.id;
    let (cx, viewer, name) = (&ask.cx, ask.viewer(), ask.text("reducer"));
    let found = reducers::inspect(cx, viewer, group, name, TopicId(after), STATES).await?;
    let last = found.states.last().filter(|_| found.has_more);
    Ok(Found(ReducerStates {
        next: last.map(|(topic, _)| cursor::make("states", topic)),
        reducer: found.reading.into(),
        items: found.states.into_iter().map(|(topic, state)| ReducerState { topic_id: topic.into(), state }).collect(),
    }))
}

/// Drops what the reducers computed of a group. It is computed again.
///
/// # Errors
/// As [`reducers::recompute`].
pub async fn recompute(ask: Ask, _: ()) -> Result<Done> {
    let group = ask.group().await?.group.id;
    reducers::recompute(&ask.cx, ask.viewer(), group).await?;
    Ok(Done)
}
