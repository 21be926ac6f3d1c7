//! The bus of a single process. It has no background task: expired data is dropped on later accesses.

use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::broadcast;

use super::cursor::{Cursor, Entry};
use super::wakeups::{Subscription, Wakeups};
use super::{
    AGE, BATCH, CONTROLS, Changes, Control, IDLE_TTL, LENGTH, LISTENING, PAGE, POLL, Presence, Stream, WATCHERS,
};
use model::time::{Clock, Timestamp};
use model::{GroupId, UserId};

const SWEEP: Duration = Duration::from_secs(30);

/// Streams and online users in memory. Locks are held briefly, never across an await.
#[derive(Debug)]
pub struct Memory {
    clock: Clock,
    wakeups: Arc<Wakeups>,
    controls: broadcast::Sender<Control>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    streams: HashMap<Stream, Entries>,
    /// Until when each user is online.
    here: HashMap<UserId, Timestamp>,
    /// The online users at the last call of `comings_and_goings`.
    told: HashSet<UserId>,
    changed: HashSet<GroupId>,
    watchers: HashMap<GroupId, HashMap<UserId, Timestamp>>,
    swept_at: Timestamp,
}

#[derive(Debug)]
struct Entries {
    entries: VecDeque<Entry>,
    last: Cursor,
    expires_at: Timestamp,
}

impl Memory {
    pub(super) fn new(clock: Clock) -> Self {
        let (controls, _) = broadcast::channel(CONTROLS);
        Self { clock, wakeups: Wakeups::new(IDLE_TTL), controls, state: Mutex::default() }
    }

    /// Returns the state after dropping expired data.
    fn state(&self) -> (MutexGuard<'_, State>, Timestamp) {
        let now = self.clock.now();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if now.since(state.swept_at) >= SWEEP {
            state.sweep(now);
        }
        (state, now)
    }

    pub(super) fn open(&self, stream: Stream) -> Cursor {
        let (mut state, now) = self.state();
        if let Stream::User(user) = stream {
            state.here.insert(user, now.plus(PAGE));
        }
        if let Some(there) = state.live(stream, now) {
            there.expires_at = now.plus(AGE);
            return there.last;
        }
        let start = Cursor::start(now);
        let entries = VecDeque::from([Entry { id: start, payload: None }]);
        state.streams.insert(stream, Entries { entries, last: start, expires_at: now.plus(AGE) });
        start
    }

    pub(super) fn publish(&self, events: &[(Stream, Arc<str>)]) -> usize {
        let (mut state, now) = self.state();
        let mut took = Vec::new();
        for (stream, payload) in events {
            let Some(there) = state.live(*stream, now) else { continue };
            there.last = there.last.next(now);
            if there.entries.len() >= LENGTH {
                there.entries.pop_front();
            }
            there.entries.push_back(Entry { id: there.last, payload: Some(payload.clone()) });
            took.push(*stream);
        }
        drop(state);
        let count = took.len();
        self.wakeups.notify(took);
        count
    }

    pub(super) fn entries(&self, stream: Stream, after: Cursor) -> Vec<Entry> {
        let (mut state, now) = self.state();
        let Some(there) = state.live(stream, now) else { return Vec::new() };
        let from = there.entries.partition_point(|entry| entry.id < after);
        there.entries.range(from..).take(BATCH + 1).cloned().collect()
    }

    pub(super) fn oldest(&self, stream: Stream) -> Option<Cursor> {
        let (mut state, now) = self.state();
        state.live(stream, now)?.entries.front().map(|entry| entry.id)
    }

    pub(super) fn renew(&self, presence: &Presence) {
        let (mut state, now) = self.state();
        for stream in &presence.streams {
            if let Some(there) = state.live(*stream, now) {
                there.expires_at = now.plus(AGE);
            }
        }
        state.here.extend(presence.users.iter().map(|user| (*user, now.plus(POLL))));
        for (group, user) in &presence.readers {
            let readers = state.watchers.entry(*group).or_default();
            readers.insert(*user, now);
            if readers.len() > WATCHERS
                && let Some(oldest) = readers.iter().min_by_key(|(_, at)| **at).map(|(user, _)| *user)
            {
                readers.remove(&oldest);
            }
        }
    }

    pub(super) fn here(&self) -> Vec<UserId> {
        let (state, now) = self.state();
        state.here_since(now).collect()
    }

    pub(super) fn listening(&self) -> Vec<UserId> {
        let (state, now) = self.state();
        state.here_since(now.minus(LISTENING)).collect()
    }

    pub(super) fn group_changed(&self, group: GroupId) {
        self.state().0.changed.insert(group);
    }

    pub(super) fn comings_and_goings(&self) -> Changes {
        let (mut state, now) = self.state();
        let here: HashSet<UserId> = state.here_since(now).collect();
        let told = std::mem::replace(&mut state.told, here.clone());
        Changes { people: here.symmetric_difference(&told).copied().collect(), groups: state.changed.drain().collect() }
    }

    pub(super) fn watchers(&self, group: GroupId) -> Vec<UserId> {
        let (state, now) = self.state();
        let since = now.minus(LISTENING);
        let readers = state.watchers.get(&group).into_iter().flatten();
        readers.filter(|(_, at)| **at >= since).map(|(user, _)| *user).collect()
    }

    pub(super) fn tell(&self, word: Control) {
        // It is fine if nobody listens.
        let _ = self.controls.send(word);
    }

    pub(super) fn controls(&self) -> broadcast::Receiver<Control> {
        self.controls.subscribe()
    }

    pub(super) fn subscribe(&self, stream: Stream) -> Subscription {
        self.wakeups.subscribe(stream)
    }

    pub(super) fn wakeups(&self) -> &Wakeups {
        &self.wakeups
    }

    pub(super) fn clock(&self) -> &Clock {
        &self.clock
    }
}

impl State {
    /// Returns the users who were online at the moment or later.
    fn here_since(&self, moment: Timestamp) -> impl Iterator<Item = UserId> {
        self.here.iter().filter(move |(_, until)| **until >= moment).map(|(user, _)| *user)
    }

    /// Returns the stream if it exists and has not expired.
    fn live(&mut self, stream: Stream, now: Timestamp) -> Option<&mut Entries> {
        self.streams.get_mut(&stream).filter(|there| there.expires_at > now)
    }

    fn sweep(&mut self, now: Timestamp) {
        self.swept_at = now;
        self.streams.retain(|_, there| there.expires_at > now);
        shrink(&mut self.streams);
        let since = now.minus(LISTENING);
        self.here.retain(|_, until| *until >= since);
        self.watchers.retain(|_, readers| {
            readers.retain(|_, at| *at >= since);
            !readers.is_empty()
        });
    }
}

/// Frees memory when a map holds far fewer entries than its capacity.
fn shrink<K: Eq + Hash, V>(map: &mut HashMap<K, V>) {
    if map.capacity() > 4 * map.len().max(64) {
        map.shrink_to_fit();
    }
}
