//! SQLite: one writer connection whose waiting commits share a disk flush, and several readers.

use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Executor, SqliteConnection, SqlitePool};
use tokio::runtime::Handle;
use tokio::sync::{Mutex, OwnedMutexGuard, oneshot};

/// How long an ending program waits for connections that are in use.
pub(crate) const CLOSING: Duration = Duration::from_secs(5);

/// The most commits that share one flush. Bounds how long the first of them waits.
const GROUP: usize = 64;

/// A database file opened by one process.
#[derive(Clone, Debug)]
pub struct SqliteDb {
    readers: SqlitePool,
    writer: Arc<Writer>,
}

#[derive(Debug)]
struct Writer {
    state: Arc<Mutex<State>>,
    /// The number of callers that wait for the connection.
    waiting: AtomicUsize,
    /// The runtime that opened the database. What has to be finished for other callers runs there: the threads of the web
    /// server have runtimes of their own, which end before the program does and drop their tasks.
    runtime: Handle,
}

#[derive(Debug)]
struct State {
    conn: SqliteConnection,
    /// Whether BEGIN was sent and COMMIT was not.
    open: bool,
    /// The callers that wait for that COMMIT. Their savepoints are released into it.
    group: Vec<oneshot::Sender<bool>>,
}

impl SqliteDb {
    /// Opens or creates the file. With `synchronous = FULL` a commit that returned survives a power loss.
    pub async fn open(path: &Path) -> Result<Self, sqlx::Error> {
        let url = format!("sqlite://{}", path.display());
        let options = SqliteConnectOptions::from_str(&url)?
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(30))
            .foreign_keys(true)
            .statement_cache_capacity(256)
            .pragma("temp_store", "memory")
            .disable_statement_logging();
        let conn = options.connect().await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(4)
            .min_connections(1)
            .test_before_acquire(false)
            .connect_with(options.read_only(true).create_if_missing(false))
            .await?;
        let state = State { conn, open: false, group: Vec::new() };
        let writer =
            Writer { state: Arc::new(Mutex::new(state)), waiting: AtomicUsize::new(0), runtime: Handle::current() };
        Ok(Self { readers, writer: Arc::new(writer) })
    }

    /// Migrates the schema. The caller holds the lock that keeps other processes out.
    pub async fn migrate(&self, migrator: &sqlx::migrate::Migrator) -> Result<(), sqlx::Error> {
        let mut state = self.writer.state.lock().await;
        migrator.run_direct(None, &mut state.conn, false).await?;
        Ok(())
    }

    /// The pool for reads. It sees only committed data.
    pub fn readers(&self) -> &SqlitePool {
        &self.readers
    }

    /// Waits for the writer connection and opens a savepoint in its transaction.
    pub async fn begin(&self) -> Result<SqliteTx, sqlx::Error> {
        let writer = self.writer.clone();
        let mut guard = writer.clone().acquire().await;
        // Runs in a task of its own: a caller that is cancelled must not leave an open transaction behind. A
        // `SqliteTx` that the caller does not receive is dropped, and so rolled back.
        let begun = self.writer.runtime.spawn(async move {
            if !guard.open {
                guard.conn.execute("begin immediate").await?;
                guard.open = true;
            }
            if let Err(error) = guard.conn.execute("savepoint part").await {
                guard.abandon().await;
                return Err(error);
            }
            Ok(SqliteTx { writer, guard: Some(guard) })
        });
        begun.await.map_err(|_| sqlx::Error::WorkerCrashed)?
    }

    /// Closes the readers and folds the write-ahead log into the file.
    pub async fn close(&self) {
        // A connection that is given back while its thread's runtime ends never arrives. Nothing depends on it.
        let _ = tokio::time::timeout(CLOSING, self.readers.close()).await;
        let mut state = self.writer.state.lock().await;
        let _ = state.conn.execute("pragma wal_checkpoint(truncate)").await;
    }
}

impl Writer {
    async fn acquire(self: Arc<Self>) -> OwnedMutexGuard<State> {
        let waiting = Waiting::new(self.clone());
        let guard = self.state.clone().lock_owned().await;
        waiting.arrived();
        guard
    }

    /// Commits the open transaction, unless another caller waits that will commit it.
    async fn settle(&self, state: &mut State) {
        if state.open && (self.waiting.load(Ordering::SeqCst) == 0 || state.group.len() >= GROUP) {
            let done = state.conn.execute("commit").await;
            if let Err(error) = &done {
                tracing::error!(%error, "SQLite refused a commit");
                let _ = state.conn.execute("rollback").await;
            }
            state.open = false;
            for waiter in state.group.drain(..) {
                let _ = waiter.send(done.is_ok());
            }
        }
    }
}

impl State {
    /// Rolls back the whole transaction and tells everyone in it.
    async fn abandon(&mut self) {
        let _ = self.conn.execute("rollback").await;
        self.open = false;
        for waiter in self.group.drain(..) {
            let _ = waiter.send(false);
        }
    }
}

/// Counts one caller that waits for the writer. If the wait is cancelled, it settles the transaction, so that callers
/// that relied on this one to commit do not hang.
struct Waiting(Option<Arc<Writer>>);

