//! The writer: changes, commits, rests.

use std::fmt;

use tantivy::{IndexWriter, Term};

use crate::document::{Document, Kind};
use crate::engine::{self, Load};
use crate::error::Result;
use crate::home::Lock;
use crate::index::Index;
use crate::rebuild::Rebuild;

/// The right to write into the index, from [`Index::try_writer`]. While it rests it costs almost nothing.
///
/// Changes become visible and durable with the next [`commit`](Self::commit). Commit every few thousand changes:
/// uncommitted ones take memory, and a commit costs some tens of milliseconds. After an error the changes since the
/// last commit are lost: continue from [`Index::position`].
pub struct Writer {
    index: Index,
    // Dropped before the lock, so that everything is closed before another process may write.
    open: Option<IndexWriter>,
    engine: tantivy::Index,
    load: Load,
    changed: bool,
    lock: Lock,
}

impl Writer {
    pub(crate) fn new(index: Index, lock: Lock, engine: tantivy::Index) -> Self {
        Self { index, open: None, engine, load: Load::Steady, changed: false, lock }
    }

    /// Returns the index that is written.
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// Sets how much memory to take, from the next wakeup after a [`rest`](Self::rest) on.
    pub fn set_load(&mut self, load: Load) {
        self.load = load;
    }

    /// Adds a document, or replaces the one of the same kind and id.
    ///
    /// # Errors
    /// When the index cannot be written.
    pub fn upsert(&mut self, document: &Document<'_>) -> Result<()> {
        let key = self.index.fields().key_term(document.kind, document.id);
        let document = self.index.fields().document(document);
        self.change(|open| {
            open.delete_term(key);
            open.add_document(document).map(drop)
        })
    }

    /// Removes a message.
    ///
    /// # Errors
    /// When the index cannot be written.
    pub fn delete_message(&mut self, id: i64) -> Result<()> {
        let key = self.index.fields().key_term(Kind::Message, id);
        self.delete([key])
    }

    /// Removes a topic and its messages.
    ///
    /// # Errors
    /// When the index cannot be written.
    pub fn delete_topic(&mut self, id: i64) -> Result<()> {
        let key = self.index.fields().key_term(Kind::Topic, id);
        let of_topic = Term::from_field_i64(self.index.fields().topic, id);
        self.delete([key, of_topic])
    }

    /// Makes the changes so far durable and visible, together with the owner's position, which is opaque here. Other
    /// processes see them at their next reload.
    ///
    /// # Errors
    /// When the index cannot be written.
    pub fn commit(&mut self, position: &str) -> Result<()> {
        if !self.changed && self.index.position().as_deref() == Some(position) {
            return Ok(());
        }
        self.write(|open| engine::commit(open, position))?;
        self.changed = false;
        if let Err(error) = self.write(engine::merge_some) {
            tracing::warn!(%error, "parts of the search index could not be merged");
        }
        self.index.reload()?;
        Ok(())
    }

    /// Frees memory and threads until the next change, but keeps the right to write. No-op if changes are uncommitted.
    pub fn rest(&mut self) {
        if !self.changed {
            self.open = None;
        }
    }

    /// Begins a [`Rebuild`] without releasing the right to write. Drops uncommitted changes.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn rebuild(self) -> Result<Rebuild> {
        let Self { index, open, lock, .. } = self;
        drop(open);
        Rebuild::with(index, lock)
    }

    fn delete(&mut self, terms: impl IntoIterator<Item = Term>) -> Result<()> {
        self.change(|open| {
            for term in terms {
                open.delete_term(term);
            }
            Ok(())
        })
    }

    fn change(&mut self, change: impl FnOnce(&IndexWriter) -> tantivy::Result<()>) -> Result<()> {
        self.write(|open| change(open))?;
        self.changed = true;
        Ok(())
    }

    /// Runs one write. After a failure the engine's writer is unusable, and its uncommitted changes are lost.
    fn write<T>(&mut self, write: impl FnOnce(&mut IndexWriter) -> tantivy::Result<T>) -> Result<T> {
        let mut open = match self.open.take() {
            Some(open) => open,
            None => engine::open_writer(&self.engine, self.load)?,
        };
        match write(&mut open) {
            Ok(done) => {
                self.open = Some(open);
                Ok(done)
            }
            Err(error) => {
                self.changed = false;
                Err(error.into())
            }
        }
    }
}

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let resting = self.open.is_none();
        f.debug_struct("Writer").field("index", &self.index).field("resting", &resting).finish()
    }
}
