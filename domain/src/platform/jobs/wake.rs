//! Waking the workers: in the process at once, in other processes by the database's NOTIFY.
//!
//! NOTIFY takes a lock that all commits with a NOTIFY share, so it never stands in the transaction of a job's cause: one
//! task of each process sends it afterwards, and what comes meanwhile shares the next one. Whoever dies between the
//! commit and the NOTIFY is covered by the workers' own look at the table every second.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use store::db::Db;
use store::platform::jobs as table;

/// Between two NOTIFYs of a process at the least: under load the workers look again by themselves after each job.
const MIN_INTERVAL: Duration = Duration::from_millis(10);

/// Before the first new attempt to hear NOTIFYs again, doubled up to [`SLOWEST_RETRY`].
const FIRST_RETRY: Duration = Duration::from_millis(100);
const SLOWEST_RETRY: Duration = Duration::from_secs(10);

/// Wakes those who run jobs. Clones are cheap and wake the same.
#[derive(Clone, Debug)]
pub struct Wake {
    here: Arc<watch::Sender<()>>,
    elsewhere: Option<Elsewhere>,
}

#[derive(Clone, Debug)]
struct Elsewhere {
    /// Which process tells: it need not listen to itself.
    name: Arc<str>,
    /// Room for one: a wake-up that finds it taken is carried by the one that waits.
    pending: mpsc::Sender<()>,
}

impl Wake {
    /// For a database: SQLite has one process; on Postgres this starts the task that tells the other ones, which ends
    /// when the last clone is gone. Needs a running tokio.
    pub fn new(db: &Db) -> Self {
        let elsewhere = match db {
            Db::Sqlite(_) => None,
            Db::Postgres(pool) => {
                let name: Arc<str> = model::unique_name().into();
                let (pending, told) = mpsc::channel(1);
                tokio::spawn(tell(pool.clone(), name.clone(), told));
                Some(Elsewhere { name, pending })
            }
        };
        Self { here: Arc::new(watch::Sender::new(())), elsewhere }
    }

    /// There may be jobs: call it after the commit that queued them. Never waits.
    pub fn after_commit(&self) {
        self.here.send_replace(());
        if let Some(elsewhere) = &self.elsewhere {
            let _ = elsewhere.pending.try_send(());
        }
    }

    /// What to wait on for the next wake-up; none between this call and the wait is lost.
    pub fn subscribe(&self) -> Woken {
        Woken(self.here.subscribe())
    }

    /// Hears the other processes from now on, through lost connections, until the answer is dropped. Only a process that
    /// runs jobs needs it.
    pub fn listen(&self, db: &Db) -> Listening {
        let (Db::Postgres(pool), Some(elsewhere)) = (db, &self.elsewhere) else { return Listening(None) };
        Listening(Some(tokio::spawn(listen(pool.clone(), elsewhere.name.clone(), self.here.clone()))))
    }
}

/// Waits for wake-ups.
#[derive(Clone, Debug)]
pub struct Woken(watch::Receiver<()>);

impl Woken {
    /// Returns when there was a wake-up since it last returned. Never returns once every [`Wake`] is gone.
    pub async fn wait(&mut self) {
        if self.0.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Whether there was a wake-up since it was last asked or waited for.
    pub fn take(&mut self) -> bool {
        let there_was = self.0.has_changed().unwrap_or(false);
        self.0.mark_unchanged();
        there_was
    }
}

/// Hears other processes until it is dropped.
#[derive(Debug)]
#[must_use = "dropped, it stops listening"]
pub struct Listening(Option<JoinHandle<()>>);

impl Drop for Listening {
    fn drop(&mut self) {
        if let Some(task) = &self.0 {
            task.abort();
        }
    }
}

async fn tell(pool: store::PgPool, name: Arc<str>, mut pending: mpsc::Receiver<()>) {
    while pending.recv().await.is_some() {
        if let Err(error) = table::notify(&pool, &name).await {
            if pool.is_closed() {
                return;
            }
            tracing::debug!(%error, "could not tell other processes of new jobs; they look by themselves");
        }
        tokio::time::sleep(MIN_INTERVAL).await;
    }
}

async fn listen(pool: store::PgPool, name: Arc<str>, here: Arc<watch::Sender<()>>) {
    let mut retry = FIRST_RETRY;
    while !pool.is_closed() {
        match table::listen(&pool).await {
            Ok(mut listener) => {
                retry = FIRST_RETRY;
                // Whatever was told while nobody listened.
                here.send_replace(());
                loop {
                    match listener.try_recv().await {
                        Ok(Some(told)) if told.payload() == &*name => {}
                        // `None`: the connection was lost and made again, and something may have been told meanwhile.
                        Ok(_) => {
                            here.send_replace(());
                        }
                        Err(error) => {
                            tracing::warn!(%error, "lost the connection that tells of new jobs");
                            break;
                        }
                    }
                }
            }
            Err(error) => tracing::warn!(%error, "cannot listen for new jobs; looking every second meanwhile"),
        }
        tokio::time::sleep(retry).await;
        retry = (retry * 2).min(SLOWEST_RETRY);
    }
}
