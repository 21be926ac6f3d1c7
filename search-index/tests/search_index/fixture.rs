//! A folder with an index and made-up messages.

use search_index::{Document, Index, Kind, Query, Results, Writer};
use tempfile::TempDir;

/// The defaults for messages.
pub const GROUP: i64 = 1;
pub const TOPIC: i64 = 10;
pub const AUTHOR: i64 = 100;

/// An index and its folder, which is removed with it.
pub struct Fixture {
    pub index: Index,
    pub folder: TempDir,
}

impl Fixture {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { index: Index::open(folder.path()).unwrap(), folder }
    }

    pub fn with(documents: &[Document<'_>]) -> Self {
        let fixture = Self::new();
        let mut writer = fixture.writer();
        for document in documents {
            writer.upsert(document).unwrap();
        }
        writer.commit("filled").unwrap();
        fixture
    }

    /// Indexes messages 1, 2, 3…, each later than the one before.
    pub fn with_messages(texts: &[&str]) -> Self {
        let documents: Vec<_> = (1..).zip(texts).map(|(id, text)| message(id, text)).collect();
        Self::with(&documents)
    }

    pub fn writer(&self) -> Writer {
        self.index.try_writer().unwrap().unwrap()
    }

    /// Opens the index as another process would.
    pub fn another_handle(&self) -> Index {
        Index::open(self.folder.path()).unwrap()
    }

    pub fn search(&self, query: &Query<'_>) -> Results {
        self.index.search(query).unwrap()
    }

    /// Returns the ids found for a text, in ascending order.
    pub fn find(&self, text: &str) -> Vec<i64> {
        find(&self.index, text)
    }

    /// Returns the folder names of the generations.
    pub fn generations(&self) -> Vec<String> {
        let names = std::fs::read_dir(self.folder.path()).unwrap();
        let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name.starts_with('v')).collect()
    }
}

pub fn find(index: &Index, text: &str) -> Vec<i64> {
    let mut found = ids(&index.search(&Query::new(text)).unwrap());
    found.sort_unstable();
    found
}

pub fn ids(results: &Results) -> Vec<i64> {
    results.hits.iter().map(|hit| hit.id).collect()
}

pub fn message(id: i64, text: &str) -> Document<'_> {
    Document {
        kind: Kind::Message,
        id,
        topic_id: TOPIC,
        group_id: GROUP,
        author_id: AUTHOR,
        created_at: id * 1_000_000,
        text,
        title: "",
        facts: &[],
    }
}

pub fn topic(id: i64, name: &str) -> Document<'_> {
    Document { kind: Kind::Topic, topic_id: id, ..message(id, name) }
}
