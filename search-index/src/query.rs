//! A query, and its translation into the engine's terms.

use std::sync::Arc;

use tantivy::query::doc_predicate_query::{DocPredicateQuery, FunctionPredicate};
use tantivy::query::{BooleanQuery, ConstScoreQuery, Occur, PhraseQuery, Query as EngineQuery, TermQuery};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, SegmentReader, Term};

use crate::document::Kind;
use crate::parse::{Clause, Parsed};
use crate::schema::{Fields, column};

/// The order of hits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Order {
    /// By relevance, with a small bonus for recent documents (see [`Query::now`]).
    #[default]
    Best,
    Newest,
}

/// A search by some viewer. Start from [`Query::new`] and set what differs.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub struct Query<'a> {
    /// Any text: words (all must match), `"a phrase"`, `-not`. Only the first 1,000 characters and 64 words count.
    pub text: &'a str,
    /// Groups the viewer may not see. Their documents are neither found nor counted; thousands are fine.
    pub hidden_groups: &'a [i64],
    /// The groups the viewer may see, if that list is shorter. Nothing outside of them is found or counted.
    pub seen_groups: Option<&'a [i64]>,
    /// Topics the viewer may not see, in groups that they may.
    pub hidden_topics: &'a [i64],
    /// Users whom the viewer ignores.
    pub hidden_authors: &'a [i64],
    pub only_group: Option<i64>,
    pub only_author: Option<i64>,
    pub only_kind: Option<Kind>,
    pub order: Order,
    /// The time in microseconds since 1970 (UTC), for [`Order::Best`]; 0 gives no bonus by age.
    pub now: i64,
    /// How many hits to skip; with `limit` at most [`MAX_DEPTH`](crate::MAX_DEPTH).
    pub offset: usize,
    /// How many hits to return; with 0 they are only counted.
    pub limit: usize,
}

impl<'a> Query<'a> {
    /// Returns a query for the best 20 hits for `text` in all groups.
    pub fn new(text: &'a str) -> Self {
        Self {
            text,
            hidden_groups: &[],
            seen_groups: None,
            hidden_topics: &[],
            hidden_authors: &[],
            only_group: None,
            only_author: None,
            only_kind: None,
            order: Order::Best,
            now: 0,
            offset: 0,
            limit: 20,
        }
    }

    pub(crate) fn compile(&self, parsed: &Parsed, fields: &Fields) -> BooleanQuery {
        let mut clauses: Vec<(Occur, Box<dyn EngineQuery>)> = Vec::new();
        for clause in &parsed.wanted {
            clauses.push((Occur::Must, matching(clause, fields)));
        }
        for clause in &parsed.excluded {
            clauses.push((Occur::MustNot, matching(clause, fields)));
        }
        let filters = [
            self.only_group.map(|id| Term::from_field_i64(fields.group, id)),
            self.only_author.map(|id| Term::from_field_i64(fields.author, id)),
            self.only_kind.map(|kind| Term::from_field_u64(fields.kind, kind.number())),
        ];
        for term in filters.into_iter().flatten() {
            let filter = Box::new(TermQuery::new(term, IndexRecordOption::Basic));
            clauses.push((Occur::Must, Box::new(ConstScoreQuery::new(filter, 0.0))));
        }
        let hidden = [
            (column::GROUP, self.hidden_groups),
            (column::TOPIC, self.hidden_topics),
            (column::AUTHOR, self.hidden_authors),
        ];
        for (column, ids) in hidden {
            if !ids.is_empty() {
                clauses.push((Occur::Must, Box::new(ConstScoreQuery::new(among(column, ids, false), 0.0))));
            }
        }
        if let Some(seen) = self.seen_groups {
            clauses.push((Occur::Must, Box::new(ConstScoreQuery::new(among(column::GROUP, seen, true), 0.0))));
        }
        BooleanQuery::new(clauses)
    }
}

/// Matches documents with one of these ids in the column, or with none of them. Checked per matching document, so the
/// cost depends on the matches and hardly on the number of ids or their documents.
fn among(column: &'static str, ids: &[i64], wanted: bool) -> Box<dyn EngineQuery> {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    let ids: Arc<[i64]> = ids.into();
    let predicate = FunctionPredicate::from(move |segment: &SegmentReader| {
        let values = segment.fast_fields().i64(column)?;
        let ids = Arc::clone(&ids);
        let is_seen = move |value| ids.binary_search(&value).is_ok() == wanted;
        Ok(move |doc: DocId| values.first(doc).is_some_and(&is_seen))
    });
    Box::new(DocPredicateQuery::from(predicate))
}

fn matching(clause: &Clause, fields: &Fields) -> Box<dyn EngineQuery> {
    let term = |word: &str| Term::from_field_text(fields.text, word);
    match clause.words.as_slice() {
        [(_, word)] => Box::new(TermQuery::new(term(word), IndexRecordOption::WithFreqs)),
        words => {
            let terms = words.iter().map(|(distance, word)| (*distance, term(word)));
            Box::new(PhraseQuery::new_with_offset(terms.collect()))
        }
    }
}
