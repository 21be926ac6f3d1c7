//! A worker under test control, and the macro that runs each test on both databases.

use domain::platform::jobs::Cause;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::model::{JobRow, MessageId};
use domain::platform::jobs;
use domain::platform::jobs::{Job, Wake};
use domain::store::Db;
use domain::store::platform::jobs as store;
use domain::testing::wait_for;
use domain::time::Clock;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;
use worker::{Settings, Worker};

/// Makes two tests of each `async fn(TestDb)`.
macro_rules! on_both {
    ($($story:ident),* $(,)?) => {
        mod sqlite { $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $story() {
                super::$story(domain::testing::TestDb::sqlite().await).await;
            }
        )* }
        mod postgres { $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $story() {
                super::$story(domain::testing::TestDb::postgres().await).await;
            }
        )* }
    };
}
pub(crate) use on_both;

pub const HOUR: Duration = Duration::from_secs(3600);

pub fn posted(message: i64) -> Job {
    Job::Happened(Cause::MessagePosted { message: MessageId(message) })
}

/// A job that runs alone.
pub fn edited(message: i64) -> Job {
    Job::Happened(Cause::MessageEdited { message: MessageId(message) })
}

/// Queues jobs for edited messages in one transaction, and wakes no worker.
pub async fn queue(db: &Db, messages: impl IntoIterator<Item = i64>) {
    queue_all(db, messages.into_iter().map(edited)).await;
}

/// Queues jobs in one transaction, and wakes no worker.
pub async fn queue_all(db: &Db, all: impl IntoIterator<Item = Job>) {
    let mut tx = db.begin().await.unwrap();
    for job in all {
        jobs::enqueue(&mut tx, job, Clock::System.now()).await.unwrap();
    }
    tx.commit().await.unwrap();
}

pub async fn only_row(db: &Db) -> JobRow {
    let mut rows = Vec::new();
    for state in ["ready", "running", "failed"] {
        rows.extend(store::page(db, state, None, 10).await.unwrap());
    }
    assert_eq!(rows.len(), 1, "{rows:?}");
    rows.remove(0)
}

pub async fn until_empty(db: &Db) {
    wait_for("an empty queue", async || store::outstanding(db).await.unwrap() == 0).await;
}

/// How often each message's job was started.
#[derive(Clone, Debug, Default)]
pub struct Runs(Arc<Mutex<BTreeMap<i64, usize>>>);

impl Runs {
    pub fn add(&self, job: &Job) {
        let Job::Happened(cause) = job else { return };
        let message = cause.message().unwrap();
        *self.0.lock().unwrap().entry(message.0).or_default() += 1;
    }

    pub fn of(&self, message: i64) -> usize {
        self.0.lock().unwrap().get(&message).copied().unwrap_or(0)
    }

    pub fn assert_once_each(&self, messages: std::ops::Range<i64>) {
        let once: BTreeMap<i64, usize> = messages.map(|message| (message, 1)).collect();
        assert_eq!(*self.0.lock().unwrap(), once);
    }
}

#[derive(Clone, Debug)]
pub struct Gate(watch::Sender<bool>);

impl Gate {
    pub fn shut() -> Self {
        Self(watch::Sender::new(false))
    }

    pub fn open(&self) {
        self.0.send_replace(true);
    }

    pub fn is_open(&self) -> bool {
        *self.0.borrow()
    }

    pub async fn pass(&self) {
        self.0.subscribe().wait_for(|open| *open).await.unwrap();
    }
}

pub struct Running {
    stop: oneshot::Sender<()>,
    ended: JoinHandle<Result<(), worker::Error>>,
}

impl Running {
    /// Starts a worker. The periodic jobs of the hour count as done.
    pub async fn start<F>(
        db: &Db,
        wake: &Wake,
        settings: Settings,
        handler: impl Fn(Job) -> F + Clone + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<(), String>> + Send + 'static,
    {
        Self::start_with_batches(db, wake, settings, move |mut jobs| {
            assert_eq!(jobs.len(), 1);
            handler(jobs.remove(0))
        })
        .await
    }

    /// As [`Running::start`], for a handler of batches.
    pub async fn start_with_batches<F>(
        db: &Db,
        wake: &Wake,
        settings: Settings,
        handler: impl Fn(Vec<Job>) -> F + Clone + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<(), String>> + Send + 'static,
    {
        if jobs::tick(db, Clock::System.now()).await.unwrap() {
            let sweep = store::page(db, "ready", None, 1).await.unwrap().remove(0);
            let mut tx = db.begin().await.unwrap();
            assert!(store::remove(&mut tx, sweep.id).await.unwrap());
            tx.commit().await.unwrap();
        }
        let (stop, stopped) = oneshot::channel();
        let worker = Worker::new(db.clone(), Clock::System, wake.clone()).with(settings);
        let ended = tokio::spawn(worker.run(handler, async move {
            let _ = stopped.await;
        }));
        Self { stop, ended }
    }

    pub fn ask(self) -> JoinHandle<Result<(), worker::Error>> {
        let _ = self.stop.send(());
        self.ended
    }

    pub async fn stop(self) {
        let ended = tokio::time::timeout(Duration::from_secs(20), self.ask()).await;
        ended.expect("it stops").unwrap().unwrap();
    }
}

/// Returns settings where only a wake-up finds a job, not the periodic look.
pub fn blind(db: &Db) -> Settings {
    Settings { look: HOUR, alone: false, ..Settings::of(db) }
}
