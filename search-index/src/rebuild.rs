//! A new index built beside the current one.

use std::path::PathBuf;
use std::{fmt, fs};

use tantivy::IndexWriter;

use crate::document::Document;
use crate::engine::{self, Load};
use crate::error::Result;
use crate::generation::Generation;
use crate::home::Lock;
use crate::index::Index;
use crate::writer::Writer;

/// A new index being filled while the current one answers. Dropped unfinished, it leaves no trace. Takes up to about 100
/// MB of memory. There is only one [`Writer`] or rebuild per folder.
pub struct Rebuild {
    // Dropped in this order.
    bulk: IndexWriter,
    unfinished: Unfinished,
    index: Index,
    lock: Lock,
    name: String,
}

/// Removes the folder unless the index was finished.
struct Unfinished {
    path: PathBuf,
    finished: bool,
}

impl Rebuild {
    /// Begins a rebuild; `None` while this or another process writes. If you have a writer, use [`Writer::rebuild`].
    /// Removes what killed rebuilds left behind.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn begin(index: &Index) -> Result<Option<Self>> {
        match index.lock()? {
            Some(lock) => Self::with(index.clone(), lock).map(Some),
            None => Ok(None),
        }
    }

    pub(crate) fn with(index: Index, lock: Lock) -> Result<Self> {
        index.home().sweep(&index.home().current()?);
        let name = index.home().new_generation()?;
        let unfinished = Unfinished { path: index.home().path(&name), finished: false };
        let made = Generation::create(&unfinished.path)?;
        let bulk = engine::open_writer(&made, Load::Bulk)?;
        Ok(Self { bulk, unfinished, index, lock, name })
    }

    /// Adds a document. Each kind and id must come only once: nothing is replaced. Several threads may add at a time; it
    /// takes as long as its words take to be found.
    ///
    /// # Errors
    /// When the index cannot be written; the rebuild is lost then.
    pub fn add(&self, document: &Document<'_>) -> Result<()> {
        self.bulk.add_document(self.index.fields().document(document))?;
        Ok(())
    }

    /// Atomically replaces the current index by the new one, and removes the old one. Other processes switch at their
    /// next reload. The returned writer continues from `position`.
    ///
    /// # Errors
    /// When the index cannot be written. The old index then stays in use, unless the failure came after the swap;
    /// [`Index::position`] tells which.
    pub fn finish(self, position: &str) -> Result<Writer> {
        let Self { mut bulk, mut unfinished, index, lock, name } = self;
        engine::commit(&mut bulk, position)?;
        engine::merge_all(&mut bulk)?;
        // The parts that were merged.
        bulk.garbage_collect_files().wait()?;
        drop(bulk);
        index.home().set_current(&name)?;
        unfinished.finished = true;
        index.writer(lock)
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if !self.finished {
            // Leftovers are removed by the next writer or rebuild.
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

impl fmt::Debug for Rebuild {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rebuild").field("generation", &self.name).finish_non_exhaustive()
    }
}
