//! Wakes the workers: in this process at once, in other processes by the database's NOTIFY.
//!
//! All commits with a NOTIFY share a lock, so NOTIFY is never part of the transaction of a job's cause. One task per
//! process sends it afterwards, and later wake-ups share the next one. If a process dies between commit and NOTIFY, the
//! workers find the job when they look at the table every second.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use store::db::Db;
use store::platform::jobs as table;

/// The shortest time between two NOTIFYs of a process. Under load, workers look again after each job anyway.
const MIN_INTERVAL: Duration = Duration::from_millis(10);

/// The first delay before listening for NOTIFYs is tried again, doubled up to [`SLOWEST_RETRY`].
const FIRST_RETRY: Duration = Duration::from_millis(100);
const SLOWEST_RETRY: Duration = Duration::from_secs(10);

/// Wakes the workers. Clones are cheap and wake the same workers.
#[derive(Clone, Debug)]
pub struct Wake {
    here: Arc<watch::Sender<()>>,
    elsewhere: Option<Elsewhere>,
}

#[derive(Clone, Debug)]
struct Elsewhere {
    /// The sending process, which ignores its own NOTIFYs.
    name: Arc<str>,
    /// Capacity 1: a further wake-up is merged into the pending one.
    pending: mpsc::Sender<()>,
}

impl Wake {
    /// Creates the wake-ups of a database. On Postgres, starts the task that notifies other processes, which ends with
    /// the last clone; SQLite has only one process. Needs a running tokio.
    pub fn new(db: &Db) -> Self {
        let elsewhere = match db {
            Db::Sqlite(_) => None,
            Db::Postgres(pool, _) => {
                let name: Arc<str> = model::unique_name().into();
                let (pending, told) = mpsc::channel(1);
                tokio::spawn(tell(pool.clone(), name.clone(), told));
                Some(Elsewhere { name, pending })
            }
        };
        Self { here: Arc::new(watch::Sender::new(())), elsewhere }
    }

    /// Wakes the workers. Call it after the commit that queued jobs. Never waits.
    pub fn after_commit(&self) {
        self.here.send_replace(());
        if let Some(elsewhere) = &self.elsewhere {
            let _ = elsewhere.pending.try_send(());
        }
    }

    /// A receiver of wake-ups. It misses none from now on.
    pub fn subscribe(&self) -> Woken {
        Woken(self.here.subscribe())
    }

    /// Listens for wake-ups from other processes, across lost connections, until dropped. Only workers need it.
    pub fn listen(&self, db: &Db) -> Listening {
        let (Db::Postgres(pool, _), Some(elsewhere)) = (db, &self.elsewhere) else { return Listening(None) };
        Listening(Some(tokio::spawn(listen(pool.clone(), elsewhere.name.clone(), self.here.clone()))))
    }
}

/// Waits for wake-ups.
#[derive(Clone, Debug)]
pub struct Woken(watch::Receiver<()>);

impl Woken {
    /// Returns when there was a wake-up since it last returned. Never returns once every [`Wake`] is dropped.
    pub async fn wait(&mut self) {
        if self.0.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Whether there was a wake-up since the last call of this or of `wait`.
    pub fn take(&mut self) -> bool {
        let there_was = self.0.has_changed().unwrap_or(false);
        self.0.mark_unchanged();
        there_was
    }
}

/// Listens for other processes until dropped.
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
            tracing::debug!(%error, "could not notify other processes of new jobs; they will find them on their next check");
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
                // There may have been NOTIFYs while no one listened.
                here.send_replace(());
                loop {
                    match listener.try_recv().await {
                        Ok(Some(told)) if told.payload() == &*name => {}
                        // `None`: the connection was lost and restored, and NOTIFYs may have been lost.
                        Ok(_) => {
                            here.send_replace(());
                        }
                        Err(error) => {
                            tracing::warn!(%error, "lost the connection that announces new jobs");
                            break;
                        }
                    }
                }
            }
            Err(error) => tracing::warn!(%error, "cannot listen for new jobs; checking every second instead"),
        }
        tokio::time::sleep(retry).await;
        retry = (retry * 2).min(SLOWEST_RETRY);
    }
}
