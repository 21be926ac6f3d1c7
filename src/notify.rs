//! Tells systemd the state of the service (sd_notify(3)): ready, alive, stopping.

use std::ffi::OsStr;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The time between two checks of a service that is not ready yet.
const LOOK: Duration = Duration::from_millis(100);

/// How long a service may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// The socket of the service manager; without one, nothing is sent. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Notify(Option<Arc<(UnixDatagram, SocketAddr)>>);

/// The result of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// It answers, and is ready for work.
    Ready,
    /// It answers, and waits for something else, such as Postgres.
    Alive,
    /// It does not answer.
    Stuck,
}

/// Asks the server at an address of this machine for its health.
pub async fn ask(mut address: std::net::SocketAddr) -> Finding {
    if address.ip().is_unspecified() {
        let local: IpAddr = if address.is_ipv4() { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() };
        address.set_ip(local);
    }
    let answer = async {
        let mut stream = TcpStream::connect(address).await?;
        stream.write_all(b"HEAD /-/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await?;
        let mut status = [0; 12];
        stream.read_exact(&mut status).await?;
        Ok::<_, std::io::Error>(status)
    };
    match tokio::time::timeout(PATIENCE, answer).await {
        Ok(Ok(status)) if status.ends_with(b" 200") => Finding::Ready,
        Ok(Ok(_)) => Finding::Alive,
        Ok(Err(_)) | Err(_) => Finding::Stuck,
    }
}

impl Notify {
    /// Returns the socket that systemd names.
    pub fn new() -> Self {
        let Some(name) = std::env::var_os("NOTIFY_SOCKET") else { return Self(None) };
        let open = || {
            let address = match name.as_bytes() {
                [b'@', rest @ ..] => SocketAddr::from_abstract_name(rest)?,
                path => SocketAddr::from_pathname(OsStr::from_bytes(path))?,
            };
            Ok::<_, std::io::Error>(Self(Some(Arc::new((UnixDatagram::unbound()?, address)))))
        };
        open().unwrap_or_else(|error| {
            tracing::warn!(%error, "cannot use NOTIFY_SOCKET, so systemd will not learn that the service is ready");
            Self(None)
        })
    }

    /// Tells systemd that the service is stopping.
    pub fn stopping(&self) {
        self.send("STOPPING=1");
    }

    /// Tells systemd that the service is ready once `look` first returns so, and from then on that it is alive, as often
    /// as systemd asks for it.
    pub async fn follow(self, look: impl AsyncFn() -> Finding) {
        if self.0.is_none() {
            return;
        }
        while look().await != Finding::Ready {
            tokio::time::sleep(LOOK).await;
        }
        self.send("READY=1");
        let microseconds = std::env::var("WATCHDOG_USEC").ok().and_then(|text| text.parse().ok());
        let Some(limit) = microseconds.map(Duration::from_micros).filter(|limit| !limit.is_zero()) else { return };
        loop {
            tokio::time::sleep(limit / 3).await;
            if look().await != Finding::Stuck {
                self.send("WATCHDOG=1");
            }
        }
    }

    fn send(&self, state: &str) {
        if let Some((socket, address)) = self.0.as_deref()
            && let Err(error) = socket.send_to_addr(state.as_bytes(), address)
        {
            tracing::warn!(%error, state, "failed to notify systemd");
        }
    }
}
