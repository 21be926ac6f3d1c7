//! The HTTP server: actix's, with limits on what a client may cost.

mod connection;
mod lengths;
pub mod pace;
#[cfg(test)]
mod tests;

use std::fmt::Debug;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use actix_http::error::DispatchError;
use actix_http::{HttpService, Request, Response};
use actix_server::{Server, ServerBuilder};
use actix_service::{IntoServiceFactory, ServiceFactory, ServiceFactoryExt, fn_service, map_config};
use actix_web::body::MessageBody;
use actix_web::dev::{AppConfig, Service};
use domain::platform::networks::{Connections, is_own_proxy};
use tokio::net::TcpStream;

pub use self::connection::Connection;
use self::pace::Pace;
use crate::Config;

/// Seconds that running requests may take at shutdown.
const LAST_ANSWERS: u64 = 15;

/// How long a client may continue sending a body that was refused, so that it sees the answer.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// The answer to a connection from an address that has too many.
const TOO_MANY: &[u8] = b"HTTP/1.1 429 Too Many Requests\r\nContent-Type: text/plain\r\nContent-Length: 40\r\n\
    Cache-Control: no-store\r\nRetry-After: 5\r\nConnection: close\r\n\r\nYour address has too many connections.\r\n";

/// Builds the server. `app` is called once on each of its threads.
///
/// # Errors
/// When the listener cannot be used.
pub fn serve<F, A, S, B>(listener: TcpListener, config: &Config, app: F) -> io::Result<Server>
where
    F: Fn() -> A + Clone + Send + 'static,
    A: IntoServiceFactory<S, Request>,
    S: ServiceFactory<Request, Config = AppConfig, Error = actix_web::Error> + 'static,
    S::InitError: Debug,
    S::Response: Into<Response<B>> + 'static,
    S::Service: 'static,
    <S::Service as Service<Request>>::Future: 'static,
    B: MessageBody + 'static,
{
    let threads = config.threads.max(1);
    let connections = Connections::new(config.connections_per_address, config.connections);
    let address = listener.local_addr()?;
    let builder = ServerBuilder::new();
    let ending = builder.graceful_shutdown_signal();
    let config = Arc::new(config.clone());
    let server = builder
        .workers(threads)
        // Further connections wait until others end: the database needs open files too.
        .max_concurrent_connections((config.connections / threads).max(1))
        .shutdown_timeout(LAST_ANSWERS)
        .disable_signals()
        .listen("pages", listener, move || {
            let (config, connections, ending) = (config.clone(), connections.clone(), ending.clone());
            let http = HttpService::build()
                .graceful_shutdown_signal(move || {
                    let ending = ending.clone();
                    async move { ending.notified().await }
                })
                .keep_alive(config.times.idle)
                .client_request_timeout(config.times.request)
                .client_disconnect_timeout(LAST_WORDS)
                .h1_allow_half_closed(false)
                .local_addr(address)
                .on_connect_ext(|connection: &Connection, data| {
                    data.insert(connection.pace().clone());
                });
            let app = app().into_factory().map_err(|error: actix_web::Error| error.error_response());
            let http = http.h1(map_config(app, |()| AppConfig::default())).map_err(log);
            fn_service(move |stream: TcpStream| {
                let (config, connections) = (config.clone(), connections.clone());
                async move {
                    let opened = open(stream, &config, &connections).await;
                    opened.ok_or_else(|| DispatchError::Io(io::ErrorKind::ConnectionRefused.into()))
                }
            })
            .and_then(http)
        })?
        .run();
    Ok(server)
}

/// Returns the connection with its client's address; `None` when that address has too many.
async fn open(
    stream: TcpStream,
    config: &Config,
    connections: &Arc<Connections>,
) -> Option<(Connection, Option<SocketAddr>)> {
    let peer = stream.peer_addr().ok();
    let address = peer.map(|peer| peer.ip().to_canonical());
    let counted = address.filter(|address| !is_own_proxy(*address) && !config.proxies.contains(*address));
    let Some(counted) = connections.count(counted) else {
        // Nothing was written yet, so it fits. If the client has gone, it learns nothing.
        if stream.writable().await.is_ok() {
            let _ = stream.try_write(TOO_MANY);
        }
        return None;
    };
    // A compressed page is sent in several writes: without this, the last one waits 40 ms for the browser's
    // acknowledgement. If it fails, pages are only slower.
    let _ = stream.set_nodelay(true);
    Some((Connection::new(stream, Pace::new(config.times, connections.clone()), counted), peer))
}

/// Logs why a connection ended. A client's behavior is never our error.
fn log(error: DispatchError) -> DispatchError {
    match &error {
        DispatchError::Body(cause) => tracing::error!(error = %cause, "an answer broke off"),
        DispatchError::InternalError => tracing::error!("a connection failed in the HTTP server"),
        other => tracing::debug!(error = %other, "a connection ended"),
    }
    error
}