impl Waiting {
    fn new(writer: Arc<Writer>) -> Self {
        writer.waiting.fetch_add(1, Ordering::SeqCst);
        Self(Some(writer))
    }

    fn arrived(mut self) {
        if let Some(writer) = self.0.take() {
            writer.waiting.fetch_sub(1, Ordering::SeqCst);
        }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some(writer) = self.0.take() {
            writer.waiting.fetch_sub(1, Ordering::SeqCst);
            writer.runtime.clone().spawn(async move {
                let mut state = writer.state.clone().lock_owned().await;
                writer.settle(&mut state).await;
            });
        }
    }
}

/// One caller's savepoint in the open transaction. It is rolled back when it is dropped without [`SqliteTx::commit`].
#[derive(Debug)]
pub struct SqliteTx {
    writer: Arc<Writer>,
    guard: Option<OwnedMutexGuard<State>>,
}

impl SqliteTx {
    /// The connection, for statements of this savepoint.
    pub fn conn(&mut self) -> &mut SqliteConnection {
        match &mut self.guard {
            Some(guard) => &mut guard.conn,
            // `commit` consumes self and `drop` runs last, so nobody can ask afterwards.
            None => unreachable!("a transaction was used after its end"),
        }
    }

    /// Returns when the savepoint is on the disk, together with those that committed at the same time.
    pub async fn commit(mut self) -> Result<(), sqlx::Error> {
        let Some(mut guard) = self.guard.take() else { return Err(sqlx::Error::WorkerCrashed) };
        // From here on a task owns the savepoint: a caller that is cancelled cannot leave it half done.
        let writer = self.writer.clone();
        let (sender, receiver) = oneshot::channel();
        self.writer.runtime.spawn(async move {
            match guard.conn.execute("release part").await {
                Ok(_) => {
                    guard.group.push(sender);
                    writer.settle(&mut guard).await;
                }
                Err(error) => {
                    tracing::error!(%error, "SQLite refused to end a savepoint");
                    guard.abandon().await;
                }
            }
        });
        match receiver.await {
            Ok(true) => Ok(()),
            Ok(false) | Err(_) => Err(sqlx::Error::WorkerCrashed),
        }
    }
}

impl Drop for SqliteTx {
    fn drop(&mut self) {
        if let Some(mut guard) = self.guard.take() {
            let writer = self.writer.clone();
            self.writer.runtime.spawn(async move {
                let undone = match guard.conn.execute("rollback to part").await {
                    Ok(_) => guard.conn.execute("release part").await,
                    Err(error) => Err(error),
                };
                match undone {
                    Ok(_) => writer.settle(&mut guard).await,
                    Err(_) => guard.abandon().await,
                }
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_damaged_database_is_detected_by_the_statement_that_reads_it() {
        let folder = std::env::temp_dir().join(format!("klatch-store-{}", model::unique_name()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let path = folder.join("klatch.db");
        let db = SqliteDb::open(&path).await.expect("a database");
        let mut tx = db.begin().await.expect("a transaction");
        tx.conn().execute("create table words (word text)").await.expect("a table");
        let many = "insert into words with recursive n(n) as (select 1 union all select n + 1 from n where n < 2000)
             select hex(randomblob(100)) from n";
        tx.conn().execute(many).await.expect("rows");
        tx.commit().await.expect("a commit");
        db.close().await;
        drop(db);
        let mut bytes = std::fs::read(&path).expect("the file");
        bytes[3 * 4_096..].fill(0xa5);
        std::fs::write(&path, bytes).expect("the file");
        let db = SqliteDb::open(&path).await.expect("a database that looks whole");
        assert!(!crate::is_corrupt());
        let sum = "select sum(length(word)) from words";
        crate::timing::timed(None, "select", db.readers().fetch_all(sum)).await.expect_err("damage");
        assert!(crate::is_corrupt());
        std::fs::remove_dir_all(&folder).expect("the folder goes");
    }

    #[tokio::test]
    async fn a_caller_whose_runtime_ends_does_not_block_the_commit() {
        let folder = std::env::temp_dir().join(format!("klatch-store-{}", model::unique_name()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let db = SqliteDb::open(&folder.join("klatch.db")).await.expect("a database");
        // A second caller waits, so the first one leaves the commit to it.
        let tx = db.begin().await.expect("a transaction");
        let second = Waiting::new(db.writer.clone());
        let (sender, committed) = oneshot::channel();
        let mut tx = tx;
        let mut guard = tx.guard.take().expect("the connection");
        guard.conn.execute("release part").await.expect("a savepoint's end");
        guard.group.push(sender);
        db.writer.settle(&mut guard).await;
        assert!(guard.open, "the second caller will commit");
        drop(guard);
        // The second caller is cancelled in the last moment of its thread's runtime.
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
            runtime.block_on(async { drop(second) });
        });
        thread.join().expect("the thread");
        let done = tokio::time::timeout(Duration::from_secs(20), committed).await;
        assert_eq!(done.expect("the commit does not hang"), Ok(true));
        std::fs::remove_dir_all(&folder).expect("the folder goes");
    }
}
