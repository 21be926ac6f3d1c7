//! The web service on actix-web: routes, extractors, thin handlers. Rules live in `domain`, pages in `templates`.

// The states of handlers nest more deeply than the default of 128.
#![recursion_limit = "256"]
// Fields of plain records are documented where their names do not say enough.
#![allow(missing_docs)]

mod assets;
mod body;
mod compressed;
#[cfg(test)]
mod convore;
mod entry;
mod errors;
mod failure;
#[cfg(test)]
mod feed_tests;
mod flash;
mod form;
mod from_memory;
#[cfg(test)]
mod given_back;
pub mod handlers;
mod headers;
#[cfg(test)]
mod incoming_hooks;
#[cfg(test)]
mod languages;
#[cfg(test)]
mod matrix;
mod multipart;
#[cfg(test)]
mod opening;
mod page_cache;
#[cfg(test)]
mod picture_tests;
#[cfg(test)]
mod proofs;
#[cfg(test)]
mod proxied;
mod refused;
mod req;
mod request_log;
mod routes;
mod server;
#[cfg(test)]
mod shared_pages;
mod site;
#[cfg(test)]
mod statements;
#[cfg(test)]
mod v1;

use std::net::TcpListener;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::web::{Data, ServiceConfig};
use actix_web::{App, middleware};
use domain::Context;
use domain::site::proxies::Proxies;

pub use handlers::api::ROUTES as API_ROUTES;
pub use routes::{Entry, ROUTES};
pub use server::pace::Times;
pub use site::Site;

/// Returns what this process counted, in the Prometheus text format.
pub fn metrics() -> String {
    request_log::metrics() + &page_cache::metrics()
}

/// How pages are served.
#[derive(Clone, Debug)]
pub struct Config {
    /// The proxies whose `X-Forwarded-For` is trusted.
    pub proxies: Proxies,
    /// With this token, anyone may read the details of the health check.
    pub health_token: Option<String>,
    /// Number of worker threads.
    pub threads: usize,
    /// The most connections at a time. Further ones wait.
    pub connections: usize,
    /// The most connections from one network address. Those of trusted proxies are not counted.
    pub connections_per_address: usize,
    /// The most bytes of finished public pages to keep in memory; none with 0.
    pub page_cache: u64,
    /// How long a client may take.
    pub times: Times,
    /// Where vulnerabilities are reported: a `mailto:`, `https:` or `tel:` address.
    pub security_contact: Option<String>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            proxies: Proxies::default(),
            threads: std::thread::available_parallelism().map_or(2, usize::from),
            connections: 20_000,
            connections_per_address: 500,
            page_cache: 64 << 20,
            times: Times::default(),
            security_contact: None,
            health_token: None,
        }
    }
}

/// Adds routes of another crate.
pub type Mount = Arc<dyn Fn(&mut ServiceConfig) + Send + Sync>;

/// Serves pages on the listener until `shutdown` resolves, then finishes running requests. `mount` adds routes of other
/// crates (the long poll, in the all-in-one program). `draining` is called before anything else at shutdown.
///
/// It has no type parameters, so that the server is compiled in this crate only.
///
/// # Errors
/// When the server fails.
pub async fn run(
    config: Config,
    cx: Context,
    listener: TcpListener,
    shutdown: Pin<Box<dyn Future<Output = ()>>>,
    mount: Mount,
    draining: Box<dyn FnOnce()>,
) -> std::io::Result<()> {
    let words = cx.bus.controls();
    let site = Site::new(cx, config.clone());
    let listening = tokio::spawn(site.clone().listen(words));
    let server = server::serve(listener, &config, move || {
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
            .wrap(middleware::from_fn(from_memory::serve))
            .wrap(middleware::from_fn(headers::add))
            .wrap(middleware::from_fn(request_log::log))
            .wrap(middleware::from_fn(server::pace::follow))
            .wrap(middleware::from_fn(handlers::api::without_second_slash))
            .configure(|app| mount(app))
            .configure(routes::configure)
    })?;
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
