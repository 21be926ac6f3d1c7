//! The bytes of uploaded files in archives: an entry for each, named as in the storage.

use std::io::Write;
use std::path::{Path, PathBuf};

use tokio::io::AsyncReadExt;

use super::manifest::{Entry, refused};
use super::read::Archive;
use super::write::Writer;
use crate::platform::error::{Error, Result};

/// Bytes read at a time.
const PIECE: usize = 256 << 10;

/// Returns the name in the storage of the bytes that an entry has. Nothing else of an archive becomes a path.
pub(super) fn key_of(entry: &Entry) -> Option<&str> {
    let key = entry.name.strip_prefix("files/")?;
    let (digest, end) = key.split_once('.').unwrap_or((key, "full"));
    let is_digest = digest.len() == 64 && digest.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let is_width = (1..=5).contains(&end.len()) && end.bytes().all(|byte| byte.is_ascii_digit());
    (is_digest && (end == "full" || is_width)).then_some(key)
}

fn path_of(folder: &Path, key: &str) -> PathBuf {
    folder.join(&key[..2]).join(&key[2..])
}

/// Returns the stored files of a folder, by name.
fn stored(folder: &Path) -> Vec<(String, PathBuf)> {
    let mut all = Vec::new();
    for outer in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let begins = outer.file_name().to_string_lossy().into_owned();
        if begins.len() != 2 {
            continue;
        }
        for inner in std::fs::read_dir(outer.path()).into_iter().flatten().flatten() {
            all.push((format!("{begins}{}", inner.file_name().to_string_lossy()), inner.path()));
        }
    }
    all.sort();
    all
}

/// Writes the files of a folder into an archive. Those that are deleted meanwhile are left out.
pub(super) async fn write(writer: &mut Writer, folder: &Path) -> Result<()> {
    let failed = |error: std::io::Error| Error::Internal(format!("cannot read an uploaded file: {error}"));
    let mut piece = vec![0; PIECE];
    let folder = folder.to_owned();
    for (key, path) in super::blocking(move || Ok(stored(&folder))).await? {
        let Ok(mut file) = tokio::fs::File::open(path).await else { continue };
        let name = format!("files/{key}");
        let entry = Entry { name: name.clone(), rows: 0, bytes: 0, sha256: String::new() };
        if key_of(&entry).is_none() {
            continue;
        }
        writer.begin(name).await?;
        loop {
            match file.read(&mut piece).await.map_err(failed)? {
                0 => break,
                read => writer.bytes(&piece[..read]).await?,
            }
        }
    }
    Ok(())
}

/// Puts the files of an archive into a folder. Returns how many.
pub(super) fn extract(archive: &mut Archive, folder: &Path) -> Result<u64> {
    let failed = |error: std::io::Error| refused(format!("cannot write to `{}`: {error}", folder.display()));
    let mut count = 0;
    for entry in archive.manifest.entries.clone() {
        let Some(key) = key_of(&entry) else { continue };
        let (path, arriving) = (path_of(folder, key), folder.join("arriving"));
        std::fs::create_dir_all(&arriving).map_err(failed)?;
        std::fs::create_dir_all(path.parent().unwrap_or(folder)).map_err(failed)?;
        let unfinished = arriving.join(key);
        let mut file = std::fs::File::create(&unfinished).map_err(failed)?;
        archive.copy(&entry, &mut file)?;
        file.flush().and_then(|()| file.sync_all()).map_err(failed)?;
        std::fs::rename(&unfinished, &path).map_err(failed)?;
        count += 1;
    }
    Ok(count)
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
}
