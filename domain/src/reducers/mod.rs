//! Reducers: pure functions that compute a state of the events of a group. Charts are made of these states.
//!
//! The events are those of `/api/v1/events`, of one group. A reducer keeps one state per topic, as JSON, and knows how far it
//! has read the log of changes. States can be dropped at any time: the reducer then reads the group from its start and
//! computes the same again.
//!
//! [`REDUCERS`] is the whole list. To add one, write a file beside this one and add a line to the list.

mod activity;
mod answers;
mod progress;
mod read;
pub mod statistics;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub(crate) use progress::resume;
pub use progress::{Inspection, Reading, catch_up, inspect, list, recompute};

use crate::platform::error::{Error, Result};
use model::time::Timestamp;
use model::{MessageId, UserId};

/// A day in microseconds.
const DAY: i64 = 86_400_000_000;

/// An event, as reducers see it. It says what is so now: a message that was edited twice may be one event, and a message may
/// come again although nothing of it changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A topic was started, renamed, moved here, split, merged or restored. Its messages follow, each as an event: what was known
    /// of the topic before does not count any more.
    Topic {
        /// Who started it.
        starter: UserId,
        /// When it was started.
        at: Timestamp,
    },
    /// A topic was deleted, moved to another group, or merged into another topic.
    TopicDeleted,
    /// A message was posted, edited, restored or starred, or a star was removed.
    Message {
        /// The message.
        message: MessageId,
        /// Who wrote it.
        author: UserId,
        /// Whether a bot wrote it.
        by_bot: bool,
        /// When it was written.
        at: Timestamp,
    },
    /// A message was deleted.
    MessageDeleted {
        /// The message.
        message: MessageId,
    },
}

/// The state of a reducer for one topic of a group. The default is the state before any event.
pub trait State: Default + PartialEq + Serialize + DeserializeOwned {
    /// The reducer's name. It never changes after a release.
    const NAME: &'static str;
    /// The version of the code. A new one makes all groups be read again.
    const VERSION: i64;

    /// Returns the state after an event. The same event again must change nothing.
    #[must_use]
    fn reduce(self, event: &Event) -> Self;
}

/// A reducer.
#[derive(Clone, Copy, Debug)]
pub struct Reducer {
    /// Its name.
    pub name: &'static str,
    /// The version of its code.
    pub version: i64,
    /// Applies events to a state in JSON (`None`: the state before any event). Returns `None` if nothing is left of it.
    fold: fn(Option<&str>, &[Event]) -> Result<Option<String>>,
}

impl Reducer {
    /// The reducer with states of a type.
    const fn of<S: State>() -> Self {
        Self { name: S::NAME, version: S::VERSION, fold: fold::<S> }
    }
}

/// The reducers.
pub const REDUCERS: &[Reducer] = &[Reducer::of::<activity::Activity>(), Reducer::of::<answers::Answers>()];

fn fold<S: State>(state: Option<&str>, events: &[Event]) -> Result<Option<String>> {
    let state = state.map_or_else(|| Ok(S::default()), json)?;
    let state = events.iter().fold(state, S::reduce);
    if state == S::default() {
        return Ok(None);
    }
    serde_json::to_string(&state).map(Some).map_err(|error| Error::Internal(error.to_string()))
}

fn json<T: DeserializeOwned>(state: &str) -> Result<T> {
    serde_json::from_str(state).map_err(|error| Error::Internal(format!("a state of a reducer: {error}")))
}
