//! A question to the index, and its translation into the engine's terms.

use std::sync::Arc;

use tantivy::query::doc_predicate_query::{DocPredicateQuery, FunctionPredicate};
use tantivy::query::{BooleanQuery, ConstScoreQuery, Occur, PhraseQuery, Query as EngineQuery, TermQuery};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, SegmentReader, Term};

use crate::document::Kind;
use crate::parse::{Clause, Parsed};
use crate::schema::{Fields, column};

/// Which hits come first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// By relevance, with a little preference for what is recent (see [`Query::now`]).
    #[default]
    Best,
    /// The latest first.
    Newest,
}

/// What is searched, by whom. Start from [`Query::new`] and set what differs.
#[derive(Clone, Copy, Debug)]
pub struct Query<'a> {
    /// What the reader typed. Any text is fine: words (all must match), `"a phrase"`, `-not`. The first
    /// 1,000 characters and 64 words of it are read.
    pub text: &'a str,
    /// Groups the reader may not see. Nothing of them is found nor counted; thousands are fine.
    pub hidden_groups: &'a [i64],
    /// The groups the reader may see, where that is the shorter list: nothing outside of them is found nor counted.
    pub seen_groups: Option<&'a [i64]>,
    /// Topics the reader may not see, in groups that they may.
    pub hidden_topics: &'a [i64],
    /// Users of whom the reader does not want to hear.
    pub hidden_authors: &'a [i64],
    /// Only what is in this group.
    pub only_group: Option<i64>,
    /// Only what this user wrote.
    pub only_author: Option<i64>,
    /// Only messages, or only topics.
    pub only_kind: Option<Kind>,
    /// What comes first.
    pub order: Order,
    /// The time in microseconds since 1970 (UTC), for [`Order::Best`]; 0 prefers nothing by age.
    pub now: i64,
    /// How many hits to skip, up to [`MAX_DEPTH`](crate::MAX_DEPTH) with `limit`.
    pub offset: usize,
    /// How many hits to return; with 0 they are only counted.
    pub limit: usize,
}

impl<'a> Query<'a> {
    /// The best 20 hits for `text` in all groups.
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

/// What has one of these ids in the column, or what has none of them. Asked of each document that matches otherwise: so the cost
/// follows the matches, and hardly how many ids there are or how much is behind them.
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
