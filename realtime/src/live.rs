//! What all polls of a process share.

use std::collections::HashMap;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use domain::Context;
use domain::bus::{Control, Event};
use domain::model::ReadPosition;
use domain::model::{GroupId, TopicId, UserId};
use serde::Deserialize;
use tokio::sync::Semaphore;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use crate::metrics::Metrics;
use crate::polls::{Caps, Polls};
use crate::public::PublicGroups;
use crate::{Config, limits};

/// How long after a change of who may see what a late event of the time before it may arrive.
const AFTERMATH: Duration = Duration::from_secs(60);
/// How long after the bus came back browsers are asked to come one after the other.
const UNSETTLED: Duration = Duration::from_secs(15);
/// Over how long they are spread: for each of them as long as a page takes to be drawn, with some room for those of other
/// processes, and so long at the most.
const EACH: Duration = Duration::from_millis(12);
const HERD: Duration = Duration::from_secs(8);
/// How long the bus may take to say that it is there.
const PATIENCE: Duration = Duration::from_secs(3);
/// How many acknowledgements are written at once, and how many may wait for that.
const WRITING: usize = 8;
const UNWRITTEN: usize = 4_096;

/// The polls of this process. One a process; cheap to clone.
#[derive(Clone, Debug)]
pub struct Live(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    cx: Context,
    config: Config,
    polls: Arc<Polls>,
    metrics: Metrics,
    public: PublicGroups,
    unsettled: Mutex<Unsettled>,
    writing: Arc<Semaphore>,
    unwritten: Arc<Semaphore>,
}

#[derive(Debug, Default)]
struct Unsettled {
    /// Who may see what changed a moment ago: of one person in a group, or (`None`) of a group for all.
    changes: HashMap<(Option<UserId>, GroupId), Instant>,
    /// When the bus last came back.
    reconnected: Option<Instant>,
    /// How many polls waited then, or when the end began.
    herd: usize,
    /// When trouble was last written to the log.
    complained: Option<Instant>,
}

/// What decides whether an event may be told.
#[derive(Deserialize)]
struct Head<'a> {
    #[serde(rename = "type", default, borrow)]
    kind: std::borrow::Cow<'a, str>,
    #[serde(default)]
    group: Option<GroupId>,
}

impl Live {
    /// Begins to hold polls, and to hear what other processes say about them. Call it in a tokio runtime.
    ///
    /// # Errors
    /// When the process may open fewer files than [`Config::total`] needs.
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
            unsettled: Mutex::default(),
            writing: Arc::new(Semaphore::new(WRITING)),
            unwritten: Arc::new(Semaphore::new(UNWRITTEN)),
        });
        tokio::spawn(listen(Arc::downgrade(&inner), words));
        Ok(Self(inner))
    }

    /// Answers all that wait, and takes no more: call it when the program is about to end, before the server stops.
    pub fn drain(&self) {
        self.0.unsettled().herd = self.0.polls.count();
        self.0.polls.drain();
    }

    /// How many polls wait in this process.
    pub fn waiting(&self) -> usize {
        self.0.polls.count()
    }

    /// What this process says of itself, since it was last asked.
    pub fn report(&self) -> domain::admin::statistics::Report {
        let deliveries = self.0.metrics.take_deliveries();
        domain::admin::statistics::Report { polls: Some(self.waiting() as i64), deliveries }
    }

    /// How many may wait.
    pub fn capacity(&self) -> usize {
        self.0.polls.caps().total
    }

    /// Why no poll should be sent here, if so: for whoever spreads them over processes.
    pub async fn trouble(&self) -> Option<&'static str> {
        if self.0.polls.is_draining() {
            return Some("draining");
        }
        match tokio::time::timeout(PATIENCE, self.0.cx.bus.check()).await {
            Ok(Ok(())) => None,
            Ok(Err(_)) | Err(_) => Some("the bus does not answer"),
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

    pub(crate) async fn is_public(&self, group: GroupId) -> domain::Result<bool> {
        self.0.public.is_public(&self.0.cx, group).await
    }

    /// How long this poll waits.
    pub(crate) fn patience(&self) -> Duration {
        let Config { wait, spread, .. } = self.0.config;
        wait.saturating_sub(jitter(spread.min(wait)))
    }

    /// How long the browser is asked to wait before it comes back: not at all, unless all would come at once.
    pub(crate) fn retry_in(&self) -> Duration {
        let reconnected = self.0.unsettled().reconnected;
        match reconnected {
            Some(at) if at.elapsed() < UNSETTLED => jitter(self.herd()),
            _ => Duration::ZERO,
        }
    }

    /// A wait for those sent away, spread.
    pub(crate) fn later(&self) -> Duration {
        Duration::from_secs(1) + jitter(self.herd())
    }

    /// Over how long those are spread who would all come at once.
    fn herd(&self) -> Duration {
        let many = self.0.unsettled().herd.max(self.0.polls.count());
        EACH.saturating_mul(u32::try_from(many).unwrap_or(u32::MAX)).min(HERD)
    }

    /// Whether these events must not be told to them any more, or may not all be: then the page has to be drawn anew, by the rules as
    /// they are now. So it is when their membership changed among the events, or an event is of a group where that changed just now.
    pub(crate) fn outdated(&self, user: Option<UserId>, events: &[Event]) -> bool {
        let changed: Vec<GroupId> = {
            let unsettled = self.0.unsettled();
            let concerns = |((who, _), at): &(&(Option<UserId>, GroupId), &Instant)| {
                at.elapsed() < AFTERMATH && (who.is_none() || *who == user)
            };
            unsettled.changes.iter().filter(concerns).map(|((_, group), _)| *group).collect()
        };
        events.iter().any(|event| {
            if changed.is_empty() && !event.payload.contains("\"member\"") {
                return false;
            }
            match serde_json::from_str::<Head<'_>>(&event.payload) {
                Ok(head) => head.kind == "member" || head.group.is_some_and(|group| changed.contains(&group)),
                Err(_) => true,
            }
        })
    }

    /// Writes, in its own time, that the topic was shown up to the number. What cannot be written is shown as unread again.
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

    /// Logs trouble, once a second however many polls meet it.
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
        // First what is remembered, then whoever asks again because of this.
        self.cx.sessions.handle(word);
        self.public.handle(word);
        let change = match word {
            Control::MembershipChanged { user, group } => Some((Some(*user), *group)),
            Control::GroupChanged { group } => Some((None, *group)),
            Control::Reconnected => {
                let herd = self.polls.count();
                let mut unsettled = self.unsettled();
                // Of two losses in a row, the second finds fewer: the others are on their way.
                let is_second = unsettled.reconnected.is_some_and(|at| at.elapsed() < UNSETTLED);
                unsettled.herd = if is_second { herd.max(unsettled.herd) } else { herd };
                unsettled.reconnected = Some(Instant::now());
                None
            }
            Control::SessionEnded { .. }
            | Control::UserChanged { .. }
            | Control::HereChanged { .. }
            | Control::RulesChanged
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

/// A part of `most`, chosen at random: to spread what would come at once, which needs no secret.
pub(crate) fn jitter(most: Duration) -> Duration {
    static STATE: LazyLock<AtomicU64> = LazyLock::new(|| {
        let mut random = [0; 8];
        // Without randomness all processes spread alike; everything else goes on.
        let _ = getrandom::fill(&mut random);
        AtomicU64::new(u64::from_le_bytes(random))
    });
    // Splitmix64.
    let mut bits = STATE.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    most.mul_f64((bits >> 32) as f64 / f64::from(u32::MAX))
}
