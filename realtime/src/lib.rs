//! Realtime: the long poll. It reads the bus, without database queries while it waits. It renders and writes nothing.
//!
//! [`poll`] is the poll itself, independent of any HTTP server. Two servers offer it: [`run`] serves polls alone, in a
//! small server in which a waiting poll costs little. [`configure`] mounts it as a route in an actix-web server.

mod answer;
mod api;
#[cfg(any(feature = "fuzzing", test))]
pub mod fuzzing;
mod handler;
mod http1;
mod limits;
mod listen;
mod live;
mod metrics;
mod poll;
mod polls;
mod public;
mod request;
mod who;

use std::time::Duration;

use domain::site::proxies::Proxies;

pub use answer::{Answer, Trouble};
pub use api::{ApiRequest, ApiWho};
pub use handler::configure;
pub use http1::{Limits, run};
pub use listen::{bind, bind_shared};
pub use live::Live;
pub use poll::{Begun, Waiting, Woken, begin, begin_api, check, check_api, poll, poll_api};
pub use request::{BadRequest, Request};
pub use who::Who;

/// The settings of the long poll.
#[derive(Clone, Debug)]
pub struct Config {
    /// The longest wait of a poll. Proxies and address translators give up after a minute.
    pub wait: Duration,
    /// A poll may be shorter by a random part of this, so that polls do not all end at once.
    pub spread: Duration,
    /// The most waiting polls of one user. One more, and the oldest is answered.
    pub per_user: usize,
    /// The most waiting polls of anonymous readers from one network (an IPv4 address or an IPv6 /64). One more is
    /// rejected.
    pub per_address: usize,
    /// The most connections from one network to [`run`]. Those of trusted proxies are not counted.
    pub connections_per_address: usize,
    /// The most waiting polls. `None`: three quarters of the process's limit on open files.
    pub total: Option<usize>,
    /// Whether the site is served over TLS: then the session cookie has the `__Host-` prefix.
    pub secure: bool,
    /// The proxies whose `X-Forwarded-For` is trusted.
    pub proxies: Proxies,
    /// The limits on a client of [`run`].
    pub limits: Limits,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            wait: Duration::from_secs(40),
            spread: Duration::from_secs(5),
            per_user: 20,
            per_address: 200,
            connections_per_address: 500,
            total: None,
            secure: false,
            proxies: Proxies::default(),
            limits: Limits::default(),
        }
    }
}
