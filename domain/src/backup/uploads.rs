//! The bytes of uploaded files in archives: an entry for each, named as in the storage.

use std::collections::HashMap;
use std::io::Write;
use std::path::Path;

use model::{PICTURE_SIZES, digest_of_key, keys_of, picture_key};
use serde::Deserialize;
use tokio::runtime::Handle;

use super::manifest::{Entry, Purpose, check_size, refused};
use super::read::{Archive, Fields, bad_line};
use super::write::Writer;
use crate::files::{self, Imported};
use crate::platform::error::{Error, Result};
use crate::platform::storage::Files;

/// The entries of files begin like this.
const FOLDER: &str = "files/";
/// What an entry of a file has in the manifest besides its name, at most.
const LISTED: u64 = 200;
/// So many of a file's first bytes say what it is.
const HEAD: usize = 64;

/// The columns that have the digest of a picture, with their tables.
const PICTURES: [(&str, &str); 2] = [("users", "avatar"), ("groups", "picture")];
/// The most bytes of a picture in one of its sizes. It has far fewer.
const MOST_OF_PICTURE: u64 = 1 << 20;

/// Returns the name in the storage of the bytes that an entry has. Nothing else of an archive becomes a path.
pub(super) fn key_of(entry: &Entry) -> Option<&str> {
    let key = entry.name.strip_prefix(FOLDER)?;
    digest_of_key(key).map(|_| key)
}

/// A row of files, as far as it says which bytes the file has.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct FileLine {
    pub id: i64,
    pub sha256: String,
    pub kind: String,
    pub name: String,
    pub width: Option<i64>,
    height: Option<i64>,
    state: String,
}

impl FileLine {
    /// Parses a row.
    pub fn parse(row: &str) -> Result<Self> {
        serde_json::from_str(row).map_err(|error| Error::Internal(format!("cannot read a row of files: {error}")))
    }

    /// The names of its bytes in the storage.
    pub fn keys(&self) -> Vec<String> {
        keys_of(&self.sha256, &self.name, self.width.and_then(|width| u32::try_from(width).ok()))
    }

    /// Checks a row that anyone may have written.
    fn check(&self) -> Result<(), String> {
        if self.state != "ready" {
            return Err("the state of a file must be ready".to_owned());
        }
        if digest_of_key(&self.sha256) != Some(&self.sha256) {
            return Err("the digest is not one".to_owned());
        }
        if self.width.is_some() != self.height.is_some() {
            return Err("an image has a width and a height".to_owned());
        }
        let pixels = self.width.zip(self.height);
        files::check_imported(&Imported { kind: &self.kind, name: &self.name, pixels })
    }
}

/// Whether rows of a table of an export name bytes in the storage.
pub(super) fn names_bytes(table: &str) -> bool {
    table == "files" || PICTURES.iter().any(|(known, _)| *known == table)
}

/// The names in the storage of the bytes that a row of our own names: of an uploaded file, or a picture.
pub(super) fn keys_in(table: &str, row: &str) -> Result<Vec<String>> {
    if table == "files" {
        return Ok(FileLine::parse(row)?.keys());
    }
    let read = |error: String| Error::Internal(format!("cannot read a row of {table}: {error}"));
    let fields: Fields = serde_json::from_str(row).map_err(|error| read(error.to_string()))?;
    Ok(picture_in(table, &fields).map_err(read)?.map(sizes_of).unwrap_or_default())
}

/// The digest of the picture that a row has; `None` without one.
fn picture_in<'a>(table: &str, fields: &'a Fields) -> Result<Option<&'a str>, String> {
    let column = PICTURES.iter().find(|(known, _)| *known == table).map(|(_, column)| *column);
    match column.and_then(|column| fields.get(column)).and_then(serde_json::Value::as_str) {
        None | Some("") => Ok(None),
        Some(digest) if digest_of_key(digest) == Some(digest) => Ok(Some(digest)),
        Some(_) => Err("the digest of a picture is not one".to_owned()),
    }
}

fn sizes_of(digest: &str) -> Vec<String> {
    PICTURE_SIZES.map(|size| picture_key(digest, size)).to_vec()
}

/// Checks the picture of a row of an export.
pub(super) fn check_picture(table: &str, fields: &Fields) -> Result<(), String> {
    picture_in(table, fields).map(drop)
}

