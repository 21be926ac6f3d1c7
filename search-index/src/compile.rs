//! Translates the words of a query into the engine's terms: first exactly, and when that finds little, loosely.

use std::sync::Arc;

use tantivy::query::doc_predicate_query::{DocPredicateQuery, FunctionPredicate};
use tantivy::query::{
    AllQuery, BooleanQuery, BoostQuery, ConstScoreQuery, DisjunctionMaxQuery, EmptyQuery, EnableScoring, Occur,
    PhraseQuery, Query as EngineQuery, TermQuery, TermSetQuery, Weight,
};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocId, DocSet, Searcher, SegmentReader, TERMINATED, Term};

use crate::expand::{Known, longer, similar};
use crate::parse::{Clause, Parsed, Piece, parse};
use crate::query::Query;
use crate::schema::Fields;
use crate::stem::{ENGLISH, LANGUAGES, stem_of};

pub(crate) type Boxed = Box<dyn EngineQuery>;

/// How much a match counts beside the same word in the text.
mod weight {
    pub(super) const WHOLE: f32 = 1.5;
    pub(super) const TITLE: f32 = 0.6;
    /// Of a phrase, which is not ranked by frequency.
    pub(super) const TITLE_PHRASE: f32 = 2.0;
    pub(super) const STEM: f32 = 0.9;
    pub(super) const TITLE_STEM: f32 = 0.5;
    pub(super) const PARTS: f32 = 0.6;
    pub(super) const LONGER: f32 = 0.5;
    pub(super) const SIMILAR: f32 = 0.6;
    /// Scores of matches that are not ranked by frequency.
    pub(super) const NAMED: f32 = 2.0;
    pub(super) const RARELY_LONGER: f32 = 0.5;
    pub(super) const LONGER_IN_TITLE: f32 = 0.3;
    /// Words near each other, once more.
    pub(super) const NEAR: f32 = 0.5;
    /// In loose searches: documents with all words, and with all words or nearly them, come first.
    pub(super) const ALL: f32 = 60.0;
    pub(super) const NEARLY_ALL: f32 = 30.0;
    /// The share of other matches of the same word.
    pub(super) const TIE: f32 = 0.1;
}

/// Longer words that are ranked by frequency; further ones only match.
const RANKED: usize = 48;
/// Documents that may have the rarest word: beyond that, the places of words are not compared.
const MAX_NEAR: u64 = 30_000;
/// Other spellings that are looked at for a proposal.
const MAX_PROPOSALS: usize = 8;
/// Words that are expanded to longer ones, and to other spellings.
const MAX_BEGINNINGS: usize = 3;
const MAX_MISSPELT: usize = 6;
/// Documents that have a word at most, if it may be a typo.
const MAX_TYPO: u64 = 1_000;
/// The fewest letters of a beginning.
const MIN_BEGINNING: usize = 2;

/// What is known of the words of a query in an index.
pub(crate) struct Compiler<'a> {
    pub(crate) searcher: &'a Searcher,
    pub(crate) fields: &'a Fields,
    pub(crate) query: &'a Query<'a>,
    pub(crate) parsed: &'a Parsed,
}

