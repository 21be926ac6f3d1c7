//! The two orders of hits, both total: ties are broken by time, id and kind.

use std::sync::Arc;

use tantivy::collector::sort_key::{NaturalComparator, SortByStaticFastValue};
use tantivy::collector::{SegmentSortKeyComputer, SortKeyComputer};
use tantivy::columnar::ColumnValues;
use tantivy::{DocId, Score, SegmentReader};

use crate::document::Kind;
use crate::schema::column;

/// A new document scores this much more than a very old one.
const BOOST: f32 = 0.3;
/// The age at which half of the boost is gone.
const HALF_BOOST_MICROS: f32 = 30.0 * 24.0 * 3600.0 * 1e6;

/// A message of one word scores this share of what a longer one does, and each further word adds some, up to all: the
/// index counts no more words than that takes.
const SHORTEST: f32 = 0.6;
const PER_WORD: f32 = 0.15;

type Latest = SortByStaticFastValue<i64>;

pub(crate) fn newest() -> (Latest, Latest, SortByStaticFastValue<u64>) {
    (
        SortByStaticFastValue::for_field(column::CREATED_AT),
        SortByStaticFastValue::for_field(column::ID),
        SortByStaticFastValue::for_field(column::KIND),
    )
}

pub(crate) fn best(now: i64) -> (Relevance, Latest, Latest, SortByStaticFastValue<u64>) {
    let (created_at, id, kind) = newest();
    (Relevance { now }, created_at, id, kind)
}

/// BM25 with a small bonus for recent documents, and less for very short ones.
pub(crate) struct Relevance {
    now: i64,
}

/// The same, within one segment of the index.
pub(crate) struct SegmentRelevance {
    now: i64,
    created_at: Arc<dyn ColumnValues<i64>>,
    length: Arc<dyn ColumnValues<u64>>,
    kind: Arc<dyn ColumnValues<u64>>,
}

impl SortKeyComputer for Relevance {
    type SortKey = f32;
    type Child = SegmentRelevance;
    type Comparator = NaturalComparator;

    fn requires_scoring(&self) -> bool {
        true
    }

    fn segment_sort_key_computer(&self, segment: &SegmentReader) -> tantivy::Result<Self::Child> {
        let created_at = segment.fast_fields().i64(column::CREATED_AT)?.first_or_default_col(0);
        let length = segment.fast_fields().u64(column::LENGTH)?.first_or_default_col(0);
        let kind = segment.fast_fields().u64(column::KIND)?.first_or_default_col(0);
        Ok(SegmentRelevance { now: self.now, created_at, length, kind })
    }
}

impl SegmentSortKeyComputer for SegmentRelevance {
    type SortKey = f32;
    type SegmentSortKey = f32;
    type SegmentComparator = NaturalComparator;

    fn segment_sort_key(&mut self, doc: DocId, score: Score) -> f32 {
        let age = self.now.saturating_sub(self.created_at.get_val(doc)).max(0) as f32;
        let is_message = self.kind.get_val(doc) == Kind::Message.number();
        let words = self.length.get_val(doc).saturating_sub(1) as f32;
        let size = if is_message { (SHORTEST + PER_WORD * words).min(1.0) } else { 1.0 };
        score * size * (1.0 + BOOST / (1.0 + age / HALF_BOOST_MICROS))
    }

    fn convert_segment_sort_key(&self, key: f32) -> f32 {
        key
    }
}
