//! The error boundary: what went wrong becomes one page, or one JSON answer, in one place.

use std::fmt;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::PayloadError;
use actix_web::http::StatusCode;
use actix_web::http::header::{ACCEPT, ACCEPT_ENCODING, ALLOW, CONTENT_ENCODING, HeaderValue, RETRY_AFTER};
use actix_web::middleware::Next;
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use domain::Error;
use serde_json::json;
use templates::errors::{ErrorPage, Problem};
use templates::people::account::Waiting;

use crate::req::Req;
use crate::routes::allowed;

/// When to come back while the database or the bus does not answer, in seconds.
const RESTING: u64 = 3;

/// What a handler answers.
pub type Answer = Result<HttpResponse, Failure>;

/// Why there is no page.
#[derive(Debug)]
pub enum Failure {
    /// The domain said so.
    Domain(Error),
    /// The request itself is at fault.
    Problem(Problem),
    /// The account waits for an admin of the site.
    Waiting,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Domain(error)
    }
}

impl From<domain::bus::BusError> for Failure {
    fn from(error: domain::bus::BusError) -> Self {
        Self::Domain(error.into())
    }
}

impl From<sqlx_error::Error> for Failure {
    fn from(error: sqlx_error::Error) -> Self {
        Self::Domain(error.into())
    }
}

/// The store's error by the name that the domain's signatures give it.
mod sqlx_error {
    pub use domain::store::Error;
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Domain(error) => error.fmt(f),
            Self::Problem(problem) => write!(f, "{problem:?}"),
            Self::Waiting => f.write_str("the account waits"),
        }
    }
}

impl Failure {
    /// What a visitor is told; causes stay here.
    pub fn problem(&self) -> Problem {
        match self {
            Self::Problem(problem) => problem.clone(),
            Self::Waiting | Self::Domain(Error::SignedOut | Error::Forbidden(_) | Error::Pending) => Problem::Forbidden,
            Self::Domain(Error::NotFound) => Problem::NotFound,
            Self::Domain(Error::Invalid(fields)) => {
                Problem::Invalid(fields.iter().next().map(|(_, why)| why.to_owned()))
            }
            Self::Domain(Error::TooMany(wait) | Error::Slow(wait)) => Problem::TooMany(wait.as_secs().max(1)),
            Self::Domain(Error::Database(error)) if domain::store::is_away(error) => Problem::Unavailable,
            Self::Domain(Error::Bus(_)) => Problem::Unavailable,
            Self::Domain(Error::Database(_) | Error::Search(_) | Error::Internal(_)) => Problem::Internal,
        }
    }

    /// What to mend, by field, for scripts.
    pub fn json(&self) -> serde_json::Value {
        match self {
            Self::Domain(Error::Invalid(fields)) => {
                let by_field: serde_json::Map<_, _> =
                    fields.iter().map(|(name, why)| (name.to_owned(), why.into())).collect();
                json!({"error": fields.iter().next().map(|(_, why)| why), "fields": by_field})
            }
            Self::Domain(Error::Forbidden(why)) => json!({"error": why}),
            Self::Domain(Error::TooMany(wait)) => {
                let wait = templates::when::wait(&wait.as_secs());
                json!({"error": format!("Too many in a short time: again in {wait}.")})
            }
            Self::Domain(Error::Slow(wait)) => json!({"error": crate::handlers::too_soon(*wait)}),
            Self::Domain(Error::Pending) => json!({"error": "It waits for approval."}),
            Self::Problem(Problem::ReadOnly) => {
                json!({"error": "The site is read-only for now: nothing can be changed."})
            }
            Self::Waiting => json!({"error": "Your account waits for an admin of the site."}),
            Self::Domain(Error::SignedOut) | Self::Problem(Problem::Expired) => {
                json!({"error": "You are signed out, or the page is too old: load it again."})
            }
            _ => json!({"error": status_words(self.status_code())}),
        }
    }
}

fn status_words(status: StatusCode) -> &'static str {
    match status.as_u16() {
        404 => "There is nothing here.",
        413 => "That is too much at once.",
        415 => "Send the request again without a Content-Encoding header.",
        503 => "A part of the site is resting. Try again in a moment.",
        500 => "Something broke on our side. Try again in a minute.",
        _ => "That cannot be done.",
    }
}

