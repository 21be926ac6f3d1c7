//! The record of a run: acknowledged posts, how far readers lagged behind them, and errors.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// A post that was acknowledged.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Acknowledged {
    pub path: String,
    /// Its text, unique among all posts.
    pub token: String,
    /// Its number in the topic, from the answer.
    pub seq: i64,
    pub id: i64,
}

/// A part of the run. Each part begins with a fault.
#[derive(Clone, Debug)]
pub struct ReaderReport {
    /// The fault that begins it.
    pub name: String,
    /// Readers' delays in milliseconds: one for each message acknowledged in this part and each reader.
    pub behind: Vec<u32>,
    /// Posts that were sent again, because they were not acknowledged.
    pub repeated: u32,
    /// How often a reader was told to reload the page.
    pub resyncs: u32,
    /// How often a reader reloaded by itself, because a number was missing.
    pub gaps: u32,
    /// Unexpected answers, and how often each came.
    pub errors: BTreeMap<String, u32>,
}

/// The ledger of a run.
#[derive(Debug, Default)]
pub struct Ledger(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    parts: Vec<ReaderReport>,
    posts: Vec<Acknowledged>,
    /// When each message was acknowledged, and in which part.
    when: HashMap<i64, (Instant, usize)>,
    newest: HashMap<String, i64>,
    given_up: Vec<String>,
}

impl Ledger {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins another part.
    pub fn begin(&self, name: &str) {
        let (behind, errors) = (Vec::new(), BTreeMap::new());
        let part = ReaderReport { name: name.to_owned(), behind, repeated: 0, resyncs: 0, gaps: 0, errors };
        self.state().parts.push(part);
    }

    fn note(&self, change: impl FnOnce(&mut ReaderReport)) {
        if let Some(part) = self.state().parts.last_mut() {
            change(part);
        }
    }

    /// Records a post that was acknowledged.
    pub fn acknowledged(&self, post: Acknowledged) {
        let mut state = self.state();
        let part = state.parts.len().saturating_sub(1);
        state.when.insert(post.id, (Instant::now(), part));
        let newest = state.newest.entry(post.path.clone()).or_default();
        *newest = (*newest).max(post.seq);
        state.posts.push(post);
    }

    /// Records that a post has to be sent again.
    pub fn repeated(&self) {
        self.note(|part| part.repeated += 1);
    }

    /// Records a post that was never acknowledged.
    pub fn given_up(&self, token: &str) {
        self.state().given_up.push(token.to_owned());
    }

    /// Records an unexpected or missing answer.
    pub fn error(&self, what: String) {
        self.note(|part| *part.errors.entry(what).or_default() += 1);
    }

    /// Records that a reader was told to reload the page.
    pub fn resync(&self) {
        self.note(|part| part.resyncs += 1);
    }

    /// Records that a reader found a number missing.
    pub fn gap(&self) {
        self.note(|part| part.gaps += 1);
    }

    /// Records that a reader has this message now.
    pub fn has(&self, id: i64) {
        let mut state = self.state();
        // A message that arrives before its post is acknowledged has no delay.
        if let Some((at, part)) = state.when.get(&id).copied()
            && let Some(part) = state.parts.get_mut(part)
        {
            part.behind.push(u32::try_from(at.elapsed().as_millis()).unwrap_or(u32::MAX));
        }
    }

    /// Returns the highest number that was acknowledged in a topic.
    pub fn newest(&self, path: &str) -> i64 {
        self.state().newest.get(path).copied().unwrap_or(0)
    }

    /// Returns how many posts were acknowledged.
    pub fn count(&self) -> usize {
        self.state().posts.len()
    }

    /// Returns the acknowledged posts.
    pub fn posts(&self) -> Vec<Acknowledged> {
        self.state().posts.clone()
    }

    /// Returns the posts that were never acknowledged.
    pub fn never(&self) -> Vec<String> {
        self.state().given_up.clone()
    }

    /// Returns all parts.
    pub fn parts(&self) -> Vec<ReaderReport> {
        self.state().parts.clone()
    }
}
