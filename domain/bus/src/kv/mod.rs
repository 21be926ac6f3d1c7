//! Small values that are quick to look up and may be lost at any time: summaries, and counts for limits.

mod memory;
mod redis;

use std::sync::Arc;
use std::time::Duration;

use crate::{Bus, BusError};
use model::time::Clock;

/// A key-value store beside the bus: in this process, or on the same Redis. Nothing in it matters if lost. Cheap to clone.
#[derive(Clone, Debug)]
pub enum Kv {
    /// For one process; gone with it.
    Memory(Arc<memory::Memory>),
    /// For many processes.
    Redis(redis::Redis),
}

impl Kv {
    /// The store that lies where the bus lies.
    pub fn beside(bus: &Bus) -> Self {
        match bus.server() {
            Some(server) => Self::Redis(redis::Redis::new(server.clone())),
            None => Self::memory(bus.clock().clone()),
        }
    }

    /// A store for this process alone, bounded: when it is full, it forgets.
    pub fn memory(clock: Clock) -> Self {
        Self::Memory(Arc::new(memory::Memory::new(clock)))
    }

    /// The values of the keys, in their order, in one round trip.
    ///
    /// # Errors
    /// When Redis does not answer; so everywhere here.
    pub async fn get_many(&self, keys: &[String]) -> Result<Vec<Option<Vec<u8>>>, BusError> {
        match self {
            Self::Memory(memory) => Ok(memory.get_many(keys)),
            Self::Redis(redis) => redis.get_many(keys).await,
        }
    }

    /// The value of a key.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, BusError> {
        Ok(self.get_many(&[key.to_owned()]).await?.pop().flatten())
    }

    /// Sets the value of a key, for as long as `ttl`.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn set(&self, key: &str, value: &[u8], ttl: Duration) -> Result<(), BusError> {
        match self {
            Self::Memory(memory) => {
                memory.set(key, value, ttl);
                Ok(())
            }
            Self::Redis(redis) => redis.set(key, value, ttl).await,
        }
    }

    /// Sets each number to the greater of what it is and what is given, for as long as `ttl` from now: doing it twice, or out of
    /// order, changes nothing. Numbers up to 2^53.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn max_many(&self, numbers: &[(String, i64)], ttl: Duration) -> Result<(), BusError> {
        match self {
            Self::Memory(memory) => {
                memory.max_many(numbers, ttl);
                Ok(())
            }
            Self::Redis(redis) => redis.max_many(numbers, ttl).await,
        }
    }

    /// [`Kv::max_many`] of one.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn max(&self, key: &str, number: i64, ttl: Duration) -> Result<(), BusError> {
        self.max_many(&[(key.to_owned(), number)], ttl).await
    }

    /// The numbers that [`Kv::max`] keeps, in the keys' order, in one round trip.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn get_max_many(&self, keys: &[String]) -> Result<Vec<Option<i64>>, BusError> {
        let number = |text: Vec<u8>| std::str::from_utf8(&text).ok()?.parse().ok();
        Ok(self.get_many(keys).await?.into_iter().map(|value| value.and_then(number)).collect())
    }

    /// Forgets the keys.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn delete(&self, keys: &[String]) -> Result<(), BusError> {
        match self {
            Self::Memory(memory) => {
                memory.delete(keys);
                Ok(())
            }
            Self::Redis(redis) => redis.delete(keys).await,
        }
    }

    /// Counts one more and returns how many have been counted since the first one, which `window` ago is forgotten.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn count_within(&self, key: &str, window: Duration) -> Result<u64, BusError> {
        match self {
            Self::Memory(memory) => Ok(memory.count_within(key, window)),
            Self::Redis(redis) => redis.count_within(key, window).await,
        }
    }
}
