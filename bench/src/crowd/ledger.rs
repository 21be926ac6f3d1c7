//! What everybody did and saw: what was acknowledged, how far readers were behind it, what went wrong on the way.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// A post that was acknowledged.
#[derive(Clone, Debug)]
pub struct Acknowledged {
    /// Where it went: the path of its topic.
    pub path: String,
    /// What it says, which no other post does.
    pub token: String,
    /// Its number in the topic, as the answer said.
    pub seq: i64,
    /// Its id, as the answer said.
    pub id: i64,
}

/// A part of the run, that begins with a fault.
#[derive(Clone, Debug)]
pub struct ReaderReport {
    /// Which.
    pub name: String,
    /// How far readers were behind, in milliseconds: for each message that was acknowledged in this part, and each reader.
    pub behind: Vec<u32>,
    /// Posts that were repeated, since they were not acknowledged.
    pub repeated: u32,
    /// How often a reader was told to draw the page anew.
    pub resyncs: u32,
    /// How often a reader did so by itself, since a number was missing.
    pub gaps: u32,
    /// What was answered but should not be, and how often.
    pub errors: BTreeMap<String, u32>,
}

/// The ledger of a run.
#[derive(Debug, Default)]
pub struct Ledger(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    parts: Vec<ReaderReport>,
    posts: Vec<Acknowledged>,
    /// When each was acknowledged, and in which part.
    when: HashMap<i64, (Instant, usize)>,
    newest: HashMap<String, i64>,
    /// Posts that were never acknowledged.
    given_up: Vec<String>,
}

impl Ledger {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Another part begins.
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

    /// A post was answered as it should be.
    pub fn acknowledged(&self, post: Acknowledged) {
        let mut state = self.state();
        let part = state.parts.len().saturating_sub(1);
        state.when.insert(post.id, (Instant::now(), part));
        let newest = state.newest.entry(post.path.clone()).or_default();
        *newest = (*newest).max(post.seq);
        state.posts.push(post);
    }

    /// A post has to be repeated.
    pub fn repeated(&self) {
        self.note(|part| part.repeated += 1);
    }

    /// A post was never acknowledged.
    pub fn given_up(&self, token: &str) {
        self.state().given_up.push(token.to_owned());
    }

    /// Somebody was answered badly, or not at all.
    pub fn error(&self, what: String) {
        self.note(|part| *part.errors.entry(what).or_default() += 1);
    }

    /// A reader was told to draw the page anew.
    pub fn resync(&self) {
        self.note(|part| part.resyncs += 1);
    }

    /// A reader found a number missing.
    pub fn gap(&self) {
        self.note(|part| part.gaps += 1);
    }

    /// A reader has this message now.
    pub fn has(&self, id: i64) {
        let mut state = self.state();
        // What is there before its post is acknowledged is not behind.
        if let Some((at, part)) = state.when.get(&id).copied()
            && let Some(part) = state.parts.get_mut(part)
        {
            part.behind.push(u32::try_from(at.elapsed().as_millis()).unwrap_or(u32::MAX));
        }
    }

    /// The highest number that was acknowledged in a topic.
    pub fn newest(&self, path: &str) -> i64 {
        self.state().newest.get(path).copied().unwrap_or(0)
    }

    /// How many posts were acknowledged.
    pub fn count(&self) -> usize {
        self.state().posts.len()
    }

    /// All of them.
    pub fn posts(&self) -> Vec<Acknowledged> {
        self.state().posts.clone()
    }

    /// What was never acknowledged.
    pub fn never(&self) -> Vec<String> {
        self.state().given_up.clone()
    }

    /// All parts.
    pub fn parts(&self) -> Vec<ReaderReport> {
        self.state().parts.clone()
    }
}
