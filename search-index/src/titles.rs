//! Phrases in the names of topics. The index knows the places of words in texts only, and the text of a topic's own
//! document is its name: a phrase there gives the topic, and with it the topic's messages.

use std::collections::HashSet;

use tantivy::Term;
use tantivy::collector::DocSetCollector;
use tantivy::query::{
    BooleanQuery, ConstScoreQuery, EmptyQuery, Occur, PhraseQuery, Query as EngineQuery, TermQuery, TermSetQuery,
};
use tantivy::schema::IndexRecordOption;

use crate::compile::{Boxed, Compiler};
use crate::document::Kind;
use crate::parse::Piece;
use crate::schema::column;

/// Topics with the phrase; further ones do not count.
const MAX_TOPICS: usize = 20_000;

impl Compiler<'_> {
    /// Matches what a title has of a piece: the words of a phrase in order and next to each other, those of any other piece
    /// in any order.
    pub(crate) fn title(&self, piece: &Piece) -> tantivy::Result<Boxed> {
        if piece.quoted && piece.words.len() > 1 { self.phrase_in_title(piece) } else { Ok(self.in_title(piece)) }
    }

    /// The words of a piece in the title, in any order.
    fn in_title(&self, piece: &Piece) -> Boxed {
        match (piece.words.as_slice(), &piece.whole) {
            (_, Some(whole)) if piece.only_whole => self.term(self.fields.title, whole),
            ([(_, word)], _) => self.term(self.fields.title, word),
            (words, _) => {
                let words = words.iter().map(|(_, word)| self.term(self.fields.title, word)).collect();
                Box::new(BooleanQuery::intersection(words))
            }
        }
    }

    fn phrase_in_title(&self, piece: &Piece) -> tantivy::Result<Boxed> {
        let text = self.fields.text;
        let terms = piece.words.iter().map(|(distance, word)| (*distance, Term::from_field_text(text, word)));
        let kind = Term::from_field_u64(self.fields.kind, Kind::Topic.number());
        let is_topic: Boxed = Box::new(TermQuery::new(kind, IndexRecordOption::Basic));
        let phrase: Boxed = Box::new(PhraseQuery::new_with_offset(terms.collect()));
        let query = BooleanQuery::new(vec![(Occur::Must, is_topic), (Occur::Must, phrase)]);
        let mut topics = HashSet::new();
        for address in self.searcher.search(&query, &DocSetCollector)? {
            let segment = self.searcher.segment_reader(address.segment_ord);
            topics.extend(segment.fast_fields().i64(column::TOPIC)?.first(address.doc_id));
        }
        if topics.is_empty() {
            return Ok(Box::new(EmptyQuery));
        }
        let terms = topics.into_iter().take(MAX_TOPICS).map(|id| Term::from_field_i64(self.fields.topic, id));
        // It is ranked as a word is that many titles have: the score of a set is 1.
        Ok(Box::new(ConstScoreQuery::new(Box::new(TermSetQuery::new(terms)) as Box<dyn EngineQuery>, 1.0)))
    }
}
