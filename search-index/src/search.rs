//! A search and its results.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use tantivy::collector::{Count, TopDocs};
use tantivy::columnar::Column;
use tantivy::{DocAddress, DocId, Searcher, SegmentOrdinal, SegmentReader};

use crate::document::Kind;
use crate::error::Result;
use crate::highlight::{Fragment, Highlighter};
use crate::parse::parse;
use crate::query::{Order, Query};
use crate::rank;
use crate::schema::{Fields, column};

/// Hits beyond this rank are counted but not returned.
pub const MAX_DEPTH: usize = 10_000;

/// One message or topic that matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub struct Hit {
    pub kind: Kind,
    pub id: i64,
    /// For a topic, its own id.
    pub topic_id: i64,
    pub group_id: i64,
    pub author_id: i64,
    /// In microseconds since 1970 (UTC).
    pub created_at: i64,
}

/// The answer to a [`Query`].
#[derive(Clone, Debug)]
pub struct Results {
    /// How many match in all, on any page.
    pub total: usize,
    /// The requested page, in order.
    pub hits: Vec<Hit>,
    /// The text held no word, or only excluded ones.
    pub nothing_asked: bool,
    highlighter: Highlighter,
}

impl Results {
    /// Returns the searched words and phrases, folded as for comparison.
    pub fn terms(&self) -> Vec<String> {
        self.highlighter.terms()
    }

    /// Returns an excerpt of a hit's text: see [`Highlighter::highlight`].
    pub fn highlight(&self, text: &str, max_chars: usize) -> Vec<Fragment> {
        self.highlighter.highlight(text, max_chars)
    }

    /// Returns a highlighter that outlives these results. Cheap.
    pub fn highlighter(&self) -> Highlighter {
        self.highlighter.clone()
    }
}

/// Searches; nothing matches while there is no index (`searcher` is `None`).
pub(crate) fn search(searcher: Option<&Searcher>, fields: &Fields, query: &Query<'_>) -> Result<Results> {
    let parsed = parse(query.text);
    let mut results = Results {
        total: 0,
        hits: Vec::new(),
        nothing_asked: parsed.wanted.is_empty(),
        highlighter: Highlighter::of(&parsed),
    };
    let Some(searcher) = searcher.filter(|_| !results.nothing_asked) else {
        return Ok(results);
    };
    let question = query.compile(&parsed, fields);
    let offset = query.offset.min(MAX_DEPTH);
    let limit = query.limit.min(MAX_DEPTH - offset);
    if limit == 0 {
        results.total = searcher.search(&question, &Count)?;
        return Ok(results);
    }
    let page = TopDocs::with_limit(limit).and_offset(offset);
    let addresses: Vec<DocAddress> = match query.order {
        Order::Newest => {
            let (total, top) = searcher.search(&question, &(Count, page.order_by(rank::newest())))?;
            results.total = total;
            top.into_iter().map(|(_, address)| address).collect()
        }
        Order::Best => {
            let best = page.order_by(rank::best(query.now));
            let (total, top) = searcher.search(&question, &(Count, best))?;
            results.total = total;
            top.into_iter().map(|(_, address)| address).collect()
        }
    };
    results.hits = hits(searcher, &addresses)?;
    Ok(results)
}

fn hits(searcher: &Searcher, addresses: &[DocAddress]) -> Result<Vec<Hit>> {
    let mut segments: HashMap<SegmentOrdinal, Columns> = HashMap::new();
    let mut hits = Vec::with_capacity(addresses.len());
    for address in addresses {
        let columns = match segments.entry(address.segment_ord) {
            Entry::Occupied(open) => open.into_mut(),
            Entry::Vacant(segment) => segment.insert(Columns::open(searcher.segment_reader(address.segment_ord))?),
        };
        hits.extend(columns.hit(address.doc_id));
    }
    Ok(hits)
}

/// The columns of one segment that a hit is read from.
struct Columns {
    kind: Column<u64>,
    id: Column<i64>,
    topic: Column<i64>,
    group: Column<i64>,
    author: Column<i64>,
    created_at: Column<i64>,
}

impl Columns {
    fn open(segment: &SegmentReader) -> tantivy::Result<Self> {
        let columns = segment.fast_fields();
        Ok(Self {
            kind: columns.u64(column::KIND)?,
            id: columns.i64(column::ID)?,
            topic: columns.i64(column::TOPIC)?,
            group: columns.i64(column::GROUP)?,
            author: columns.i64(column::AUTHOR)?,
            created_at: columns.i64(column::CREATED_AT)?,
        })
    }

    fn hit(&self, doc: DocId) -> Option<Hit> {
        Some(Hit {
            kind: Kind::from_number(self.kind.first(doc)?)?,
            id: self.id.first(doc)?,
            topic_id: self.topic.first(doc)?,
            group_id: self.group.first(doc)?,
            author_id: self.author.first(doc)?,
            created_at: self.created_at.first(doc)?,
        })
    }
}
