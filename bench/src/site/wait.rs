//! Waiting for a condition, never for a fixed time.

use std::time::{Duration, Instant};

/// Timeout for anything that is not measured: generous, since others share the machine.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Waits until the condition returns a value.
///
/// # Panics
/// After [`PATIENCE`].
pub async fn wait_for<T>(what: &str, condition: impl AsyncFnMut() -> Option<T>) -> T {
    wait_at_most(PATIENCE, what, condition).await
}

/// Waits until the condition returns a value, at most for `limit`.
///
/// # Panics
/// After `limit`.
pub async fn wait_at_most<T>(limit: Duration, what: &str, mut condition: impl AsyncFnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(answer) = condition().await {
            return answer;
        }
        assert!(begun.elapsed() < limit, "waited {:?} in vain: {what}", begun.elapsed());
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
}
