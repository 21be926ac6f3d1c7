//! The storage in a folder of this machine, or one that all machines share.

use std::io;
use std::path::{Path, PathBuf};

use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::try_unfold;
use hyper::body::Bytes;
use tokio::io::AsyncReadExt;

use super::{Listed, Names, Storage, Stored, is_name, no_name};

/// Bytes read at a time.
const PIECE: usize = 64 << 10;

/// A folder with one file for each name: `abcdef` is `ab/cdef`.
#[derive(Debug)]
pub(super) struct Folder(pub PathBuf);

impl Folder {
    /// The path of a name.
    fn path(&self, key: &str) -> io::Result<PathBuf> {
        if is_name(key) { Ok(self.0.join(&key[..2]).join(&key[2..])) } else { Err(no_name()) }
    }
}

impl Storage for Folder {
    fn put<'a>(&'a self, key: &'a str, file: &'a Path) -> BoxFuture<'a, io::Result<()>> {
        Box::pin(async move {
            let path = self.path(key)?;
            let folder = path.parent().unwrap_or(&self.0);
            tokio::fs::create_dir_all(folder).await?;
            tokio::fs::File::open(file).await?.sync_all().await?;
            match tokio::fs::rename(file, &path).await {
                // It arrived on another disk: a copy beside its final place is renamed there.
                Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
                    // If it stays there, the sweep knows it by its end.
                    let beside = path.with_extension(format!("{}.part", model::unique_name().replace('-', ".")));
                    let copied = async {
                        tokio::fs::copy(file, &beside).await?;
                        tokio::fs::File::open(&beside).await?.sync_all().await?;
                        tokio::fs::rename(&beside, &path).await
                    };
                    if let Err(error) = copied.await {
                        let _ = tokio::fs::remove_file(&beside).await;
                        return Err(error);
                    }
                }
                renamed => renamed?,
            }
            // The name is durable too, and so is that of a new folder.
            tokio::fs::File::open(folder).await?.sync_all().await?;
            tokio::fs::File::open(&self.0).await?.sync_all().await
        })
    }

    fn open<'a>(&'a self, key: &'a str) -> BoxFuture<'a, io::Result<Option<Stored>>> {
        Box::pin(async move {
            let file = match tokio::fs::File::open(self.path(key)?).await {
                Ok(file) => file,
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
                Err(error) => return Err(error),
            };
            let len = file.metadata().await?.len();
            let bytes = try_unfold(file, |mut file| async move {
                let mut piece = vec![0; PIECE];
                let read = file.read(&mut piece).await?;
                piece.truncate(read);
                Ok::<_, io::Error>((read > 0).then(|| (Bytes::from(piece), file)))
            });
            Ok(Some(Stored::new(bytes.boxed(), len)))
        })
    }

    fn size<'a>(&'a self, key: &'a str) -> BoxFuture<'a, io::Result<Option<u64>>> {
        Box::pin(async move {
            match tokio::fs::metadata(self.path(key)?).await {
                Ok(about) => Ok(Some(about.len())),
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
                Err(error) => Err(error),
            }
        })
    }

    fn delete<'a>(&'a self, key: &'a str) -> BoxFuture<'a, io::Result<()>> {
        Box::pin(async move {
            match tokio::fs::remove_file(self.path(key)?).await {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            }
        })
    }

    /// A part is one of the inner folders.
    fn names<'a>(&'a self, from: Option<&'a str>) -> BoxFuture<'a, io::Result<Names>> {
        let (folder, from) = (self.0.clone(), from.map(ToOwned::to_owned));
        Box::pin(async move {
            let listed = tokio::task::spawn_blocking(move || listed(&folder, from.as_deref()));
            listed.await.map_err(io::Error::other)?
        })
    }
}

/// Lists the first inner folder after `from`.
fn listed(folder: &Path, from: Option<&str>) -> io::Result<Names> {
    let is_inner = |name: &String| name.len() == 2 && from.is_none_or(|from| name.as_str() > from);
    let Some(inner) = entries(folder)?.into_iter().map(|(name, _)| name).filter(is_inner).min() else {
        return Ok(Names::default());
    };
    let mut names = Names { found: Vec::new(), next: Some(inner.clone()) };
    for (name, entry) in entries(&folder.join(&inner))? {
        // Deleted meanwhile, it is left out.
        let Some(stored_at) = entry.metadata().and_then(|about| about.modified()).ok() else { continue };
        names.found.push(Listed { key: format!("{inner}{name}"), stored_at });
    }
    names.found.sort_by(|one, other| one.key.cmp(&other.key));
    Ok(names)
}

/// The entries of a folder; none if there is no such folder.
fn entries(folder: &Path) -> io::Result<Vec<(String, std::fs::DirEntry)>> {
    let found = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        found => found?,
    };
    let mut all = Vec::new();
    for entry in found {
        let entry = entry?;
        // Names of ours are ASCII.
        if let Ok(name) = entry.file_name().into_string() {
            all.push((name, entry));
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::super::Files;

    #[tokio::test]
    async fn bytes_are_stored_read_listed_and_deleted_by_name() {
        let folder = tempfile::tempdir().expect("a folder");
        let files = Files::folder(folder.path().join("files"));
        let arriving = files.arriving().await.expect("a folder").join("one");
        std::fs::write(&arriving, b"bytes").expect("a file");
        files.put("abcdef.480", &arriving).await.expect("stored");
        assert!(!arriving.exists() && folder.path().join("files/ab/cdef.480").exists());
        let stored = files.open("abcdef.480").await.expect("a look").expect("bytes");
        assert_eq!(stored.len, 5);
        assert_eq!(stored.read().await.expect("bytes"), b"bytes");
        assert_eq!(files.size("abcdef.480").await.expect("a look"), Some(5));
        let names = files.names(None).await.expect("names");
        assert_eq!(names.found.iter().map(|listed| listed.key.as_str()).collect::<Vec<_>>(), ["abcdef.480"]);
        let end = files.names(names.next.as_deref()).await.expect("names");
        assert!(end.found.is_empty() && end.next.is_none());
        for _ in 0..2 {
            files.delete("abcdef.480").await.expect("deleted");
        }
        assert!(files.open("abcdef.480").await.expect("a look").is_none());
        assert_eq!(files.size("abcdef.480").await.expect("a look"), None);
        for bad in ["", "ab", "../../etc/passwd", "ab/../cd", "ab..cd"] {
            assert!(files.open(bad).await.is_err(), "{bad}");
        }
        files.check().await.expect("a storage that works");
        assert_eq!(std::fs::read_dir(folder.path().join("files/arriving")).expect("a folder").count(), 0);
    }

    #[tokio::test]
    async fn a_folder_that_cannot_be_written_is_found() {
        let folder = tempfile::tempdir().expect("a folder");
        // A file where the folder should be.
        std::fs::write(folder.path().join("files"), b"").expect("a file");
        assert!(Files::folder(folder.path().join("files")).check().await.is_err());
    }
}
