//! Counts the statements that a future runs: tests hold pages to a number.

tokio::task_local! {
    static STATEMENTS: std::cell::Cell<usize>;
}

/// What a future answers, and how many statements it ran on databases; not those of tasks that it spawned.
pub async fn counting_statements<T>(future: impl Future<Output = T>) -> (T, usize) {
    let counted = async { (future.await, STATEMENTS.with(std::cell::Cell::get)) };
    STATEMENTS.scope(std::cell::Cell::new(0), counted).await
}

pub(crate) fn count_statement() {
    // Nobody counts, mostly.
    let _ = STATEMENTS.try_with(|count| count.set(count.get() + 1));
}
