//! Refusals of the API: problem details (RFC 9457).

use std::fmt;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, HeaderValue, WWW_AUTHENTICATE};
use actix_web::{HttpRequest, ResponseError};
use domain::Error;
use serde::Serialize;
use utoipa::ToSchema;

use crate::failure::{Cause, Failure, MUST_SIGN_IN};
use crate::refused;
use texts::Text;

/// The media type of problem details.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// What is wrong with a field.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FieldError {
    /// The name of the field; empty if it is about the whole.
    pub field: String,
    /// What to correct.
    pub detail: String,
}

/// Why a request was refused (RFC 9457).
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Problem {
    /// An address that explains this kind of problem.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind of problem in words.
    pub title: String,
    /// The status of the answer.
    pub status: u16,
    /// What to do about it.
    pub detail: String,
    /// What is wrong with which field.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub errors: Vec<FieldError>,
}

/// Why there is no answer.
#[derive(Debug)]
pub enum Refusal {
    /// As on pages.
    Failure(Failure),
    /// The request cannot be read: 400.
    Malformed(Text),
    /// The body's type is not JSON: 415.
    NotJson,
    /// What the caller changes is not what they saw: 412.
    Changed,
    /// A request with the same key is still running: 409.
    Running,
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        match error {
            Error::Invalid(fields) if fields.iter().all(|(field, _)| field == "cursor") => {
                Self::Malformed(fields.get("cursor").cloned().unwrap_or_else(|| Text::verbatim("")))
            }
            other => Self::Failure(other.into()),
        }
    }
}

impl Refusal {
    /// A field that is wrong.
    pub fn invalid(field: &'static str, why: Text) -> Self {
        Self::Failure(Error::invalid(field, why).into())
    }

    /// The answer.
    pub fn response(&self) -> HttpResponse {
        let failure = match self {
            Self::Malformed(why) => return response(StatusCode::BAD_REQUEST, why, Vec::new()),
            Self::NotJson => {
                let why = texts::api_errors::not_json();
                return response(StatusCode::UNSUPPORTED_MEDIA_TYPE, &why, Vec::new());
            }
            Self::Changed => {
                let why = texts::api_errors::changed();
                return response(StatusCode::PRECONDITION_FAILED, &why, Vec::new());
            }
            Self::Running => {
                let why = texts::api_errors::running();
                let mut response = response(StatusCode::CONFLICT, &why, Vec::new());
                response.headers_mut().insert(actix_web::http::header::RETRY_AFTER, HeaderValue::from_static("1"));
                return response;
            }
            Self::Failure(Failure::Domain(Error::SignedOut)) => {
                return response(StatusCode::UNAUTHORIZED, &MUST_SIGN_IN, Vec::new());
            }
            Self::Failure(failure) => failure,
        };
        failure.log();
        if let Failure::Domain(error) = failure {
            refused::note(error);
        }
        let mut response = of_json(failure.status_code(), &failure.json());
        if let Failure::Domain(error) = failure
            && error.is_unavailable()
        {
            response.headers_mut().insert(actix_web::http::header::RETRY_AFTER, HeaderValue::from_static("3"));
        }
        refused::tell(response.status(), response.headers_mut());
        response
    }
}

/// The answer for a failure outside the endpoints: an unknown path, a wrong method.
pub fn outside(cause: &Cause, status: StatusCode) -> HttpResponse {
    of_json(status, &cause.json)
}

/// Whether a request is one of this API.
pub fn is_v1(request: &HttpRequest) -> bool {
    request.path().starts_with("/api/v1/")
}

/// Makes a problem of the JSON that scripts of pages get.
fn of_json(status: StatusCode, json: &serde_json::Value) -> HttpResponse {
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let detail = match status {
        StatusCode::METHOD_NOT_ALLOWED => texts::api_errors::method().to_string(),
        _ => text(&json["error"]),
    };
    let errors = json["fields"].as_object().into_iter().flatten();
    let errors = errors.map(|(field, why)| FieldError { field: field.clone(), detail: text(why) }).collect();
    response(status, &detail, errors)
}

fn response(status: StatusCode, detail: &impl fmt::Display, errors: Vec<FieldError>) -> HttpResponse {
    let (kind, title) = named(status);
    let (title, detail) = (title.to_owned(), detail.to_string());
    let problem = Problem { kind: format!("/-/api#{kind}"), title, status: status.as_u16(), detail, errors };
    let body = serde_json::to_string(&problem).unwrap_or_default();
    let mut response = HttpResponse::build(status).content_type(MEDIA_TYPE).body(body);
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    if status == StatusCode::UNAUTHORIZED {
        headers.append(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"Klatch\""));
        headers.append(WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"Klatch\""));
    }
    response.map_into_boxed_body()
}

/// The kinds of problems: the status, the word in its URL, and its title.
pub const KINDS: [(u16, &str, &str); 13] = [
    (400, "malformed", "Malformed request"),
    (401, "sign-in", "Authentication required"),
    (403, "forbidden", "Not allowed"),
    (404, "not-found", "Not found"),
    (405, "method", "Method not allowed"),
    (408, "slow-request", "Request timed out"),
    (409, "running", "Request still running"),
    (412, "changed", "Changed since it was read"),
    (413, "too-large", "Too large"),
    (415, "media-type", "Unsupported media type"),
    (422, "invalid", "Invalid fields"),
    (429, "too-many", "Too many requests"),
    (503, "unavailable", "Temporarily unavailable"),
];

fn named(status: StatusCode) -> (&'static str, &'static str) {
    let known = KINDS.iter().find(|(code, ..)| *code == status.as_u16());
    known.map_or(("internal", "Internal error"), |(_, kind, title)| (kind, title))
}
