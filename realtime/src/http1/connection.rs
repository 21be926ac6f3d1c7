//! A connection. While nothing arrives it holds no buffer.

use std::io;
use std::mem::MaybeUninit;
use std::net::IpAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWriteExt, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::timeout;

const ROOM: usize = 4_096;
/// After a refused request: how much further input is read before the connection is closed, and for how long. A client
/// that is cut off while sending may never see the answer.
const LAST_WORDS: (usize, Duration) = (256 * 1_024, Duration::from_secs(1));

#[derive(Debug)]
pub(super) struct Connection {
    stream: TcpStream,
    /// Received bytes that are not consumed yet.
    come: Vec<u8>,
}

impl Connection {
    pub(super) fn new(stream: TcpStream) -> Self {
        Self { stream, come: Vec::new() }
    }

    pub(super) fn come(&self) -> &[u8] {
        &self.come
    }

    pub(super) fn use_up(&mut self, count: usize) {
        if count >= self.come.len() {
            self.come = Vec::new();
        } else {
            self.come.drain(..count);
        }
    }

    pub(super) fn peer(&self) -> Option<IpAddr> {
        self.stream.peer_addr().ok().map(|peer| peer.ip())
    }

    /// Reads available bytes and returns their number. 0 means that the client sends no more.
    pub(super) fn poll_more(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let mut room = [const { MaybeUninit::uninit() }; ROOM];
        let mut read = ReadBuf::uninit(&mut room);
        ready!(Pin::new(&mut self.stream).poll_read(cx, &mut read))?;
        self.come.extend_from_slice(read.filled());
        Poll::Ready(Ok(read.filled().len()))
    }

    /// Waits for bytes. Returns `false` if the client closed the connection first.
    pub(super) async fn more(&mut self) -> bool {
        matches!(std::future::poll_fn(|cx| self.poll_more(cx)).await, Ok(1..))
    }

    /// Ready when the client has gone, or has sent more than `limit` bytes ahead. Until then received bytes are kept.
    pub(super) fn poll_gone(&mut self, cx: &mut Context<'_>, limit: usize) -> Poll<()> {
        // Read until the socket is empty: only then do new bytes wake the task.
        while let Ok(1..) = ready!(self.poll_more(cx)) {
            if self.come.len() > limit {
                break;
            }
        }
        Poll::Ready(())
    }

    /// Writes all bytes within `time`; returns whether that succeeded.
    pub(super) async fn send(&mut self, bytes: &[u8], time: Duration) -> bool {
        let written = match self.stream.try_write(bytes) {
            Ok(written) if written == bytes.len() => return true,
            Ok(written) => written,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => 0,
            Err(_) => return false,
        };
        let rest = Box::pin(timeout(time, self.stream.write_all(&bytes[written..])));
        matches!(rest.await, Ok(Ok(())))
    }

    /// Closes the connection in a way that lets the client see the last answer.
    pub(super) async fn close(mut self) {
        let (most, time) = LAST_WORDS;
        let listening = async {
            if self.stream.shutdown().await.is_err() {
                return;
            }
            let mut read = 0;
            while read < most && self.more().await {
                read += self.come.len();
                self.come.clear();
            }
        };
        let _ = timeout(time, listening).await;
    }
}
