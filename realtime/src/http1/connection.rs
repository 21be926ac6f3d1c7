//! A connection: bytes in, bytes out. While nothing comes it holds no buffer.

use std::io;
use std::mem::MaybeUninit;
use std::net::IpAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWriteExt, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How much is read at once.
const ROOM: usize = 4_096;
/// How much of what is still coming is read before a connection is closed on which a request was refused, and for how long: a
/// client that is cut off while it sends may never see why.
const LAST_WORDS: (usize, Duration) = (256 * 1_024, Duration::from_secs(1));

/// A connection.
#[derive(Debug)]
pub(super) struct Connection {
    stream: TcpStream,
    /// What has come and is not used up.
    come: Vec<u8>,
}

impl Connection {
    pub(super) fn new(stream: TcpStream) -> Self {
        Self { stream, come: Vec::new() }
    }

    /// What has come and is not used up.
    pub(super) fn come(&self) -> &[u8] {
        &self.come
    }

    /// Uses up the first bytes of what has come.
    pub(super) fn use_up(&mut self, count: usize) {
        if count >= self.come.len() {
            self.come = Vec::new();
        } else {
            self.come.drain(..count);
        }
    }

    /// The address at the other end.
    pub(super) fn peer(&self) -> Option<IpAddr> {
        self.stream.peer_addr().ok().map(|peer| peer.ip())
    }

    /// Reads what comes; how much it was. 0: the other end sends no more.
    pub(super) fn poll_more(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let mut room = [const { MaybeUninit::uninit() }; ROOM];
        let mut read = ReadBuf::uninit(&mut room);
        ready!(Pin::new(&mut self.stream).poll_read(cx, &mut read))?;
        self.come.extend_from_slice(read.filled());
        Poll::Ready(Ok(read.filled().len()))
    }

    /// Reads what comes; whether anything did before the other end had enough.
    pub(super) async fn more(&mut self) -> bool {
        matches!(std::future::poll_fn(|cx| self.poll_more(cx)).await, Ok(1..))
    }

    /// Ready when the other end has gone, or sends so much ahead of its turn that it is better gone. Until then what comes is kept.
    pub(super) fn poll_gone(&mut self, cx: &mut Context<'_>, limit: usize) -> Poll<()> {
        // Until the socket has nothing more: only then is the task woken by what comes next.
        while let Ok(1..) = ready!(self.poll_more(cx)) {
            if self.come.len() > limit {
                break;
            }
        }
        Poll::Ready(())
    }

    /// Writes all of it in time; whether that went well.
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

    /// Closes it so that what was sent last is seen.
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
