//! The queue for hashing passwords. A hash takes 19 MiB and a core for tens of milliseconds, so few run at once. Those
//! who wait take turns by lane, usually a network: many requests from one network cannot hold up the others.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;

use crate::platform::error::{Error, Result};

/// Concurrent hashes and checks.
const MOST: usize = 2;
/// The longest wait for a turn.
const PATIENCE: Duration = Duration::from_secs(2);
/// The most requests that wait, together and in one lane.
const WAITING: usize = 1_000;
const WAITING_IN_LANE: usize = 200;

/// The queue. Cheap to clone.
#[derive(Clone)]
pub struct Hashing(Arc<Queue>);

struct Queue {
    patience: Duration,
    state: Mutex<State>,
}

struct State {
    free: usize,
    waiting: usize,
    /// The lanes in which a request waits, the next one first.
    lanes: VecDeque<(String, VecDeque<oneshot::Sender<Turn>>)>,
}

/// A place in the queue: its lane.
#[derive(Clone, Debug)]
pub struct Lane<'a> {
    hashing: &'a Hashing,
    name: String,
}

impl Lane<'_> {
    /// Runs the work outside the async threads when it is the lane's turn.
    ///
    /// # Errors
    /// [`Error::Busy`] when it could not begin in time; those of the work.
    pub(crate) async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
        let turn = self.hashing.turn(&self.name).await?;
        let work = move || {
            let done = work();
            drop(turn);
            done
        };
        tokio::task::spawn_blocking(work).await.map_err(|error| Error::Internal(error.to_string()))?
    }
}

/// Permission to hash once. Dropping it lets the next one begin.
pub struct Turn(Arc<Queue>);

impl Default for Hashing {
    fn default() -> Self {
        Self::new(MOST, PATIENCE)
    }
}

impl Hashing {
    /// A queue of this many concurrent hashes, where no one waits longer than `patience`.
    pub fn new(most: usize, patience: Duration) -> Self {
        let state = State { free: most, waiting: 0, lanes: VecDeque::new() };
        Self(Arc::new(Queue { patience, state: Mutex::new(state) }))
    }

    /// A lane of the queue.
    pub fn lane(&self, name: impl Into<String>) -> Lane<'_> {
        Lane { hashing: self, name: name.into() }
    }

    /// Waits for a turn.
    ///
    /// # Errors
    /// [`Error::Busy`].
    pub async fn turn(&self, lane: &str) -> Result<Turn> {
        let coming = match self.0.enter(lane)? {
            Entry::Turn => return Ok(Turn(self.0.clone())),
            Entry::Coming(coming) => coming,
        };
        match tokio::time::timeout(self.0.patience, coming).await {
            Ok(Ok(turn)) => Ok(turn),
            Ok(Err(_)) | Err(_) => Err(Error::Busy(self.0.patience)),
        }
    }
}

enum Entry {
    Turn,
    Coming(oneshot::Receiver<Turn>),
}

impl Queue {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(&self, lane: &str) -> Result<Entry> {
        let mut state = self.state();
        if state.free > 0 {
            state.free -= 1;
            return Ok(Entry::Turn);
        }
        state.forget_those_who_left();
        let there = state.lanes.iter().position(|(name, _)| name == lane);
        let in_lane = there.map_or(0, |at| state.lanes[at].1.len());
        if state.waiting >= WAITING || in_lane >= WAITING_IN_LANE {
            return Err(Error::Busy(self.patience));
        }
        let (sender, coming) = oneshot::channel();
        state.waiting += 1;
        match there {
            Some(at) => state.lanes[at].1.push_back(sender),
            None => state.lanes.push_back((lane.to_owned(), VecDeque::from([sender]))),
        }
        Ok(Entry::Coming(coming))
    }
}

impl State {
    /// Drops the places of requests that no longer wait.
    fn forget_those_who_left(&mut self) {
        for (_, lane) in &mut self.lanes {
            lane.retain(|sender| !sender.is_closed());
        }
        self.lanes.retain(|(_, lane)| !lane.is_empty());
        self.waiting = self.lanes.iter().map(|(_, lane)| lane.len()).sum();
    }

    /// Takes the next one who waits: the first of the first lane, which then goes to the end.
    fn next(&mut self) -> Option<oneshot::Sender<Turn>> {
        let (name, mut lane) = self.lanes.pop_front()?;
        let next = lane.pop_front();
        self.waiting = self.waiting.saturating_sub(1);
        if !lane.is_empty() {
            self.lanes.push_back((name, lane));
        }
        next
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.forget_those_who_left();
        match state.next() {
            Some(next) => {
                drop(state);
                // If the other has just left, the turn comes back and is dropped, which lets the next one begin.
                let _ = next.send(Turn(self.0.clone()));
            }
            None => state.free += 1,
        }
    }
}

impl fmt::Debug for Hashing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hashing(..)")
    }
}

impl fmt::Debug for Turn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Turn(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(3_600);

    #[tokio::test]
    async fn a_crowd_in_one_lane_does_not_delay_the_others() {
        let hashing = Hashing::new(1, LONG);
        let held = hashing.turn("crowd").await.unwrap();
        let (order, mut turns) = tokio::sync::mpsc::unbounded_channel();
        let mut tasks = Vec::new();
        for lane in std::iter::repeat_n("crowd", 150).chain(["mira", "noor", "mira"]) {
            let (queue, order) = (hashing.clone(), order.clone());
            let Entry::Coming(coming) = queue.0.enter(lane).unwrap() else { panic!("one runs already") };
            tasks.push(tokio::spawn(async move {
                let turn = coming.await.unwrap();
                order.send(lane).unwrap();
                drop(turn);
            }));
        }
        drop(held);
        for task in tasks {
            task.await.unwrap();
        }
        let first: Vec<&str> = (0..6).filter_map(|_| turns.try_recv().ok()).collect();
        assert_eq!(first, ["crowd", "mira", "noor", "crowd", "mira", "crowd"]);
        assert!(hashing.lane("mira").run(|| Ok(())).await.is_ok());
    }

    #[tokio::test]
    async fn a_request_that_cannot_begin_in_time_is_refused_and_leaves_the_queue() {
        let hashing = Hashing::new(1, Duration::ZERO);
        let held = hashing.turn("one").await.unwrap();
        for _ in 0..WAITING_IN_LANE + 1 {
            assert!(matches!(hashing.turn("one").await, Err(Error::Busy(_))));
        }
        drop(held);
        assert_eq!(hashing.lane("one").run(|| Ok(7)).await.unwrap(), 7);
    }

    #[tokio::test]
    async fn the_queue_is_bounded_per_lane_and_in_total() {
        let hashing = Hashing::new(1, LONG);
        let held = hashing.turn("one").await.unwrap();
        let mut waiting = Vec::new();
        for lane in 0.. {
            let before = waiting.len();
            while let Ok(entry) = hashing.0.enter(&lane.to_string()) {
                waiting.push(entry);
            }
            if waiting.len() == before {
                break;
            }
            assert!(waiting.len() - before <= WAITING_IN_LANE);
        }
        assert_eq!(waiting.len(), WAITING);
        drop(waiting);
        drop(held);
        assert!(hashing.turn("one").await.is_ok());
    }
}
