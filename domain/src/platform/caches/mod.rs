//! Caches of database content in each process, valid until the bus announces a change.

pub mod credentials;
pub mod group_names;
pub mod newcomers;
pub mod rules;
pub mod sessions;
pub mod site;
pub mod webhooks;

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A cache with a time limit per value. A value read before a call of [`Remembered::forget`] is not kept as valid: it
/// may have become stale between the read and the `put`.
#[derive(Debug)]
pub(crate) struct Remembered<K, V> {
    state: Mutex<State<K, V>>,
    /// The longest use of a value. Changes are announced over the bus; this covers lost announcements.
    ttl: Duration,
    capacity: usize,
}

#[derive(Debug)]
struct State<K, V> {
    values: HashMap<K, Entry<V>>,
    epoch: u64,
}

#[derive(Debug)]
struct Entry<V> {
    value: V,
    /// When it was read; `None` when it must be read again.
    read: Option<Instant>,
}

/// When a read from the database began, as a number of [`Remembered::forget`] calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Epoch(u64);

impl<K: Eq + Hash, V: Clone> Remembered<K, V> {
    pub fn new(ttl: Duration, capacity: usize) -> Self {
        Self { state: Mutex::new(State { values: HashMap::new(), epoch: 0 }), ttl, capacity }
    }

    /// The value, or the epoch to pass to [`Remembered::put`] after reading it.
    pub fn get<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> Result<V, Epoch>
    where
        K: Borrow<Q>,
    {
        self.with(key, V::clone)
    }

    /// As [`Remembered::get`], without cloning the value.
    pub fn with<T, Q: Eq + Hash + ?Sized>(&self, key: &Q, look: impl FnOnce(&V) -> T) -> Result<T, Epoch>
    where
        K: Borrow<Q>,
    {
        let state = self.lock();
        match state.values.get(key) {
            Some(Entry { value, read: Some(read) }) if read.elapsed() < self.ttl => Ok(look(value)),
            _ => Err(Epoch(state.epoch)),
        }
    }

    /// The value as last read, however old or stale.
    pub fn last<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        self.lock().values.get(key).map(|entry| entry.value.clone())
    }

    /// Stores a value read since the epoch. If there was a `forget` since then, its next use reads again.
    pub fn put(&self, key: K, value: V, epoch: Epoch) {
        let mut state = self.lock();
        if state.values.len() >= self.capacity {
            let ttl = self.ttl;
            state.values.retain(|_, entry| entry.read.is_some_and(|read| read.elapsed() < ttl));
            if state.values.len() >= self.capacity {
                state.values.clear();
            }
        }
        let read = (Epoch(state.epoch) == epoch).then(Instant::now);
        state.values.insert(key, Entry { value, read });
    }

    /// Invalidates the values for which `is_stale` holds.
    pub fn forget(&self, is_stale: impl Fn(&K, &V) -> bool) {
        let mut state = self.lock();
        state.epoch += 1;
        state
            .values
            .iter_mut()
            .filter(|(key, entry)| is_stale(key, &entry.value))
            .for_each(|(_, entry)| entry.read = None);
    }

    /// Invalidates one value.
    pub fn forget_one<Q: Eq + Hash + ?Sized>(&self, key: &Q)
    where
        K: Borrow<Q>,
    {
        let mut state = self.lock();
        state.epoch += 1;
        if let Some(entry) = state.values.get_mut(key) {
            entry.read = None;
        }
    }

    /// Ignores poisoning: no code that holds the lock panics halfway through a change.
    fn lock(&self) -> MutexGuard<'_, State<K, V>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_read_before_a_change_is_not_cached() {
        let cache = Remembered::new(Duration::from_secs(3_600), 10);
        let before = cache.get("a").unwrap_err();
        cache.forget_one("a");
        cache.put("a", 1, before);
        let after = cache.get("a").unwrap_err();
        assert_eq!(cache.last("a"), Some(1));
        cache.put("a", 2, after);
        assert_eq!(cache.get("a"), Ok(2));
        cache.forget(|_, value| *value == 2);
        assert!(cache.get("a").is_err());
    }

    #[test]
    fn a_full_cache_stays_within_its_capacity() {
        let cache = Remembered::new(Duration::from_secs(3_600), 3);
        for key in 0..10 {
            let epoch = cache.get(&key).unwrap_err();
            cache.put(key, key, epoch);
            assert!(cache.lock().values.len() <= 3);
            assert_eq!(cache.get(&key), Ok(key));
        }
    }

    #[test]
    fn an_old_value_is_read_again() {
        let cache = Remembered::new(Duration::ZERO, 3);
        let epoch = cache.get("a").unwrap_err();
        cache.put("a", 1, epoch);
        assert!(cache.get("a").is_err());
        assert_eq!(cache.last("a"), Some(1));
    }
}
