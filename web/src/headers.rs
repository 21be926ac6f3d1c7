//! Headers that every answer carries, also the JSON, the redirects and the plain errors.

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{CACHE_CONTROL, HeaderName, HeaderValue, VARY};
use actix_web::middleware::Next;
use actix_web::web::Data;

use crate::site::Site;

const ALWAYS: [(&str, &str); 5] = [
    // Pages have their own policy, which includes this.
    ("content-security-policy", "frame-ancestors 'none'"),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
];

/// Browsers remember for a year that the site is reached over TLS (RFC 6797).
const HSTS: &str = "max-age=31536000";

/// Middleware: adds the headers that an answer does not have yet. Answers that say nothing about caching are not stored.
pub async fn add(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let secure = request.app_data::<Data<Site>>().is_some_and(|site| site.secure());
    let mut answered = next.call(request).await?;
    let headers = answered.headers_mut();
    let hsts = secure.then_some(("strict-transport-security", HSTS));
    for (name, value) in ALWAYS.into_iter().chain(hsts) {
        if !headers.contains_key(name) {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
    }
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    let contains = |name: HeaderName, word: &str| {
        headers
            .get_all(name)
            .filter_map(|value| value.to_str().ok())
            .any(|value| value.to_ascii_lowercase().contains(word))
    };
    // A public answer that does not mention cookies is the same for everyone, such as a style sheet.
    if !contains(VARY, "cookie") && !contains(CACHE_CONTROL, "public") {
        headers.append(VARY, HeaderValue::from_static("Cookie"));
    }
    Ok(answered)
}
