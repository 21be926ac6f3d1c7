//! The state shared by all polls of a process.

use std::collections::HashMap;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use domain::Context;
use domain::api::live::Events;
use domain::bus::{Control, Event};
use domain::model::{GroupId, ReadPosition, TopicId, UserId};
use serde::Deserialize;
use tokio::sync::Semaphore;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use crate::metrics::Metrics;
use crate::polls::{Caps, Polls, SessionId};
use crate::public::PublicGroups;
use crate::{Config, limits};

/// How long after a permission change an event from before it may still arrive.
const AFTERMATH: Duration = Duration::from_secs(60);
/// How long after the bus reconnected browsers are asked to spread their requests.
const UNSETTLED: Duration = Duration::from_secs(15);
/// The time over which they are spread: `EACH` per browser, about the time to render a page with room for other
/// processes, but at most `HERD`.
const EACH: Duration = Duration::from_millis(12);
const HERD: Duration = Duration::from_secs(8);
/// How long the bus may take to answer a health check.
const PATIENCE: Duration = Duration::from_secs(3);
/// How many read positions are written at once, and how many may wait to be written.
const WRITING: usize = 8;
const UNWRITTEN: usize = 4_096;

/// The polls of this process. One per process; cheap to clone.
#[derive(Clone, Debug)]
pub struct Live(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    cx: Context,
    config: Config,
    polls: Arc<Polls>,
    metrics: Metrics,
    public: PublicGroups,
    events: Events,
    unsettled: Mutex<Unsettled>,
    writing: Arc<Semaphore>,
    unwritten: Arc<Semaphore>,
}

#[derive(Debug, Default)]
struct Unsettled {
    /// Recent permission changes: of one user in a group, or (`None`) of a group for everyone.
    changes: HashMap<(Option<UserId>, GroupId), Instant>,
    reconnected: Option<Instant>,
    /// How many polls waited then, or when draining began.
    herd: usize,
    complained: Option<Instant>,
}

/// The parts of an event that decide whether it may be sent.
#[derive(Deserialize)]
struct Head<'a> {
    #[serde(rename = "type", default, borrow)]
    kind: std::borrow::Cow<'a, str>,
    #[serde(default)]
    group: Option<GroupId>,
}

impl Live {
    /// Starts to accept polls and to listen to control messages. Call it inside a tokio runtime.
    ///
    /// # Errors
    /// When the limit on open files is too low for [`Config::total`].
    pub fn new(cx: Context, config: Config) -> io::Result<Self> {
        let caps = Caps {
            total: limits::capacity(config.total)?,
            per_user: config.per_user.max(1),
            per_address: config.per_address.max(1),
        };
        let words = cx.bus.controls();
        let inner = Arc::new(Inner {
            cx,
            config,
            polls: Polls::new(caps),
            metrics: Metrics::default(),
            public: PublicGroups::default(),
            events: Events::default(),
            unsettled: Mutex::default(),
            writing: Arc::new(Semaphore::new(WRITING)),
            unwritten: Arc::new(Semaphore::new(UNWRITTEN)),
        });
        tokio::spawn(listen(Arc::downgrade(&inner), words));
        Ok(Self(inner))
    }

    /// Answers all waiting polls and accepts no more. Call it at the program's end, before the server stops.
    pub fn drain(&self) {
        self.0.unsettled().herd = self.0.polls.count();
        self.0.polls.drain();
    }

    /// Returns how many polls wait in this process.
    pub fn waiting(&self) -> usize {
        self.0.polls.count()
    }

    /// Returns this process's statistics since the last call.
    pub fn report(&self) -> domain::admin::statistics::Report {
        let deliveries = self.0.metrics.take_deliveries();
        domain::admin::statistics::Report { polls: Some(self.waiting() as i64), deliveries }
    }

    /// Returns how many polls may wait.
    pub fn capacity(&self) -> usize {
        self.0.polls.caps().total
    }

