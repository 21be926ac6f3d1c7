//! Realtime: the long poll. It reads the bus and asks the database nothing while it waits; it draws nothing and writes nothing.
//!
//! [`poll`] is what happens in a poll, apart from any HTTP server. There are two faces for it: [`run`] serves polls alone, in a server
//! of its own in which a waiting poll costs little; [`configure`] mounts it as a route in a program's actix-web server.

mod answer;
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

use std::net::IpAddr;
use std::time::Duration;

pub use answer::{Answer, Trouble};
pub use handler::configure;
pub use http1::{Limits, run};
pub use listen::{bind, bind_shared};
pub use live::Live;
pub use poll::{Begun, Waiting, Woken, begin, check, poll};
pub use request::{BadRequest, Request};
pub use who::Who;

/// How polls are served.
#[derive(Clone, Debug)]
pub struct Config {
    /// How long a poll waits at most; proxies and address translators give up after a minute.
    pub wait: Duration,
    /// How much shorter a single poll may be, so that they do not all end at once.
    pub spread: Duration,
    /// How many polls of one person wait at once; one more, and the oldest is answered.
    pub per_user: usize,
    /// How many polls of readers who are not signed in wait at once from one address; one more is refused.
    pub per_address: usize,
    /// How many polls wait at once. `None`: three quarters of the files that this process may have open.
    pub total: Option<usize>,
    /// Whether the site is served over TLS: then the session's cookie has the `__Host-` name.
    pub secure: bool,
    /// The proxies whose `X-Forwarded-For` is believed.
    pub proxies: Vec<IpAddr>,
    /// What a client of [`run`] may cost.
    pub limits: Limits,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            wait: Duration::from_secs(40),
            spread: Duration::from_secs(5),
            per_user: 20,
            per_address: 200,
            total: None,
            secure: false,
            proxies: Vec::new(),
            limits: Limits::default(),
        }
    }
}
