//! The fields of the index, and documents in the engine's form.

use tantivy::schema::{FAST, Field, INDEXED, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::TokenizerManager;
use tantivy::{TantivyDocument, Term};

use crate::document::{Document, Kind};
use crate::tokenizer;

/// Incremented when fields or tokenizer change: an index of another version is rebuilt.
pub(crate) const VERSION: u32 = 1;

const TOKENIZER: &str = "words";

pub(crate) mod column {
    pub(crate) const KIND: &str = "kind";
    pub(crate) const ID: &str = "id";
    pub(crate) const TOPIC: &str = "topic_id";
    pub(crate) const GROUP: &str = "group_id";
    pub(crate) const AUTHOR: &str = "author_id";
    pub(crate) const CREATED_AT: &str = "created_at";
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
    pub(crate) text: Field,
}

pub(crate) fn schema() -> (Schema, Fields) {
    let mut schema = Schema::builder();
    let words = TextFieldIndexing::default()
        .set_tokenizer(TOKENIZER)
        .set_index_option(IndexRecordOption::WithFreqsAndPositions);
    let fields = Fields {
        key: schema.add_bytes_field("key", INDEXED),
        kind: schema.add_u64_field(column::KIND, INDEXED | FAST),
        id: schema.add_i64_field(column::ID, FAST),
        topic: schema.add_i64_field(column::TOPIC, INDEXED | FAST),
        group: schema.add_i64_field(column::GROUP, INDEXED | FAST),
        author: schema.add_i64_field(column::AUTHOR, INDEXED | FAST),
        created_at: schema.add_i64_field(column::CREATED_AT, FAST),
        text: schema.add_text_field("text", TextOptions::default().set_indexing_options(words)),
    };
    (schema.build(), fields)
}

pub(crate) fn tokenizers() -> TokenizerManager {
    let tokenizers = TokenizerManager::default();
    tokenizers.register(TOKENIZER, tokenizer::analyzer());
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
        Term::from_field_bytes(self.key, &key(kind, id))
    }

    pub(crate) fn document(&self, document: &Document<'_>) -> TantivyDocument {
        let mut fields = TantivyDocument::new();
        fields.add_bytes(self.key, &key(document.kind, document.id));
        fields.add_u64(self.kind, document.kind.number());
        fields.add_i64(self.id, document.id);
        fields.add_i64(self.topic, document.topic_id);
        fields.add_i64(self.group, document.group_id);
        fields.add_i64(self.author, document.author_id);
        fields.add_i64(self.created_at, document.created_at);
        fields.add_text(self.text, document.text);
        fields
    }
}

fn key(kind: Kind, id: i64) -> [u8; 9] {
    let mut key = [0; 9];
    key[0] = match kind {
        Kind::Message => b'm',
        Kind::Topic => b't',
    };
    key[1..].copy_from_slice(&id.to_be_bytes());
    key
}
