//! Realtime: the long poll. It reads the bus and asks the database nothing while it waits; it draws nothing and writes nothing.
//!
//! [`poll`] is what happens in a poll, apart from any HTTP server; [`handler`] puts it behind a route of actix-web; [`run`] serves that
//! route alone, and [`configure`] mounts it in another program's server.

mod answer;
mod handler;
mod limits;
mod live;
mod poll;
mod polls;
mod public;
mod request;

use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::time::Duration;

use actix_web::{App, HttpServer};
use domain::Context;
use tokio::net::TcpSocket;

pub use answer::{Answer, Trouble};
pub use handler::configure;
pub use live::Live;
pub use poll::{Who, poll};
pub use request::{BadRequest, Request};

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
    /// Threads that serve, in [`run`].
    pub threads: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            wait: Duration::from_secs(45),
            spread: Duration::from_secs(5),
            per_user: 20,
            per_address: 200,
            total: None,
            secure: false,
            proxies: Vec::new(),
            threads: 1,
        }
    }
}

/// A listener with a queue long enough for a herd of browsers that all connect again at once.
///
/// # Errors
/// When the address cannot be had.
pub async fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)?.into_std()
}

/// How many connections may wait to be accepted.
const BACKLOG: u32 = 4_096;
/// How long a connection is kept between polls: longer than a poll, since a new connection costs several polls.
const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// How long the last answers may take when the program ends.
const LAST_ANSWERS: u64 = 10;

/// Serves polls alone on the listener until `shutdown` resolves; then the waiting ones are answered and told to come back.
///
/// # Errors
/// When the process may open fewer files than [`Config::total`] needs, or the server fails.
pub async fn run(
    config: Config,
    cx: Context,
    listener: TcpListener,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let threads = config.threads.max(1);
    let live = Live::new(cx, config)?;
    let mounted = live.clone();
    let server = HttpServer::new(move || App::new().configure(configure(mounted.clone())))
        .workers(threads)
        .backlog(BACKLOG)
        .max_connections(limits::connections(live.capacity()).div_ceil(threads))
        .keep_alive(KEEP_ALIVE)
        // A closed tab half-closes its connection: that ends its poll.
        .h1_allow_half_closed(false)
        .shutdown_timeout(LAST_ANSWERS)
        .disable_signals()
        .listen(listener)?
        .run();
    let handle = server.handle();
    let mut server = std::pin::pin!(server);
    tokio::select! {
        ended = &mut server => ended,
        () = shutdown => {
            live.drain();
            // Stopping is the server's own work: it has to go on running meanwhile.
            tokio::join!(handle.stop(true), server).1
        }
    }
}
