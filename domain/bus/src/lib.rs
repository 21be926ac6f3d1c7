//! The bus: carries events to the pages that are open now. Nothing else depends on it, and it stores nothing for long.
//!
//! Each user has one stream of events, and each public group has one for anonymous readers. One rule makes streams
//! lossless: **a cursor is the id of an entry that must still be in the stream.** A page gets the id of the last entry
//! when it is rendered. A reader asks for the entries from its cursor on, including the cursor's own. If that entry
//! does not come back first, entries may be missing (trimmed, expired, flushed, another server) and the answer is
//! "resync". This detects every loss without counters.
//!
//! - Open the stream BEFORE reading the page's data from the database: an event may come twice, but is never lost.
//! - Subscribe before reading the backlog ([`Hub::subscribe`]).
//! - A process receives the events of a stream in order and without gaps; otherwise `Wakeups::forget` tells it. It
//!   can therefore answer from memory for streams whose end it read or received a moment ago.
//! - A stream that was never opened, or not renewed for [`AGE`], does not exist. Publishing to it writes nothing.

mod control;
mod cursor;
mod hub;
pub mod kv;
mod lines;
mod loss;
mod memory;
mod names;
mod news;
mod reads;
mod redis;
mod server;
mod subscription;
mod teller;
#[cfg(feature = "testing")]
pub mod testing;
mod url;
mod wakeups;

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;

pub use control::Control;
pub use cursor::{Backlog, BadCursor, Cursor, Event};
pub use hub::Hub;
pub use url::{BusUrl, Servers};
pub use wakeups::Subscription;

pub(crate) use names::{Name, Names};
pub(crate) use server::Server;

use model::time::Clock;
use model::{GroupId, UserId};

/// The approximate number of entries a stream holds; on Redis up to some hundred more.
pub const LENGTH: usize = 256;
/// The most entries one [`Bus::backlog`] returns: more than a stream holds, so that one read returns everything.
pub const BATCH: usize = 512;
/// How long a stream lives after it was last opened or renewed.
pub const AGE: Duration = Duration::from_secs(5 * 60);
/// How long Redis keeps the payloads that entries refer to. Longer than [`AGE`], so that only readers who were away
/// miss them, and those resync anyway.
const KEPT: Duration = Duration::from_secs(10 * 60);
/// How long a user counts as online after a page was rendered for them.
pub const PAGE: Duration = Duration::from_secs(50);
/// How long a user counts as online after [`Hub`] last saw them polling: longer than the time between two checks.
pub const POLL: Duration = Duration::from_secs(12);
/// How long after a user was last seen events are still written to their stream. Longer than [`AGE`], since clocks
/// differ a little. Events go to all of these users, not only to those online: otherwise a user who returns after four
/// minutes would find their stream alive but with events missing.
pub const LISTENING: Duration = Duration::from_secs(6 * 60);
/// How long a process remembers an unwatched stream; the next poll usually comes at once.
const IDLE_TTL: Duration = Duration::from_secs(4);
/// The most watchers remembered for one group; the latest are kept.
pub const WATCHERS: usize = 2_000;

/// The most control messages queued for a slow receiver, which then learns that some are missing.
const CONTROLS: usize = 1_024;

/// A stream of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stream {
    /// The events for one user.
    User(UserId),
    /// The events of a public group for everyone.
    Group(GroupId),
}

/// Streams, users and group readers to renew together.
#[derive(Clone, Debug, Default)]
pub(crate) struct Presence {
    pub streams: Vec<Stream>,
    pub users: Vec<UserId>,
    pub readers: Vec<(GroupId, UserId)>,
}

/// The changes of online users and group members since they were last asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Users who came online or went offline.
    pub people: Vec<UserId>,
    /// Groups whose members changed.
    pub groups: Vec<GroupId>,
}

/// A failure of the bus. Nothing is lost by it: try again later.
#[derive(Clone, Debug, thiserror::Error)]
#[allow(missing_docs)]
pub enum BusError {
    /// The address is invalid.
    #[error("KLATCH_REDIS_URL: {0}")]
    Url(String),
    /// The server could not be reached at startup.
    #[error("KLATCH_REDIS_URL: cannot reach Redis at {host}: {reason}")]
    Unreachable {
        /// Host and port, without user or password.
        host: String,
        reason: String,
    },
    /// Another site uses the same prefix on the same server.
    #[error(
        "KLATCH_REDIS_PREFIX: another site uses the prefix `{prefix}` on the Redis at {host}; choose another prefix"
    )]
    OtherSite {
        /// Host and port, without user or password.
        host: String,
        prefix: String,
    },
    /// The server answered with an error or not at all.
    #[error("Redis: {0}")]
    Redis(#[from] ::redis::RedisError),
    /// No connection was free or could be made in time.
    #[error("Redis: {0}")]
    Busy(String),
    /// The text to publish is not a JSON object.
    #[error("an event is a JSON object")]
    NoObject,
}