    /// Returns why no polls should be sent to this process, if so. For load balancers.
    pub async fn trouble(&self) -> Option<&'static str> {
        if self.0.polls.is_draining() {
            return Some("draining");
        }
        match tokio::time::timeout(PATIENCE, self.0.cx.bus.check()).await {
            Ok(Ok(())) => None,
            Ok(Err(_)) | Err(_) => Some("the bus does not respond"),
        }
    }

    pub(crate) fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    pub(crate) fn cx(&self) -> &Context {
        &self.0.cx
    }

    pub(crate) fn config(&self) -> &Config {
        &self.0.config
    }

    pub(crate) fn polls(&self) -> &Arc<Polls> {
        &self.0.polls
    }

    pub(crate) fn events(&self) -> &Events {
        &self.0.events
    }

    pub(crate) async fn is_public(&self, group: GroupId) -> domain::Result<bool> {
        self.0.public.is_public(&self.0.cx, group).await
    }

    /// Returns how long the next poll waits.
    pub(crate) fn patience(&self) -> Duration {
        let Config { wait, spread, .. } = self.0.config;
        wait.saturating_sub(jitter(spread.min(wait)))
    }

    /// Returns how long the browser should wait before it comes back: zero, unless all would come at once.
    pub(crate) fn retry_in(&self) -> Duration {
        let reconnected = self.0.unsettled().reconnected;
        match reconnected {
            Some(at) if at.elapsed() < UNSETTLED => jitter(self.herd()),
            _ => Duration::ZERO,
        }
    }

    /// Returns a randomized delay for rejected polls.
    pub(crate) fn later(&self) -> Duration {
        Duration::from_secs(1) + jitter(self.herd())
    }

    /// Returns the time over which browsers that would all come at once are spread.
    fn herd(&self) -> Duration {
        let many = self.0.unsettled().herd.max(self.0.polls.count());
        EACH.saturating_mul(u32::try_from(many).unwrap_or(u32::MAX)).min(HERD)
    }

    /// Whether some of these events must perhaps not be shown to the user any more, so that the page must be reloaded:
    /// if they include a membership change, or if permissions in an event's group changed recently.
    pub(crate) fn outdated(&self, user: Option<UserId>, events: &[Event]) -> bool {
        let changed: Vec<GroupId> = {
            let unsettled = self.0.unsettled();
            let concerns = |((who, _), at): &(&(Option<UserId>, GroupId), &Instant)| {
                at.elapsed() < AFTERMATH && (who.is_none() || *who == user)
            };
            unsettled.changes.iter().filter(concerns).map(|((_, group), _)| *group).collect()
        };
        events.iter().any(|event| {
            if changed.is_empty() && !event.json().contains("\"member\"") {
                return false;
            }
            match serde_json::from_str::<Head<'_>>(event.json()) {
                Ok(head) => head.kind == "member" || head.group.is_some_and(|group| changed.contains(&group)),
                Err(_) => true,
            }
        })
    }

    /// Saves in the background that the topic was shown up to this number. If that fails, the topic stays unread.
    pub(crate) fn acknowledge(&self, user: UserId, topic: TopicId, shown: ReadPosition) {
        let Ok(waiting) = self.0.unwritten.clone().try_acquire_owned() else { return };
        let live = self.clone();
        tokio::spawn(async move {
            let writing = live.0.writing.acquire().await;
            if let Err(error) = domain::topics::reads::seen(live.cx(), user, topic, shown).await {
                live.complain(&error);
            }
            drop((writing, waiting));
        });
    }

    /// Records in the background whether the user looks at a page. Meanwhile they get no push messages.
    pub(crate) fn look(&self, user: UserId, session: SessionId, visible: bool) {
        let live = self.clone();
        tokio::spawn(async move {
            domain::people::push::set_looking(live.cx(), user, &session.to_string(), visible).await;
        });
    }

    /// Logs an error, at most once a second however many polls meet it.
    pub(crate) fn complain(&self, error: &domain::Error) {
        let mut unsettled = self.0.unsettled();
        if unsettled.complained.is_none_or(|at| at.elapsed() >= Duration::from_secs(1)) {
            unsettled.complained = Some(Instant::now());
            tracing::warn!(%error, "live is in trouble");
        }
    }
}

impl Inner {
    fn unsettled(&self) -> MutexGuard<'_, Unsettled> {
        self.unsettled.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn handle(&self, word: &Control) {
        // First update the caches, then wake the polls that read them.
        self.cx.sessions.handle(word);
        self.cx.credentials.handle(word);
        self.public.handle(word);
        let change = match word {
            Control::MembershipChanged { user, group } => Some((Some(*user), *group)),
            Control::GroupChanged { group, narrows } => narrows.then_some((None, *group)),
            Control::Reconnected => {
                let herd = self.polls.count();
                let mut unsettled = self.unsettled();
                // After a second loss in a row fewer polls wait: the others are on their way.
                let is_second = unsettled.reconnected.is_some_and(|at| at.elapsed() < UNSETTLED);
                unsettled.herd = if is_second { herd.max(unsettled.herd) } else { herd };
                unsettled.reconnected = Some(Instant::now());
                None
            }
            Control::SessionEnded { .. }
            | Control::UserChanged { .. }
            | Control::HereChanged { .. }
            | Control::PagesChanged { .. }
            | Control::RulesChanged
            | Control::WebhooksChanged
            | Control::SiteChanged
            | Control::SearchChanged => None,
        };
        if let Some(change) = change {
            let mut unsettled = self.unsettled();
            unsettled.changes.retain(|_, at| at.elapsed() < AFTERMATH);
            unsettled.changes.insert(change, Instant::now());
        }
        self.polls.handle(word);
    }
}

async fn listen(live: Weak<Inner>, mut words: Receiver<Control>) {
    loop {
        let word = match words.recv().await {
            Ok(word) => word,
            Err(RecvError::Lagged(_)) => Control::Reconnected,
            Err(RecvError::Closed) => return,
        };
        let Some(live) = live.upgrade() else { return };
        live.handle(&word);
    }
}

/// Returns a random part of `most`, to spread what would come at once. Not cryptographic.
pub(crate) fn jitter(most: Duration) -> Duration {
    static STATE: LazyLock<AtomicU64> = LazyLock::new(|| {
        let mut random = [0; 8];
        // Without randomness all processes spread in the same way, which does no harm.
        let _ = getrandom::fill(&mut random);
        AtomicU64::new(u64::from_le_bytes(random))
    });
    let mut bits = STATE.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    most.mul_f64((bits >> 32) as f64 / f64::from(u32::MAX))
}