impl Compiler<'_> {
    /// All words must match.
    pub(crate) fn exact(&self) -> tantivy::Result<BooleanQuery> {
        let mut clauses = self.filters()?;
        for clause in self.each()? {
            clauses.push((Occur::Must, clause));
        }
        clauses.extend(self.near()?.map(|near| (Occur::Should, near)));
        if self.parsed.wanted.is_empty() {
            clauses.push((Occur::Must, Box::new(ConstScoreQuery::new(Box::new(AllQuery), 1.0))));
        }
        Ok(BooleanQuery::new(clauses))
    }

    /// Nearly all words must match, or words that are written nearly like them. `others` are these, for each clause.
    pub(crate) fn loose(&self, others: &[Vec<Known>]) -> tantivy::Result<BooleanQuery> {
        let exact = self.each()?;
        let with_others = |(nth, query): (usize, &Boxed)| {
            let others = others.get(nth).map_or(&[][..], Vec::as_slice);
            let similar = others.iter().map(|other| self.term(self.fields.text, &other.word));
            let similar = similar.map(|term| boosted(term, weight::SIMILAR));
            one_of(std::iter::once(query.box_clone()).chain(similar).collect())
        };
        let loose: Vec<Boxed> = exact.iter().enumerate().map(with_others).collect();
        let needed = match exact.len() {
            0 | 1 => exact.len(),
            few @ 2..=5 => few - 1,
            many => many - 2,
        };
        let all = |queries: &[Boxed], score| {
            let all = BooleanQuery::intersection(queries.iter().map(|query| query.box_clone()).collect());
            (Occur::Should, Box::new(ConstScoreQuery::new(Box::new(all), score)) as Boxed)
        };
        let mut clauses = self.filters()?;
        clauses.push(all(&exact, weight::ALL));
        clauses.push(all(&loose, weight::NEARLY_ALL));
        clauses.push((Occur::Must, Box::new(BooleanQuery::union_with_minimum_required_clauses(loose, needed))));
        Ok(BooleanQuery::new(clauses))
    }

    /// Returns, for each clause of one word, words of the index that are written nearly like it.
    pub(crate) fn others(&self) -> tantivy::Result<Vec<Vec<Known>>> {
        let mut left = MAX_MISSPELT;
        let mut of = |clause: &Clause| {
            let [piece] = clause.any.as_slice() else { return Ok(Vec::new()) };
            match piece.word() {
                Some(word) if left > 0 && self.documents(self.fields.text, word)? <= MAX_TYPO => {
                    left -= 1;
                    similar(self.searcher, self.fields.text, word)
                }
                _ => Ok(Vec::new()),
            }
        };
        self.parsed.wanted.iter().map(&mut of).collect()
    }

    /// Whether something that the viewer may see has this word, or a form of it.
    pub(crate) fn knows(&self, piece: &Piece) -> tantivy::Result<bool> {
        if piece.word().is_none() {
            return Ok(true);
        }
        self.is_seen(one_of(self.piece(piece, false)?))
    }

    /// Returns the first of these words that is in something that the viewer may see: a proposal must not tell the words of
    /// others.
    pub(crate) fn first_seen<'k>(&self, words: &'k [Known]) -> tantivy::Result<Option<&'k str>> {
        for known in words.iter().take(MAX_PROPOSALS) {
            if self.is_seen(self.term(self.fields.text, &known.word))? {
                return Ok(Some(&known.word));
            }
        }
        Ok(None)
    }

    /// Whether a document that the viewer may see matches. It looks for the first one only.
    fn is_seen(&self, query: Boxed) -> tantivy::Result<bool> {
        let mut clauses = self.query.filters(self.fields);
        clauses.push((Occur::Must, query));
        let weight = BooleanQuery::new(clauses).weight(EnableScoring::disabled_from_searcher(self.searcher))?;
        for segment in self.searcher.segment_readers() {
            let mut found = weight.scorer(segment, 1.0)?;
            let mut doc = found.doc();
            while doc != TERMINATED {
                if segment.alive_bitset().is_none_or(|alive| alive.is_alive(doc)) {
                    return Ok(true);
                }
                doc = found.advance();
            }
        }
        Ok(false)
    }

    fn filters(&self) -> tantivy::Result<Vec<(Occur, Boxed)>> {
        let mut clauses = self.query.filters(self.fields);
        for text in self.query.title {
            let wanted = parse(text).wanted;
            if wanted.is_empty() {
                clauses.push((Occur::Must, Box::new(EmptyQuery)));
            }
            for clause in wanted {
                let mut any = Vec::new();
                for piece in &clause.any {
                    any.push(self.title(piece)?);
                    let forms = piece.word().map_or(Ok(Vec::new()), |word| self.forms(piece, word))?;
                    let forms = forms
                        .into_iter()
                        .filter(|(field, _)| [self.fields.title_stems, self.fields.title].contains(field));
                    any.extend(forms.map(|(field, form)| self.term(field, &form)));
                }
                clauses.push((Occur::Must, scored(one_of(any), 0.0)));
            }
        }
        for piece in &self.parsed.excluded {
            clauses.push((Occur::MustNot, self.title(piece)?));
            match self.literal(self.fields.text, piece) {
                Literal::Word(word) => clauses.push((Occur::MustNot, word)),
                Literal::Phrase(phrase) => {
                    let without = self.without(&phrase)?;
                    clauses.push((Occur::Must, scored(without, 0.0)));
                }
            }
        }
        Ok(clauses)
    }

    fn each(&self) -> tantivy::Result<Vec<Boxed>> {
        let last = self.parsed.wanted.iter().flat_map(|clause| &clause.any).map(|piece| piece.range.start).max();
        let mut beginnings = MAX_BEGINNINGS;
        let mut all: Vec<Boxed> = Vec::with_capacity(self.parsed.wanted.len());
        for clause in &self.parsed.wanted {
            let mut any = Vec::new();
            for piece in &clause.any {
                let is_beginning = (piece.prefix || Some(piece.range.start) == last) && beginnings > 0;
                beginnings -= usize::from(is_beginning);
                any.extend(self.piece(piece, is_beginning)?);
            }
            all.push(one_of(any));
        }
        Ok(all)
    }

    /// Returns the ways in which a piece can match.
    fn piece(&self, piece: &Piece, is_beginning: bool) -> tantivy::Result<Vec<Boxed>> {
        let fields = self.fields;
        let mut any: Vec<Boxed> = Vec::new();
        if let Some(whole) = &piece.whole {
            any.push(boosted(self.term(fields.text, whole), weight::WHOLE));
            any.push(scored(self.term(fields.title, whole), weight::LONGER_IN_TITLE));
        }
        if piece.only_whole {
            return Ok(any);
        }
        match self.literal(fields.text, piece) {
            Literal::Word(word) => any.push(word),
            Literal::Phrase(phrase) => any.push(Box::new(phrase)),
        }
        let is_phrase = piece.quoted && piece.words.len() > 1;
        any.push(boosted(self.title(piece)?, if is_phrase { weight::TITLE_PHRASE } else { weight::TITLE }));
        let Some(word) = piece.word() else { return Ok(any) };
        for (field, form) in self.forms(piece, word)? {
            let is_of_title = field == fields.title_stems || field == fields.title;
            let counts = if is_of_title { weight::TITLE_STEM } else { weight::STEM };
            any.push(boosted(self.term(field, &form), counts));
        }
        if piece.parts.len() > 1 {
            let parts = piece.parts.iter().map(|part| self.term(fields.text, part)).collect();
            any.push(boosted(Box::new(BooleanQuery::intersection(parts)), weight::PARTS));
        }
        for named in self.query.named.iter().filter(|named| named.word == word) {
            let ids =
                |field, ids: &[i64]| ids.iter().map(move |&id| Term::from_field_i64(field, id)).collect::<Vec<_>>();
            let terms = [ids(fields.author, &named.authors), ids(fields.group, &named.groups)].concat();
            if !terms.is_empty() {
                any.push(scored(Box::new(TermSetQuery::new(terms)), weight::NAMED));
            }
        }
        let letters = word.chars().count();
        if letters >= MIN_BEGINNING && is_beginning {
            let mut longer_words = longer(self.searcher, fields.text, word)?;
            let rest = longer_words.split_off(longer_words.len().min(RANKED));
            for known in &longer_words {
                any.push(boosted(self.term(fields.text, &known.word), weight::LONGER));
            }
            if !rest.is_empty() {
                any.push(scored(self.one_term_of(fields.text, &rest), weight::RARELY_LONGER));
            }
            let in_titles = longer(self.searcher, fields.title, word)?;
            if !in_titles.is_empty() {
                any.push(scored(self.one_term_of(fields.title, &in_titles), weight::LONGER_IN_TITLE));
            }
        }
        Ok(any)
    }

    /// Returns the stems of a word that the index has, in all languages. The stem of an English word may be a word itself.
    fn forms(&self, piece: &Piece, word: &str) -> tantivy::Result<Vec<(Field, String)>> {
        let mut forms = Vec::new();
        for language in LANGUAGES {
            let Some(stem) = stem_of(language, word, piece.lower.as_deref()) else { continue };
            if language == ENGLISH && stem[1..] != *word {
                for field in [self.fields.text, self.fields.title] {
                    if self.documents(field, &stem[1..])? > 0 {
                        forms.push((field, stem[1..].to_owned()));
                    }
                }
            }
            for field in [self.fields.stems, self.fields.title_stems] {
                if self.documents(field, &stem)? > 0 {
                    forms.push((field, stem.clone()));
                }
            }
        }
        Ok(forms)
    }

    /// Words that are near each other score once more.
    fn near(&self) -> tantivy::Result<Option<Boxed>> {
        let words: Option<Vec<&str>> = self.parsed.wanted.iter().map(|clause| clause.any[0].word()).collect();
        let Some(words) = words.filter(|words| (2..=6).contains(&words.len())) else { return Ok(None) };
        let mut rarest = u64::MAX;
        for word in &words {
            rarest = rarest.min(self.documents(self.fields.text, word)?);
        }
        if rarest == 0 || rarest > MAX_NEAR {
            return Ok(None);
        }
        let terms = words.iter().map(|word| Term::from_field_text(self.fields.text, word)).enumerate().collect();
        let near = PhraseQuery::new_with_offset_and_slop(terms, 2 * words.len() as u32);
        Ok(Some(boosted(Box::new(near), weight::NEAR)))
    }

    /// The words of a piece, in order and next to each other.
    fn literal(&self, field: Field, piece: &Piece) -> Literal {
        if piece.only_whole {
            return Literal::Word(self.term(field, piece.whole.as_deref().unwrap_or_default()));
        }
        match piece.words.as_slice() {
            [(_, word)] => Literal::Word(self.term(field, word)),
            words => {
                let terms = words.iter().map(|(distance, word)| (*distance, Term::from_field_text(field, word)));
                Literal::Phrase(PhraseQuery::new_with_offset(terms.collect()))
            }
        }
    }

    /// Matches what does not have a phrase. The engine's own exclusion (0.27) asks a phrase about documents that it has
    /// already passed, which it does not allow.
    fn without(&self, phrase: &PhraseQuery) -> tantivy::Result<Boxed> {
        let weight: Arc<dyn Weight> = phrase.weight(EnableScoring::disabled_from_searcher(self.searcher))?.into();
        let predicate = FunctionPredicate::from(move |segment: &SegmentReader| {
            let mut with: Vec<DocId> = Vec::new();
            weight.for_each_no_score(segment, &mut |docs| with.extend_from_slice(docs))?;
            Ok(move |doc: DocId| with.binary_search(&doc).is_err())
        });
        Ok(Box::new(DocPredicateQuery::from(predicate)))
    }

    fn documents(&self, field: Field, word: &str) -> tantivy::Result<u64> {
        self.searcher.doc_freq(&Term::from_field_text(field, word))
    }

    pub(crate) fn term(&self, field: Field, word: &str) -> Boxed {
        let ranked = field == self.fields.text || field == self.fields.stems;
        let option = if ranked { IndexRecordOption::WithFreqs } else { IndexRecordOption::Basic };
        Box::new(TermQuery::new(Term::from_field_text(field, word), option))
    }

    fn one_term_of(&self, field: Field, words: &[Known]) -> Boxed {
        Box::new(TermSetQuery::new(words.iter().map(|known| Term::from_field_text(field, &known.word))))
    }
}

enum Literal {
    Word(Boxed),
    Phrase(PhraseQuery),
}

fn boosted(query: Boxed, counts: f32) -> Boxed {
    Box::new(BoostQuery::new(query, counts))
}

fn scored(query: Boxed, score: f32) -> Boxed {
    Box::new(ConstScoreQuery::new(query, score))
}

fn one_of(mut any: Vec<Boxed>) -> Boxed {
    match any.len() {
        1 => any.remove(0),
        _ => Box::new(DisjunctionMaxQuery::with_tie_breaker(any, weight::TIE)),
    }
}
