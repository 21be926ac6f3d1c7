//! Failures of handlers, and what a visitor learns about them; `errors.rs` renders it.

use std::fmt;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::ACCEPT;
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use domain::Error;
use serde_json::json;
use templates::errors::Problem;
use templates::when::wait;
use texts::{Lang, Text, access, errors};

use crate::refused;

/// The result of a handler.
pub type Answer = Result<HttpResponse, Failure>;

/// Why there is no page.
#[derive(Debug)]
pub enum Failure {
    /// An error of the domain.
    Domain(Error),
    /// The request itself is at fault.
    Problem(Problem),
    /// The credentials of an API client are missing (`None`) or refused.
    Credentials(Option<Text>),
    /// The account waits for approval by an admin of the site.
    Waiting,
    /// An admin must give the password again, and what was wrong with it.
    Unproved(Option<Text>),
    /// An admin must turn on two-factor authentication.
    NeedsTwoFactor,
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

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Domain(error) => error.fmt(f),
            Self::Problem(problem) => write!(f, "{problem:?}"),
            Self::Credentials(why) => write!(f, "credentials: {why:?}"),
            Self::Waiting => f.write_str("the account is waiting for approval"),
            Self::Unproved(_) => f.write_str("the admin must give the password again"),
            Self::NeedsTwoFactor => f.write_str("the admin must turn on two-factor authentication"),
        }
    }
}

impl Failure {
    /// Returns what a visitor may know; causes are not part of it.
    pub fn problem(&self) -> Problem {
        match self {
            Self::Problem(problem) => problem.clone(),
            Self::Credentials(_)
            | Self::Waiting
            | Self::Unproved(_)
            | Self::NeedsTwoFactor
            | Self::Domain(Error::SignedOut | Error::Forbidden(_) | Error::Pending) => Problem::Forbidden,
            Self::Domain(Error::NotFound) => Problem::NotFound,
            Self::Domain(Error::Changed) => Problem::Conflict,
            Self::Domain(Error::Invalid(fields)) => {
                Problem::Invalid(fields.iter().next().map(|(_, why)| why.to_owned()))
            }
            Self::Domain(Error::TooMany(limit)) => Problem::TooMany(limit.wait.as_secs().max(1)),
            Self::Domain(Error::Slow(wait)) => Problem::TooMany(wait.as_secs().max(1)),
            Self::Domain(Error::Busy(_)) => Problem::Unavailable,
            Self::Domain(error) if error.is_unavailable() => Problem::Unavailable,
            Self::Domain(
                Error::Database(_)
                | Error::Bus(_)
                | Error::Search(_)
                | Error::NoSearch
                | Error::Storage(_)
                | Error::Internal(_),
            ) => Problem::Internal,
        }
    }

    /// Whether the database, the bus or the storage is away.
    pub fn is_unavailable(&self) -> bool {
        matches!(self, Self::Domain(error) if error.is_unavailable())
    }

    /// Logs the cause, which only operators may read.
    pub(crate) fn log(&self) {
        match self {
            Self::Domain(Error::Database(cause)) => tracing::error!(error = %cause, "a request failed at the database"),
            Self::Domain(Error::Bus(cause)) => tracing::error!(error = %cause, "a request failed at the bus"),
            Self::Domain(Error::Search(cause)) => {
                tracing::error!(error = %cause, "a request failed at the search index")
            }
            Self::Domain(Error::Storage(cause)) => {
                tracing::error!(error = %cause, "a request failed at the storage of files")
            }
            Self::Domain(Error::Internal(cause)) => tracing::error!(error = %cause, "a request failed"),
            Self::Domain(_)
            | Self::Problem(_)
            | Self::Credentials(_)
            | Self::Waiting
            | Self::Unproved(_)
            | Self::NeedsTwoFactor => {}
        }
    }