impl ResponseError for Failure {
    fn status_code(&self) -> StatusCode {
        let status = match self {
            Self::Domain(Error::SignedOut) => 401,
            _ => self.problem().status(),
        };
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}

/// Whether the one who asks is a script that wants JSON.
pub fn wants_json(request: &HttpRequest) -> bool {
    request
        .headers()
        .get(ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|accept| accept.starts_with("application/json"))
}

/// Middleware: answers 415 to a request with a `Content-Encoding`, before its body is read. A few compressed kilobytes can
/// become megabytes of memory, and no browser compresses a form.
pub async fn refuse_encoded_bodies(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<actix_web::body::BoxBody>, actix_web::Error> {
    if request.headers().contains_key(CONTENT_ENCODING) {
        return Ok(request.error_response(Failure::Problem(Problem::EncodedBody)));
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

/// Middleware: turns whatever went wrong into the page for it, with the frame of whoever asks.
pub async fn render_errors(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<actix_web::body::BoxBody>, actix_web::Error> {
    let answered = next.call(request).await?.map_into_boxed_body();
    let Some(error) = answered.response().error() else { return Ok(answered) };
    let failure = match error.as_error::<Failure>() {
        Some(Failure::Domain(inner)) => Cause::of(&Failure::Problem(Problem::Internal), Some(inner)),
        Some(other) => Cause::of(other, None),
        None if error.as_error::<PayloadError>().is_some() => Cause::plain(Problem::TooLarge),
        None => match answered.status().as_u16() {
            404 => Cause::plain(Problem::NotFound),
            405 => Cause::plain(Problem::MethodNotAllowed),
            413 => Cause::plain(Problem::TooLarge),
            400..=499 => Cause::plain(Problem::BadRequest),
            _ => Cause::plain(Problem::Internal),
        },
    };
    let status = answered.status();
    let (request, _) = answered.into_parts();
    let response = failure.respond(&request, status).await;
    Ok(ServiceResponse::new(request, response))
}

/// A failure taken out of the response that it is to replace.
struct Cause {
    problem: Problem,
    json: serde_json::Value,
    waiting: bool,
    signed_out: bool,
    why: Option<&'static str>,
}

impl Cause {
    fn plain(problem: Problem) -> Self {
        Self::of(&Failure::Problem(problem), None)
    }

    fn of(failure: &Failure, inner: Option<&Error>) -> Self {
        let copy = inner.map(|error| match error {
            Error::NotFound => Failure::Domain(Error::NotFound),
            Error::Forbidden(why) => Failure::Domain(Error::Forbidden(why)),
            Error::Invalid(fields) => Failure::Domain(Error::Invalid(fields.clone())),
            Error::TooMany(wait) => Failure::Domain(Error::TooMany(*wait)),
            Error::Slow(wait) => Failure::Domain(Error::Slow(*wait)),
            Error::Pending => Failure::Domain(Error::Pending),
            Error::SignedOut => Failure::Domain(Error::SignedOut),
            Error::Database(cause) => {
                tracing::error!(error = %cause, "a request failed at the database");
                Failure::Problem(if domain::store::is_away(cause) { Problem::Unavailable } else { Problem::Internal })
            }
            Error::Bus(cause) => {
                tracing::error!(error = %cause, "a request failed at the bus");
                Failure::Problem(Problem::Unavailable)
            }
            Error::Search(cause) => {
                tracing::error!(error = %cause, "a request failed at the search index");
                Failure::Problem(Problem::Internal)
            }
            Error::Internal(cause) => {
                tracing::error!(error = %cause, "a request failed");
                Failure::Problem(Problem::Internal)
            }
        });
        let failure = copy.as_ref().unwrap_or(failure);
        let why = match failure {
            Failure::Domain(Error::Forbidden(why)) => Some(*why),
            _ => None,
        };
        Self {
            problem: failure.problem(),
            json: failure.json(),
            waiting: matches!(failure, Failure::Waiting),
            signed_out: matches!(failure, Failure::Domain(Error::SignedOut)),
            why,
        }
    }

    async fn respond(self, request: &HttpRequest, status: StatusCode) -> HttpResponse {
        let mut response =
            if wants_json(request) { HttpResponse::build(status).json(self.json) } else { self.page(request).await };
        let wait = match self.problem {
            Problem::TooMany(seconds) => Some(seconds),
            _ if response.status() == StatusCode::SERVICE_UNAVAILABLE => Some(RESTING),
            _ => None,
        };
        if let Some(seconds) = wait {
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        if let Problem::EncodedBody = self.problem {
            // RFC 9110, 15.5.16: which encodings would have been accepted.
            response.headers_mut().insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        }
        if let Problem::MethodNotAllowed = self.problem
            && let Some(allowed) = request.match_pattern().and_then(|pattern| allowed(&pattern))
        {
            response.headers_mut().insert(ALLOW, allowed);
        }
        response
    }

    async fn page(&self, request: &HttpRequest) -> HttpResponse {
        let Ok(req) = Req::of(request).await else {
            return HttpResponse::ServiceUnavailable()
                .body("A part of the site is resting. Wait a moment and load the page again.\n");
        };
        if self.signed_out && request.method() == actix_web::http::Method::GET {
            return req.redirect(&format!("/-/sign-in?next={}", templates::search::encoded(&req.path)));
        }
        if self.waiting
            && let Some(answer) = waiting(&req).await
        {
            return answer;
        }
        // The frame's own figures may be what failed: a bare one will do.
        let frame = match req.frame().await {
            Ok(frame) => frame,
            Err(_) => req.bare_layout(),
        };
        // What is not there answers everyone alike.
        let frame = templates::Layout { told: None, ..frame };
        let kept = crate::form::kept(request);
        let is_expired = self.signed_out && !kept.written().is_empty();
        let problem = if is_expired { Problem::Expired } else { self.problem.clone() };
        let status = StatusCode::from_u16(problem.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        req.page_with(status, &ErrorPage { frame, problem, why: self.why, kept })
    }
}

/// The page for somebody whose account waits for an admin of the site.
async fn waiting(req: &Req) -> Option<HttpResponse> {
    let account = domain::people::sign_ups::own(req.cx(), req.waiting.as_ref()?.person.id).await.ok()?;
    let page = Waiting {
        frame: req.bare_layout(),
        since: account.waiting_since,
        declined: account.declined_at.is_some(),
        has_unread_notice: account.email.is_some(),
        unconfirmed: account.new_email,
    };
    Some(req.page_with(StatusCode::FORBIDDEN, &page))
}
