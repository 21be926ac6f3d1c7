//! The macro of stories: tests that run on both databases.

/// Makes two tests of each `async fn(TestForum)`, as `sqlite::NAME` and `postgres::NAME`.
///
/// A suite imports it for all of its files with `#[macro_use(stories)] extern crate domain;`.
#[macro_export]
macro_rules! stories {
    ($($name:ident),* $(,)?) => {
        mod sqlite { $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { super::$name($crate::testing::TestForum::sqlite().await).await }
        )* }
        mod postgres { $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { super::$name($crate::testing::TestForum::postgres().await).await }
        )* }
    };
}
