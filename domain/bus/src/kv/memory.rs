//! The key-value store of a single process. Expired values are dropped when they are accessed or when room is needed.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use model::time::{Clock, Timestamp};

/// The most bytes of keys and values to keep.
const ROOM: usize = 64 << 20;
/// The approximate cost of a value beside its own bytes.
const OVERHEAD: usize = 96;

/// Values by key, with their expiry.
#[derive(Debug)]
pub struct Memory {
    clock: Clock,
    room: usize,
    values: Mutex<Values>,
}

#[derive(Debug, Default)]
struct Values {
    by_key: HashMap<String, Kept>,
    bytes: usize,
}

#[derive(Debug)]
struct Kept {
    value: Vec<u8>,
    expires_at: Timestamp,
}

impl Memory {
    pub(super) fn new(clock: Clock) -> Self {
        Self { clock, room: ROOM, values: Mutex::default() }
    }

    fn values(&self) -> MutexGuard<'_, Values> {
        self.values.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn get_many(&self, keys: &[String]) -> Vec<Option<Vec<u8>>> {
        let (values, now) = (self.values(), self.clock.now());
        keys.iter().map(|key| values.live(key, now).map(|kept| kept.value.clone())).collect()
    }

    pub(super) fn set(&self, key: &str, value: &[u8], ttl: Duration) {
        let now = self.clock.now();
        self.values().put(key, value.to_vec(), now.plus(ttl), now, self.room);
    }

    pub(super) fn append(&self, key: &str, more: &[u8], keep: usize, ttl: Duration) {
        let (mut values, now) = (self.values(), self.clock.now());
        let mut all = values.live(key, now).map_or_else(Vec::new, |kept| kept.value.clone());
        all.extend_from_slice(more);
        all.drain(..all.len().saturating_sub(keep));
        values.put(key, all, now.plus(ttl), now, self.room);
    }

    pub(super) fn max_many(&self, numbers: &[(String, i64)], ttl: Duration) {
        let (mut values, now) = (self.values(), self.clock.now());
        for (key, number) in numbers {
            let greatest = values.number(key, now).map_or(*number, |old| old.max(*number));
            values.put(key, greatest.to_string().into_bytes(), now.plus(ttl), now, self.room);
        }
    }

    pub(super) fn delete(&self, keys: &[String]) {
        let mut values = self.values();
        for key in keys {
            values.remove(key);
        }
    }

    pub(super) fn count_within(&self, key: &str, window: Duration) -> u64 {
        let (mut values, now) = (self.values(), self.clock.now());
        let (count, until) = match (values.number(key, now), values.live(key, now)) {
            (Some(count), Some(kept)) => (count + 1, kept.expires_at),
            _ => (1, now.plus(window)),
        };
        values.put(key, count.to_string().into_bytes(), until, now, self.room);
        u64::try_from(count).unwrap_or(0)
    }
}

impl Values {
    fn live(&self, key: &str, now: Timestamp) -> Option<&Kept> {
        self.by_key.get(key).filter(|kept| kept.expires_at > now)
    }

    fn number(&self, key: &str, now: Timestamp) -> Option<i64> {
        std::str::from_utf8(&self.live(key, now)?.value).ok()?.parse().ok()
    }

    fn put(&mut self, key: &str, value: Vec<u8>, expires_at: Timestamp, now: Timestamp, room: usize) {
        self.bytes += cost(key, &value);
        match self.by_key.entry(key.to_owned()) {
            Entry::Occupied(mut there) => {
                self.bytes -= cost(key, &there.get().value);
                there.insert(Kept { value, expires_at });
            }
            Entry::Vacant(free) => {
                free.insert(Kept { value, expires_at });
            }
        }
        if self.bytes > room {
            self.make_room(now, room);
        }
    }

    fn remove(&mut self, key: &str) {
        if let Some(kept) = self.by_key.remove(key) {
            self.bytes -= cost(key, &kept.value);
        }
    }

    /// Drops expired values, and if necessary others in the map's random order, down to three quarters of the room.
    fn make_room(&mut self, now: Timestamp, room: usize) {
        let mut bytes = 0;
        self.by_key.retain(|key, kept| {
            let keep = kept.expires_at > now;
            bytes += if keep { cost(key, &kept.value) } else { 0 };
            keep
        });
        let enough = room / 4 * 3;
        self.by_key.retain(|key, kept| {
            let keep = bytes <= enough;
            bytes -= if keep { 0 } else { cost(key, &kept.value) };
            keep
        });
        self.bytes = bytes;
    }
}

fn cost(key: &str, value: &[u8]) -> usize {
    key.len() + value.len() + OVERHEAD
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_store_drops_entries_to_stay_within_its_capacity() {
        let memory = Memory { room: 10_000, ..Memory::new(Clock::System) };
        for number in 0..1_000 {
            memory.set(&format!("key {number}"), b"value", Duration::from_secs(60));
            assert!(memory.values().bytes <= 10_000);
        }
        let values = memory.values();
        assert!(values.by_key.len() > 50);
        assert_eq!(values.bytes, values.by_key.iter().map(|(key, kept)| cost(key, &kept.value)).sum::<usize>());
    }
}
