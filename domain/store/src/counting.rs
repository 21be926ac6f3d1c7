//! Counts the statements that a future runs. Tests limit the statements of a page.

tokio::task_local! {
    static STATEMENTS: std::cell::Cell<usize>;
}

/// Returns a future's result and the number of statements it ran, without those of tasks that it spawned.
pub async fn counting_statements<T>(future: impl Future<Output = T>) -> (T, usize) {
    let counted = async { (future.await, STATEMENTS.with(std::cell::Cell::get)) };
    STATEMENTS.scope(std::cell::Cell::new(0), counted).await
}

pub(crate) fn count_statement() {
    // Fails outside of `counting_statements`, which is the usual case.
    let _ = STATEMENTS.try_with(|count| count.set(count.get() + 1));
}
