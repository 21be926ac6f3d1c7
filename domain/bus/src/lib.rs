//! The bus: what happened, on its way to the pages that are open now. Nothing on it matters to anyone else, and nothing on it is kept.
//!
//! Each person has one stream of events (and each public group one, for readers who are not signed in). The rule that makes
//! it lossless: **a cursor is the id of an entry that must still be there.** A page is given the id of the last entry when it
//! is drawn; a reader asks for the entries from its cursor on, the cursor's own included. If that is not the first thing to come
//! back, entries may be missing (trimmed, expired, flushed, another server) and the answer is "resync". No counter, no memory of
//! what was lost, is needed to notice a loss.
//!
//! - Open the stream BEFORE reading from the database what the page shows: an event may then be heard twice, never missed.
//! - Subscribe before reading the backlog ([`Hub::subscribe`]).
//! - What was published to a stream is heard in its order and without a gap, or `Wakeups::forget` says
//!   otherwise. So a process knows where a stream ends that it read or heard of a moment ago, and answers from that.
//! - A stream nobody opened, or whose reader has been away for [`AGE`], is not there, and publishing to it writes nothing.

mod control;
mod cursor;
mod hub;
pub mod kv;
mod loss;
mod memory;
mod names;
mod news;
mod redis;
mod server;
mod subscription;
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

/// About how many entries a stream holds; on Redis up to some hundred more.
pub const LENGTH: usize = 256;
/// How many entries one [`Bus::backlog`] returns at most: more than a stream holds, so that one read tells everything.
pub const BATCH: usize = 512;
/// How long a stream lives after it was last opened or renewed.
pub const AGE: Duration = Duration::from_secs(5 * 60);
/// How long what entries refer to is kept on Redis: longer than [`AGE`], so that only those who were away ask in vain, and are told
/// to start over.
const KEPT: Duration = Duration::from_secs(10 * 60);
/// How long somebody is here by a page that was drawn for them.
pub const PAGE: Duration = Duration::from_secs(50);
/// How long somebody is here by a poll of theirs, from each time that [`Hub`] looks who waits: so long as to outlast a look.
pub const POLL: Duration = Duration::from_secs(12);
/// How long ago somebody may have been here whose stream may be there still: longer than [`AGE`], for clocks differ a little. Events
/// go to all of these. If they went only to those who are here, whoever comes back after four minutes would find their stream,
/// and not what was meant for it.
pub const LISTENING: Duration = Duration::from_secs(6 * 60);
/// How long it is remembered what was heard of a stream that nobody watches: the next poll comes at once.
const IDLE_TTL: Duration = Duration::from_secs(4);
/// How many watchers of one group are remembered, the latest ones.
pub const WATCHERS: usize = 2_000;

/// How many words between processes wait for a slow receiver, who is then told that some are missing.
const CONTROLS: usize = 1_024;

/// A stream of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stream {
    /// What one person may hear.
    User(UserId),
    /// What everyone may hear of a public group.
    Group(GroupId),
}

/// Who is present, to be renewed together.
#[derive(Clone, Debug, Default)]
pub(crate) struct Presence {
    pub streams: Vec<Stream>,
    pub users: Vec<UserId>,
    pub readers: Vec<(GroupId, UserId)>,
}

/// What changed in who is here since it was asked last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Who came or went.
    pub people: Vec<UserId>,
    /// Groups that somebody joined or left.
    pub groups: Vec<GroupId>,
}

/// Why the bus did not do it. Nothing is known to be lost by it: try again later.
#[derive(Clone, Debug, thiserror::Error)]
pub enum BusError {
    /// The address is none.
    #[error("KLATCH_REDIS_URL: {0}")]
    Url(String),
    /// The server could not be reached at the start.
    #[error("KLATCH_REDIS_URL: no Redis answers at {host}: {reason}")]
    Unreachable {
        /// Host and port, without user or password.
        host: String,
        /// What happened.
        reason: String,
    },
    /// Another site uses the same prefix on the same server.
    #[error(
        "KLATCH_REDIS_PREFIX: the Redis at {host} holds another site under the prefix `{prefix}`; choose another prefix"
    )]
    OtherSite {
        /// Host and port, without user or password.
        host: String,
        /// What the names of both would begin with.
        prefix: String,
    },
    /// The server did not answer as it should.
    #[error("Redis: {0}")]
    Redis(#[from] ::redis::RedisError),
    /// No connection was free or could be made in time.
    #[error("Redis: {0}")]
    Busy(String),
    /// What was to be published is no JSON object.
    #[error("an event is a JSON object")]
    NoObject,
}

/// The bus of a forum: in this process alone, or on a Redis that all its processes share. Cheap to clone.
#[derive(Clone, Debug)]
pub enum Bus {
    /// For one process; gone with it.
    Memory(Arc<memory::Memory>),
    /// For many processes.
    Redis(Arc<redis::Redis>),
}

impl Bus {
    /// A bus for this process alone.
    pub fn memory(clock: Clock) -> Self {
        Self::Memory(Arc::new(memory::Memory::new(clock)))
    }

    /// Connects to what `url` names. Every key and channel begins with `prefix`, which belongs to the site with the id `site` from
    /// then on. `clock` says who is here; it also is the time of the memory bus.
    ///
    /// # Errors
    /// [`BusError::Url`], [`BusError::Unreachable`] and [`BusError::OtherSite`], with the server's name, never its password. Once
    /// connected, lost connections are made again for as long as the bus is held.
    pub async fn connect(url: &BusUrl, prefix: &str, site: &str, clock: Clock) -> Result<Self, BusError> {
        match url {
            BusUrl::Memory => Ok(Self::memory(clock)),
            BusUrl::Redis(servers) => Ok(Self::Redis(redis::Redis::connect(servers, prefix, site, clock).await?)),
        }
    }

