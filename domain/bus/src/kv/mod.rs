//! Small values that are quick to look up and may be lost at any time: summaries, and counters for rate limits.

mod memory;
mod redis;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use crate::{Bus, BusError, Cursor, Stream};
use model::time::Clock;

/// A key-value store beside the bus: in this process, or on the same Redis. Its values may be lost. Cheap to clone.
#[derive(Clone, Debug)]
pub enum Kv {
    /// For one process; lost when it ends.
    Memory(Arc<memory::Memory>),
    /// For many processes.
    Redis(redis::Redis, Arc<Beside>),
}

/// What a process keeps itself, for the time while Redis is down.
#[derive(Debug)]
pub struct Beside {
    counters: memory::Memory,
    makes_up: AtomicBool,
}

impl Kv {
    /// Returns the store that shares the bus's backend.
    pub fn beside(bus: &Bus) -> Self {
        match bus.server() {
            Some(server) => {
                let beside =
                    Beside { counters: memory::Memory::new(bus.clock().clone()), makes_up: AtomicBool::new(false) };
                Self::Redis(redis::Redis::new(server.clone()), Arc::new(beside))
            }
            None => Self::memory(bus.clock().clone()),
        }
    }

    /// Returns the same store with the command connections of `bus`, which belong to another thread.
    pub fn for_thread(&self, bus: &Bus) -> Self {
        match (self, bus.server()) {
            (Self::Redis(_, beside), Some(server)) => Self::Redis(redis::Redis::new(server.clone()), beside.clone()),
            (kv, _) => kv.clone(),
        }
    }

    /// A flag for the one task of this process that makes up for writes that Redis did not take. `None` in memory,
    /// where writes never fail.
    pub fn makes_up(&self) -> Option<&AtomicBool> {
        match self {
            Self::Memory(_) => None,
            Self::Redis(_, beside) => Some(&beside.makes_up),
        }
    }

    /// Returns a bounded store for this process alone. When full, it drops values.
    pub fn memory(clock: Clock) -> Self {
        Self::Memory(Arc::new(memory::Memory::new(clock)))
    }

    /// Returns the values of the keys, in the same order, in one round trip.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn get_many(&self, keys: &[String]) -> Result<Vec<Option<Vec<u8>>>, BusError> {
        match self {
            Self::Memory(memory) => Ok(memory.get_many(keys)),
            Self::Redis(redis, _) => redis.get_many(keys).await,
        }
    }

    /// Opens a stream of the bus beside this store, as [`Bus::open`] does, and then returns the values of the keys, as
    /// [`Kv::get_many`] does. On one Redis server this takes one round trip.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn open(
        &self,
        bus: &Bus,
        stream: Stream,
        keys: &[String],
    ) -> Result<(Cursor, Vec<Option<Vec<u8>>>), BusError> {
        if let (Self::Redis(values, _), Bus::Redis(streams)) = (self, bus)
            && let Some(command) = values.get_at_once(keys)
            && let (cursor, Some(answer)) = streams.open_and_ask(stream, Some(&command)).await?
        {
            return Ok((cursor, redis::Redis::values(answer)?));
        }
        let cursor = bus.open(stream).await?;
        Ok((cursor, self.get_many(keys).await?))
    }

    /// Returns the value of a key.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, BusError> {
        Ok(self.get_many(&[key.to_owned()]).await?.pop().flatten())
    }

    /// Sets the value of a key for the duration `ttl`.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn set(&self, key: &str, value: &[u8], ttl: Duration) -> Result<(), BusError> {
        match self {
            Self::Memory(memory) => {
                memory.set(key, value, ttl);
                Ok(())
            }
            Self::Redis(redis, _) => redis.set(key, value, ttl).await,
        }
    }

    /// Sets each number to the greater of its stored and its given value, for `ttl` from now. Repeated or reordered
    /// calls change nothing. Numbers up to 2^53.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn max_many(&self, numbers: &[(String, i64)], ttl: Duration) -> Result<(), BusError> {
        match self {
            Self::Memory(memory) => {
                memory.max_many(numbers, ttl);
                Ok(())
            }
            Self::Redis(redis, _) => redis.max_many(numbers, ttl).await,
        }
    }

    /// Does [`Kv::max_many`] for one key.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn max(&self, key: &str, number: i64, ttl: Duration) -> Result<(), BusError> {
        self.max_many(&[(key.to_owned(), number)], ttl).await
    }

    /// Appends to the value of a key, of which at most the last `keep` bytes stay, for `ttl` from now.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn append(&self, key: &str, more: &[u8], keep: usize, ttl: Duration) -> Result<(), BusError> {
        match self {
            Self::Memory(memory) => {
                memory.append(key, more, keep, ttl);
                Ok(())
            }
            Self::Redis(redis, _) => redis.append(key, more, keep, ttl).await,
        }
    }

    /// Deletes the keys.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn delete(&self, keys: &[String]) -> Result<(), BusError> {
        match self {
            Self::Memory(memory) => {
                memory.delete(keys);
                Ok(())
            }
            Self::Redis(redis, _) => redis.delete(keys).await,
        }
    }

    /// Increments a counter and returns its value. The counter expires `window` after its first increment. While Redis
    /// is down, this process counts alone.
    pub async fn count_within(&self, key: &str, window: Duration) -> u64 {
        match self {
            Self::Memory(memory) => memory.count_within(key, window),
            Self::Redis(redis, beside) => match redis.count_within(key, window).await {
                Ok(count) => count,
                Err(error) => {
                    tracing::debug!(%error, "this process counts alone");
                    beside.counters.count_within(key, window)
                }
            },
        }
    }
}
