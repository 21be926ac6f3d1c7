//! Where the polls of a process wait.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use tokio::time::MissedTickBehavior;

use super::names::shard;
use super::{BATCH, Backlog, Bus, BusError, Cursor, Presence, Stream, Subscription};
use model::{GroupId, UserId};

/// How often it is told who waits here.
const TICK: Duration = Duration::from_secs(5);
/// In how many ticks each stream is renewed once: a minute, of the [`AGE`](super::AGE) that it lives.
const PARTS: u8 = 12;

/// One a process: it lends wakeups to polls, and keeps alive the streams, and present the people, whose pages are open. A poll
/// writes nothing by that; a timer does for all of them at once. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Hub(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    bus: Bus,
    readers: Mutex<HashSet<(GroupId, UserId)>>,
}

impl Hub {
    /// A hub on the bus. Its timer runs until the last handle is dropped; call it in a tokio runtime.
    pub fn new(bus: Bus) -> Self {
        let inner = Arc::new(Inner { bus, readers: Mutex::default() });
        tokio::spawn(tick(Arc::downgrade(&inner)));
        Self(inner)
    }

    /// Takes a place beside the stream's bell; everything published from now on rings it. Read the backlog only then. The stream
    /// is kept alive, and its person here, for as long as somebody watches.
    pub fn subscribe(&self, stream: Stream) -> Subscription {
        self.0.bus.subscribe(stream)
    }

    /// An open page shows the public group to somebody who is not in it: they stay among its watchers. Ask first whether they may.
    pub fn reads(&self, user: UserId, group: GroupId) {
        self.0.readers.lock().unwrap_or_else(PoisonError::into_inner).insert((group, user));
    }

    /// What followed `after` in the watched stream: as [`Bus::backlog`], but from what this process knows where it knows enough.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn backlog(&self, subscription: &Subscription, after: Cursor) -> Result<Backlog, BusError> {
        if let Some(known) = subscription.known(after) {
            return Ok(known);
        }
        let mark = subscription.mark();
        // Boxed: what each poll needs stays small.
        let backlog = Box::pin(self.0.bus.backlog(subscription.stream(), after)).await?;
        if let Backlog::Entries { events, last } = &backlog
            && events.len() < BATCH
        {
            subscription.learn(mark, *last);
        }
        Ok(backlog)
    }

    /// Renews everything that is watched now or was a moment ago. The timer does this by itself, for the streams in parts.
    ///
    /// # Errors
    /// When Redis does not answer; then the next time does it.
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
