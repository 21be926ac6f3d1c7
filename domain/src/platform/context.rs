//! What every domain function is given: the stores, the bus, the clock.

use std::sync::Arc;

use crate::platform::caches::rules::RuleCache;
use crate::platform::caches::sessions::SessionCache;
use crate::platform::caches::site::SiteCache;
use crate::platform::config::Config;
use crate::platform::error::Result;
use crate::platform::index::Search;
use crate::platform::jobs::Wake;
use crate::platform::mail::Mailer;
use bus::kv::Kv;
use bus::{Bus, Control, Hub};
use markup::Site;
use model::time::{Clock, Timestamp};
use store::Db;

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
    /// What looks at messages before they are there, as this process knows.
    pub rules: Arc<RuleCache>,
    /// What the admins decided about the site, as this process knows.
    pub site: Arc<SiteCache>,
}

impl Context {
    /// The moment it is.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The same for one of several threads that each have a runtime of their own, and connections of their own on it: together they
    /// have as many to the database as this has. Call it on the thread.
    ///
    /// # Errors
    /// When there can be no connections.
    pub fn for_thread(&self, threads: usize) -> Result<Self> {
        let each = (self.db.connections() / threads.max(1) as u32).max(2);
        let bus = self.bus.for_thread()?;
        let kv = if bus.is_shared() { Kv::beside(&bus) } else { self.kv.clone() };
        Ok(Self { db: self.db.for_thread(each), kv, bus, ..self.clone() })
    }

    /// Forgets what a word between processes says is not so any more.
    pub fn handle(&self, word: &Control) {
        self.sessions.handle(word);
        self.rules.handle(word);
        self.site.handle(word);
        if let (Control::SearchChanged | Control::Reconnected, Some(search)) = (word, &self.search) {
            search.wake();
        }
    }

    /// Tells all processes. A message that gets lost is made good when their caches expire.
    pub(crate) async fn tell(&self, control: &Control) {
        if let Err(error) = self.bus.tell(control).await {
            tracing::warn!(%error, ?control, "a control message was lost");
        }
    }

    /// The site as the markup has to know it.
    pub(crate) fn markup_site(&self) -> Site<'_> {
        Site { base_url: &self.config.base_url }
    }
}
