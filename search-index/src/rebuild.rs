//! An index made anew beside the one in use.

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

/// A new index being filled, while the one in use answers. Dropped unfinished, it leaves no trace.
///
/// It takes up to about 60 MB of memory and, like the [`Writer`], is the only one in the folder.
pub struct Rebuild {
    // In the order in which they must go.
    bulk: IndexWriter,
    unfinished: Unfinished,
    index: Index,
    lock: Lock,
    name: String,
}

/// Removes the folder unless it was put in use.
struct Unfinished {
    path: PathBuf,
    finished: bool,
}

impl Rebuild {
    /// Begins one, or `None` while another process, or this one, writes. Who has a writer uses
    /// [`Writer::rebuild`]. Removes what killed rebuilds left behind.
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

    /// Adds a document. Each kind and id must come only once: here nothing is replaced.
    ///
    /// # Errors
    /// When the index cannot be written; the rebuild is lost then.
    pub fn add(&mut self, document: &Document<'_>) -> Result<()> {
        self.bulk.add_document(self.index.fields().document(document))?;
        Ok(())
    }

    /// Puts the new index in use in the place of the old one, whole or not at all, and removes the old
    /// one. Other processes switch at their next reload. The writer that is returned goes on from
    /// `position`.
    ///
    /// # Errors
    /// When the index cannot be written. The old one stays in use then, unless the failure came after
    /// the swap; [`Index::position`] tells which.
    pub fn finish(self, position: &str) -> Result<Writer> {
        let Self { mut bulk, mut unfinished, index, lock, name } = self;
        engine::commit(&mut bulk, position)?;
        engine::merge_all(&mut bulk)?;
        drop(bulk);
        index.home().set_current(&name)?;
        unfinished.finished = true;
        index.writer(lock)
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if !self.finished {
            // What stays is removed by the next writer or rebuild.
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

impl fmt::Debug for Rebuild {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rebuild").field("generation", &self.name).finish_non_exhaustive()
    }
}
