//! A client that sends requests and never reads an answer.

use std::io::{Error, Result};
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

use crate::http;

/// Both sides count as full when nothing more was sent for this long.
const FULL: Duration = Duration::from_millis(500);

/// Holds its connection open as long as it lives.
#[derive(Debug)]
pub struct Stuck(#[allow(dead_code)] TcpStream);

impl Stuck {
    /// Fills the buffers of both directions.
    ///
    /// # Errors
    /// When the server closes the connection.
    pub async fn at(at: &str, cookie: &str) -> Result<Self> {
        let address: SocketAddr = at.parse().map_err(Error::other)?;
        let socket = TcpSocket::new_v4()?;
        socket.set_recv_buffer_size(4_096)?;
        let mut stream = socket.connect(address).await?;
        // The server never gave out this cursor, so it answers each poll at once.
        let polls = http::get(at, "/live?after=1-1", cookie, false).repeat(64);
        while let Ok(written) = timeout(FULL, stream.write_all(&polls)).await {
            written?;
        }
        Ok(Self(stream))
    }
}
