//! Errors of the index. No query text is an error.

use std::io;

/// A result with this crate's error.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why the index could not be read or written.
///
/// After an error from a [`Writer`](crate::Writer) or a [`Rebuild`](crate::Rebuild) all changes since its last commit
/// are lost. Continue from [`Index::position`](crate::Index::position).
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The folder or a file in it cannot be used: missing rights, full disk, no file handles left.
    #[error("the search index folder cannot be used")]
    Io(#[from] io::Error),
    /// A file of the index is damaged, though it opened well. A [`Rebuild`](crate::Rebuild) repairs it.
    #[error("the search index is damaged")]
    Damaged,
    /// The search engine failed otherwise, for instance in one of its threads.
    #[error("the search engine failed")]
    Engine(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl From<tantivy::TantivyError> for Error {
    fn from(error: tantivy::TantivyError) -> Self {
        Self::Engine(Box::new(error))
    }
}