/// Checks a row of files of an export.
pub(super) fn check_file(fields: &Fields) -> Result<(), String> {
    let fields = fields.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    let line: FileLine =
        serde_json::from_value(serde_json::Value::Object(fields)).map_err(|error| error.to_string())?;
    line.check()
}

/// Writes all stored files into an archive.
pub(super) async fn write_all(writer: &mut Writer, files: &Files) -> Result<()> {
    let (mut keys, mut from) = (Vec::new(), None);
    loop {
        let names = files.names(from.as_deref()).await?;
        keys.extend(names.found.into_iter().map(|listed| listed.key).filter(|key| digest_of_key(key).is_some()));
        from = names.next;
        if from.is_none() {
            break;
        }
    }
    write(writer, files, keys).await
}

/// Writes stored files into an archive. Those that are deleted meanwhile are left out.
pub(super) async fn write(writer: &mut Writer, files: &Files, mut keys: Vec<String>) -> Result<()> {
    keys.sort_unstable();
    keys.dedup();
    // Known before hours of work are done.
    check_size(keys.iter().map(|key| key.len() as u64 + LISTED).sum())?;
    for key in keys {
        let Some(mut stored) = files.open(&key).await? else {
            tracing::warn!(key, "the bytes of a file are missing; the archive is made without them");
            continue;
        };
        writer.begin_stored(format!("{FOLDER}{key}")).await?;
        while let Some(piece) = stored.next().await? {
            writer.bytes(&piece).await?;
        }
    }
    Ok(())
}

/// Puts the files of an archive into a storage, on a thread that may wait for it. Files arrive in the folder `arriving`. Returns
/// how many.
pub(super) fn extract(archive: &mut Archive, files: &Files, arriving: &Path) -> Result<u64> {
    let is_export = archive.manifest.format == Purpose::Export;
    let known = if is_export { known(archive)? } else { HashMap::new() };
    let failed = |error: std::io::Error| refused(format!("cannot write to `{}`: {error}", arriving.display()));
    let mut count = 0;
    for entry in archive.manifest.entries.clone() {
        let Some(key) = key_of(&entry) else { continue };
        let path = arriving.join(model::unique_name());
        let mut arrived = Arrived { file: std::fs::File::create_new(&path).map_err(failed)?, head: Vec::new() };
        let stored = archive.copy(&entry, &mut arrived).and_then(|()| {
            if is_export {
                check_bytes(&entry, known.get(key), &arrived.head)?;
            }
            arrived.file.sync_all().map_err(failed)?;
            Handle::current().block_on(files.put(key, &path))
        });
        let _ = std::fs::remove_file(&path);
        stored?;
        count += 1;
    }
    Ok(count)
}

/// A file that arrives, and how it begins.
struct Arrived {
    file: std::fs::File,
    head: Vec<u8>,
}

