//! The status and headers of a form that was refused because of a rate limit or a full queue. The form comes back as for
//! other errors; only these differ.

use std::cell::Cell;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use domain::Error;
use domain::platform::error::Exceeded;

/// How long clients should wait for the storage of files.
const STORAGE_BACK: Duration = Duration::from_secs(60);

tokio::task_local! {
    static REFUSED: Cell<Option<Refused>>;
}

/// Why the current request was refused for now.
#[derive(Clone, Copy, Debug)]
struct Refused {
    status: StatusCode,
    wait: Duration,
    limit: Option<Exceeded>,
}

/// Runs a request. `note`, `status` and `tell` concern this request.
pub async fn scope<T>(request: impl Future<Output = T>) -> T {
    REFUSED.scope(Cell::default(), request).await
}

/// Remembers that the request was refused, if that is why it failed.
pub fn note(error: &Error) {
    let (status, wait, limit) = match error {
        Error::TooMany(limit) => (StatusCode::TOO_MANY_REQUESTS, limit.wait, Some(*limit)),
        Error::Slow(wait) => (StatusCode::TOO_MANY_REQUESTS, *wait, None),
        Error::Busy(wait) => (StatusCode::SERVICE_UNAVAILABLE, *wait, None),
        Error::Storage(_) => (StatusCode::SERVICE_UNAVAILABLE, STORAGE_BACK, None),
        _ => return,
    };
    let _ = REFUSED.try_with(|refused| refused.set(Some(Refused { status, wait, limit })));
}

fn refused() -> Option<Refused> {
    REFUSED.try_with(Cell::get).ok().flatten()
}

/// The status of the page with the form: `otherwise`, unless the request was refused for now.
pub fn status(otherwise: StatusCode) -> StatusCode {
    refused().filter(|_| otherwise == StatusCode::UNPROCESSABLE_ENTITY).map_or(otherwise, |refused| refused.status)
}

/// Adds `Retry-After` and, for a rate limit, the `RateLimit` fields (draft-ietf-httpapi-ratelimit-headers) to an answer.
pub fn tell(status: StatusCode, headers: &mut HeaderMap) {
    let Some(Refused { wait, limit, .. }) = refused().filter(|refused| refused.status == status) else { return };
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    headers.insert(RETRY_AFTER, seconds.max(1).into());
    let Some(Exceeded { limit, most, window, .. }) = limit else { return };
    for (name, value) in [
        ("ratelimit-policy", format!("\"{limit}\";q={most};w={}", window.as_secs())),
        ("ratelimit", format!("\"{limit}\";r=0;t={seconds}")),
    ] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use actix_web::test::{TestRequest, call_service, init_service, read_body};
    use actix_web::web::Data;
    use actix_web::{App, middleware};
    use domain::platform::hashing::Hashing;
    use domain::testing::TestForum;

    use crate::{Config, Site, errors, routes};

    /// Sends the sign-in form, and returns the status, some headers, and whether the typed name came back.
    async fn sign_in(forum: &TestForum, accept: &str) -> (u16, [Option<String>; 3], bool) {
        let site = Data::new(Site::new(forum.cx.clone(), Config::default()));
        let app = App::new().app_data(site).wrap(middleware::from_fn(errors::render_errors));
        let app = init_service(app.configure(routes::configure)).await;
        let browser = "f".repeat(64);
        let token = forum.cx.config.secret.sign("form", &browser);
        let request = TestRequest::post()
            .uri("/-/sign-in")
            .peer_addr(([203, 0, 113, 7], 5_000).into())
            .insert_header(("cookie", format!("__Host-klatch-form={browser}")))
            .insert_header(("accept", accept))
            .set_form([("csrf", token.as_str()), ("username", "mirabelle"), ("password", "wrong wrong")]);
        let answer = call_service(&app, request.to_request()).await;
        let header = |name: &str| answer.headers().get(name).map(|value| value.to_str().expect("text").to_owned());
        let (status, headers) = (answer.status(), ["retry-after", "ratelimit-policy", "ratelimit"].map(header));
        let body = String::from_utf8_lossy(&read_body(answer).await).into_owned();
        (status.as_u16(), headers, body.contains("value=\"mirabelle\""))
    }

    #[actix_web::test]
    async fn a_form_above_a_limit_gets_429_with_the_time_to_retry() {
        let mut forum = TestForum::sqlite().await;
        forum.limit(|limits| limits.sign_ins_per_address = 1);
        assert_eq!(sign_in(&forum, "text/html").await, (422, [None, None, None], true));
        let (status, [wait, policy, limit], is_back) = sign_in(&forum, "text/html").await;
        let wait = wait.expect("a time to wait");
        assert!((1..=600).contains(&wait.parse::<u64>().expect("seconds")), "{wait}");
        assert_eq!((status, is_back, policy.as_deref()), (429, true, Some("\"sign-in\";q=1;w=600")));
        assert_eq!(limit.as_deref(), Some(format!("\"sign-in\";r=0;t={wait}").as_str()));
    }

    #[actix_web::test]
    async fn a_sign_in_that_cannot_begin_in_time_gets_503() {
        let mut forum = TestForum::sqlite().await;
        forum.cx.hashing = Hashing::new(1, Duration::ZERO);
        let busy = forum.cx.hashing.turn("others").await.expect("a turn");
        let (status, [wait, policy, _], is_back) = sign_in(&forum, "text/html").await;
        assert_eq!((status, wait.as_deref(), policy, is_back), (503, Some("1"), None, true));
        drop(busy);
        assert_eq!(sign_in(&forum, "text/html").await.0, 422);
    }
}
