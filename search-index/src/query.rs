//! A query, and what limits it.

use std::sync::Arc;

use tantivy::query::doc_predicate_query::{DocPredicateQuery, FunctionPredicate};
use tantivy::query::{ConstScoreQuery, Occur, Query as EngineQuery, TermQuery};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, SegmentReader, Term};

use crate::document::Kind;
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

/// A word that names people or groups: their documents match it too.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs)]
pub struct Named {
    /// In lower case, without accents.
    pub word: String,
    pub authors: Vec<i64>,
    pub groups: Vec<i64>,
}

/// A search by some viewer. Start from [`Query::new`] and set what differs.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub struct Query<'a> {
    /// Any text: words (all must match), `"a phrase"`, `-not`, `begin*`, `this OR that`. Only the first 1,000 characters
    /// and 64 words count.
    pub text: &'a str,
    /// Words of the text that are names.
    pub named: &'a [Named],
    /// Texts whose words the topic's name must have.
    pub title: &'a [String],
    /// Groups the viewer may not see. Their documents are neither found nor counted; thousands are fine.
    pub hidden_groups: &'a [i64],
    /// The groups the viewer may see, if that list is shorter. Nothing outside of them is found or counted.
    pub seen_groups: Option<&'a [i64]>,
    /// Topics the viewer may not see, in groups that they may.
    pub hidden_topics: &'a [i64],
    /// Users whom the viewer ignores, or does not want now.
    pub hidden_authors: &'a [i64],
    /// Whether to list everything that it is narrowed to, if there are no words.
    pub lists: bool,
    pub only_group: Option<i64>,
    pub only_topic: Option<i64>,
    /// One of these.
    pub only_authors: Option<&'a [i64]>,
    pub only_kind: Option<Kind>,
    /// One of these topics; thousands are fine.
    pub only_topics: Option<&'a [i64]>,
    /// One of these messages; thousands are fine.
    pub only_messages: Option<&'a [i64]>,
    /// None of these messages; thousands are fine.
    pub but_messages: &'a [i64],
    /// From this time on, in microseconds since 1970 (UTC).
    pub since: Option<i64>,
    /// Before this time.
    pub until: Option<i64>,
    /// Facts of the documents, and whether they are wanted or excluded.
    pub facts: &'a [(String, bool)],
    pub order: Order,
    /// The time in microseconds since 1970 (UTC), for [`Order::Best`]; 0 gives no bonus by age.
    pub now: i64,
    /// Whether at most [`IN_A_TOPIC`](crate::IN_A_TOPIC) hits of a topic are on the page of its best one, one after the other.
    pub by_topic: bool,
    /// Whether only hits with all words count, however few they are.
    pub strict: bool,
    /// How many hits (with `by_topic`: topics) to skip; with `limit` at most [`MAX_DEPTH`](crate::MAX_DEPTH).
    pub offset: usize,
    /// How many hits (with `by_topic`: topics) to return; with 0 they are only counted.
    pub limit: usize,
}

impl<'a> Query<'a> {
    /// Returns a query for the best 20 hits for `text` in all groups.
    pub fn new(text: &'a str) -> Self {
        Self {
            text,
            named: &[],
            title: &[],
            hidden_groups: &[],
            seen_groups: None,
            hidden_topics: &[],
            hidden_authors: &[],
            lists: false,
            only_group: None,
            only_topic: None,
            only_authors: None,
            only_kind: None,
            only_topics: None,
            only_messages: None,
            but_messages: &[],
            since: None,
            until: None,
            facts: &[],
            order: Order::Best,
            now: 0,
            by_topic: false,
            strict: false,
            offset: 0,
            limit: 20,
        }
    }

    /// Whether it asks for something without any word.
    pub(crate) fn narrows(&self) -> bool {
        self.lists
            || self.only_authors.is_some()
            || self.only_topics.is_some()
            || self.only_messages.is_some()
            || !self.title.is_empty()
            || self.since.is_some()
            || self.until.is_some()
            || self.facts.iter().any(|(_, wanted)| *wanted)
    }

    /// Returns what every hit must fulfil beside the words. It adds nothing to the score.
    pub(crate) fn filters(&self, fields: &Fields) -> Vec<(Occur, Box<dyn EngineQuery>)> {
        let mut clauses: Vec<(Occur, Box<dyn EngineQuery>)> = Vec::new();
        let mut must = |query: Box<dyn EngineQuery>| {
            clauses.push((Occur::Must, Box::new(ConstScoreQuery::new(query, 0.0)) as Box<dyn EngineQuery>));
        };
        let terms = [
            self.only_group.map(|id| Term::from_field_i64(fields.group, id)),
            self.only_topic.map(|id| Term::from_field_i64(fields.topic, id)),
            self.only_kind.map(|kind| Term::from_field_u64(fields.kind, kind.number())),
        ];
        for term in terms.into_iter().flatten() {
            must(Box::new(TermQuery::new(term, IndexRecordOption::Basic)));
        }
        let among = [
            (column::GROUP, Some(self.hidden_groups).filter(|ids| !ids.is_empty()), false),
            (column::TOPIC, Some(self.hidden_topics).filter(|ids| !ids.is_empty()), false),
            (column::AUTHOR, Some(self.hidden_authors).filter(|ids| !ids.is_empty()), false),
            (column::GROUP, self.seen_groups, true),
            (column::AUTHOR, self.only_authors, true),
            (column::TOPIC, self.only_topics, true),
            (column::ID, self.only_messages, true),
            (column::ID, Some(self.but_messages).filter(|ids| !ids.is_empty()), false),
        ];
        for (column, ids, wanted) in among {
            if let Some(ids) = ids {
                must(among_ids(column, ids, wanted));
            }
        }
        if self.since.is_some() || self.until.is_some() {
            let (since, until) = (self.since.unwrap_or(i64::MIN), self.until.unwrap_or(i64::MAX));
            must(holds(column::CREATED_AT, move |at| (since..until).contains(&at)));
        }
        for (fact, wanted) in self.facts {
            let fact = Box::new(TermQuery::new(Term::from_field_text(fields.facts, fact), IndexRecordOption::Basic));
            match wanted {
                true => clauses.push((Occur::Must, Box::new(ConstScoreQuery::new(fact, 0.0)))),
                false => clauses.push((Occur::MustNot, fact)),
            }
        }
        clauses
    }
}

/// Matches documents with one of these ids in the column, or with none of them.
fn among_ids(column: &'static str, ids: &[i64], wanted: bool) -> Box<dyn EngineQuery> {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    let ids: Arc<[i64]> = ids.into();
    holds(column, move |value| ids.binary_search(&value).is_ok() == wanted)
}

/// Matches documents by the value of a column.
fn holds(column: &'static str, check: impl Fn(i64) -> bool + Clone + Send + Sync + 'static) -> Box<dyn EngineQuery> {
    let predicate = FunctionPredicate::from(move |segment: &SegmentReader| {
        let values = segment.fast_fields().i64(column)?;
        let check = check.clone();
        Ok(move |doc: DocId| values.first(doc).is_some_and(&check))
    });
    Box::new(DocPredicateQuery::from(predicate))
}