    /// Returns what programs learn.
    pub fn reason(&self) -> Reason {
        let mut fields = Vec::new();
        let error = match self {
            Self::Domain(Error::Invalid(invalid)) => {
                fields = invalid.iter().map(|(name, why)| (name, why.clone())).collect();
                fields.first().map_or_else(errors::invalid, |(_, why)| why.clone())
            }
            Self::Domain(Error::Forbidden(why)) | Self::Credentials(Some(why)) => why.clone(),
            Self::Domain(Error::TooMany(limit)) => errors::too_many_about(wait(&limit.wait.as_secs())),
            Self::Domain(Error::Slow(wait)) => errors::slow_mode(slow_wait(*wait)),
            Self::Domain(Error::Storage(_)) => texts::files::no_storage(),
            Self::Domain(Error::Pending) => errors::short_pending(),
            Self::Problem(Problem::ReadOnly) => access::read_only(),
            Self::Unproved(_) => errors::short_unproved(),
            Self::NeedsTwoFactor => errors::short_needs_two_factor(),
            Self::Credentials(None) => errors::must_sign_in(),
            Self::Waiting => errors::short_waiting(),
            Self::Problem(Problem::NotSecure(address)) => errors::short_not_secure(address),
            Self::Domain(Error::SignedOut) | Self::Problem(Problem::Expired) => errors::short_signed_out(),
            _ => of_status(self.status_code()),
        };
        Reason { error, fields }
    }
}

/// What programs learn about a failure, in no language yet.
#[derive(Clone, Debug)]
pub struct Reason {
    pub error: Text,
    /// What to correct, by field.
    pub fields: Vec<(&'static str, Text)>,
}

impl Reason {
    /// Returns it as JSON for scripts and for clients of the older API.
    pub fn json(&self, lang: Lang) -> serde_json::Value {
        let error = self.error.to(lang);
        if self.fields.is_empty() {
            return json!({ "error": error });
        }
        let fields: serde_json::Map<_, _> =
            self.fields.iter().map(|(name, why)| ((*name).to_owned(), why.to(lang).into())).collect();
        json!({ "error": error, "fields": fields })
    }
}

fn of_status(status: StatusCode) -> Text {
    match status.as_u16() {
        404 => errors::short_not_found(),
        409 => errors::conflict(),
        408 => errors::short_too_slow(),
        413 => errors::short_too_large(),
        415 => errors::encoded_about(),
        503 => errors::short_unavailable(),
        500 => errors::short_internal(),
        _ => errors::short_cannot(),
    }
}

impl ResponseError for Failure {
    fn status_code(&self) -> StatusCode {
        let status = match self {
            Self::Credentials(_) | Self::Domain(Error::SignedOut) => 401,
            _ => self.problem().status(),
        };
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        self.log();
        if let Self::Domain(error) = self {
            refused::note(error);
        }
        let mut response = HttpResponse::new(self.status_code());
        response.extensions_mut().insert(Cause::of(self));
        response
    }
}

/// Whether the request is one of the API.
pub fn is_api(request: &HttpRequest) -> bool {
    request.path().starts_with("/api/")
}

/// Whether the request comes from a program that wants JSON.
pub fn wants_json(request: &HttpRequest) -> bool {
    is_api(request) || accepts_json(request)
}

fn accepts_json(request: &HttpRequest) -> bool {
    request
        .headers()
        .get(ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|accept| accept.starts_with("application/json"))
}

/// What a visitor learns about a failure. It travels with the response to the middleware that renders it.
#[derive(Debug)]
pub struct Cause {
    pub problem: Problem,
    /// The same for programs.
    pub reason: Reason,
    /// Whether the account waits for approval by an admin of the site.
    pub is_waiting: bool,
    /// Whether an admin must give the password again, and what was wrong with it.
    pub unproved: Option<Option<Text>>,
    /// Whether an admin must turn on two-factor authentication.
    pub needs_two_factor: bool,
    /// Whether signing in would help.
    pub is_signed_out: bool,
    /// The reason that the policy gives.
    pub why: Option<Text>,
}

impl Cause {
    /// Returns the cause of a problem that arose outside a handler.
    pub fn plain(problem: Problem) -> Self {
        Self::of(&Failure::Problem(problem))
    }

    fn of(failure: &Failure) -> Self {
        Self {
            problem: failure.problem(),
            reason: failure.reason(),
            is_waiting: matches!(failure, Failure::Waiting),
            unproved: match failure {
                Failure::Unproved(why) => Some(why.clone()),
                _ => None,
            },
            needs_two_factor: matches!(failure, Failure::NeedsTwoFactor),
            is_signed_out: matches!(failure, Failure::Domain(Error::SignedOut)),
            why: match failure {
                Failure::Domain(Error::Forbidden(why)) => Some(why.clone()),
                Failure::NeedsTwoFactor => Some(errors::needs_two_factor_about()),
                _ => None,
            },
        }
    }
}

/// Returns how long a user must wait in slow mode, for a text.
pub fn slow_wait(wait: Duration) -> Text {
    let seconds = wait.as_secs().max(1) + u64::from(wait.subsec_nanos() > 0 && wait.as_secs() > 0);
    templates::when::wait(&seconds)
}
