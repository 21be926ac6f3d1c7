//! Who in this process waits for which stream.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::Stream;

/// The bells of one process: a bell for each stream that is watched or was a moment ago.
#[derive(Debug)]
pub(super) struct Bells {
    slots: Mutex<HashMap<Stream, Slot>>,
    /// How long a bell hangs on when nobody watches: the next poll comes at once.
    linger: Duration,
}

#[derive(Debug)]
struct Slot {
    bell: Arc<Bell>,
    watchers: usize,
    left_at: Instant,
}

#[derive(Debug, Default)]
struct Bell {
    rung: AtomicU64,
    connected: AtomicBool,
    notify: Notify,
}

impl Bell {
    fn ring(&self) {
        self.rung.fetch_add(1, Ordering::AcqRel);
        self.notify.notify_waiters();
    }
}

/// A place beside a bell. From the moment it exists, every publication is heard; dropped, it is given up.
#[derive(Debug)]
pub struct Watch {
    bells: Arc<Bells>,
    stream: Stream,
    bell: Arc<Bell>,
    heard: u64,
}

impl Bells {
    pub(super) fn new(linger: Duration) -> Arc<Self> {
        Arc::new(Self { slots: Mutex::default(), linger })
    }

    fn slots(&self) -> MutexGuard<'_, HashMap<Stream, Slot>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a place; `true` with it when the bell is new and still has to be connected.
    pub(super) fn watch(self: &Arc<Self>, stream: Stream) -> (Watch, bool) {
        let mut slots = self.slots();
        let mut new = false;
        let slot = slots.entry(stream).or_insert_with(|| {
            new = true;
            Slot { bell: Arc::default(), watchers: 0, left_at: Instant::now() }
        });
        slot.watchers += 1;
        let bell = slot.bell.clone();
        drop(slots);
        let heard = bell.rung.load(Ordering::Acquire);
        (Watch { bells: self.clone(), stream, bell, heard }, new)
    }

    /// Wakes who waits for the stream.
    pub(super) fn ring(&self, stream: Stream) {
        let bell = self.slots().get(&stream).map(|slot| slot.bell.clone());
        if let Some(bell) = bell {
            bell.ring();
        }
    }

    /// Marks the streams' bells as connected to the server: from now on they ring for every publication. They ring once at
    /// once, since something may have been published before.
    pub(super) fn connected(&self, streams: &[Stream]) {
        for stream in streams {
            let bell = self.slots().get(stream).map(|slot| slot.bell.clone());
            if let Some(bell) = bell {
                bell.connected.store(true, Ordering::Release);
                bell.ring();
            }
        }
    }

    /// All streams that have a bell.
    pub(super) fn streams(&self) -> Vec<Stream> {
        self.slots().keys().copied().collect()
    }

    /// Takes down the bells that nobody has watched for a while, and returns their streams.
    pub(super) fn sweep(&self, now: Instant) -> Vec<Stream> {
        let mut left = Vec::new();
        self.slots().retain(|stream, slot| {
            let keep = slot.watchers > 0 || now.saturating_duration_since(slot.left_at) < self.linger;
            if !keep {
                left.push(*stream);
            }
            keep
        });
        left
    }

    fn leave(&self, stream: Stream) {
        let mut slots = self.slots();
        let Some(slot) = slots.get_mut(&stream) else { return };
        slot.watchers -= 1;
        slot.left_at = Instant::now();
        if slot.watchers == 0 && self.linger.is_zero() {
            slots.remove(&stream);
        }
    }
}

impl Watch {
    /// Resolves when something was published to the stream since this was made or last resolved: read on from your cursor.
    /// It may resolve without anything new. Dropping the future forgets nothing.
    pub async fn changed(&mut self) {
        let rung = wait(&self.bell, |bell| {
            let rung = bell.rung.load(Ordering::Acquire);
            (rung != self.heard).then_some(rung)
        })
        .await;
        self.heard = rung;
    }

    /// The stream that is watched.
    pub fn stream(&self) -> Stream {
        self.stream
    }

    /// Resolves when the server has confirmed that it will ring this bell. What rang until then need not wake anyone.
    pub(super) async fn connected(&mut self) {
        self.heard =
            wait(&self.bell, |bell| bell.connected.load(Ordering::Acquire).then(|| bell.rung.load(Ordering::Acquire)))
                .await;
    }
}

/// Waits until the bell is as `ready` wants it; looks again after each ring, and registers before looking.
async fn wait<T>(bell: &Bell, ready: impl Fn(&Bell) -> Option<T>) -> T {
    loop {
        let notified = bell.notify.notified();
        tokio::pin!(notified);
        notified.as_mut().enable();
        if let Some(value) = ready(bell) {
            return value;
        }
        notified.await;
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.bells.leave(self.stream);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::UserId;

    #[tokio::test]
    async fn a_ring_before_the_wait_is_heard() {
        let bells = Bells::new(Duration::ZERO);
        let stream = Stream::User(UserId(1));
        let (mut watch, new) = bells.watch(stream);
        assert!(new);
        bells.ring(stream);
        watch.changed().await;
        assert!(tokio::time::timeout(Duration::from_millis(10), watch.changed()).await.is_err());
        drop(watch);
        assert!(bells.streams().is_empty());
    }

    #[test]
    fn a_bell_hangs_on_for_a_while_after_its_last_watcher_left() {
        let bells = Bells::new(Duration::from_secs(10));
        let stream = Stream::User(UserId(1));
        let (watch, _) = bells.watch(stream);
        let later = Instant::now() + Duration::from_secs(60);
        assert_eq!(bells.sweep(later), []);
        drop(watch);
        assert_eq!(bells.sweep(Instant::now()), []);
        let (again, new) = bells.watch(stream);
        assert!(!new);
        drop(again);
        assert_eq!(bells.sweep(later), [stream]);
        assert!(bells.watch(stream).1);
    }
}
