//! Pages of Klatch on actix-web: routes, extractors, thin handlers. Rules live in `domain`, looks in `templates`.

mod assets;
mod failure;
mod form;
pub mod handlers;
#[cfg(test)]
mod matrix;
mod routes;
mod site;
#[cfg(test)]
mod statements;
mod under_way;
mod visit;

use std::net::{IpAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use actix_web::web::ServiceConfig;
use actix_web::{App, HttpServer, middleware};
use domain::Context;

pub use routes::{Entry, ROUTES};
pub use site::Site;

use under_way::UnderWay;

/// How pages are served.
#[derive(Clone, Debug)]
pub struct Config {
    /// The proxies whose `X-Forwarded-For` is believed.
    pub proxies: Vec<IpAddr>,
    /// Threads that serve.
    pub threads: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self { proxies: Vec::new(), threads: std::thread::available_parallelism().map_or(2, usize::from) }
    }
}

/// Connections wait here for at most as long as a long poll needs, with some room.
const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// How long the threads wait for each other when the program ends.
const TOGETHER: Duration = Duration::from_secs(2);
/// How long requests under way may take when the program ends, in seconds.
const LAST_ANSWERS: u64 = 15;

/// Serves the pages on the listener until `shutdown` resolves; then what is under way is finished. `mount` adds routes that are
/// not ours (the long poll, where one program serves all); `draining` is called first of all at the end.
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
    let site = Arc::new(Site::new(cx, config));
    tokio::spawn(Site::listen(Arc::downgrade(&site), words));
    let site = actix_web::web::Data::from(site);
    let under_way = UnderWay::default();
    let counter = actix_web::web::Data::new(under_way.clone());
    let server = HttpServer::new(move || {
        App::new()
            .app_data(site.clone())
            .app_data(counter.clone())
            .wrap(middleware::from_fn(failure::dress))
            .wrap(middleware::Compress::default())
            .wrap(middleware::from_fn(under_way::count))
            .configure(mount.clone())
            .configure(routes::configure)
    })
    .workers(threads)
    .backlog(4_096)
    .keep_alive(KEEP_ALIVE)
    .h1_allow_half_closed(false)
    // A compressed page leaves in several writes: without this, the last one waits 40 ms for the browser's acknowledgement.
    .tcp_nodelay(true)
    .shutdown_timeout(LAST_ANSWERS)
    .disable_signals()
    .listen(listener)?
    .run();
    let handle = server.handle();
    let mut server = std::pin::pin!(server);
    tokio::select! {
        ended = &mut server => ended,
        () = shutdown => {
            draining();
            // A thread that has nothing to do ends at once, and the connections to the database that it opened end with it, though
            // others use them: so nobody is told to stop before all have answered.
            let all = async {
                handle.pause().await;
                under_way.ended(TOGETHER).await;
                handle.stop(true).await;
            };
            // The stop ends only while the server itself is polled too.
            let (ended, ()) = tokio::join!(server, all);
            ended
        }
    }
}
