//! A TCP relay between a service and a server, that can be cut or silenced.

use std::io::Result;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RelayMode {
    Open,
    /// Connections stay, but no data gets through.
    Silent,
    /// Connections are closed, and new ones as soon as they are made.
    Cut,
    /// Connections are closed, and new ones are refused.
    Refused,
}

/// Forwards connections to a local port.
#[derive(Debug)]
pub struct Relay {
    port: u16,
    way: watch::Sender<RelayMode>,
}

impl Relay {
    /// Starts to forward, until it is dropped.
    ///
    /// # Panics
    /// When there is no port for it.
    pub async fn start(to: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let port = listener.local_addr().expect("its address").port();
        let (way, ways) = watch::channel(RelayMode::Open);
        tokio::spawn(async move {
            let mut listener = listener;
            let (mut gone, mut refused) = (ways.clone(), ways.clone());
            loop {
                let near = tokio::select! {
                    accepted = listener.accept() => Some(accepted),
                    _ = gone.wait_for(|_| false) => return,
                    _ = refused.wait_for(|way| *way == RelayMode::Refused) => None,
                };
                if near.is_none() {
                    drop(listener);
                    if refused.wait_for(|way| *way != RelayMode::Refused).await.is_err() {
                        return;
                    }
                    listener = TcpListener::bind(("127.0.0.1", port)).await.expect("the same port");
                }
                if let Some(Ok((near, _))) = near
                    && *ways.borrow() != RelayMode::Cut
                {
                    tokio::spawn(forward(near, to, ways.clone()));
                }
            }
        });
        Self { port, way }
    }

    /// Returns the port it listens at.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Closes all connections, and every new one.
    pub fn cut(&self) {
        self.way.send_replace(RelayMode::Cut);
    }

    /// Closes all connections, and refuses new ones, like a server that does not run.
    pub fn refuse(&self) {
        self.way.send_replace(RelayMode::Refused);
    }

    /// Holds back all data, without closing a connection.
    pub fn silence(&self) {
        self.way.send_replace(RelayMode::Silent);
    }

    /// Forwards again, including the data that was held back.
    pub fn restore(&self) {
        self.way.send_replace(RelayMode::Open);
    }
}

async fn forward(near: TcpStream, to: u16, mut ways: watch::Receiver<RelayMode>) {
    let Ok(far) = TcpStream::connect(("127.0.0.1", to)).await else { return };
    let _ = (near.set_nodelay(true), far.set_nodelay(true));
    let ((from_near, to_near), (from_far, to_far)) = (near.into_split(), far.into_split());
    let (there, back) = (pump(from_near, to_far, ways.clone()), pump(from_far, to_near, ways.clone()));
    tokio::select! {
        _ = there => {}
        _ = back => {}
        // Cut, or the relay is gone.
        _ = ways.wait_for(|way| matches!(way, RelayMode::Cut | RelayMode::Refused)) => {}
    }
}

async fn pump(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut ways: watch::Receiver<RelayMode>) -> Result<()> {
    let mut bytes = vec![0; 16 * 1_024];
    loop {
        let count = from.read(&mut bytes).await?;
        if count == 0 {
            return Ok(());
        }
        if ways.wait_for(|way| *way == RelayMode::Open).await.is_err() {
            return Ok(());
        }
        to.write_all(&bytes[..count]).await?;
    }
}
