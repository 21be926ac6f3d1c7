//! Counts and times the statements that a future runs: for the request log, and for tests that limit a page's statements.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use model::outage::Outage;

/// A statement that takes longer is logged.
const SLOW: Duration = Duration::from_millis(500);

/// The statements of a future.
#[derive(Clone, Copy, Debug, Default)]
pub struct Spent {
    pub statements: usize,
    /// From sending them to their results, one after the other; statements that ran at once count several times.
    pub time: Duration,
}

tokio::task_local! {
    static SPENT: Cell<Spent>;
}

/// Returns a future's result and the statements it ran, without those of tasks that it spawned.
pub async fn spent<T>(future: impl Future<Output = T>) -> (T, Spent) {
    let counted = async { (future.await, SPENT.with(Cell::get)) };
    SPENT.scope(Cell::default(), counted).await
}

/// Adds the statements of a task to those of the future that waited for it.
pub fn add_spent(more: Spent) {
    let _ = SPENT.try_with(|spent| {
        let before = spent.get();
        spent.set(Spent { statements: before.statements + more.statements, time: before.time + more.time });
    });
}

/// Whether a statement of this process met damaged data.
static CORRUPT: AtomicBool = AtomicBool::new(false);

/// Whether a statement of this process has met damaged data: pages of the file that cannot be right.
pub fn is_corrupt() -> bool {
    CORRUPT.load(Ordering::Relaxed)
}

fn note_corruption(error: &sqlx::Error) {
    let code = error.as_database_error().and_then(|cause| cause.code()).unwrap_or_default();
    // Postgres: XX001 and XX002. SQLite: SQLITE_CORRUPT with its extended codes, and SQLITE_NOTADB.
    let is_damage = matches!(&*code, "XX001" | "XX002")
        || (code.len() < 5 && code.parse().is_ok_and(|code: i32| matches!(code & 0xff, 11 | 26)));
    if is_damage && !CORRUPT.swap(true, Ordering::Relaxed) {
        tracing::error!(%error, "the database is damaged");
    }
}

pub(crate) fn count_statement() {
    // Fails outside of `spent`, as in jobs.
    let _ = SPENT.try_with(|spent| spent.set(Spent { statements: spent.get().statements + 1, ..spent.get() }));
}

/// Runs a statement, unless the server is down, and logs it if it is slow. Binds are not logged: they are what people wrote.
pub(crate) async fn timed<T>(
    outage: Option<Outage<sqlx::Error>>,
    statement: &'static str,
    work: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, sqlx::Error> {
    let begun = Instant::now();
    let result = match outage {
        Some(outage) => outage.guard(work).await,
        None => work.await,
    };
    if let Err(error) = &result {
        note_corruption(error);
    }
    let took = begun.elapsed();
    let _ = SPENT.try_with(|spent| spent.set(Spent { time: spent.get().time + took, ..spent.get() }));
    if took > SLOW {
        let statement = statement.split_whitespace().collect::<Vec<_>>().join(" ");
        tracing::warn!(ms = took.as_millis() as u64, statement, "slow statement");
    }
    result
}
