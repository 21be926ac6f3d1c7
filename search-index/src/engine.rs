//! The engine's writer: few threads, with merges only where and when we start them.

use tantivy::IndexWriter;
use tantivy::index::SegmentMeta;
use tantivy::indexer::{IndexWriterOptions, NoMergePolicy};
use tantivy::merge_policy::{LogMergePolicy, MergePolicy};

/// A segment with this share of deleted documents is rewritten without them.
const MAX_DELETED: f32 = 0.3;

/// How much is to be written in one go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Load {
    /// A few messages at a time: up to about 15 MB of memory while not resting.
    #[default]
    Steady,
    /// An import: up to about 70 MB.
    Bulk,
}

impl Load {
    /// Returns the number of threads, and the memory of each.
    fn threads(self) -> (usize, usize) {
        match self {
            Self::Steady => (1, 15_000_000),
            Self::Bulk => (2, 30_000_000),
        }
    }
}

/// Opens a writer with one thread to index, or two for much, and one to merge. The engine starts no merges itself, so that none is
/// running when the writer is dropped.
pub(crate) fn open_writer(engine: &tantivy::Index, load: Load) -> tantivy::Result<IndexWriter> {
    let (threads, heap_bytes) = load.threads();
    let options = IndexWriterOptions::builder()
        .num_worker_threads(threads)
        .num_merge_threads(1)
        .memory_budget_per_thread(heap_bytes)
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

/// Merges many small segments, and segments with many deleted documents.
pub(crate) fn merge_some(writer: &mut IndexWriter) -> tantivy::Result<()> {
    let mut policy = LogMergePolicy::default();
    policy.set_del_docs_ratio_before_merge(MAX_DELETED);
    let segments = writer.index().searchable_segment_metas()?;
    for candidate in policy.compute_merge_candidates(&segments) {
        writer.merge(&candidate.0).wait()?;
    }
    Ok(())
}

pub(crate) fn merge_all(writer: &mut IndexWriter) -> tantivy::Result<()> {
    let segments = writer.index().searchable_segment_metas()?;
    let ids: Vec<_> = segments.iter().map(SegmentMeta::id).collect();
    if ids.len() > 1 {
        writer.merge(&ids).wait()?;
    }
    Ok(())
}
