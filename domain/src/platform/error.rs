//! Errors, one variant for each reaction of a caller.

use std::time::Duration;

use model::{Denied, Fields};
use texts::Text;

/// The result of a domain function.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Returns an error's text with the causes that it does not name itself.
pub fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let own = error.to_string();
        if !text.contains(&own) {
            text = format!("{text}: {own}");
        }
        cause = error.source();
    }
    text
}

/// An exceeded rate limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exceeded {
    /// Its name.
    pub limit: &'static str,
    /// The most actions within `window`.
    pub most: u64,
    /// The time after which counting begins again.
    pub window: Duration,
    /// The time to wait.
    pub wait: Duration,
}

/// Why a domain function failed.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)]
pub enum Error {
    /// It does not exist, or the viewer may not know that it does.
    #[error("not found")]
    NotFound,
    /// The viewer may not do this; the text tells them why.
    #[error("{0}")]
    Forbidden(Text),
    /// The fields to correct.
    #[error("invalid: {0:?}")]
    Invalid(Fields),
    /// What the viewer changes is not what they saw: somebody changed it meanwhile.
    #[error("changed meanwhile")]
    Changed,
    /// A rate limit is exceeded.
    #[error("too many, again in {} s", .0.wait.as_secs())]
    TooMany(Exceeded),
    /// Slow mode: the viewer posted too recently; the time to wait.
    #[error("too soon, again in {} s", .0.as_secs())]
    Slow(Duration),
    /// Too many others wait for the same thing; the time after which to try again.
    #[error("busy")]
    Busy(Duration),
    /// The message was saved, but waits for approval.
    #[error("waiting for approval")]
    Pending,
    /// The viewer has to sign in first.
    #[error("signed out")]
    SignedOut,
    /// The database is away or refused.
    #[error("database: {}", chain(.0))]
    Database(#[from] store::Error),
    /// The bus is away.
    #[error("bus: {}", chain(.0))]
    Bus(#[from] bus::BusError),
    #[error("search index: {}", chain(.0))]
    Search(#[from] search_index::Error),
    /// This process has no search index.
    #[error("this process does not run search")]
    NoSearch,
    /// The storage of files is away, full, or refused.
    #[error("storage: {0}")]
    Storage(String),
    /// A bug or a broken environment.
    #[error("{0}")]
    Internal(String),
}

impl Error {
    /// An error about one field.
    pub fn invalid(field: &'static str, message: Text) -> Self {
        Self::Invalid(Fields::of(field, message))
    }

    /// A refusal with its reason.
    pub fn forbidden(why: Text) -> Self {
        Self::Forbidden(why)
    }

    /// Whether the database, the bus or the storage does not answer now; the same request may succeed later.
    pub fn is_unavailable(&self) -> bool {
        match self {
            Self::Database(error) => store::is_away(error),
            Self::Bus(_) | Self::NoSearch | Self::Storage(_) => true,
            _ => false,
        }
    }
}

impl From<Denied> for Error {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::NotFound => Self::NotFound,
            Denied::Forbidden(why) => Self::Forbidden(why),
            Denied::SignedOut => Self::SignedOut,
        }
    }
}

impl From<Fields> for Error {
    fn from(fields: Fields) -> Self {
        Self::Invalid(fields)
    }
}
