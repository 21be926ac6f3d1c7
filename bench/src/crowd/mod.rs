//! A crowd of users who read and write while parts of the site fail.

mod browser;
mod ledger;
mod page;
mod poster;
mod reader;
mod run;
mod stuck;

use std::hash::{BuildHasher, RandomState};
use std::io::Result;
use std::time::Duration;

pub use browser::Browser;
pub use ledger::{Acknowledged, Ledger, ReaderReport};
pub use page::{Shown, TopicPage};
pub use poster::Poster;
pub use reader::{Reader, ReaderState, Shared};
pub use run::{Circle, Report, Run};
pub use stuck::Stuck;

use crate::http::Answer;

/// The longest wait of a browser between two tries.
const MOST_WAIT: Duration = Duration::from_secs(30);

/// Returns a random time between half of it and all of it.
fn jitter(time: Duration) -> Duration {
    let chance = RandomState::new().hash_one(0) as f64 / u64::MAX as f64;
    time.mul_f64(0.5 + chance / 2.0)
}

/// Returns the wait after this many failures in a row.
fn backoff(failures: u32) -> Duration {
    jitter(Duration::from_secs(1 << failures.min(10)).min(MOST_WAIT))
}

/// Returns the wait that the `Retry-After` of an answer asks for.
fn retry_after(answer: &Result<Answer>) -> Option<Duration> {
    let seconds = answer.as_ref().ok()?.header("retry-after")?.parse().ok()?;
    Some(Duration::from_secs(seconds))
}
