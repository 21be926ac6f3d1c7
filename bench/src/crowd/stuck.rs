//! A client that asks and asks, and never reads an answer.

use std::io::{Error, Result};
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

use crate::http;

/// How long nothing more has to be taken for both sides to be full.
const FULL: Duration = Duration::from_millis(500);

/// It holds its connection as long as it lives.
#[derive(Debug)]
pub struct Stuck(#[allow(dead_code)] TcpStream);

impl Stuck {
    /// Fills what the server may send and what it may be sent.
    ///
    /// # Errors
    /// When the server closes the connection.
    pub async fn at(at: &str, cookie: &str) -> Result<Self> {
        let address: SocketAddr = at.parse().map_err(Error::other)?;
        let socket = TcpSocket::new_v4()?;
        socket.set_recv_buffer_size(4_096)?;
        let mut stream = socket.connect(address).await?;
        // Nobody gave out this cursor, so each poll is answered at once.
        let polls = http::get(at, "/live?after=1-1", cookie, false).repeat(64);
        while let Ok(written) = timeout(FULL, stream.write_all(&polls)).await {
            written?;
        }
        Ok(Self(stream))
    }
}
