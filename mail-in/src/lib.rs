//! Receives emails from a mail server by LMTP (RFC 2033), and stores them for the jobs that handle them.
//!
//! A reply of 250 means that the email is stored durably. While the database is away the reply is 451, and the mail server
//! tries again. Only mail servers of the operator should reach the address: LMTP has neither accounts nor encryption.

mod command;
mod listener;
mod session;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use domain::Context;
use tokio::sync::{Semaphore, watch};
use tokio::time::{sleep, timeout};

use listener::Accepted;
pub use listener::{Address, Listener, bind};

/// The limits of the server.
#[derive(Clone, Debug)]
pub struct Config {
    /// How long a client may take for a command, and to read a reply (RFC 5321, 4.5.3.2.7).
    pub idle: Duration,
    /// How long a client may take for an email.
    pub data: Duration,
    /// How long the database may take for an email.
    pub store: Duration,
    /// How long emails in transit may take when the program ends.
    pub grace: Duration,
    /// The most clients at a time. Each may hold an email in memory.
    pub connections: usize,
    /// The most recipients of an email.
    pub recipients: usize,
    /// After so many wrong commands, a connection ends.
    pub mistakes: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            idle: Duration::from_secs(300),
            data: Duration::from_secs(600),
            store: Duration::from_secs(60),
            grace: Duration::from_secs(20),
            connections: 8,
            recipients: 20,
            mistakes: 20,
        }
    }
}

/// The pause after a connection that could not be accepted.
const PAUSE: Duration = Duration::from_millis(50);

/// Receives emails until `stop`. Emails that are being received then are still taken.
pub async fn run(cx: Context, listener: Listener, config: Config, stop: impl Future<Output = ()>) {
    let (stops, stopped) = watch::channel(false);
    let places = Arc::new(Semaphore::new(config.connections));
    let config = Arc::new(config);
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = tokio::select! {
            () = stop.as_mut() => break,
            accepted = listener.accept() => accepted,
        };
        let stream = match accepted {
            Ok(stream) => stream,
            Err(error) => {
                tracing::warn!(%error, "an LMTP connection was not accepted");
                sleep(PAUSE).await;
                continue;
            }
        };
        let place = places.clone().try_acquire_owned().ok();
        let (cx, config, stopped) = (cx.clone(), config.clone(), stopped.clone());
        tokio::spawn(async move {
            let served = match stream {
                Accepted::Tcp(stream) => session::serve(stream, &cx, &config, stopped, place.is_some()).await,
                Accepted::Unix(stream) => session::serve(stream, &cx, &config, stopped, place.is_some()).await,
            };
            if let Err(error) = served {
                tracing::debug!(%error, "an LMTP connection ended");
            }
            drop(place);
        });
    }
    let _ = stops.send(true);
    let all = u32::try_from(config.connections).unwrap_or(u32::MAX);
    // What is cut off after that, the mail server sends again.
    let _ = timeout(config.grace, places.acquire_many(all)).await;
}
