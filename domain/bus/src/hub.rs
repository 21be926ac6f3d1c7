//! The hub: where the polls of a process wait.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use tokio::time::MissedTickBehavior;

use super::names::shard;
use super::{BATCH, Backlog, Bus, BusError, Cursor, Presence, Stream, Subscription};
use model::{GroupId, UserId};

/// The interval at which the waiting users are reported to the bus.
const TICK: Duration = Duration::from_secs(5);
/// Each stream is renewed once in this many ticks: every minute, well within its [`AGE`](super::AGE).
const PARTS: u8 = 12;

/// Hands out subscriptions to polls, and keeps the streams of open pages alive and their users online. One per process;
/// cheap to clone. Polls write nothing for this: one timer renews all of them together.
#[derive(Clone, Debug)]
pub struct Hub(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    bus: Bus,
    readers: Mutex<HashSet<(GroupId, UserId)>>,
}

impl Hub {
    /// Creates a hub on the bus. Its timer runs until the last handle is dropped. Call it inside a tokio runtime.
    pub fn new(bus: Bus) -> Self {
        let inner = Arc::new(Inner { bus, readers: Mutex::default() });
        tokio::spawn(tick(Arc::downgrade(&inner)));
        Self(inner)
    }

    /// Subscribes to the stream: everything published from now on wakes the subscriber. Read the backlog only after
    /// this. While subscribed, the stream is kept alive and its user stays online.
    pub fn subscribe(&self, stream: Stream) -> Subscription {
        self.0.bus.subscribe(stream)
    }

    /// Keeps a non-member with an open page of the public group among its watchers. Check first that they may see it.
    pub fn reads(&self, user: UserId, group: GroupId) {
        self.0.readers.lock().unwrap_or_else(PoisonError::into_inner).insert((group, user));
    }

    /// Returns what followed `after` in the stream, like [`Bus::backlog`], but from this process's cache if possible.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn backlog(&self, subscription: &Subscription, after: Cursor) -> Result<Backlog, BusError> {
        if let Some(known) = subscription.known(after) {
            return Ok(known);
        }
        let mark = subscription.mark();
        // Boxed to keep the future of each poll small.
        let backlog = Box::pin(self.0.bus.backlog(subscription.stream(), after)).await?;
        if let Backlog::Entries { events, last } = &backlog
            && events.len() < BATCH
        {
            subscription.learn(mark, *last);
        }
        Ok(backlog)
    }

    /// Renews every stream that is watched now or was a moment ago. The timer does this for one part at a time.
    ///
    /// # Errors
    /// When Redis does not answer; the next call makes up for it.
    pub async fn renew(&self) -> Result<(), BusError> {
        self.0.renew(|_| true).await
    }
}

impl Inner {
    async fn renew(&self, is_due: impl Fn(Stream) -> bool) -> Result<(), BusError> {
        let wakeups = self.bus.wakeups();
        wakeups.sweep(Instant::now());
        let watched = wakeups.watched();
        let readers = std::mem::take(&mut *self.readers.lock().unwrap_or_else(PoisonError::into_inner));
        let user = |stream: &Stream| match stream {
            Stream::User(user) => Some(*user),
            Stream::Group(_) => None,
        };
        let presence = Presence {
            users: watched.iter().filter_map(user).collect(),
            streams: watched.into_iter().filter(|stream| is_due(*stream)).collect(),
            readers: readers.iter().copied().collect(),
        };
        let renewed = self.bus.renew(&presence).await;
        if renewed.is_err() {
            self.readers.lock().unwrap_or_else(PoisonError::into_inner).extend(readers);
        }
        renewed
    }
}

async fn tick(hub: Weak<Inner>) {
    let mut timer = tokio::time::interval(TICK);
    timer.set_missed_tick_behavior(MissedTickBehavior::Delay);
    timer.tick().await;
    for part in (0..PARTS).cycle() {
        timer.tick().await;
        let Some(hub) = hub.upgrade() else { return };
        if let Err(error) = hub.renew(|stream| shard(stream) % PARTS == part).await {
            tracing::warn!(%error, "open pages could not be renewed on the bus");
        }
    }
}