/// The bus of a forum: in this process alone, or on a Redis that all its processes share. Cheap to clone.
#[derive(Clone, Debug)]
pub enum Bus {
    /// For one process; lost when it ends.
    Memory(Arc<memory::Memory>),
    /// For many processes.
    Redis(Arc<redis::Redis>),
}

impl Bus {
    /// Creates a bus for this process alone.
    pub fn memory(clock: Clock) -> Self {
        Self::Memory(Arc::new(memory::Memory::new(clock)))
    }

    /// Connects to `url`. Every key and channel begins with `prefix`, which belongs to the site with the id `site` from
    /// then on. `clock` decides who is online, and is the time of the memory bus.
    ///
    /// # Errors
    /// [`BusError::Url`], [`BusError::Unreachable`] and [`BusError::OtherSite`], with the server's name but never its
    /// password. Once connected, the bus restores lost connections for as long as it lives.
    pub async fn connect(url: &BusUrl, prefix: &str, site: &str, clock: Clock) -> Result<Self, BusError> {
        match url {
            BusUrl::Memory => Ok(Self::memory(clock)),
            BusUrl::Redis(servers) => Ok(Self::Redis(redis::Redis::connect(servers, prefix, site, clock).await?)),
        }
    }

    /// Returns the same bus with its own command connections, for a thread with its own runtime.
    ///
    /// # Errors
    /// When the connections cannot be set up.
    pub fn for_thread(&self) -> Result<Self, BusError> {
        Ok(match self {
            Self::Memory(memory) => Self::Memory(memory.clone()),
            Self::Redis(redis) => Self::Redis(redis.for_thread()?),
        })
    }

