//! A process's handle on the search index.

use crate::platform::error::{Error, Result};
use search_index::Index;
pub use search_index::Order;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use tokio::sync::Notify;

/// A process's view of the search index.
#[derive(Clone, Debug)]
pub struct Search {
    pub(crate) index: Index,
    pub(crate) wake: Arc<Notify>,
    /// Documents that this process has put into the index that it is filling.
    pub(crate) filled: Arc<AtomicU64>,
}

impl Search {
    /// Opens the index in a folder, which is created if missing. Blocks on disk access.
    ///
    /// # Errors
    /// When the folder cannot be read or created.
    pub fn open(dir: &Path) -> Result<Self> {
        Ok(Self { index: Index::open(dir)?, wake: Arc::new(Notify::new()), filled: Arc::default() })
    }

    /// The number of documents.
    pub fn documents(&self) -> u64 {
        self.index.documents()
    }

    /// The size in bytes.
    pub fn bytes(&self) -> u64 {
        self.index.bytes()
    }

    /// Returns the names of files whose contents do not match their checksums.
    ///
    /// # Errors
    /// When the files cannot be read.
    pub async fn damaged_files(&self) -> Result<Vec<String>> {
        let index = self.index.clone();
        let verify = tokio::task::spawn_blocking(move || index.damaged_files());
        Ok(verify.await.map_err(|error| Error::Internal(error.to_string()))??)
    }

    /// Makes the follower look for changes now.
    pub fn wake(&self) {
        self.wake.notify_one();
    }
}
