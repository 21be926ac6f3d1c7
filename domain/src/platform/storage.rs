//! The storage of uploaded files: bytes under a name that says what they are, in the data folder.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::io::AsyncRead;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::platform::error::{Error, Result};

/// Bytes to read, and how many they are.
pub struct Stored {
    /// Reads them.
    pub reader: Pin<Box<dyn AsyncRead + Send>>,
    /// Their number.
    pub len: u64,
}

impl fmt::Debug for Stored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stored").field("len", &self.len).finish_non_exhaustive()
    }
}

/// A place for bytes. The same name always means the same bytes, so that all calls can be repeated.
pub trait Storage: fmt::Debug + Send + Sync {
    /// Stores a local file, which it may move away. The bytes are durable when it returns.
    fn put<'a>(&'a self, key: &'a str, file: &'a Path) -> BoxFuture<'a, io::Result<()>>;
    /// Opens bytes; `None` if there are none of this name.
    fn open<'a>(&'a self, key: &'a str) -> BoxFuture<'a, io::Result<Option<Stored>>>;
    /// Deletes bytes, if there are any of this name.
    fn delete<'a>(&'a self, key: &'a str) -> BoxFuture<'a, io::Result<()>>;
}

/// The storage, and the folder where files arrive before they are stored.
#[derive(Clone, Debug)]
pub struct Files {
    storage: Arc<dyn Storage>,
    arriving: PathBuf,
    local: Option<PathBuf>,
    /// One image is made at a time in a process: each may take much memory.
    turn: Arc<Semaphore>,
}

impl Files {
    /// Files in a folder. It is created when the first one comes.
    pub fn folder(folder: PathBuf) -> Self {
        Self {
            arriving: folder.join("arriving"),
            storage: Arc::new(Folder(folder.clone())),
            local: Some(folder),
            turn: Arc::new(Semaphore::new(1)),
        }
    }

    /// Takes the turn to make an image; `None` while another one is being made.
    pub fn turn(&self) -> Option<OwnedSemaphorePermit> {
        self.turn.clone().try_acquire_owned().ok()
    }

    /// Waits for the turn to make an image; `None` if it takes longer than `patience`.
    pub async fn turn_within(&self, patience: Duration) -> Option<OwnedSemaphorePermit> {
        tokio::time::timeout(patience, self.turn.clone().acquire_owned()).await.ok()?.ok()
    }

    /// Returns the folder that contains the files, if they are on this machine.
    pub fn local(&self) -> Option<&Path> {
        self.local.as_deref()
    }

    /// Returns the folder where files arrive. Creates it if needed.
    ///
    /// # Errors
    /// When it cannot be created.
    pub async fn arriving(&self) -> Result<PathBuf> {
        tokio::fs::create_dir_all(&self.arriving).await.map_err(|error| failed("create the folder", &error))?;
        Ok(self.arriving.clone())
    }

    /// Deletes what arrived before a moment and was never stored. Returns how many files.
    pub async fn sweep(&self, before: std::time::SystemTime) -> u64 {
        let Ok(mut files) = tokio::fs::read_dir(&self.arriving).await else { return 0 };
        let mut gone = 0;
        while let Ok(Some(file)) = files.next_entry().await {
            let Ok(about) = file.metadata().await else { continue };
            let is_old = about.is_file() && about.modified().is_ok_and(|at| at < before);
            if is_old && tokio::fs::remove_file(file.path()).await.is_ok() {
                gone += 1;
            }
        }
        gone
    }

    /// As [`Storage::put`].
    ///
    /// # Errors
    /// When the storage fails.
    pub async fn put(&self, key: &str, file: &Path) -> Result<()> {
        self.storage.put(key, file).await.map_err(|error| failed("store a file", &error))
    }

    /// As [`Storage::open`].
    ///
    /// # Errors
    /// When the storage fails.
    pub async fn open(&self, key: &str) -> Result<Option<Stored>> {
        self.storage.open(key).await.map_err(|error| failed("read a file", &error))
    }

    /// As [`Storage::delete`].
    ///
    /// # Errors
    /// When the storage fails.
    pub async fn delete(&self, key: &str) -> Result<()> {
        self.storage.delete(key).await.map_err(|error| failed("delete a file", &error))
    }
}

fn failed(what: &str, error: &io::Error) -> Error {
    Error::Internal(format!("cannot {what}: {error}"))
}

/// A folder with one file for each name: `abcdef` is `ab/cdef`.
#[derive(Debug)]
struct Folder(PathBuf);

impl Folder {
    /// The path of a name. Names are ours: hexadecimal digits, and after a dot what it was made into.
    fn path(&self, key: &str) -> io::Result<PathBuf> {
        let fits = key.len() > 2 && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.');
        if !fits || key.contains("..") || key.starts_with('.') {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "a name that no file has"));
        }
        Ok(self.0.join(&key[..2]).join(&key[2..]))
    }
}

impl Storage for Folder {
    fn put<'a>(&'a self, key: &'a str, file: &'a Path) -> BoxFuture<'a, io::Result<()>> {
        Box::pin(async move {
            let path = self.path(key)?;
            let folder = path.parent().unwrap_or(&self.0);
            tokio::fs::create_dir_all(folder).await?;
            tokio::fs::File::open(file).await?.sync_all().await?;
            tokio::fs::rename(file, &path).await?;
            // The name is durable too.
            tokio::fs::File::open(folder).await?.sync_all().await
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
            Ok(Some(Stored { reader: Box::pin(file), len }))
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
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;

    use super::*;

    #[tokio::test]
    async fn bytes_are_stored_read_and_deleted_by_name() {
        let folder = tempfile::tempdir().expect("a folder");
        let files = Files::folder(folder.path().join("files"));
        let arriving = files.arriving().await.expect("a folder").join("one");
        std::fs::write(&arriving, b"bytes").expect("a file");
        files.put("abcdef.480", &arriving).await.expect("stored");
        assert!(!arriving.exists() && folder.path().join("files/ab/cdef.480").exists());
        let mut stored = files.open("abcdef.480").await.expect("a look").expect("bytes");
        let mut bytes = Vec::new();
        stored.reader.read_to_end(&mut bytes).await.expect("bytes");
        assert_eq!((bytes.as_slice(), stored.len), (b"bytes".as_slice(), 5));
        for _ in 0..2 {
            files.delete("abcdef.480").await.expect("deleted");
        }
        assert!(files.open("abcdef.480").await.expect("a look").is_none());
        for bad in ["", "ab", "../../etc/passwd", "ab/../cd", "ab..cd"] {
            assert!(files.open(bad).await.is_err(), "{bad}");
        }
    }
}
