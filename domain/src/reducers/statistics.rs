//! The statistics of a group, computed of the states of the reducers.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::activity::Activity;
use super::answers::Answers;
use super::progress::{self, Reading};
use super::{DAY, State};
use crate::groups::GroupAccess;
use crate::platform::context::Context;
use crate::platform::error::Result;
use model::policy::Viewer;
use model::time::Timestamp;
use model::{GroupId, TopicId, UserId};

/// The most days that are shown.
pub const MOST_DAYS: i64 = 365;
/// The states that are read at once.
const PAGE: i64 = 500;

/// What happened on a day (UTC) in a group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Day {
    /// Days since 1970-01-01.
    pub day: i64,
    /// Messages of that day that still exist.
    pub messages: u64,
    /// The people who wrote them, without bots.
    pub people: u64,
    /// Topics that were started.
    pub topics: u64,
    /// Those of them that were answered, then or later.
    pub answered: u64,
    /// Messages by people in topics that others started.
    pub answers: u64,
    /// The median time to the first answer, of the answered topics that were started on that day.
    pub first_answer: Option<Duration>,
}

impl Day {
    /// When the day began.
    pub fn start(&self) -> Timestamp {
        Timestamp(self.day * DAY)
    }
}

/// The statistics of a group over some days.
#[derive(Clone, Debug)]
pub struct Statistics {
    /// The group.
    pub found: GroupAccess,
    /// All days, oldest first. The last one is today.
    pub days: Vec<Day>,
    /// The sums of all days. People count once, and the median is that of all topics.
    pub total: Day,
    /// How far the reducers have read the group.
    pub readings: Vec<Reading>,
}

impl Statistics {
    /// Whether everything was counted. If not, a job counts on.
    pub fn is_complete(&self) -> bool {
        self.readings.iter().all(|reading| reading.is_complete)
    }
}

/// Returns the statistics of a group over the last days. Counts what happened since the last time before; if that is much, the
/// result is not complete yet.
///
/// # Errors
/// As [`super::recompute`].
pub async fn of_group(cx: &Context, viewer: Viewer, group: GroupId, days: i64) -> Result<Statistics> {
    let found = progress::find(cx, viewer, group).await?;
    let readings = progress::read_on(cx, group).await?;
    let today = cx.now().0.div_euclid(DAY);
    let first = today - days.clamp(1, MOST_DAYS) + 1;
    let mut counted = Counted { first, today, ..Counted::default() };
    each(cx, group, first, |state: Activity| counted.add_messages(&state)).await?;
    each(cx, group, first, |state: Answers| counted.add_answers(&state)).await?;
    let (days, total) = counted.days();
    Ok(Statistics { found, days, total, readings })
}

/// Reads the states of the topics in which something was written since a day.
async fn each<S: State>(cx: &Context, group: GroupId, first: i64, mut take: impl FnMut(S)) -> Result<()> {
    let mut after = TopicId(0);
    loop {
        let since = Timestamp(first * DAY);
        let rows = store::reducers::states_since(&cx.db, S::NAME, group, since, after, PAGE).await?;
        for row in &rows {
            take(super::json(&row.state)?);
        }
        match rows.last() {
            Some(last) if rows.len() as i64 == PAGE => after = last.topic_id,
            _ => return Ok(()),
        }
    }
}

/// What is counted of the states.
#[derive(Default)]
struct Counted {
    first: i64,
    today: i64,
    messages: BTreeMap<i64, u64>,
    people: BTreeMap<i64, BTreeSet<UserId>>,
    topics: BTreeMap<i64, u64>,
    answers: BTreeMap<i64, u64>,
    /// The times to the first answers of the topics of each day, in microseconds.
    firsts: BTreeMap<i64, Vec<i64>>,
}

impl Counted {
    fn shows(&self, day: i64) -> bool {
        (self.first..=self.today).contains(&day)
    }

    fn add_messages(&mut self, state: &Activity) {
        for (author, by_bot, day) in state.messages().filter(|(_, _, day)| self.shows(*day)).collect::<Vec<_>>() {
            *self.messages.entry(day).or_default() += 1;
            if !by_bot {
                self.people.entry(day).or_default().insert(author);
            }
        }
    }

    fn add_answers(&mut self, state: &Answers) {
        let day_of = |at: Timestamp| at.0.div_euclid(DAY);
        for day in state.times().map(day_of).filter(|day| self.shows(*day)).collect::<Vec<_>>() {
            *self.answers.entry(day).or_default() += 1;
        }
        let Some(started) = state.started().filter(|at| self.shows(day_of(*at))) else { return };
        *self.topics.entry(day_of(started)).or_default() += 1;
        if let Some(first) = state.first() {
            // After a merge, an answer can be older than the topic's start.
            self.firsts.entry(day_of(started)).or_default().push((first.0 - started.0).max(0));
        }
    }

    /// Each day, and the sums.
    fn days(mut self) -> (Vec<Day>, Day) {
        let mut days = Vec::new();
        let mut all = Vec::new();
        for day in self.first..=self.today {
            let mut firsts = self.firsts.remove(&day).unwrap_or_default();
            all.extend_from_slice(&firsts);
            let count = |of: &BTreeMap<i64, u64>| of.get(&day).copied().unwrap_or_default();
            days.push(Day {
                day,
                messages: count(&self.messages),
                people: self.people.get(&day).map_or(0, |people| people.len() as u64),
                topics: count(&self.topics),
                answered: firsts.len() as u64,
                answers: count(&self.answers),
                first_answer: median(&mut firsts),
            });
        }
        let sum = |of: fn(&Day) -> u64| days.iter().map(of).sum();
        let total = Day {
            day: self.today,
            messages: sum(|day| day.messages),
            people: self.people.values().flatten().collect::<BTreeSet<_>>().len() as u64,
            topics: sum(|day| day.topics),
            answered: sum(|day| day.answered),
            answers: sum(|day| day.answers),
            first_answer: median(&mut all),
        };
        (days, total)
    }
}

/// The middle of some times in microseconds; of an even number, the earlier one.
fn median(times: &mut [i64]) -> Option<Duration> {
    times.sort_unstable();
    let middle = times.get(times.len().saturating_sub(1) / 2)?;
    Some(Duration::from_micros(u64::try_from(*middle).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_time_in_the_middle() {
        assert_eq!(median(&mut []), None);
        assert_eq!(median(&mut [5, 1, 3]), Some(Duration::from_micros(3)));
        assert_eq!(median(&mut [4, 1, 3, 2]), Some(Duration::from_micros(2)));
    }
}
