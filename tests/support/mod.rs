//! Shared by the suites: the program run in both ways, visitors who use its pages, and waiting for a condition.

// Each suite uses only a part of this.
#![allow(dead_code, unused_imports)]

mod database;
mod forum;
mod mailbox;
mod page;
mod people;
mod postfix;
mod proxy;
mod push_service;
mod remote_host;
mod visitor;

pub use database::Database;
pub use forum::{Forum, Running, program};
pub use klatch_bench::site::{PATIENCE, Process, Redis, Relay, free_port, wait_at_most, wait_for};
pub use mailbox::{Mailbox, NOBODYS_DOMAIN, SentEmail, Server as MailServer};
pub use page::{Filled, Page, unescaped};
pub use people::{PASSWORD, Place, admin_of, group_of, newcomer, topic_in};
pub use postfix::{Postfix, Route};
pub use push_service::{Keys as PushKeys, PushService};
pub use remote_host::RemoteHost;
pub use visitor::Visitor;

/// Makes two tests of each function, one per way of running, as `alone::NAME` and `services::NAME`.
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
