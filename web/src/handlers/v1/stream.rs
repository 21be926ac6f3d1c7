//! Events as a stream of server-sent events (HTML, section 9.2). The stream ends after a minute: the client connects again
//! by itself, and its credentials are checked again.

use std::time::{Duration, Instant};

use actix_web::http::header::{ACCEPT, CACHE_CONTROL, CONTENT_ENCODING};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use domain::api::v1::events::{self, Event, Wanted};
use domain::api::v1::{Ask, Found, Query};
use futures_util::stream::{StreamExt as _, iter, unfold};
use texts::Lang;

use super::endpoint::{Endpoint, Input, Sent};
use super::refusal::Refusal;

/// The function of the only endpoint that streams.
pub const FUNCTION: &str = "events::index";
/// The media type of streams.
pub const MEDIA_TYPE: &str = "text/event-stream";
/// How long a stream lasts.
const LASTS: Duration = Duration::from_secs(60);
/// The longest silence in seconds, after which the place keeps the connection open.
const SILENCE: u64 = 15;
/// How long a stream pauses after an answer that did not wait, because too many requests wait.
const PAUSE: Duration = Duration::from_secs(5);

/// Whether the client wants a stream.
pub fn is_wanted(endpoint: &Endpoint, request: &HttpRequest) -> bool {
    let accepts = request.headers().get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    endpoint.function == FUNCTION && accepts.contains(MEDIA_TYPE)
}

/// Answers with a stream.
///
/// # Errors
/// When the query is wrong; as [`events::index`].
pub async fn answer(request: &HttpRequest, ask: Ask, query: &str) -> Result<HttpResponse, Refusal> {
    let sent = Sent { query: query.to_owned(), ..Sent::default() };
    let Query(mut wanted) = Query::<Wanted>::read(&sent)?;
    // A client that reconnects sends the position of the last event it received.
    let last = request.headers().get("last-event-id").and_then(|value| value.to_str().ok());
    if let Some(last) = last.filter(|last| !last.is_empty()) {
        wanted.after = Some(last.to_owned());
    }
    // The first answer says what is wrong with the request, while there is a status to say it with.
    let is_first = wanted.after.is_none();
    let Found(found) = events::index(ask.clone(), Query(Wanted { wait: 0, ..wanted.clone() })).await?;
    wanted.after = Some(found.next.clone());
    let begin = iter([Ok::<_, actix_web::Error>(Bytes::from(written(&found, is_first)))]);
    wanted.wait = wanted.wait.clamp(1, SILENCE);
    let end = Instant::now() + LASTS;
    let rest = unfold(Some((ask, wanted, Duration::ZERO)), move |state| async move {
        let (ask, mut wanted, pause) = state.filter(|_| Instant::now() < end)?;
        actix_web::rt::time::sleep(pause).await;
        let begun = Instant::now();
        match events::index(ask.clone(), Query(wanted.clone())).await {
            Ok(Found(found)) => {
                wanted.after = Some(found.next.clone());
                let has_waited = !found.items.is_empty() || begun.elapsed() >= Duration::from_secs(wanted.wait);
                let pause = if has_waited { Duration::ZERO } else { PAUSE };
                let text = written(&found, false);
                Some((Ok(Bytes::from(text)), Some((ask, wanted, pause))))
            }
            Err(error) => {
                let response = Refusal::from(error).response(Lang::En);
                Some((Ok(Bytes::from(format!("event: problem\ndata: {}\n\n", response.status().as_u16()))), None))
            }
        }
    });
    Ok(HttpResponse::Ok()
        .content_type(MEDIA_TYPE)
        .insert_header((CACHE_CONTROL, "private, no-store"))
        // Compression would hold events back, and so would a buffer of nginx.
        .insert_header((CONTENT_ENCODING, "identity"))
        .insert_header(("x-accel-buffering", "no"))
        .streaming(Box::pin(begin.chain(rest))))
}

/// The text of an answer: each event with its place; where there is none, only the place, which no program sees as an
/// event.
fn written(found: &events::Events, is_first: bool) -> String {
    let mut text = String::new();
    if found.missed {
        // The events after it have their own places.
        if found.items.is_empty() {
            text += &format!("id: {}\n", found.next);
        }
        text += "event: missed\ndata: {}\n\n";
    }
    for event in &found.items {
        text += &one(event);
    }
    match found.items.is_empty() {
        // Without an event, the client learns the place by an empty one.
        true if is_first => format!("retry: 1000\nid: {}\nevent: ready\ndata: {{}}\n\n", found.next),
        true => format!("{text}id: {}\n\n", found.next),
        false => text,
    }
}

fn one(event: &Event) -> String {
    let kind = serde_json::to_value(event.kind).unwrap_or_default();
    let data = serde_json::to_string(event).unwrap_or_default();
    format!("id: {}\nevent: {}\ndata: {data}\n\n", event.cursor, kind.as_str().unwrap_or_default())
}
