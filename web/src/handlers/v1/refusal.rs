//! Refusals of the API: problem details (RFC 9457).

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_LANGUAGE, HeaderValue, WWW_AUTHENTICATE};
use actix_web::{HttpRequest, ResponseError};
use domain::Error;
use serde::Serialize;
use utoipa::ToSchema;

use crate::failure::{Cause, Failure, Reason};
use crate::refused;
use texts::{Lang, Text, errors};

/// The media type of problem details.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// What is wrong with a field.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FieldError {
    /// The name of the field; empty if it is about the whole.
    pub field: String,
    /// What to correct, in the language of `Accept-Language`.
    pub detail: String,
    /// Names the text of `detail`, whatever its language. Left out for texts without a name.
    #[serde(skip_serializing_if = "String::is_empty")]
    #[schema(required = false)]
    pub code: String,
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
    /// What to do about it, in the language of `Accept-Language`.
    pub detail: String,
    /// Names the text of `detail`, whatever its language. Left out for texts without a name.
    #[serde(skip_serializing_if = "String::is_empty")]
    #[schema(required = false)]
    pub code: String,
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
                Self::Malformed(fields.get("cursor").cloned().unwrap_or_else(errors::invalid))
            }
            Error::Changed => Self::Changed,
            other => Self::Failure(other.into()),
        }
    }
}

impl Refusal {
    /// A field that is wrong.
    pub fn invalid(field: &'static str, why: Text) -> Self {
        Self::Failure(Error::invalid(field, why).into())
    }

    /// The answer, in a language.
    pub fn response(&self, lang: Lang) -> HttpResponse {
        let answer = |status, why: Text| response(status, &Reason { error: why, fields: Vec::new() }, lang);
        let failure = match self {
            Self::Malformed(why) => return answer(StatusCode::BAD_REQUEST, why.clone()),
            Self::NotJson => return answer(StatusCode::UNSUPPORTED_MEDIA_TYPE, errors::api_not_json()),
            Self::Changed => return answer(StatusCode::PRECONDITION_FAILED, errors::api_changed()),
            Self::Running => {
                let mut response = answer(StatusCode::CONFLICT, errors::api_running());
                response.headers_mut().insert(actix_web::http::header::RETRY_AFTER, HeaderValue::from_static("1"));
                return response;
            }
            Self::Failure(Failure::Domain(Error::SignedOut)) => {
                return answer(StatusCode::UNAUTHORIZED, errors::must_sign_in());
            }
            Self::Failure(failure) => failure,
        };
        failure.log();
        if let Failure::Domain(error) = failure {
            refused::note(error);
        }
        let mut response = response(failure.status_code(), &failure.reason(), lang);
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
pub fn outside(cause: &Cause, status: StatusCode, lang: Lang) -> HttpResponse {
    if status == StatusCode::METHOD_NOT_ALLOWED {
        return response(status, &Reason { error: errors::api_method(), fields: Vec::new() }, lang);
    }
    response(status, &cause.reason, lang)
}

/// Whether a request is one of this API.
pub fn is_v1(request: &HttpRequest) -> bool {
    request.path().starts_with("/api/v1/")
}

fn response(status: StatusCode, reason: &Reason, lang: Lang) -> HttpResponse {
    let (kind, title) = named(status);
    let error = |(field, why): &(&'static str, Text)| FieldError {
        field: (*field).to_owned(),
        detail: why.to(lang),
        code: why.code().to_owned(),
    };
    let problem = Problem {
        kind: format!("/-/api#{kind}"),
        title: title.to_owned(),
        status: status.as_u16(),
        detail: reason.error.to(lang),
        code: reason.error.code().to_owned(),
        errors: reason.fields.iter().map(error).collect(),
    };
    let body = serde_json::to_string(&problem).unwrap_or_default();
    let mut response = HttpResponse::build(status).content_type(MEDIA_TYPE).body(body);
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static(lang.code()));
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
