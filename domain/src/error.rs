//! What can go wrong, one variant for each reaction a caller can have.

use std::collections::BTreeMap;
use std::time::Duration;

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
    Held,
    /// Whoever asks has to sign in first.
    #[error("signed out")]
    SignedOut,
    /// The database is away or refused.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// The bus is away.
    #[error("bus: {0}")]
    Bus(#[from] crate::bus::BusError),
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

/// What has to be mended in a form, by field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields(BTreeMap<&'static str, String>);

impl Fields {
    /// Of one field.
    pub fn of(field: &'static str, message: impl Into<String>) -> Self {
        let mut fields = Self::default();
        fields.add(field, message);
        fields
    }

    /// Adds what is wrong with a field; the first complaint about it stays.
    pub fn add(&mut self, field: &'static str, message: impl Into<String>) {
        self.0.entry(field).or_insert_with(|| message.into());
    }

    /// What is wrong with a field.
    pub fn get(&self, field: &str) -> Option<&str> {
        self.0.get(field).map(String::as_str)
    }

    /// All complaints, by field.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().map(|(field, message)| (*field, message.as_str()))
    }

    /// `Ok` when nothing is wrong.
    ///
    /// # Errors
    /// [`Error::Invalid`] with what has to be mended.
    pub fn check(self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(Error::Invalid(self)) }
    }
}
