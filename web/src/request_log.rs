//! The request log: one line per request, and an id that leads from an error page to its line.

use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use actix_web::HttpMessage;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use domain::platform::secrets;
use tracing::Instrument;

use crate::req::Req;

/// A proxy may send it; the answer returns it.
const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// Requests of this process, by the first digit of their status, and the time they took together.
static COUNTS: [AtomicU64; 5] = [const { AtomicU64::new(0) }; 5];
static MICROSECONDS: AtomicU64 = AtomicU64::new(0);

/// Returns the requests of this process in the Prometheus text format.
pub fn metrics() -> String {
    let mut text = "# HELP klatch_request_seconds Requests for pages, and how long they took.\n\
                    # TYPE klatch_request_seconds summary\n"
        .to_owned();
    let counts = COUNTS.each_ref().map(|count| count.load(Ordering::Relaxed));
    let seconds = MICROSECONDS.load(Ordering::Relaxed) as f64 / 1e6;
    let _ = write!(
        text,
        "klatch_request_seconds_sum {seconds}\nklatch_request_seconds_count {}\n\
         # HELP klatch_requests_total Requests for pages, by status.\n# TYPE klatch_requests_total counter\n",
        counts.iter().sum::<u64>()
    );
    for (class, count) in (1..).zip(counts) {
        let _ = writeln!(text, "klatch_requests_total{{status=\"{class}xx\"}} {count}");
    }
    text
}

/// The id of a request, in its extensions.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

/// Returns the proxy's id if it is short and plain, else a random one.
fn id(headers: &HeaderMap) -> String {
    let plain = |id: &&str| {
        (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
    };
    let sent = headers.get(HEADER).and_then(|value| value.to_str().ok()).filter(plain);
    sent.map_or_else(|| secrets::token().map(|token| token[..16].to_owned()).unwrap_or_default(), ToOwned::to_owned)
}

/// Middleware: logs method, route, status, milliseconds, those of the database, and the user's id. The route is the
/// pattern of the address: addresses may contain tokens, and queries what people search for.
pub async fn log(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let begun = Instant::now();
    let id = id(request.headers());
    request.extensions_mut().insert(RequestId(id.clone()));
    let method = request.method().clone();
    let span = tracing::info_span!("request", id = %id);
    let answering = domain::platform::for_request(id.clone(), next.call(request));
    let (answered, spent) = domain::platform::spent(answering).instrument(span.clone()).await;
    let mut answered = answered?;
    let request = answered.request();
    let route = request.match_pattern().unwrap_or_else(|| "-".to_owned());
    let user = request.extensions().get::<Req>().and_then(|req| req.any_session().map(|session| session.person.id.0));
    let status = answered.status().as_u16();
    COUNTS[usize::from((status / 100).clamp(1, 5) - 1)].fetch_add(1, Ordering::Relaxed);
    MICROSECONDS.fetch_add(u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    let (ms, db_ms) = (millis(begun.elapsed()), millis(spent.time));
    span.in_scope(|| {
        tracing::info!(%method, route, status, ms, db_ms, statements = spent.statements, user, "request");
    });
    if let Ok(value) = HeaderValue::from_str(&id) {
        answered.headers_mut().insert(HEADER, value);
    }
    Ok(answered)
}

fn millis(time: std::time::Duration) -> f64 {
    (time.as_secs_f64() * 10_000.0).round() / 10.0
}
