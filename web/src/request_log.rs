//! The request log: one line per request, and an id that leads from an error page to its line.

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
