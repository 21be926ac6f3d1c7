//! An HTTP/1.1 server for polls and nothing else.
//!
//! A waiting connection costs a socket, its slot and a timer. Bytes are read through the stack and kept only until they
//! are parsed. Whatever a request needs is boxed and freed before the wait begins.

pub(crate) mod body;
mod connection;
mod exchange;
pub(crate) mod parser;
mod reply;
mod timer;

use std::future::poll_fn;
use std::io;
use std::net::TcpListener;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use domain::platform::networks::{Connections, is_own_proxy};
use tokio::net::TcpStream;
use tokio::sync::{Notify, Semaphore};
use tokio::time::{Instant, sleep, timeout};

use self::connection::Connection;
use self::exchange::Next;
use self::reply::{Date, Reply, ResponseOptions};
use self::timer::Timer;
use crate::answer::Answer;
use crate::limits;
use crate::live::Live;
use crate::poll::Waiting;

/// How to answer when the connection ends with that.
const LAST: ResponseOptions = ResponseOptions { is_1_1: true, keep: false, bare: false };
/// How long the last answers may take when the program ends.
const LAST_ANSWERS: Duration = Duration::from_secs(10);

/// Limits on what a client may cost.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The maximum bytes of a request's head.
    pub head: usize,
    /// The maximum bytes of a request's body, which is discarded.
    pub body: u64,
    /// How long a request may take to arrive, from its first byte on.
    pub request_time: Duration,
    /// How long the client may take to receive an answer.
    pub write_time: Duration,
    /// How long a connection is kept for the next request. Longer than a poll, since a new connection costs more.
    pub idle: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            head: 16 * 1_024,
            body: 64 * 1_024,
            request_time: Duration::from_secs(10),
            write_time: Duration::from_secs(30),
            idle: Duration::from_secs(75),
        }
    }
}

struct Server {
    live: Live,
    limits: Limits,
    date: Date,
    /// Notified when the program is about to end.
    ending: Notify,
}

/// Serves polls on the listener until `shutdown` resolves. Then the waiting polls are answered and told to reconnect.
///
/// # Errors
/// When the listener fails permanently.
pub async fn run(live: Live, listener: TcpListener, shutdown: impl Future<Output = ()>) -> io::Result<()> {
    let limits = live.config().limits;
    let room = limits::connections(live.capacity());
    let connections = Arc::new(Semaphore::new(room));
    let by_network = Connections::new(live.config().connections_per_address, room);
    let server = Arc::new(Server { live, limits, date: Date::default(), ending: Notify::new() });
    listener.set_nonblocking(true)?;
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let mut shutdown = pin!(shutdown);
    // Accepts one connection; `None` when the semaphore is closed, which never happens here.
    let accept = async || {
        let place = connections.clone().acquire_owned().await.ok()?;
        match listener.accept().await {
            Ok((stream, peer)) => {
                server.live.metrics().connected();
                let address = peer.ip().to_canonical();
                let is_proxy = is_own_proxy(address) || server.live.config().proxies.contains(address);
                let Some(counted) = by_network.count((!is_proxy).then_some(address)) else {
                    // If it does not fit now, the client learns less.
                    let _ = stream.try_write(&Reply::too_many().write(LAST, &server.date));
                    return Some(());
                };
                let server = server.clone();
                tokio::spawn(async move {
                    serve(stream, &server).await;
                    drop((counted, place));
                });
            }
            Err(error) => {
                tracing::warn!(%error, "a connection was not accepted");
                sleep(Duration::from_millis(50)).await;
            }
        }
        Some(())
    };
    loop {
        tokio::select! {
            biased;
            () = &mut shutdown => break,
            accepted = accept() => if accepted.is_none() { break },
        }
    }
    server.live.drain();
    // Connected clients are asked to reconnect, not cut off.
    while timeout(Duration::ZERO, accept()).await.is_ok() {}
    drop(listener);
    server.ending.notify_waiters();
    // All slots are free once the last connection is gone.
    let all = u32::try_from(room).unwrap_or(u32::MAX);
    let _ = timeout(LAST_ANSWERS, connections.acquire_many(all)).await;
    Ok(())
}

/// Serves a connection until it is over. The size of this future is the cost of a waiting poll: box what is large, and
/// drop it before waiting.
async fn serve(stream: TcpStream, server: &Server) {
    // Each answer is one write, so delaying it gains nothing. If this fails, answers are only slower.
    let _ = stream.set_nodelay(true);
    let mut line = Connection::new(stream);
    let mut timer = Timer::new(Instant::now() + server.limits.idle);
    loop {
        if line.come().is_empty() && !begins(&mut line, &mut timer, server).await {
            return;
        }
        let next = match Box::pin(exchange::next(&mut line, server)).await {
            Next::Wait(mut waiting, manner) => match wait(&mut line, &mut waiting, &mut timer, server).await {
                Some(answer) => Box::pin(reply(&mut line, server, answer, manner)).await,
                None => Next::Close,
            },
            next => next,
        };
        match next {
            Next::Again => {}
            Next::Refused => return Box::pin(line.close()).await,
            Next::Close | Next::Wait(..) => return,
        }
    }
}

async fn reply(line: &mut Connection, server: &Server, answer: Answer, manner: ResponseOptions) -> Next {
    exchange::answer(line, server, &Reply::from(&answer), manner).await
}

/// Whether a request begins before the connection was idle for too long or the program ends.
async fn begins(line: &mut Connection, timer: &mut Timer, server: &Server) -> bool {
    let mut ending = pin!(server.ending.notified());
    // Notifications count from here on; connections made later see that the server drains.
    ending.as_mut().enable();
    let end = Instant::now() + server.limits.idle;
    poll_fn(|cx| {
        if let Poll::Ready(read) = line.poll_more(cx) {
            return Poll::Ready(matches!(read, Ok(1..)));
        }
        let over =
            server.live.polls().is_draining() || ending.as_mut().poll(cx).is_ready() || timer.poll(cx, end).is_ready();
        if over { Poll::Ready(false) } else { Poll::Pending }
    })
    .await
}

/// Holds a poll until there is an answer; `None` when the client has gone.
async fn wait(line: &mut Connection, waiting: &mut Waiting, timer: &mut Timer, server: &Server) -> Option<Answer> {
    loop {
        let woken = poll_fn(|cx| {
            if let Poll::Ready(woken) = waiting.poll_woken(cx) {
                return Poll::Ready(Some(woken));
            }
            if line.poll_gone(cx, server.limits.head).is_ready() {
                return Poll::Ready(None);
            }
            timer.poll(cx, waiting.deadline()).map(|()| Some(Waiting::TIME_IS_UP))
        })
        .await?;
        if let Some(answer) = Box::pin(waiting.go_on(&server.live, woken)).await {
            return Some(answer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size<F: Future>(_: impl FnOnce(TcpStream, Arc<Server>) -> F) -> usize {
        size_of::<F>()
    }

    #[test]
    fn a_waiting_connection_uses_little_memory() {
        let connection = size(|stream, server| async move { serve(stream, &server).await });
        assert!(connection <= 640, "{connection} bytes");
    }
}
