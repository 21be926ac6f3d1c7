//! Where the polls of a process wait.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::time::MissedTickBehavior;

use super::{BATCH, Backlog, Bus, BusError, Cursor, Presence, Stream, Watch};
use crate::model::{GroupId, UserId};

/// How often what was watched since the last time is renewed.
const TICK: Duration = Duration::from_secs(60);

/// One a process: it lends bells to polls, and keeps alive the streams, and present the people, whose pages are open. A poll
/// writes nothing by that; a timer does for all of them at once. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Hub(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    bus: Bus,
    since_tick: Mutex<SinceTick>,
}

#[derive(Debug, Default)]
struct SinceTick {
    streams: HashSet<Stream>,
    readers: HashSet<(GroupId, UserId)>,
}

impl Hub {
    /// A hub on the bus. Its timer runs until the last handle is dropped; call it in a tokio runtime.
    pub fn new(bus: Bus) -> Self {
        let inner = Arc::new(Inner { bus, since_tick: Mutex::default() });
        tokio::spawn(tick(Arc::downgrade(&inner)));
        Self(inner)
    }

    /// Takes a place beside the stream's bell; everything published from now on rings it. Read the backlog only then. The stream
    /// is kept alive, and its person present, for some minutes from now.
    pub fn watch(&self, stream: Stream) -> Watch {
        self.0.since_tick().streams.insert(stream);
        self.0.bus.watch(stream)
    }

    /// An open page shows the public group to somebody who is not in it: they stay among its watchers. Ask first whether they may.
    pub fn reads(&self, user: UserId, group: GroupId) {
        self.0.since_tick().readers.insert((group, user));
    }

    /// What followed `after` in the watched stream: as [`Bus::backlog`], but from what this process knows where it knows enough.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn backlog(&self, watch: &Watch, after: Cursor) -> Result<Backlog, BusError> {
        if let Some(known) = watch.known(after) {
            return Ok(known);
        }
        let mark = watch.mark();
        // Boxed: what each poll needs stays small.
        let backlog = Box::pin(self.0.bus.backlog(watch.stream(), after)).await?;
        if let Backlog::Entries { events, last } = &backlog
            && events.len() < BATCH
        {
            watch.learn(mark, *last);
        }
        Ok(backlog)
    }

    /// Renews what was watched since the last time. The timer does this by itself.
    ///
    /// # Errors
    /// When Redis does not answer; then the next time does it.
    pub async fn renew(&self) -> Result<(), BusError> {
        self.0.renew().await
    }
}

impl Inner {
    fn since_tick(&self) -> MutexGuard<'_, SinceTick> {
        self.since_tick.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn renew(&self) -> Result<(), BusError> {
        let SinceTick { streams, readers } = std::mem::take(&mut *self.since_tick());
        let user = |stream: &Stream| match stream {
            Stream::User(user) => Some(*user),
            Stream::Group(_) => None,
        };
        let presence = Presence {
            users: streams.iter().filter_map(user).collect(),
            streams: streams.iter().copied().collect(),
            readers: readers.iter().copied().collect(),
        };
        let renewed = self.bus.renew(&presence).await;
        if renewed.is_err() {
            let mut again = self.since_tick();
            again.streams.extend(streams);
            again.readers.extend(readers);
        }
        renewed
    }
}

async fn tick(hub: Weak<Inner>) {
    let mut timer = tokio::time::interval(TICK);
    timer.set_missed_tick_behavior(MissedTickBehavior::Delay);
    timer.tick().await;
    loop {
        timer.tick().await;
        let Some(hub) = hub.upgrade() else { return };
        if let Err(error) = hub.renew().await {
            tracing::warn!(%error, "open pages could not be renewed on the bus");
        }
    }
}
