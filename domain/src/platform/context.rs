//! The context of every domain function: stores, bus, clock.

use std::num::NonZero;
use std::sync::Arc;

use crate::platform::backpressure::Backpressure;
use crate::platform::caches::credentials::CredentialCache;
use crate::platform::caches::group_names::GroupNameCache;
use crate::platform::caches::rules::RuleCache;
use crate::platform::caches::sessions::SessionCache;
use crate::platform::caches::site::SiteCache;
use crate::platform::caches::webhooks::WebhookCache;
use crate::platform::config::Config;
use crate::platform::error::Result;
use crate::platform::hashing::Hashing;
use crate::platform::health::Monitor;
use crate::platform::index::Search;
use crate::platform::jobs::Wake;
use crate::platform::mail::Mailer;
use crate::platform::outbound::Outbound;
use crate::platform::remote::Remote;
use crate::platform::storage::Files;
use bus::kv::Kv;
use bus::{Bus, Control, Hub};
use markup::Site;
use model::time::{Clock, Timestamp};
use store::Db;

/// The services of a process. Cheap to clone.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Context {
    pub db: Db,
    /// Streams to browsers, presence, and control messages between processes.
    pub bus: Bus,
    /// The waiting streams of this process.
    pub hub: Hub,
    /// Caches and counters that may be lost.
    pub kv: Kv,
    /// Wakes the workers when there are jobs.
    pub wake: Wake,
    pub clock: Clock,
    pub config: Arc<Config>,
    /// The search index, in processes that answer searches.
    pub search: Option<Search>,
    pub mail: Mailer,
    /// The bytes of uploaded files.
    pub files: Files,
    pub sessions: Arc<SessionCache>,
    pub credentials: Arc<CredentialCache>,
    pub rules: Arc<RuleCache>,
    pub group_names: Arc<GroupNameCache>,
    pub site: Arc<SiteCache>,
    pub webhooks: Arc<WebhookCache>,
    /// Sends requests to other hosts.
    pub outbound: Outbound,
    /// Fetches what messages show of other hosts.
    pub remote: Arc<Remote>,
    pub hashing: Hashing,
    /// Slows posting down while jobs wait.
    pub backpressure: Arc<Backpressure>,
    /// The last health check.
    pub health: Arc<Monitor>,
}

impl Context {
    /// The current time.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A context for one of several threads, each with its own runtime. Together the threads have as many database
    /// connections as this context. Call it on the thread.
    ///
    /// # Errors
    /// When no connections can be made.
    pub fn for_thread(&self, threads: usize) -> Result<Self> {
        let each = (self.db.connections() / threads.max(1) as u32).max(2);
        let bus = self.bus.for_thread()?;
        let kv = self.kv.for_thread(&bus);
        Ok(Self { db: self.db.for_thread(each), kv, bus, ..self.clone() })
    }

    /// Returns how many reads of anonymous readers may use the database at a time, so that enough of it is left for others.
    pub fn reads_at_once(&self) -> usize {
        let cores = std::thread::available_parallelism().map_or(2, NonZero::get).max(2);
        match &self.db {
            // Each keeps a core busy, from its statements to its compression. Members have the others for themselves.
            Db::Sqlite(_) => cores / 2,
            // They mostly wait.
            Db::Postgres(..) => cores.max(self.db.connections() as usize / 4),
        }
    }

    /// Invalidates the caches that a control message makes stale.
    pub fn handle(&self, word: &Control) {
        self.sessions.handle(word);
        self.credentials.handle(word);
        self.rules.handle(word);
        self.webhooks.handle(word);
        self.group_names.handle(word);
        self.site.handle(word);
        if let (Control::SearchChanged | Control::Reconnected, Some(search)) = (word, &self.search) {
            search.wake();
        }
    }

    /// Invalidates caches here at once, and sends a control message to all other processes. If it is lost, their caches
    /// expire in time.
    pub(crate) async fn tell(&self, control: &Control) {
        self.tell_all(std::slice::from_ref(control)).await;
    }

    /// Does that for several control messages at once.
    pub(crate) async fn tell_all(&self, controls: &[Control]) {
        controls.iter().for_each(|control| self.handle(control));
        if let Err(error) = self.bus.tell_all(controls).await {
            tracing::warn!(%error, ?controls, "control messages were lost");
        }
    }

    pub(crate) fn markup_site(&self) -> Site<'_> {
        Site { base_url: &self.config.base_url }
    }
}
