//! A search and its results.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use tantivy::collector::{Count, TopDocs};
use tantivy::columnar::Column;
use tantivy::query::BooleanQuery;
use tantivy::{DocAddress, DocId, Searcher, SegmentOrdinal, SegmentReader};

use crate::compile::Compiler;
use crate::document::Kind;
use crate::error::Result;
use crate::expand::Known;
use crate::facets::{CountFacets, Facets};
use crate::highlight::{Fragment, Highlighter};
use crate::parse::parse;
use crate::query::{Order, Query};
use crate::rank;
use crate::schema::{Fields, column};

/// Hits beyond this rank are counted but not returned.
pub const MAX_DEPTH: usize = 10_000;
/// The most hits of a topic on a page that is grouped by topics.
pub const IN_A_TOPIC: usize = 3;
/// With fewer hits than this, looser ones are added.
const FEW: usize = 10;
/// Hits read for pages that are grouped by topics. It is the same for all pages, so that each topic is on one of them.
const GROUPED: usize = 2_000;
/// The most words of a query that may match in part.
const MAX_LOOSE: usize = 12;

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
    /// In microseconds since 1970 (UTC), rounded down to seconds.
    pub created_at: i64,
}

/// The answer to a [`Query`].
#[derive(Clone, Debug)]
pub struct Results {
    /// How many match in all, on any page.
    pub total: usize,
    /// How many of them have all the words. If these are few, the rest has most of the words, or words written nearly
    /// like them.
    pub exact: usize,
    /// The requested page, in order.
    pub hits: Vec<Hit>,
    /// With [`Query::by_topic`]: how many further hits some topics have.
    pub more: HashMap<i64, usize>,
    /// Whether there is a next page.
    pub has_more: bool,
    /// The text held no word, or only excluded ones.
    pub nothing_asked: bool,
    /// The text with unknown words replaced by known ones that are written nearly like them.
    pub suggestion: Option<String>,
    /// Counts of the hits.
    pub facets: Facets,
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
        exact: 0,
        hits: Vec::new(),
        more: HashMap::new(),
        has_more: false,
        nothing_asked: parsed.wanted.is_empty() && !query.narrows(),
        suggestion: None,
        facets: Facets::default(),
        highlighter: Highlighter::of(&parsed, &[]),
    };
    let Some(searcher) = searcher.filter(|_| !results.nothing_asked) else {
        return Ok(results);
    };
    let compiler = Compiler { searcher, fields, query, parsed: &parsed };
    let exact = compiler.exact()?;
    if query.limit == 0 {
        results.total = searcher.search(&exact, &Count)?;
        results.exact = results.total;
        return Ok(results);
    }
    let mut found = Matches::of(searcher, &exact, query)?;
    results.exact = found.total;
    // By time, looser hits would be between the exact ones. One word that is found needs no other word.
    let words = parsed.wanted.len();
    let few = if query.order == Order::Best && words > 1 { FEW } else { 1 };
    if !query.strict && found.total < few && (1..=MAX_LOOSE).contains(&words) {
        // Words in another spelling count only where nothing has all the words as they are.
        let others = if found.total == 0 { compiler.others()? } else { Vec::new() };
        results.suggestion = suggestion(&compiler, &others)?;
        let loose = Matches::of(searcher, &compiler.loose(&others)?, query)?;
        if loose.total > found.total {
            results.highlighter = Highlighter::of(&parsed, &others);
            found = loose;
        }
    }
    results.total = found.total;
    results.facets = found.facets;
    let page = Page::of(hits(searcher, &found.addresses)?, found.total, query);
    results.hits = page.hits;
    results.more = page.more;
    results.has_more = page.has_more;
    Ok(results)
}

/// Everything that matches, counted, and the first of it in order.
struct Matches {
    total: usize,
    facets: Facets,
    addresses: Vec<DocAddress>,
}

