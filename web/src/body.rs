//! The bodies of forms: read within limits on size, time and memory.

use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_LENGTH;
use futures_util::StreamExt;
use templates::errors::Problem;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};

use crate::failure::Failure;
use crate::server::pace::{Pace, Times};

/// Maximum bytes of a form with a long text: the longest message, percent-encoded.
pub const WITH_TEXT: usize = 1_000_000;
/// Maximum bytes of any other form.
pub const WITHOUT_TEXT: usize = 32_000;

/// Returns the maximum bytes of a form that was sent to a route. The route table mounts it.
#[derive(Clone, Copy)]
pub struct MostBytes(pub fn(&HttpRequest) -> usize);

/// Bodies up to this size are always taken; larger ones only while there is room.
const SMALL: usize = 16 * 1_024;
/// The unit in which room is counted.
const PIECE: usize = 1_024;

/// The room for large bodies in this process. Members have their own: visitors cannot take it.
#[derive(Clone, Debug)]
pub struct Room {
    members: Arc<Semaphore>,
    visitors: Arc<Semaphore>,
}

impl Default for Room {
    fn default() -> Self {
        Self::new(48 << 20, 16 << 20)
    }
}

impl Room {
    /// Room for this many bytes.
    pub fn new(members: usize, visitors: usize) -> Self {
        Self {
            members: Arc::new(Semaphore::new(members / PIECE)),
            visitors: Arc::new(Semaphore::new(visitors / PIECE)),
        }
    }

    /// Returns the room for a member or a visitor.
    pub fn of(&self, is_member: bool) -> Arc<Semaphore> {
        if is_member { self.members.clone() } else { self.visitors.clone() }
    }
}

/// The room that a body takes until it is dropped.
#[derive(Debug)]
pub struct Taken {
    room: Arc<Semaphore>,
    held: Option<OwnedSemaphorePermit>,
}

impl Taken {
    /// Nothing yet.
    pub fn of(room: Arc<Semaphore>) -> Self {
        Self { room, held: None }
    }

    /// Takes room for this many bytes in all.
    ///
    /// # Errors
    /// `Unavailable` when there is no room for them now.
    pub fn grow(&mut self, bytes: usize) -> Result<(), Failure> {
        if bytes <= SMALL {
            return Ok(());
        }
        let held = self.held.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        let more = u32::try_from(bytes.div_ceil(PIECE).saturating_sub(held)).unwrap_or(u32::MAX);
        let Ok(more) = self.room.clone().try_acquire_many_owned(more) else {
            return Err(Failure::Problem(Problem::Unavailable));
        };
        match &mut self.held {
            Some(held) => held.merge(more),
            none => *none = Some(more),
        }
        Ok(())
    }
}

/// A body, which takes its room until it is dropped.
#[derive(Debug)]
pub struct Body {
    pub bytes: Vec<u8>,
    taken: Taken,
}

/// Reads a body of at most `most` bytes.
///
/// # Errors
/// `TooLarge`; `TooSlow` when it does not arrive in time; `Unavailable` when there is no room for it now; `BadRequest`
/// when it is damaged.
pub async fn read(request: &HttpRequest, payload: Payload, most: usize, room: Arc<Semaphore>) -> Result<Body, Failure> {
    match gather(request, payload, most, room).await? {
        (body, None) => Ok(body),
        (_, Some(broken)) => Err(Failure::Problem(broken)),
    }
}

/// As [`read`], but returns what came of a body that ends early: some clients of the API count its length wrong.
///
/// # Errors
/// `TooLarge`; `Unavailable` when there is no room for it now.
pub async fn read_what_comes(
    request: &HttpRequest,
    payload: Payload,
    most: usize,
    room: Arc<Semaphore>,
) -> Result<Body, Failure> {
    Ok(gather(request, payload, most, room).await?.0)
}

/// Reads a body, and says why it is not whole.
async fn gather(
    request: &HttpRequest,
    mut payload: Payload,
    most: usize,
    room: Arc<Semaphore>,
) -> Result<(Body, Option<Problem>), Failure> {
    let length = request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if length.is_some_and(|length| length > most) {
        return Err(Failure::Problem(Problem::TooLarge));
    }
    let pace = request.conn_data::<Pace>();
    let begun = Instant::now();
    let mut body = Body { bytes: Vec::new(), taken: Taken::of(room) };
    loop {
        let due = pace.map_or_else(|| without_connection(begun, body.bytes.len()), |pace| pace.body(body.bytes.len()));
        let Ok(next) = timeout_at(due, payload.next()).await else { return Ok((body, Some(Problem::TooSlow))) };
        let Some(piece) = next else { break };
        let Ok(piece) = piece else { return Ok((body, Some(Problem::BadRequest))) };
        let wanted = body.bytes.len() + piece.len();
        if wanted > most {
            return Err(Failure::Problem(Problem::TooLarge));
        }
        body.taken.grow(wanted)?;
        body.bytes.extend_from_slice(&piece);
    }
    if let Some(pace) = pace {
        pace.complete();
    }
    Ok((body, None))
}

/// Returns when the next bytes of a body must have come, of which there are so many.
pub fn due(request: &HttpRequest, begun: Instant, bytes: usize) -> Instant {
    let pace = request.conn_data::<Pace>();
    pace.map_or_else(|| without_connection(begun, bytes), |pace| pace.body(bytes))
}

/// The body of this request is complete.
pub fn complete(request: &HttpRequest) {
    if let Some(pace) = request.conn_data::<Pace>() {
        pace.complete();
    }
}

/// When the next bytes must have come, in tests that have no connection.
fn without_connection(begun: Instant, bytes: usize) -> Instant {
    let times = Times::default();
    begun + times.request + Duration::from_secs_f64(bytes as f64 / f64::from(times.rate))
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    async fn take(room: &Room, is_member: bool, bytes: usize) -> Result<Body, Failure> {
        let (request, payload) = TestRequest::post().set_payload(vec![b'a'; bytes]).to_http_parts();
        read(&request, payload, WITH_TEXT, room.of(is_member)).await
    }

    fn is_refused(taken: Result<Body, Failure>) -> bool {
        matches!(taken, Err(Failure::Problem(Problem::Unavailable)))
    }

    #[actix_web::test]
    async fn large_forms_share_memory_with_a_separate_part_for_visitors() {
        let room = Room::new(100_000, 30_000);
        let visitor = take(&room, false, 20_000).await.expect("room");
        assert!(is_refused(take(&room, false, 20_000).await));
        let member = take(&room, true, 90_000).await.expect("room");
        assert!(is_refused(take(&room, true, 90_000).await));
        // Small forms are always taken.
        for is_member in [false, true] {
            assert_eq!(take(&room, is_member, SMALL).await.expect("a small form").bytes.len(), SMALL);
        }
        drop((visitor, member));
        assert!(take(&room, false, 20_000).await.is_ok() && take(&room, true, 90_000).await.is_ok());
    }
}
