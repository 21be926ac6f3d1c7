//! Reads an archive that anyone may have made: nothing in it is trusted, and nothing of it becomes a path.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;

use model::hex::hex;
use sha2::{Digest, Sha256};
use store::backup::{Column, Kind};
use zip::{CompressionMethod, ZipArchive};

use super::manifest::{Entry, MANIFEST, MAX_LINE, MAX_MANIFEST, Manifest, SECRET_KEY, SEQUENCES, refused};
use super::sealed::{Passphrase, SealedReader, is_sealed};
use super::uploads::key_of;
use crate::platform::error::Result;

/// An archive whose names, sizes and manifest fit. The contents of its entries are checked when they are read.
pub(super) struct Archive {
    zip: ZipArchive<Source>,
    pub manifest: Manifest,
}

enum Source {
    Plain(BufReader<File>),
    Sealed(Box<SealedReader<BufReader<File>>>),
}

impl Read for Source {
    fn read(&mut self, bytes: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Self::Plain(inner) => inner.read(bytes),
            Self::Sealed(inner) => inner.read(bytes),
        }
    }
}

impl Seek for Source {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        match self {
            Self::Plain(inner) => inner.seek(to),
            Self::Sealed(inner) => inner.seek(to),
        }
    }
}

impl Archive {
    /// Opens an archive.
    ///
    /// # Errors
    /// When it is no archive of ours, is damaged, or contains anything that the manifest does not name.
    pub fn open(path: &Path, passphrase: Option<&Passphrase>) -> Result<Self> {
        let unreadable = |error: std::io::Error| refused(format!("`{}`: {error}", path.display()));
        let mut file = BufReader::new(File::open(path).map_err(unreadable)?);
        let source = match (is_sealed(&mut file).map_err(unreadable)?, passphrase) {
            (false, None) => Source::Plain(file),
            (false, Some(_)) => {
                return Err(refused(
                    "it is not encrypted, but a passphrase is set; omit --passphrase-file and unset KLATCH_BACKUP_PASSPHRASE",
                ));
            }
            (true, Some(passphrase)) => Source::Sealed(Box::new(SealedReader::open(file, passphrase)?)),
            (true, None) => {
                return Err(refused("it is encrypted; use --passphrase-file, or set KLATCH_BACKUP_PASSPHRASE"));
            }
        };
        let mut zip = ZipArchive::new(source).map_err(|error| refused(format!("it is not a zip file: {error}")))?;
        if zip.has_duplicate_names() {
            return Err(refused("it has two entries with the same name"));
        }
        if zip.has_overlapping_entries().map_err(refused)? {
            return Err(refused("its entries overlap"));
        }
        let manifest = read_manifest(&mut zip)?;
        let mut archive = Self { zip, manifest };
        archive.check_entries()?;
        Ok(archive)
    }

    /// Checks that the archive contains what the manifest names, and nothing else.
    fn check_entries(&mut self) -> Result<()> {
        let mut named: BTreeMap<&str, Option<&Entry>> = BTreeMap::from([(MANIFEST, None)]);
        for entry in &self.manifest.entries {
            if !is_known(entry) {
                return Err(refused(format!("it has an unknown entry: `{}`", entry.name.escape_debug())));
            }
            if named.insert(&entry.name, Some(entry)).is_some() {
                return Err(refused(format!("the manifest lists `{}` twice", entry.name)));
            }
        }
        for number in 0..self.zip.len() {
            let file = self.zip.by_index_raw(number).map_err(refused)?;
            let name = file.name().map_err(refused)?.into_owned();
            let Some(entry) = named.remove(&*name) else {
                return Err(refused(format!("it has an unknown entry: `{}`", name.escape_debug())));
            };
            if !matches!(file.compression(), CompressionMethod::Deflated | CompressionMethod::Stored) {
                return Err(refused(format!("`{name}` has an unsupported compression method")));
            }
            if let Some(entry) = entry {
                entry.check_ratio(file.compressed_size())?;
            }
        }
        match named.keys().next() {
            Some(missing) => Err(refused(format!("`{missing}` is missing"))),
            None => Ok(()),
        }
    }

