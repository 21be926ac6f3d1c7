//! What can go wrong. What people type into a search box is not among it.

use std::io;

/// A result whose error is this crate's.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why the index could not be read or written.
///
/// After an error from a [`Writer`](crate::Writer) or a [`Rebuild`](crate::Rebuild) everything since
/// its last commit is gone: its owner goes on from [`Index::position`](crate::Index::position).
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The folder or a file in it could not be used: missing rights, full disk, no file handles left.
    #[error("the search index folder cannot be used")]
    Io(#[from] io::Error),
    /// A file of the index turned out to be damaged, after it had opened well. A
    /// [`Rebuild`](crate::Rebuild) mends it.
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
