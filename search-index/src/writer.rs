//! The one who writes: changes, commits, rests.

use std::fmt;

use tantivy::index::SegmentMeta;
use tantivy::indexer::{IndexWriterOptions, NoMergePolicy};
use tantivy::merge_policy::{LogMergePolicy, MergePolicy};
use tantivy::{IndexWriter, Term};

use crate::document::{Document, Kind};
use crate::error::Result;
use crate::home::Lock;
use crate::index::Index;
use crate::rebuild::Rebuild;

/// A segment with this share of deleted documents is written anew without them.
const MAX_DELETED: f32 = 0.3;

/// How much is to be written in one go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Load {
    /// A few messages at a time: up to about 15 MB of memory while not resting.
    #[default]
    Steady,
    /// An import: up to about 60 MB.
    Bulk,
}

impl Load {
    fn heap_bytes(self) -> usize {
        match self {
            Self::Steady => 15_000_000,
            Self::Bulk => 60_000_000,
        }
    }
}

/// The right to write into the index, from [`Index::try_writer`]. While it rests it costs next to
/// nothing.
///
/// Changes are seen, and outlast a crash, from the next [`commit`](Self::commit) on. Commit every few
/// thousand changes: those waiting take memory, and a commit costs some tens of milliseconds. After
/// an error the changes since the last commit are gone: go on from [`Index::position`].
pub struct Writer {
    index: Index,
    // Before the lock: what is open is closed before another may write.
    open: Option<IndexWriter>,
    engine: tantivy::Index,
    load: Load,
    changed: bool,
    lock: Lock,
}

impl Writer {
    pub(crate) fn new(index: Index, lock: Lock, engine: tantivy::Index) -> Self {
        Self {
            index,
            open: None,
            engine,
            load: Load::Steady,
            changed: false,
            lock,
        }
    }

    /// The index that is written.
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// How much memory to take from the next time on that it wakes from a [`rest`](Self::rest).
    pub fn set_load(&mut self, load: Load) {
        self.load = load;
    }

    /// Adds a document in place of the one of the same kind and id.
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

    /// Removes the topics and messages of a group.
    ///
    /// # Errors
    /// When the index cannot be written.
    pub fn delete_group(&mut self, id: i64) -> Result<()> {
        let of_group = Term::from_field_i64(self.index.fields().group, id);
        self.delete([of_group])
    }

    /// Makes the changes so far last and seen, together with the position up to which the owner has
    /// followed, whatever that means to it. Other processes see them at their next reload.
    ///
    /// # Errors
    /// When the index cannot be written.
    pub fn commit(&mut self, position: &str) -> Result<()> {
        if !self.changed && self.index.position().as_deref() == Some(position) {
            return Ok(());
        }
        self.write(|open| commit(open, position))?;
        self.changed = false;
        if let Err(error) = self.write(merge_some) {
            tracing::warn!(%error, "parts of the search index could not be merged");
        }
        self.index.reload()?;
        Ok(())
    }

    /// Gives memory and threads back until the next change; the right to write stays. Does nothing
    /// while changes wait for a commit.
    pub fn rest(&mut self) {
        if !self.changed {
            self.open = None;
        }
    }

    /// Begins a [`Rebuild`] without letting go of the right to write. Changes not committed are dropped.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn rebuild(self) -> Result<Rebuild> {
        let Self {
            index, open, lock, ..
        } = self;
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

    /// After a failure the engine's writer is of no more use: what it held is gone.
    fn write<T>(
        &mut self,
        write: impl FnOnce(&mut IndexWriter) -> tantivy::Result<T>,
    ) -> Result<T> {
        let mut open = match self.open.take() {
            Some(open) => open,
            None => open_writer(&self.engine, self.load)?,
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
        f.debug_struct("Writer")
            .field("index", &self.index)
            .field("resting", &resting)
            .finish()
    }
}

/// One thread to index and one to merge. The engine starts no merges of its own, so that none is
/// under way when the writer is dropped.
pub(crate) fn open_writer(engine: &tantivy::Index, load: Load) -> tantivy::Result<IndexWriter> {
    let options = IndexWriterOptions::builder()
        .num_worker_threads(1)
        .num_merge_threads(1)
        .memory_budget_per_thread(load.heap_bytes())
        .build();
    let writer: IndexWriter = engine.writer_with_options(options)?;
    writer.set_merge_policy(Box::new(NoMergePolicy));
    Ok(writer)
}

pub(crate) fn commit(writer: &mut IndexWriter, position: &str) -> tantivy::Result<()> {
    let mut commit = writer.prepare_commit()?;
    commit.set_payload(position);
    commit.commit()?;
    Ok(())
}

/// Merges what has become many small segments, or holds many deleted documents.
fn merge_some(writer: &mut IndexWriter) -> tantivy::Result<()> {
    let mut policy = LogMergePolicy::default();
    policy.set_del_docs_ratio_before_merge(MAX_DELETED);
    let segments = writer.index().searchable_segment_metas()?;
    for candidate in policy.compute_merge_candidates(&segments) {
        writer.merge(&candidate.0).wait()?;
    }
    Ok(())
}

/// Merges everything into one segment.
pub(crate) fn merge_all(writer: &mut IndexWriter) -> tantivy::Result<()> {
    let segments = writer.index().searchable_segment_metas()?;
    let ids: Vec<_> = segments.iter().map(SegmentMeta::id).collect();
    if ids.len() > 1 {
        writer.merge(&ids).wait()?;
    }
    Ok(())
}
