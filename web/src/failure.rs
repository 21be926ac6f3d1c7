//! Failures of handlers, and what a visitor learns about them; `errors.rs` renders it.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::ACCEPT;
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use domain::Error;
use serde_json::json;
use templates::errors::Problem;
use texts::Text;

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

    /// Returns what to correct, by field, for scripts.
    pub fn json(&self) -> serde_json::Value {
        match self {
            Self::Domain(Error::Invalid(fields)) => {
                let by_field: serde_json::Map<_, _> =
                    fields.iter().map(|(name, why)| (name.to_owned(), why.to_string().into())).collect();
                json!({"error": fields.iter().next().map(|(_, why)| why.to_string()), "fields": by_field})
            }
            Self::Domain(Error::Forbidden(why)) => json!({"error": why.to_string()}),
            Self::Domain(Error::TooMany(limit)) => {
                let wait = templates::when::wait(&limit.wait.as_secs());
                json!({"error": format!("You're doing that too often. Try again in {wait}.")})
            }
            Self::Domain(Error::Slow(wait)) => json!({"error": too_soon(*wait)}),
            Self::Domain(Error::Pending) => json!({"error": "Waiting for approval."}),
            Self::Domain(Error::Storage(_)) => json!({"error": texts::files::no_storage().to_string()}),
            Self::Problem(Problem::ReadOnly) => {
                json!({"error": "The site is in read-only mode. Posting and editing are paused."})
            }
            Self::Unproved(_) => json!({"error": "Reload the page, confirm your password, and try again."}),
            Self::NeedsTwoFactor => json!({"error": "Turn on two-factor authentication first."}),
            Self::Credentials(Some(why)) => json!({"error": why.to_string()}),
            Self::Credentials(None) => json!({"error": MUST_SIGN_IN}),
            Self::Waiting => json!({"error": "Your account is waiting for approval by a site admin."}),
            Self::Problem(Problem::NotSecure(address)) => {
                json!({"error": format!("The site is at {address}. Open it there.")})
            }
            Self::Domain(Error::SignedOut) | Self::Problem(Problem::Expired) => {
                json!({"error": "You're signed out, or the page has expired. Reload it."})
            }
            _ => json!({"error": status_words(self.status_code())}),
        }
    }
}

fn status_words(status: StatusCode) -> &'static str {
    match status.as_u16() {
        404 => "Not found.",
        408 => "The request didn't arrive in time.",
        413 => "That's too large.",
        415 => "Send the request again without a Content-Encoding header.",
        503 => "This part of the site is temporarily unavailable. Try again in a moment.",
        500 => "Something went wrong on our end. Try again in a minute.",
        _ => "You can't do that.",
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

/// The error for an API client without credentials.
pub const MUST_SIGN_IN: &str = "Sign in with your username and your password or an API token.";

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
    /// The same for scripts.
    pub json: serde_json::Value,
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
            json: failure.json(),
            is_waiting: matches!(failure, Failure::Waiting),
            unproved: match failure {
                Failure::Unproved(why) => Some(why.clone()),
                _ => None,
            },
            needs_two_factor: matches!(failure, Failure::NeedsTwoFactor),
            is_signed_out: matches!(failure, Failure::Domain(Error::SignedOut)),
            why: match failure {
                Failure::Domain(Error::Forbidden(why)) => Some(why.clone()),
                Failure::NeedsTwoFactor => {
                    Some("Site admins need two-factor authentication. Turn it on in your settings.".into())
                }
                _ => None,
            },
        }
    }
}

/// Returns the slow mode message for a user who must wait.
pub fn too_soon(wait: std::time::Duration) -> String {
    let seconds = wait.as_secs().max(1) + u64::from(wait.subsec_nanos() > 0 && wait.as_secs() > 0);
    format!("This group is in slow mode. You can post this in {}.", templates::when::wait(&seconds))
}
