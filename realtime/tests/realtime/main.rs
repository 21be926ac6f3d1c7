//! The promises of the long poll, on memory and on Redis, and over HTTP in both of its servers.
//!
//! `KLATCH_TEST_REDIS_URL` names a Redis for tests.

#![allow(clippy::unwrap_used)]

macro_rules! on_memory_and_redis {
    ($($name:ident),* $(,)?) => {
        mod on_memory { $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { super::$name(crate::forum::Forum::on_memory().await).await }
        )* }
        mod on_redis { $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { super::$name(crate::forum::Forum::on_redis().await).await }
        )* }
    };
}

mod faces;
mod forum;
mod http;
mod polls;
mod server;
