//! The health check.

use actix_web::http::header::AUTHORIZATION;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use domain::admin::health;
use domain::platform::secrets;

use crate::site::Site;

/// `GET /-/health`: 200 when the process is ready, otherwise 503. Operators also learn what is wrong.
pub async fn show(request: HttpRequest, site: Data<Site>) -> HttpResponse {
    let found = health::check(&site.cx).await;
    let body = if is_operator(&request, &site) { health::detailed(&found) } else { health::brief(&found) };
    let mut response = if found.is_ready() { HttpResponse::Ok() } else { HttpResponse::ServiceUnavailable() };
    response.insert_header(("cache-control", "no-store")).json(body)
}

/// Whether the request comes from this machine and through no proxy, or has the token.
fn is_operator(request: &HttpRequest, site: &Site) -> bool {
    let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    let sent = header(AUTHORIZATION.as_str()).and_then(|text| text.strip_prefix("Bearer "));
    if let (Some(token), Some(sent)) = (&site.config.health_token, sent) {
        // Digests, so that the time of the comparison says nothing about the token.
        return secrets::digest(token) == secrets::digest(sent);
    }
    let is_direct = ["x-forwarded-for", "forwarded"].iter().all(|name| header(name).is_none());
    is_direct && request.peer_addr().is_some_and(|peer| peer.ip().to_canonical().is_loopback())
}
