//! Runs background jobs: apalis workers on the forum's own queue.
//!
//! The table, its SQL and its rules are in the domain (`domain::platform::jobs`). This crate holds the `queue` that
//! apalis reads from, the `driver` that claims jobs and reports outcomes, and the layers around the one handler. Jobs
//! run concurrently, in no promised order, and each at least once.

mod ack;
mod driver;
mod queue;

use std::any::Any;
use std::fmt;
use std::time::Duration;

use apalis::layers::WorkerBuilderExt;
use apalis::layers::catch_panic::CatchPanicLayer;
use apalis::layers::tracing::TraceLayer;
use apalis_core::error::BoxDynError;
use apalis_core::monitor::Monitor;
use apalis_core::task::Task;
use apalis_core::worker::builder::WorkerBuilder;
use domain::platform::for_request;
use domain::platform::jobs;
use domain::platform::jobs::{Claim, Job, LEASE, Wake};
use domain::store::Db;
use domain::time::Clock;
use tokio::sync::watch;
use tracing::Span;

use queue::{Claimed, Queue};

pub use domain::platform::jobs::drain;

/// The interval between two checks for due periodic work.
const TICK: Duration = Duration::from_secs(10);

/// The settings of a worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The most jobs or batches of jobs at a time, at least one.
    pub slots: usize,
    /// How long a claim holds without a heartbeat, and a job of a dead process waits. Three heartbeats fit in.
    pub lease: Duration,
    /// How long a job may take before it counts as failed.
    pub time_out: Duration,
    /// The interval between two checks for due jobs without a wakeup: retries, and jobs of processes that died.
    pub look: Duration,
    /// Whether no other process runs jobs of this database. Then the start reclaims running jobs at once.
    pub alone: bool,
}

impl Settings {
    /// Returns the settings for a database. SQLite belongs to one process; Postgres may have many.
    pub fn of(db: &Db) -> Self {
        let (slots, alone) = match db {
            Db::Postgres(..) => (12, false),
            Db::Sqlite(_) => (2, true),
        };
        Self { slots, lease: LEASE, time_out: Duration::from_secs(60), look: Duration::from_secs(1), alone }
    }
}

/// Why a worker ended early.
#[derive(Debug)]
#[allow(missing_docs)]
pub enum Error {
    /// The database failed at startup.
    Database(BoxDynError),
    Monitor(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Database(error) => write!(f, "the jobs' database: {error}"),
            Self::Monitor(error) => write!(f, "the jobs' monitor: {error}"),
        }
    }
}

impl std::error::Error for Error {}

/// Runs the jobs of a database.
#[derive(Clone, Debug)]
pub struct Worker {
    db: Db,
    clock: Clock,
    wake: Wake,
    settings: Settings,
}

impl Worker {
    /// Creates a worker with the default settings for the database.
    pub fn new(db: Db, clock: Clock, wake: Wake) -> Self {
        let settings = Settings::of(&db);
        Self { db, clock, wake, settings }
    }

    /// Replaces the settings.
    pub fn with(self, settings: Settings) -> Self {
        Self { settings, ..self }
    }

    /// Runs jobs until `shutdown` completes. Then it claims no more, gives back jobs that were not started, and returns
    /// once the running ones have ended (bounded by the timeout) and are reported. The handler is given one job, or
    /// several of new messages. Its error or panic fails only these; those that were several run one by one afterwards.
    ///
    /// # Errors
    /// When the database fails at startup. Later the worker waits for it to come back.
    pub async fn run<H, F, E>(
        self,
        handler: H,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), Error>
    where
        H: Fn(Vec<Job>) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: Into<BoxDynError> + Send + 'static,
    {
        if self.settings.alone {
            let taken =
                jobs::take_back(&self.db, self.clock.now()).await.map_err(|error| Error::Database(error.into()))?;
            if taken > 0 {
                tracing::info!(jobs = taken, "requeued the jobs that were running when the last process ended");
            }
        }
        let _listening = self.wake.listen(&self.db);
        let (stop, stopped) = watch::channel(false);
        let monitor = Monitor::new().should_restart(|_, _| true).register({
            let worker = self.clone();
            move |_| {
                let handler = handler.clone();
                let Settings { slots, time_out, .. } = worker.settings;
                WorkerBuilder::new("jobs")
                    .backend(Queue::start(worker.clone(), stopped.clone()))
                    .concurrency(slots.max(1))
                    .layer(CatchPanicLayer::with_panic_handler(panicked as fn(&Box<dyn Any + Send>) -> Panicked))
                    .timeout(time_out)
                    .layer(TraceLayer::new().make_span_with(span as fn(&Task<Claimed>) -> Span).on_failure(()))
                    .build(move |claimed: Claimed| {
                        // What several cause together belongs to no request.
                        let request = match claimed.claims.as_slice() {
                            [claim] => claim.request.clone(),
                            _ => None,
                        };
                        let work = handler(claimed.claims.into_iter().map(|claim| claim.job).collect());
                        async move {
                            match request {
                                Some(id) => for_request(id, work).await,
                                None => work.await,
                            }
                        }
                    })
            }
        });
        let signal = async move {
            shutdown.await;
            stop.send_replace(true);
            Ok(())
        };
        tokio::select! {
            ended = monitor.run_with_signal(signal) => ended.map_err(|error| Error::Monitor(error.to_string())),
            never = self.tick() => match never {},
        }
    }

    /// Queues periodic work when it is due.
    async fn tick(&self) -> std::convert::Infallible {
        loop {
            let now = self.clock.now();
            let found =
                async { Ok((jobs::tick(&self.db, now).await?, jobs::after_clock_change(&self.db, now).await?)) };
            match found.await {
                Ok((false, 0)) => {}
                Ok(_) => self.wake.after_commit(),
                Err::<_, domain::store::Error>(error) => tracing::warn!(%error, "could not queue periodic jobs"),
            }
            tokio::time::sleep(TICK).await;
        }
    }
}

/// A panic of the handler, with its message.
#[derive(Debug)]
struct Panicked(String);

impl fmt::Display for Panicked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "panicked: {}", self.0)
    }
}

impl std::error::Error for Panicked {}

#[allow(clippy::borrowed_box)] // what apalis's layer takes
fn panicked(payload: &Box<dyn Any + Send>) -> Panicked {
    let said = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    Panicked(said.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_else(|| "without a message".into()))
}

fn span(task: &Task<Claimed>) -> Span {
    let claimed = &task.args;
    let Some(Claim { id, attempt, job, .. }) = claimed.first() else { return Span::none() };
    let count = claimed.claims.len();
    tracing::info_span!("job", %id, attempt, kind = job.kind(), count, request = claimed.requests())
}
