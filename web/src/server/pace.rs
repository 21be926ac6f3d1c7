//! How long a client may take: for a request's head and body, for an answer, and between two requests.
//!
//! actix limits only the first head of a connection. The rest is limited here: the connection knows when bytes come and
//! go, and the middleware tells it where a request begins and ends.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use actix_http::ConnectionType;
use actix_web::body::MessageBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use domain::platform::networks::Connections;
use futures_util::{StreamExt, stream};
use tokio::time::Instant;

/// Limits on the time that a client takes.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    /// From the first byte of a request to the last byte of its body.
    pub request: Duration,
    /// The bytes of a body that must come per second beyond that: a long text may take longer.
    pub rate: u32,
    /// From when an answer no longer fits the buffers of the network until all of it does.
    pub write: Duration,
    /// Between two requests. A little more than a long poll takes.
    pub idle: Duration,
    /// The same while most connections are in use.
    pub idle_while_crowded: Duration,
}

impl Default for Times {
    fn default() -> Self {
        Self {
            request: Duration::from_secs(10),
            rate: 4_096,
            write: Duration::from_secs(30),
            idle: Duration::from_secs(75),
            idle_while_crowded: Duration::from_secs(5),
        }
    }
}

/// How much later than the request the connection ends: the client first gets an answer that says why.
const GRACE: Duration = Duration::from_secs(2);

/// The pace of one connection, shared with its requests.
#[derive(Clone, Debug)]
pub struct Pace(Rc<Inner>);

#[derive(Debug)]
struct Inner {
    times: Times,
    connections: Arc<Connections>,
    state: Cell<State>,
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// Between two requests.
    Idle { since: Instant },
    /// The head of a request arrives, or the rest of a body that nobody reads.
    Arriving { begun: Instant },
    /// The body of a request is read; `due` moves on with the bytes that come.
    Reading { begun: Instant, due: Instant },
    /// The request is complete, and is not yet answered.
    Complete,
}

impl Pace {
    pub fn new(times: Times, connections: Arc<Connections>) -> Self {
        Self(Rc::new(Inner { times, connections, state: Cell::new(State::Idle { since: Instant::now() }) }))
    }

    pub fn times(&self) -> &Times {
        &self.0.times
    }

    /// Returns when the client must have continued; `None` while it is waiting for us.
    pub fn due(&self) -> Option<Instant> {
        let Inner { times, connections, state } = &*self.0;
        match state.get() {
            // Looked at again now and then, since it may become crowded.
            State::Idle { since } if connections.is_crowded() => Some(since + times.idle_while_crowded),
            State::Idle { since } => Some(since + times.idle),
            State::Arriving { begun } => Some(begun + times.request + GRACE),
            State::Reading { due, .. } => Some(due + GRACE),
            State::Complete => None,
        }
    }

    /// Returns when to look at [`Pace::due`] again.
    pub fn look_again(&self) -> Option<Instant> {
        let due = self.due()?;
        match self.0.state.get() {
            State::Idle { .. } => Some(due.min(Instant::now() + self.0.times.idle_while_crowded)),
            _ => Some(due),
        }
    }

    /// Whether no request has started.
    pub fn is_idle(&self) -> bool {
        matches!(self.0.state.get(), State::Idle { .. })
    }

    /// Bytes came.
    pub fn received(&self) {
        if let State::Idle { .. } = self.0.state.get() {
            self.0.state.set(State::Arriving { begun: Instant::now() });
        }
    }

    /// Bytes went.
    pub fn sent(&self) {
        if let State::Idle { .. } = self.0.state.get() {
            self.0.state.set(State::Idle { since: Instant::now() });
        }
    }

    /// The head of a request is complete.
    pub(super) fn begin(&self, has_body: bool) {
        let begun = match self.0.state.get() {
            State::Arriving { begun } => begun,
            _ => Instant::now(),
        };
        let due = begun + self.0.times.request;
        self.0.state.set(if has_body { State::Reading { begun, due } } else { State::Complete });
    }

    /// So many bytes of the body came. Returns when the next ones must have come.
    pub fn body(&self, bytes: usize) -> Instant {
        let begun = match self.0.state.get() {
            State::Reading { begun, .. } => begun,
            _ => Instant::now(),
        };
        let due = begun + self.0.times.request + Duration::from_secs_f64(bytes as f64 / f64::from(self.0.times.rate));
        self.0.state.set(State::Reading { begun, due });
        due
    }

    /// The body is complete.
    pub fn complete(&self) {
        self.0.state.set(State::Complete);
    }

    /// The request is answered. Returns whether all of it was read.
    fn end(&self) -> bool {
        match self.0.state.get() {
            State::Reading { .. } => {
                // The answer needs time too.
                self.0.state.set(State::Arriving { begun: Instant::now() });
                false
            }
            State::Idle { .. } | State::Arriving { .. } | State::Complete => {
                self.0.state.set(State::Idle { since: Instant::now() });
                true
            }
        }
    }
}

/// Middleware: tells the connection where a request begins and ends. A connection ends with a request whose body nobody
/// read.
pub async fn follow(
    mut request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let Some(pace) = request.request().conn_data::<Pace>().cloned() else { return next.call(request).await };
    let payload = request.parts_mut().1;
    let has_body = !matches!(payload, Payload::None);
    pace.begin(has_body);
    if has_body {
        // After the whole body is read, a handler may take as long as it likes, as a poll does.
        let (body, of_body) = (payload.take(), pace.clone());
        let ends = stream::poll_fn(move |_| {
            of_body.complete();
            Poll::Ready(None)
        });
        *payload = Payload::Stream { payload: Box::pin(body.chain(ends)) };
    }
    let answered = next.call(request).await;
    let was_read = pace.end();
    let mut answered = answered?;
    if !was_read {
        answered.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    }
    Ok(answered)
}