    /// The same bus, by connections of its own for commands: for a thread with a runtime of its own.
    ///
    /// # Errors
    /// When there can be none.
    pub fn for_thread(&self) -> Result<Self, BusError> {
        Ok(match self {
            Self::Memory(memory) => Self::Memory(memory.clone()),
            Self::Redis(redis) => Self::Redis(redis.for_thread()?),
        })
    }

    /// The cursor of the stream as it is now, for a page about to be drawn: everything published from now on follows it. Makes the
    /// stream if it is not there, and lets it live for [`AGE`] from now. Whose stream is opened counts as seen.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn open(&self, stream: Stream) -> Result<Cursor, BusError> {
        match self {
            Self::Memory(memory) => Ok(memory.open(stream)),
            Self::Redis(redis) => redis.open(stream).await,
        }
    }

    /// Puts each event (the JSON text of an object, without `id`) into its stream and wakes who waits for it; returns how many
    /// streams took one. A stream that is not there takes nothing. Events of one stream keep their order.
    ///
    /// # Errors
    /// [`BusError::NoObject`] before anything is written. When Redis fails, some events may have been written: publishing again is
    /// allowed, since readers apply what they know already without effect.
    pub async fn publish(&self, events: &[(Stream, Arc<str>)]) -> Result<usize, BusError> {
        if events.iter().any(|(_, event)| !(event.trim_start().starts_with('{') && event.trim_end().ends_with('}'))) {
            return Err(BusError::NoObject);
        }
        match self {
            Self::Memory(memory) => Ok(memory.publish(events)),
            Self::Redis(redis) => redis.publish(events).await,
        }
    }

    /// What followed `after` in the stream.
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

    /// These people are here now.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn seen(&self, users: &[UserId]) -> Result<(), BusError> {
        self.renew(&Presence { users: users.to_vec(), ..Presence::default() }).await
    }

    /// A page of a public group was drawn for somebody who is not in it: they are among its [`Bus::watchers`] for [`LISTENING`].
    /// Ask first whether they may.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn watch_group(&self, user: UserId, group: GroupId) -> Result<(), BusError> {
        self.renew(&Presence { readers: vec![(group, user)], ..Presence::default() }).await
    }

    /// Renews everything in one go: streams live for [`AGE`] from now, people are seen, readers are recorded.
    pub(crate) async fn renew(&self, presence: &Presence) -> Result<(), BusError> {
        match self {
            Self::Memory(memory) => {
                memory.renew(presence);
                Ok(())
            }
            Self::Redis(redis) => redis.renew(presence).await,
        }
    }

    /// Everyone whose stream may be there: to whom events are worth writing, if they may hear them. In no order.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn listening(&self) -> Result<Vec<UserId>, BusError> {
        match self {
            Self::Memory(memory) => Ok(memory.listening()),
            Self::Redis(redis) => redis.listening().await,
        }
    }

    /// Who is here, in no order: right within a minute after a browser vanished without a word, and within 20 seconds after it
    /// closed its connection.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn here(&self) -> Result<Vec<UserId>, BusError> {
        match self {
            Self::Memory(memory) => Ok(memory.here()),
            Self::Redis(redis) => redis.here().await,
        }
    }

    /// Somebody joined the group or left it: the next [`Bus::comings_and_goings`] names it.
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

    /// What changed since anybody asked last: each change is told to one of those who ask, in whatever process.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn comings_and_goings(&self) -> Result<Changes, BusError> {
        match self {
            Self::Memory(memory) => Ok(memory.comings_and_goings()),
            Self::Redis(redis) => redis.comings_and_goings().await,
        }
    }

    /// Who reads the public group without being in it, or did within [`LISTENING`]: the latest [`WATCHERS`]. Events go to all of
    /// them. Whether they still may hear is not known here.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn watchers(&self, group: GroupId) -> Result<Vec<UserId>, BusError> {
        match self {
            Self::Memory(memory) => Ok(memory.watchers(group)),
            Self::Redis(redis) => redis.watchers(group).await,
        }
    }

    /// Tells all processes, this one included.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn tell(&self, word: &Control) -> Result<(), BusError> {
        match self {
            Self::Memory(memory) => {
                memory.tell(word.clone());
                Ok(())
            }
            Self::Redis(redis) => redis.tell(word).await,
        }
    }

    /// What is told from now on. A receiver that lagged has missed words: treat it as [`Control::Reconnected`].
    pub fn controls(&self) -> broadcast::Receiver<Control> {
        match self {
            Self::Memory(memory) => memory.controls(),
            Self::Redis(redis) => redis.controls(),
        }
    }

    /// Whether the bus answers now.
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

    /// Who waits for which stream in this process.
    fn wakeups(&self) -> &wakeups::Wakeups {
        match self {
            Self::Memory(memory) => memory.wakeups(),
            Self::Redis(redis) => redis.wakeups(),
        }
    }

    /// Whether other processes share it.
    pub fn is_shared(&self) -> bool {
        self.server().is_some()
    }

    /// The server behind the bus, for what shares it; `None` for a bus in memory.
    pub(crate) fn server(&self) -> Option<&Server> {
        match self {
            Self::Memory(_) => None,
            Self::Redis(redis) => Some(redis.server()),
        }
    }

    /// The clock that says who is here.
    pub fn clock(&self) -> &Clock {
        match self {
            Self::Memory(memory) => memory.clock(),
            Self::Redis(redis) => redis.clock(),
        }
    }
}
