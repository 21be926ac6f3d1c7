//! A connection that ends when its client takes too long.

use std::io::{self, ErrorKind, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};

use domain::platform::networks::Counted;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep_until};

use super::lengths::Lengths;
use super::pace::Pace;

/// A connection that ends when its client takes too long.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    pace: Pace,
    /// Until when the client must have taken what could not be written; `None` when everything is written.
    write_due: Option<Instant>,
    timer: Option<Pin<Box<Sleep>>>,
    lengths: Lengths,
    _counted: Counted,
}

impl Connection {
    pub fn new(stream: TcpStream, pace: Pace, counted: Counted) -> Self {
        Self { stream, pace, write_due: None, timer: None, lengths: Lengths::default(), _counted: counted }
    }

    pub fn pace(&self) -> &Pace {
        &self.pace
    }

    /// # Errors
    /// `TimedOut` when the client took too long. Otherwise the task is woken when that may be so.
    fn check(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        loop {
            let now = Instant::now();
            if [self.pace.due(), self.write_due].into_iter().flatten().any(|due| due <= now) {
                return Err(ErrorKind::TimedOut.into());
            }
            let Some(next) = [self.pace.look_again(), self.write_due].into_iter().flatten().min() else {
                return Ok(());
            };
            let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(next)));
            // A timer that fires too early is cheaper than one that is always reset.
            if next < timer.deadline() || timer.is_elapsed() {
                timer.as_mut().reset(next);
            }
            if timer.as_mut().poll(cx).is_pending() {
                return Ok(());
            }
        }
    }

    fn written(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        match &written {
            Poll::Ready(Ok(_)) => self.pace.sent(),
            Poll::Ready(Err(_)) => {}
            Poll::Pending => {
                self.write_due.get_or_insert_with(|| Instant::now() + self.pace.times().write);
                self.check(cx)?;
            }
        }
        written
    }
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buf);
        if buf.filled().len() > before {
            let begins = self.pace.is_idle();
            self.pace.received();
            if let Some(right) = self.lengths.correct(&buf.filled()[before..], begins) {
                let fits = right.len() <= buf.capacity() - before;
                // If the longer length does not fit, the request stays what it said it was.
                if fits {
                    buf.set_filled(before);
                    buf.put_slice(&right);
                }
            }
        }
        if read.is_pending() {
            self.check(cx)?;
        }
        read
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.written(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.written(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    /// Called when everything that there is was written.
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.write_due = None;
        self.check(cx)?;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
