//! Unique names for processes, and for what tests create.

use std::hash::{BuildHasher, RandomState};
use std::time::SystemTime;

/// Returns a name that no other process, and no other start of this one, has.
pub fn unique_name() -> String {
    let random = RandomState::new().hash_one(SystemTime::now());
    format!("{}-{random:016x}", std::process::id())
}