    /// The entry of a name, if the archive has it.
    pub fn entry(&self, name: &str) -> Option<&Entry> {
        self.manifest.entries.iter().find(|entry| entry.name == name)
    }

    /// Reads the lines of an entry, each with its number and without its end.
    ///
    /// # Errors
    /// When a line is too long, or when the size, the number of lines or the checksum is not that of the manifest: after
    /// the lines. Also those of `each`.
    pub fn lines(&mut self, entry: &Entry, mut each: impl FnMut(u64, &str) -> Result<()>) -> Result<()> {
        let name = &entry.name;
        let damaged = |error: std::io::Error| refused(format!("`{name}` is damaged: {error}"));
        let file = self.zip.by_name(name).map_err(refused)?;
        // One byte more, to notice that it is too large.
        let mut reader = BufReader::with_capacity(256 << 10, file.take(entry.bytes.saturating_add(1)));
        let (mut hash, mut bytes, mut rows, mut line) = (Sha256::new(), 0, 0, Vec::new());
        loop {
            line.clear();
            let read = reader.by_ref().take(MAX_LINE as u64).read_until(b'\n', &mut line).map_err(damaged)?;
            if read == 0 {
                break;
            }
            bytes += read as u64;
            hash.update(&line);
            if line.pop() != Some(b'\n') {
                let why = if read == MAX_LINE { "is too long" } else { "does not end" };
                return Err(refused(format!("`{name}`: line {} {why}", rows + 1)));
            }
            rows += 1;
            let text = std::str::from_utf8(&line);
            let text = text.map_err(|_| refused(format!("`{name}`: line {rows} is not UTF-8")))?;
            each(rows, text)?;
        }
        if bytes != entry.bytes || rows != entry.rows || hex(&hash.finalize()) != entry.sha256 {
            return Err(refused(format!("`{name}` is damaged: its checksum does not match")));
        }
        Ok(())
    }

    /// Copies the bytes of an entry that has no lines.
    ///
    /// # Errors
    /// When they are not those of the manifest, or cannot be written.
    pub fn copy(&mut self, entry: &Entry, out: &mut impl Write) -> Result<()> {
        let name = &entry.name;
        let damaged = |error: std::io::Error| refused(format!("`{name}`: {error}"));
        let file = self.zip.by_name(name).map_err(refused)?;
        // One byte more, to notice that it is too large.
        let mut file = file.take(entry.bytes.saturating_add(1));
        let (mut hash, mut bytes, mut piece) = (Sha256::new(), 0, vec![0; 256 << 10]);
        loop {
            let read = file.read(&mut piece).map_err(damaged)?;
            if read == 0 {
                break;
            }
            bytes += read as u64;
            hash.update(&piece[..read]);
            out.write_all(&piece[..read]).map_err(damaged)?;
        }
        if bytes != entry.bytes || hex(&hash.finalize()) != entry.sha256 {
            return Err(refused(format!("`{name}` is damaged: its checksum does not match")));
        }
        Ok(())
    }

    /// Reads the secret key, if the archive has it.
    pub fn secret_key(&mut self) -> Result<Option<String>> {
        let Some(entry) = self.entry(SECRET_KEY).cloned() else { return Ok(None) };
        let mut key = String::new();
        let file = self.zip.by_name(SECRET_KEY).map_err(refused)?;
        file.take(4_096).read_to_string(&mut key).map_err(refused)?;
        if key.len() as u64 != entry.bytes || hex(&Sha256::digest(key.as_bytes())) != entry.sha256 {
            return Err(refused(format!("`{SECRET_KEY}` is damaged: its checksum does not match")));
        }
        Ok(Some(key))
    }

    /// Reads every entry, and checks it. `on_progress` gets the name and size of each table.
    pub fn verify(&mut self, mut on_progress: impl FnMut(&str, u64)) -> Result<()> {
        for entry in self.manifest.entries.clone() {
            if entry.name == SECRET_KEY {
                self.secret_key()?;
                continue;
            }
            if key_of(&entry).is_some() {
                self.copy(&entry, &mut std::io::sink())?;
                continue;
            }
            self.lines(&entry, |number, line| {
                let fields: Result<BTreeMap<String, serde_json::Value>, _> = serde_json::from_str(line);
                fields.map(drop).map_err(|error| bad_line(&entry, number, &error))
            })?;
            if let Some(table) = entry.table() {
                on_progress(table, entry.rows);
            }
        }
        Ok(())
    }
}

