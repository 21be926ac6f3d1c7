//! What the suites share: the program run in both of its ways, visitors who use it by its pages, and waiting for a condition.

// Each suite uses its own part of this.
#![allow(dead_code, unused_imports)]

mod database;
mod forum;
mod mailbox;
mod page;
mod people;
mod process;
mod proxy;
mod visitor;

use std::time::{Duration, Instant};

pub use database::Database;
pub use forum::{Forum, Running, program};
pub use mailbox::{Letter, Mailbox};
pub use page::{Filled, Page};
pub use people::{Place, admin_of, group_of, newcomer, topic_in};
pub use process::{Process, Redis, free_port};
pub use visitor::Visitor;

/// How long anything may take that is not measured: generous, since other tests share the machine.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Waits until the condition answers something.
///
/// # Panics
/// After [`PATIENCE`].
pub async fn wait_for<T>(what: &str, condition: impl AsyncFnMut() -> Option<T>) -> T {
    wait_at_most(PATIENCE, what, condition).await
}

/// Waits until the condition answers something, for so long.
///
/// # Panics
/// When it takes longer.
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

/// Makes a test of each story in each way of running, as `alone::NAME` and `services::NAME`.
#[macro_export]
macro_rules! both_ways {
    ($($story:ident),* $(,)?) => {
        mod alone {
            $(#[tokio::test]
            async fn $story() {
                Box::pin(super::$story($crate::support::Running::Alone)).await;
            })*
        }

        mod services {
            $(#[tokio::test]
            async fn $story() {
                Box::pin(super::$story($crate::support::Running::Services)).await;
            })*
        }
    };
}
