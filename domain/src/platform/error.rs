//! What can go wrong, one variant for each reaction a caller can have.

use std::time::Duration;

use model::{Denied, Fields};

/// What a domain function answers.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a domain function did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is not there, or the one who asks may not know that it is.
    #[error("not found")]
    NotFound,
    /// It is there, but not theirs to do; the text tells them why.
    #[error("{0}")]
    Forbidden(&'static str),
    /// What was typed has to be mended.
    #[error("invalid: {0:?}")]
    Invalid(Fields),
    /// Too often; again after this long.
    #[error("too many, again in {} s", .0.as_secs())]
    TooMany(Duration),
    /// Slow mode: their last message there is not long enough ago; again after this long.
    #[error("too soon, again in {} s", .0.as_secs())]
    Slow(Duration),
    /// It is safe, and not posted: it waits for approval.
    #[error("it waits for approval")]
    Pending,
    /// Whoever asks has to sign in first.
    #[error("signed out")]
    SignedOut,
    /// The database is away or refused.
    #[error("database: {0}")]
    Database(#[from] store::Error),
    /// The bus is away.
    #[error("bus: {0}")]
    Bus(#[from] bus::BusError),
    /// The search index failed.
    #[error("search index: {0}")]
    Search(#[from] search_index::Error),
    /// Something of ours is broken.
    #[error("{0}")]
    Internal(String),
}

impl Error {
    /// One field that has to be mended.
    pub fn invalid(field: &'static str, message: impl Into<String>) -> Self {
        Self::Invalid(Fields::of(field, message))
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