fn read_manifest(zip: &mut ZipArchive<Source>) -> Result<Manifest> {
    let file = zip.by_name(MANIFEST).map_err(|_| refused(format!("`{MANIFEST}` is missing")))?;
    let mut bytes = Vec::new();
    file.take(MAX_MANIFEST + 1).read_to_end(&mut bytes).map_err(refused)?;
    if bytes.len() as u64 > MAX_MANIFEST {
        return Err(refused("the manifest is too large"));
    }
    Manifest::parse(&bytes)
}

fn is_known(entry: &Entry) -> bool {
    let is_table = |table: &str| store::backup::TABLES.iter().any(|known| known.name == table);
    match entry.table() {
        Some(table) => is_table(table),
        None => [SECRET_KEY, SEQUENCES].contains(&&*entry.name) || key_of(entry).is_some(),
    }
}

pub(super) fn bad_line(entry: &Entry, number: u64, why: &dyn std::fmt::Display) -> crate::Error {
    refused(format!("`{}`: line {number}: {why}", entry.name))
}

/// The columns of a row.
pub(super) type Fields = BTreeMap<String, serde_json::Value>;

/// Checks that a row has these columns, each of its kind.
pub(super) fn check_row(line: &str, columns: &[Column]) -> Result<Fields, String> {
    let fields: Fields = serde_json::from_str(line).map_err(|error| error.to_string())?;
    if fields.len() != columns.len() {
        return Err(format!("it has {} columns instead of {}", fields.len(), columns.len()));
    }
    for column in columns {
        let value = fields.get(&column.name).ok_or_else(|| format!("the column {} is missing", column.name))?;
        let fits = match column.kind {
            Kind::Integer | Kind::Time => value.is_i64(),
            Kind::Text => value.as_str().is_some_and(|text| !text.contains('\0')),
            Kind::Boolean => value.is_boolean(),
        };
        if !fits && !value.is_null() {
            return Err(format!("the column {} has a value of the wrong kind", column.name));
        }
    }
    Ok(fields)
}

/// Checks the parsed text of a message of an export: pages show its HTML as it is, and anyone may have written it.
pub(super) fn check_nodes(fields: &Fields) -> Result<(), String> {
    let nodes = fields.get("nodes").and_then(serde_json::Value::as_str).unwrap_or_default();
    let read: Vec<markup::Node> = serde_json::from_str(nodes).map_err(|error| format!("the nodes: {error}"))?;
    let markup: String = read.iter().map(markup::Node::markup).collect();
    markup::check::check(&markup).map_err(|why| format!("the nodes: {why}"))?;
    let previews = fields.get("previews").and_then(serde_json::Value::as_str);
    store::messages::link_previews::decode(previews).map(drop).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_html_that_our_parser_writes_is_imported() {
        let checked = |nodes: &str| check_nodes(&Fields::from([("nodes".to_owned(), nodes.into())])).is_ok();
        assert!(checked("[]"));
        assert!(checked(r#"[{"type": "text", "markup": "one &amp; <strong>two</strong>"}]"#));
        for bad in [
            r#"[{"type": "text", "markup": "<form action=\"https://a.example/\">"}]"#,
            r#"[{"type": "text", "markup": "<a href=\"javascript:x\">y</a>"}]"#,
            r#"[{"type": "other", "markup": ""}]"#,
            "{}",
            "",
        ] {
            assert!(!checked(bad), "{bad}");
        }
        let with = |previews: &str| {
            let fields = [("nodes".to_owned(), "[]".into()), ("previews".to_owned(), previews.into())];
            check_nodes(&Fields::from(fields)).is_ok()
        };
        assert!(with("[]") && with(r#"[{"url": "https://a.example/", "title": "A", "site": "a.example"}]"#));
        assert!(!with("{}") && !with(r#"[{"url": 7}]"#));
    }
}
