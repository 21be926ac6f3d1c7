//! The web service on actix-web: routes, extractors, thin handlers. Rules live in `domain`, pages in `templates`.

// Fields of plain records are documented where their names do not say enough.
#![allow(missing_docs)]

mod assets;
mod errors;
mod failure;
mod flash;
mod form;
pub mod handlers;
mod headers;
#[cfg(test)]
mod matrix;
mod req;
mod request_log;
mod routes;
mod site;
#[cfg(test)]
mod statements;

use std::net::{IpAddr, TcpListener};
use std::time::Duration;

use actix_web::web::{Data, ServiceConfig};
use actix_web::{App, HttpServer, middleware};
use domain::Context;

pub use request_log::metrics;
pub use routes::{Entry, ROUTES};
pub use site::Site;

/// How pages are served.
#[derive(Clone, Debug)]
pub struct Config {
    /// The proxies whose `X-Forwarded-For` is trusted.
    pub proxies: Vec<IpAddr>,
    /// With this token, anyone may read the details of the health check.
    pub health_token: Option<String>,
    /// Number of worker threads.
    pub threads: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            proxies: Vec::new(),
            health_token: None,
            threads: std::thread::available_parallelism().map_or(2, usize::from),
        }
    }
}

/// Idle connections are closed after this: a little more than a long poll takes.
const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// Seconds that running requests may take at shutdown.
const LAST_ANSWERS: u64 = 15;

/// Serves pages on the listener until `shutdown` resolves, then finishes running requests. `mount` adds routes of other
/// crates (the long poll, in the all-in-one program). `draining` is called before anything else at shutdown.
///
/// # Errors
/// When the server fails.
pub async fn run<M, S, D>(
    config: Config,
    cx: Context,
    listener: TcpListener,
    shutdown: S,
    mount: M,
    draining: D,
) -> std::io::Result<()>
where
    M: Fn(&mut ServiceConfig) + Clone + Send + 'static,
    S: Future<Output = ()>,
    D: FnOnce(),
{
    let threads = config.threads.max(1);
    let words = cx.bus.controls();
    let site = Site::new(cx, config);
    let listening = tokio::spawn(site.clone().listen(words));
    let server = HttpServer::new(move || {
        // Each thread has its own runtime: connections opened there work best there, and end with it.
        let site = site.on_thread().unwrap_or_else(|error| {
            tracing::error!(%error, "a thread has no connections of its own");
            site.clone()
        });
        App::new()
            .app_data(Data::new(site))
            .wrap(middleware::from_fn(errors::refuse_encoded_bodies))
            .wrap(middleware::from_fn(errors::render_errors))
            .wrap(middleware::Compress::default())
            .wrap(middleware::from_fn(headers::add))
            .wrap(middleware::from_fn(request_log::log))
            .configure(mount.clone())
            .configure(routes::configure)
    })
    .workers(threads)
    .backlog(4_096)
    .keep_alive(KEEP_ALIVE)
    .h1_allow_half_closed(false)
    // A compressed page is sent in several writes: without this, the last one waits 40 ms for the browser's
    // acknowledgement.
    .tcp_nodelay(true)
    .shutdown_timeout(LAST_ANSWERS)
    .disable_signals()
    .listen(listener)?
    .run();
    let handle = server.handle();
    let mut server = std::pin::pin!(server);
    let ended = tokio::select! {
        ended = &mut server => ended,
        () = shutdown => {
            draining();
            // The stop only completes while the server is polled too.
            let (ended, ()) = tokio::join!(server, handle.stop(true));
            ended
        }
    };
    listening.abort();
    ended
}
