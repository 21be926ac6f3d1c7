//! The base of the domain: context, configuration, errors, secrets, jobs, mail, caches.

pub mod backpressure;
pub mod caches;
pub mod compare;
pub mod config;
pub mod context;
pub mod error;
pub mod hashing;
pub mod health;
pub mod index;
pub mod jobs;
pub(crate) mod joined;
pub mod last_backup;
pub mod log;
pub mod mail;
pub mod networks;
pub mod origins;
pub mod outbound;
pub mod remote;
pub mod secrets;
pub mod storage;
pub mod text;
pub mod validate;
pub mod versions;
pub mod webpush;

pub use store::{Spent, add_spent, current_request, for_request, spent};

/// Cuts rows that were read up to one more than the page holds; returns whether there was one more.
pub(crate) fn cut<T>(rows: &mut Vec<T>, limit: usize) -> bool {
    let has_more = rows.len() > limit;
    rows.truncate(limit);
    has_more
}
