//! What every domain function is given: the stores, the bus, the clock.

use std::sync::Arc;

use crate::bus::{Bus, Hub};
use crate::config::Config;
use crate::jobs::Wake;
use crate::kv::Kv;
use crate::mail::Mailer;
use crate::markup::Site;
use crate::search::Search;
use crate::sessions::SessionCache;
use crate::store::Db;
use crate::time::{Clock, Timestamp};

/// The parts that a process is made of. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Context {
    /// What counts.
    pub db: Db,
    /// Streams to browsers, presence, word between processes.
    pub bus: Bus,
    /// Who waits for which stream in this process.
    pub hub: Hub,
    /// Copies and counters that may be lost.
    pub kv: Kv,
    /// Tells the workers that there are jobs.
    pub wake: Wake,
    /// The time.
    pub clock: Clock,
    /// The rules' figures.
    pub config: Arc<Config>,
    /// The search index, in processes that answer searches.
    pub search: Option<Search>,
    /// The way by which letters leave.
    pub mail: Mailer,
    /// Who is signed in, as this process knows.
    pub sessions: Arc<SessionCache>,
}

impl Context {
    /// The moment it is.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The site as the markup has to know it.
    pub(crate) fn site(&self) -> Site<'_> {
        Site { base_url: &self.config.base_url }
    }
}