impl Matches {
    fn of(searcher: &Searcher, question: &BooleanQuery, query: &Query<'_>) -> Result<Self> {
        let end = query.offset.min(MAX_DEPTH).saturating_add(query.limit).min(MAX_DEPTH);
        let depth = if query.by_topic { GROUPED } else { end.max(1) };
        let top = TopDocs::with_limit(depth);
        let (total, facets, addresses) = match query.order {
            Order::Newest => {
                let collector = (Count, CountFacets, top.order_by(rank::newest()));
                let (total, facets, top) = searcher.search(question, &collector)?;
                (total, facets, top.into_iter().map(|(_, address)| address).collect())
            }
            Order::Best => {
                let collector = (Count, CountFacets, top.order_by(rank::best(query.now)));
                let (total, facets, top) = searcher.search(question, &collector)?;
                (total, facets, top.into_iter().map(|(_, address)| address).collect())
            }
        };
        Ok(Self { total, facets, addresses })
    }
}

/// The hits of a page.
struct Page {
    hits: Vec<Hit>,
    more: HashMap<i64, usize>,
    has_more: bool,
}

impl Page {
    fn of(all: Vec<(Hit, u64)>, total: usize, query: &Query<'_>) -> Self {
        let (offset, limit) = (query.offset.min(MAX_DEPTH), query.limit.min(MAX_DEPTH));
        if !query.by_topic {
            let end = offset.saturating_add(limit);
            let has_more = total > end && end < MAX_DEPTH;
            let hits = all.into_iter().skip(offset).take(limit).map(|(hit, _)| hit).collect();
            return Self { hits, more: HashMap::new(), has_more };
        }
        let mut topics: Vec<Vec<Hit>> = Vec::new();
        let mut places: HashMap<i64, usize> = HashMap::new();
        let mut copies = HashSet::new();
        let mut more: HashMap<i64, usize> = HashMap::new();
        // Copies of something better placed come last.
        let (firsts, copies): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|(hit, copy)| hit.kind == Kind::Topic || copies.insert(*copy));
        for (hit, _) in firsts.into_iter().chain(copies) {
            let place = places.get(&hit.topic_id).copied();
            match place.and_then(|place| topics.get_mut(place)) {
                Some(topic) if topic.len() < IN_A_TOPIC => topic.push(hit),
                Some(_) => *more.entry(hit.topic_id).or_default() += 1,
                None => {
                    places.insert(hit.topic_id, topics.len());
                    topics.push(vec![hit]);
                }
            }
        }
        let has_more = topics.len() > offset.saturating_add(limit);
        let hits: Vec<Hit> = topics.into_iter().skip(offset).take(limit).flatten().collect();
        more.retain(|topic, _| hits.iter().any(|hit| hit.topic_id == *topic));
        Self { hits, more, has_more }
    }
}

/// Replaces unknown words of the query by the most likely ones.
fn suggestion(compiler: &Compiler<'_>, others: &[Vec<Known>]) -> Result<Option<String>> {
    let mut text = compiler.query.text.to_owned();
    let mut is_other = false;
    // From the end, so that the places before stay right.
    for (clause, others) in compiler.parsed.wanted.iter().zip(others).rev() {
        let [piece] = clause.any.as_slice() else { continue };
        if compiler.knows(piece)? || text.get(piece.range.clone()).is_none() {
            continue;
        }
        if let Some(word) = compiler.first_seen(others)? {
            text.replace_range(piece.range.clone(), word);
            is_other = true;
        }
    }
    Ok(is_other.then_some(text))
}

/// Returns hits, each with a number that is the same for copies.
fn hits(searcher: &Searcher, addresses: &[DocAddress]) -> Result<Vec<(Hit, u64)>> {
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
    copy: Column<u64>,
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
            copy: columns.u64(column::COPY)?,
        })
    }

    fn hit(&self, doc: DocId) -> Option<(Hit, u64)> {
        let hit = Hit {
            kind: Kind::from_number(self.kind.first(doc)?)?,
            id: self.id.first(doc)?,
            topic_id: self.topic.first(doc)?,
            group_id: self.group.first(doc)?,
            author_id: self.author.first(doc)?,
            created_at: self.created_at.first(doc)?,
        };
        Some((hit, self.copy.first(doc)?))
    }
}
