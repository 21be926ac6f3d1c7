//! The fields of the index, and documents in the engine's form.

use std::hash::{DefaultHasher, Hash, Hasher};

use tantivy::schema::{FAST, Field, IndexRecordOption, NumericOptions, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{PreTokenizedString, RawTokenizer, TextAnalyzer, Token, TokenizerManager};
use tantivy::{TantivyDocument, Term};

use crate::document::{Document, Kind};
use crate::stem::{ENGLISH, language_of, stem};
use crate::tokenizer::{Role, Word, words};

/// Incremented when fields, tokenizer or what is indexed change: an index of another version is rebuilt.
pub(crate) const VERSION: u32 = 5;

/// The fields of words get them from our own tokenizer; this one takes a text as it is.
const TOKENIZER: &str = "as-it-is";
/// Words counted of a document: more make no difference to its rank.
const MAX_LENGTH: usize = 4;
/// Times are rounded down to seconds, which saves 20 bits of each.
const SECOND: i64 = 1_000_000;

pub(crate) mod column {
    pub(crate) const KIND: &str = "kind";
    pub(crate) const ID: &str = "id";
    pub(crate) const TOPIC: &str = "topic_id";
    pub(crate) const GROUP: &str = "group_id";
    pub(crate) const AUTHOR: &str = "author_id";
    pub(crate) const CREATED_AT: &str = "created_at";
    pub(crate) const LENGTH: &str = "length";
    pub(crate) const COPY: &str = "copy";
}

/// Handles of the fields; the same for every index of this version.
#[derive(Clone, Copy)]
pub(crate) struct Fields {
    /// Kind and id in one, by which a document is replaced and deleted.
    pub(crate) key: Field,
    pub(crate) kind: Field,
    pub(crate) id: Field,
    pub(crate) topic: Field,
    pub(crate) group: Field,
    pub(crate) author: Field,
    pub(crate) created_at: Field,
    /// The number of words, up to [`MAX_LENGTH`].
    pub(crate) length: Field,
    /// A hash of the words: equal for copies of a message.
    pub(crate) copy: Field,
    /// The words of the text, with their positions.
    pub(crate) text: Field,
    /// The stems of the text.
    pub(crate) stems: Field,
    /// The words of the topic's name, and their stems.
    pub(crate) title: Field,
    pub(crate) title_stems: Field,
    pub(crate) facts: Field,
}

pub(crate) fn schema() -> (Schema, Fields) {
    let mut schema = Schema::builder();
    let indexed = |option, has_lengths| {
        let indexing = TextFieldIndexing::default().set_tokenizer(TOKENIZER).set_index_option(option);
        TextOptions::default().set_indexing_options(indexing.set_fieldnorms(has_lengths))
    };
    // Without lengths, which take a byte of each document and field.
    let number = NumericOptions::default().set_indexed();
    let looked_up = number.clone().set_fast();
    let plain = || indexed(IndexRecordOption::Basic, false);
    let fields = Fields {
        key: schema.add_u64_field("key", number),
        kind: schema.add_u64_field(column::KIND, looked_up.clone()),
        id: schema.add_i64_field(column::ID, FAST),
        topic: schema.add_i64_field(column::TOPIC, looked_up.clone()),
        group: schema.add_i64_field(column::GROUP, looked_up.clone()),
        author: schema.add_i64_field(column::AUTHOR, looked_up),
        created_at: schema.add_i64_field(column::CREATED_AT, FAST),
        length: schema.add_u64_field(column::LENGTH, FAST),
        copy: schema.add_u64_field(column::COPY, FAST),
        text: schema.add_text_field("text", indexed(IndexRecordOption::WithFreqsAndPositions, true)),
        stems: schema.add_text_field("stems", indexed(IndexRecordOption::WithFreqs, true)),
        title: schema.add_text_field("title", plain()),
        title_stems: schema.add_text_field("title_stems", plain()),
        facts: schema.add_text_field("facts", plain()),
    };
    (schema.build(), fields)
}

pub(crate) fn tokenizers() -> TokenizerManager {
    let tokenizers = TokenizerManager::default();
    tokenizers.register(TOKENIZER, TextAnalyzer::from(RawTokenizer::default()));
    tokenizers
}

impl Kind {
    pub(crate) fn number(self) -> u64 {
        match self {
            Self::Message => 0,
            Self::Topic => 1,
        }
    }

    pub(crate) fn from_number(number: u64) -> Option<Self> {
        match number {
            0 => Some(Self::Message),
            1 => Some(Self::Topic),
            _ => None,
        }
    }
}

impl Fields {
    pub(crate) fn key_term(&self, kind: Kind, id: i64) -> Term {
        Term::from_field_u64(self.key, key(kind, id))
    }

    pub(crate) fn document(&self, document: &Document<'_>) -> TantivyDocument {
        let mut fields = TantivyDocument::new();
        fields.add_u64(self.key, key(document.kind, document.id));
        fields.add_u64(self.kind, document.kind.number());
        fields.add_i64(self.id, document.id);
        fields.add_i64(self.topic, document.topic_id);
        fields.add_i64(self.group, document.group_id);
        fields.add_i64(self.author, document.author_id);
        fields.add_i64(self.created_at, document.created_at.div_euclid(SECOND).saturating_mul(SECOND));
        let text = words(document.text);
        let title = words(if document.kind == Kind::Topic { document.text } else { document.title });
        let language = language_of(document.text);
        let stems = |words: &[Word]| {
            let stems = words.iter().filter_map(|word| Some((word, stem(language, word)?)));
            // Of an English word that is its own stem, the word is in the index.
            let others = stems.filter(|(word, stem)| language != ENGLISH || stem[1..] != word.folded);
            tokens(others.map(|(word, stem)| (word.position, stem)))
        };
        let count = text.iter().filter(|word| word.role == Role::Word).count();
        fields.add_u64(self.length, count.min(MAX_LENGTH) as u64);
        fields.add_u64(self.copy, hash(&text));
        fields.add_pre_tokenized_text(self.stems, stems(&text));
        fields.add_pre_tokenized_text(self.title_stems, stems(&title));
        fields.add_pre_tokenized_text(self.title, exact(title));
        fields.add_pre_tokenized_text(self.text, exact(text));
        for fact in document.facts {
            fields.add_text(self.facts, fact);
        }
        fields
    }
}

fn key(kind: Kind, id: i64) -> u64 {
    id.cast_unsigned() << 1 | kind.number()
}

fn exact(words: Vec<Word>) -> PreTokenizedString {
    tokens(words.into_iter().map(|word| (word.position, word.folded)))
}

fn tokens(terms: impl Iterator<Item = (usize, String)>) -> PreTokenizedString {
    let token = |(position, text)| Token { position, text, ..Token::default() };
    PreTokenizedString { text: String::new(), tokens: terms.map(token).collect() }
}

/// In 32 bits, to save space: in a page of results, chance makes no copies.
fn hash(words: &[Word]) -> u64 {
    let mut hasher = DefaultHasher::new();
    words.iter().for_each(|word| word.folded.hash(&mut hasher));
    hasher.finish() >> 32
}
