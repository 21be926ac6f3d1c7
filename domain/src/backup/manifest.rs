//! The manifest of an archive: what it is, and the size and checksum of each entry.

use serde::{Deserialize, Serialize};

use crate::platform::error::{Error, Result};

/// The name of the manifest's entry, the last one of an archive.
pub(super) const MANIFEST: &str = "manifest.json";
/// The entry with the secret key of the site.
pub(super) const SECRET_KEY: &str = "secret.key";
/// The entry with the number that each table gave last.
pub(super) const SEQUENCES: &str = "sequences.jsonl";
/// The format of archives that this program writes, and the newest that it reads.
const FORMAT: u32 = 1;

/// The most bytes of a manifest, which lists every uploaded file.
pub(super) const MAX_MANIFEST: u64 = 64 << 20;
/// The most bytes of a line. A message with its nodes has less than one megabyte.
pub(super) const MAX_LINE: usize = 16 << 20;
/// How many times its compressed size an entry may have. Rows have about ten times.
const MAX_RATIO: u64 = 200;
/// The ratio counts from this many bytes on.
const FREE: u64 = 64 << 20;

/// What an archive is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Purpose {
    /// A whole forum, with its secrets.
    #[serde(rename = "klatch backup")]
    Backup,
    /// Conversations, for anyone who may read them.
    #[serde(rename = "klatch export")]
    Export,
}

/// The manifest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Manifest {
    pub format: Purpose,
    pub format_version: u32,
    /// The version of Klatch that wrote the archive. Not in an export, whose bytes depend on its contents alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub klatch: Option<String>,
    /// The version of the database's schema.
    pub schema: i64,
    /// The kind of the database, for people who read the manifest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database: Option<String>,
    /// The time of the snapshot, in RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_at: Option<String>,
    /// What an export contains.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    pub entries: Vec<Entry>,
}

/// One entry of the archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Entry {
    pub name: String,
    /// Lines; 0 for an entry that has none.
    pub rows: u64,
    /// Its size when decompressed.
    pub bytes: u64,
    /// Hexadecimal.
    pub sha256: String,
}

impl Manifest {
    pub(super) fn new(format: Purpose, schema: i64) -> Self {
        let (klatch, database, made_at, scope) = (None, None, None, None);
        Self { format, format_version: FORMAT, klatch, schema, database, made_at, scope, entries: Vec::new() }
    }

    /// Parses a manifest and checks that this program can read the archive.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self> {
        // A newer format may have other fields.
        let version = serde_json::from_slice::<serde_json::Value>(bytes).ok();
        let version = version.and_then(|value| value.get("format_version")?.as_u64());
        if version.is_some_and(|version| version > u64::from(FORMAT)) {
            return Err(refused("it was created by a newer version of Klatch; use that version to read it"));
        }
        serde_json::from_slice(bytes).map_err(|error| refused(format!("the manifest is damaged: {error}")))
    }

    pub(super) fn to_bytes(&self) -> Result<Vec<u8>> {
        let mut text = serde_json::to_string_pretty(self).map_err(|error| Error::Internal(error.to_string()))?;
        text.push('\n');
        Ok(text.into_bytes())
    }

    /// The number of rows in all tables.
    pub fn rows(&self) -> u64 {
        self.entries.iter().filter(|entry| entry.table().is_some()).map(|entry| entry.rows).sum()
    }
}

impl Entry {
    pub(super) fn name_of(table: &str) -> String {
        format!("tables/{table}.jsonl")
    }

    /// The table whose rows the entry has, if it has rows of a table.
    pub fn table(&self) -> Option<&str> {
        self.name.strip_prefix("tables/")?.strip_suffix(".jsonl")
    }

    /// Checks that an entry with this compressed size can honestly be as large as the manifest says.
    pub(super) fn check_ratio(&self, compressed: u64) -> Result<()> {
        if self.bytes > FREE.saturating_add(compressed.saturating_mul(MAX_RATIO)) {
            let name = &self.name;
            return Err(refused(format!("`{name}` would decompress to more than {MAX_RATIO} times its size")));
        }
        Ok(())
    }
}

/// Checks that readers will take a manifest of so many bytes.
pub(super) fn check_size(bytes: u64) -> Result<()> {
    if bytes <= MAX_MANIFEST {
        return Ok(());
    }
    Err(Error::Internal(format!(
        "the list of all files in the archive would have {} MB, and readers take at most {} MB; see docs/limitations.md",
        bytes >> 20,
        MAX_MANIFEST >> 20
    )))
}

/// The error of an archive that cannot be used.
pub(super) fn refused(why: impl std::fmt::Display) -> Error {
    Error::Internal(format!("cannot use the archive: {why}"))
}