    /// Returns the current cursor of the stream, for a page about to be rendered: everything published from now on
    /// follows it. Creates the stream if necessary and lets it live for [`AGE`] from now. Its user counts as seen.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn open(&self, stream: Stream) -> Result<Cursor, BusError> {
        match self {
            Self::Memory(memory) => Ok(memory.open(stream)),
            Self::Redis(redis) => redis.open(stream).await,
        }
    }

    /// Appends each event (see [`Event::payload`]) to its stream and wakes the waiting polls. Returns
    /// how many streams took an event. A stream that does not exist takes nothing. Events of one stream keep their
    /// order.
    ///
    /// # Errors
    /// [`BusError::NoObject`] before anything is written. When Redis fails, some events may have been written.
    /// Publishing them again is safe, since readers apply known events without effect.
    pub async fn publish(&self, events: &[(Stream, Arc<str>)]) -> Result<usize, BusError> {
        if events.iter().any(|(_, event)| !(event.trim_start().starts_with('{') && event.trim_end().ends_with('}'))) {
            return Err(BusError::NoObject);
        }
        match self {
            Self::Memory(memory) => Ok(memory.publish(events)),
            Self::Redis(redis) => redis.publish(events).await,
        }
    }

    /// Returns what followed `after` in the stream.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn backlog(&self, stream: Stream, after: Cursor) -> Result<Backlog, BusError> {
        let entries = match self {
            Self::Memory(memory) => memory.entries(stream, after),
            Self::Redis(redis) => redis.entries(stream, after).await?,
        };
        match cursor::follow(after, entries) {
            Some((events, last)) => Ok(Backlog::Entries { events, last }),
            None => Ok(Backlog::Resync { at: self.open(stream).await? }),
        }
    }

    /// Returns the cursor of the stream's oldest entry; `None` if the stream does not exist.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn oldest(&self, stream: Stream) -> Result<Option<Cursor>, BusError> {
        match self {
            Self::Memory(memory) => Ok(memory.oldest(stream)),
            Self::Redis(redis) => redis.oldest(stream).await,
        }
    }

    /// Marks the users as online.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn seen(&self, users: &[UserId]) -> Result<(), BusError> {
        self.renew(&Presence { users: users.to_vec(), ..Presence::default() }).await
    }

    /// Adds a non-member who was shown a page of the public group to its [`Bus::watchers`] for [`LISTENING`]. Check
    /// first that they may see it.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn watch_group(&self, user: UserId, group: GroupId) -> Result<(), BusError> {
        self.renew(&Presence { readers: vec![(group, user)], ..Presence::default() }).await
    }

    /// Renews everything together: streams live for [`AGE`] from now, users are seen, readers are recorded.
    pub(crate) async fn renew(&self, presence: &Presence) -> Result<(), BusError> {
        match self {
            Self::Memory(memory) => {
                memory.renew(presence);
                Ok(())
            }
            Self::Redis(redis) => redis.renew(presence).await,
        }
    }

    /// Returns every user whose stream may exist, in no order. Write events to those of them who may see the events.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn listening(&self) -> Result<Vec<UserId>, BusError> {
        match self {
            Self::Memory(memory) => Ok(memory.listening()),
            Self::Redis(redis) => redis.listening().await,
        }
    }

    /// Returns the users who are online, in no order. Correct within a minute after a browser vanished without notice,
    /// and within 20 seconds after it closed its connection.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn here(&self) -> Result<Vec<UserId>, BusError> {
        match self {
            Self::Memory(memory) => Ok(memory.here()),
            Self::Redis(redis) => redis.here().await,
        }
    }

    /// Records that a user joined or left the group; the next [`Bus::comings_and_goings`] returns it.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn group_changed(&self, group: GroupId) -> Result<(), BusError> {
        match self {
            Self::Memory(memory) => {
                memory.group_changed(group);
                Ok(())
            }
            Self::Redis(redis) => redis.group_changed(group).await,
        }
    }

    /// Returns the changes since the last call. Each change goes to one caller only, across all processes.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn comings_and_goings(&self) -> Result<Changes, BusError> {
        match self {
            Self::Memory(memory) => Ok(memory.comings_and_goings()),
            Self::Redis(redis) => redis.comings_and_goings().await,
        }
    }

    /// Returns the users who read the public group without being members, now or within [`LISTENING`]; the latest
    /// [`WATCHERS`]. Events go to all of them. The caller must check that they still may see the group.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn watchers(&self, group: GroupId) -> Result<Vec<UserId>, BusError> {
        match self {
            Self::Memory(memory) => Ok(memory.watchers(group)),
            Self::Redis(redis) => redis.watchers(group).await,
        }
    }

    /// Sends a control message to all processes, this one included.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn tell(&self, word: &Control) -> Result<(), BusError> {
        self.tell_all(std::slice::from_ref(word)).await
    }

    /// Sends control messages as [`Bus::tell`] does, in one round trip.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn tell_all(&self, words: &[Control]) -> Result<(), BusError> {
        match self {
            Self::Memory(memory) => {
                words.iter().for_each(|word| memory.tell(word.clone()));
                Ok(())
            }
            Self::Redis(_) if words.is_empty() => Ok(()),
            Self::Redis(redis) => redis.tell(words).await,
        }
    }

    /// Whether control messages of other processes do not arrive now: what is cached may be stale.
    pub fn is_deaf(&self) -> bool {
        match self {
            Self::Memory(_) => false,
            Self::Redis(redis) => redis.is_deaf(),
        }
    }

    /// Returns a receiver of the control messages sent from now on. If it lagged, it has missed some: treat that as
    /// [`Control::Reconnected`].
    pub fn controls(&self) -> broadcast::Receiver<Control> {
        match self {
            Self::Memory(memory) => memory.controls(),
            Self::Redis(redis) => redis.controls(),
        }
    }

    /// Checks that the bus answers now.
    ///
    /// # Errors
    /// When it does not.
    pub async fn check(&self) -> Result<(), BusError> {
        match self {
            Self::Memory(_) => Ok(()),
            Self::Redis(redis) => redis.check().await,
        }
    }

    pub(crate) fn subscribe(&self, stream: Stream) -> Subscription {
        match self {
            Self::Memory(memory) => memory.subscribe(stream),
            Self::Redis(redis) => redis.subscribe(stream),
        }
    }

    fn wakeups(&self) -> &wakeups::Wakeups {
        match self {
            Self::Memory(memory) => memory.wakeups(),
            Self::Redis(redis) => redis.wakeups(),
        }
    }

    /// Returns the server behind the bus; `None` for a bus in memory.
    pub(crate) fn server(&self) -> Option<&Server> {
        match self {
            Self::Memory(_) => None,
            Self::Redis(redis) => Some(redis.server()),
        }
    }

    /// Returns the clock that decides who is online.
    pub fn clock(&self) -> &Clock {
        match self {
            Self::Memory(memory) => memory.clock(),
            Self::Redis(redis) => redis.clock(),
        }
    }
}