impl Write for Arrived {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.file.write(bytes)?;
        let missing = HEAD.saturating_sub(self.head.len()).min(written);
        self.head.extend_from_slice(&bytes[..missing]);
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

/// What an export says about an entry with bytes.
enum Known {
    File(FileLine),
    Picture,
}

/// Returns what an export says about its bytes, by their names.
fn known(archive: &mut Archive) -> Result<HashMap<String, Known>> {
    let mut known = HashMap::new();
    for (table, _) in PICTURES {
        let Some(entry) = archive.entry(&Entry::name_of(table)).cloned() else { continue };
        archive.lines(&entry, |number, line| {
            let fields: Fields = serde_json::from_str(line).map_err(|error| bad_line(&entry, number, &error))?;
            let digest = picture_in(table, &fields).map_err(|why| bad_line(&entry, number, &why))?;
            known.extend(digest.into_iter().flat_map(sizes_of).map(|key| (key, Known::Picture)));
            Ok(())
        })?;
    }
    let Some(entry) = archive.entry(&Entry::name_of("files")).cloned() else { return Ok(known) };
    archive.lines(&entry, |number, line| {
        let row: FileLine = serde_json::from_str(line).map_err(|error| bad_line(&entry, number, &error))?;
        row.check().map_err(|why| bad_line(&entry, number, &why))?;
        known.extend(row.keys().into_iter().map(|key| (key, Known::File(row.clone()))));
        Ok(())
    })?;
    Ok(known)
}

/// Checks that an entry of an export has the bytes of its file or picture.
fn check_bytes(entry: &Entry, known: Option<&Known>, head: &[u8]) -> Result<()> {
    let name = &entry.name;
    let kind = files::kind_of(head);
    let fits = match known {
        None => return Err(refused(format!("`{name}` belongs to no file"))),
        // Images were made anew: the digest is that of the original, which is gone.
        Some(Known::File(file)) => (file.width.is_some() || entry.sha256 == file.sha256) && kind == file.kind,
        Some(Known::Picture) => entry.bytes <= MOST_OF_PICTURE && matches!(kind, "image/jpeg" | "image/webp"),
    };
    if fits { Ok(()) } else { Err(refused(format!("`{name}` has other bytes than its file"))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_our_own_become_paths() {
        let of = |name: &str| {
            let entry = Entry { name: name.to_owned(), rows: 0, bytes: 0, sha256: String::new() };
            key_of(&entry).map(ToOwned::to_owned)
        };
        let digest = "ab".repeat(32);
        for good in [digest.clone(), format!("{digest}.full"), format!("{digest}.480"), format!("{digest}.48")] {
            assert_eq!(of(&format!("files/{good}")), Some(good));
        }
        for bad in ["files/", "files/../../etc/passwd", "files/ab", "tables/users.jsonl", &format!("files/{digest}./x")]
        {
            assert_eq!(of(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_size_of_a_manifest_is_known_before_its_files_are_written() {
        use crate::backup::manifest::{MAX_MANIFEST, Manifest};
        let key = format!("{}.1600", "ab".repeat(32));
        let mut manifest = Manifest::new(Purpose::Backup, 1);
        let before = manifest.to_bytes().expect("JSON").len() as u64;
        for _ in 0..100 {
            let name = format!("{FOLDER}{key}");
            manifest.entries.push(Entry { name, rows: 0, bytes: u64::MAX, sha256: "ab".repeat(32) });
        }
        let grown = manifest.to_bytes().expect("JSON").len() as u64 - before;
        assert!(grown <= 100 * (key.len() as u64 + LISTED), "{grown}");
        assert!(check_size(MAX_MANIFEST).is_ok() && check_size(MAX_MANIFEST + 1).is_err());
    }

    #[test]
    fn a_row_of_an_export_describes_a_file_as_the_forum_would() {
        let row = |change: &[(&str, serde_json::Value)]| {
            let mut fields: Fields =
                [("id", 7.into()), ("sha256", "ab".repeat(32).into()), ("kind", "image/jpeg".into())]
                    .into_iter()
                    .chain([
                        ("name", "cat.jpg".into()),
                        ("width", 20.into()),
                        ("height", 10.into()),
                        ("state", "ready".into()),
                    ])
                    .map(|(name, value): (&str, serde_json::Value)| (name.to_owned(), value))
                    .collect();
            fields.extend(change.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
            check_file(&fields)
        };
        let null = serde_json::Value::Null;
        assert_eq!(row(&[]), Ok(()));
        let document: [(&str, serde_json::Value); 4] = [
            ("kind", "application/pdf".into()),
            ("name", "a.pdf".into()),
            ("width", null.clone()),
            ("height", null.clone()),
        ];
        assert_eq!(row(&document), Ok(()));
        for wrong in [
            ("state", "waiting".into()),
            ("sha256", "ab".into()),
            ("sha256", format!("{}.full", "ab".repeat(32)).into()),
            ("kind", "text/html".into()),
            ("kind", "image/svg+xml".into()),
            ("kind", "application/pdf".into()),
            ("name", "../cat.jpg".into()),
            ("name", "cat.html".into()),
            ("height", null),
            ("width", 0.into()),
            ("width", 1_000_000.into()),
        ] {
            assert!(row(std::slice::from_ref(&wrong)).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_row_of_an_export_names_a_picture_by_its_digest() {
        let digest = "ab".repeat(32);
        let row = |digest: &str| format!(r#"{{"id": 7, "avatar": "{digest}"}}"#);
        let keys = [48, 96, 192].map(|size| format!("{digest}.{size}")).to_vec();
        assert_eq!(keys_in("users", &row(&digest)).ok(), Some(keys));
        assert_eq!(keys_in("users", &row("")).ok(), Some(Vec::new()));
        assert_eq!(keys_in("groups", &row(&digest)).ok(), Some(Vec::new()));
        for bad in ["ab", "../x", &format!("{digest}.48")] {
            assert!(keys_in("users", &row(bad)).is_err(), "{bad}");
        }
    }
}
