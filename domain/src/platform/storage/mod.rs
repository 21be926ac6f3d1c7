//! The storage of uploaded files: bytes under a name that says what they are, in a folder or in an S3-compatible service.

mod folder;
mod http;
mod s3;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use futures_util::TryStreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use hyper::body::Bytes;
use tokio::io::AsyncWriteExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::platform::error::{Error, Result};
use crate::platform::secrets;

pub use s3::{Bucket, Times};

/// Bytes to read, and how many they are.
pub struct Stored {
    /// Reads them.
    pub bytes: BoxStream<'static, io::Result<Bytes>>,
    /// Their number.
    pub len: u64,
    read: u64,
}

impl fmt::Debug for Stored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stored").field("len", &self.len).finish_non_exhaustive()
    }
}

impl Stored {
    /// So many bytes to read.
    pub fn new(bytes: BoxStream<'static, io::Result<Bytes>>, len: u64) -> Self {
        Self { bytes, len, read: 0 }
    }

    /// Reads the next piece; `None` at the end.
    ///
    /// # Errors
    /// When the storage fails, or sends another number of bytes.
    pub async fn next(&mut self) -> Result<Option<Bytes>> {
        let piece = self.bytes.try_next().await.map_err(|error| failed("read a file", &error))?;
        self.read += piece.as_ref().map_or(0, |piece| piece.len() as u64);
        if piece.is_none() && self.read != self.len {
            return Err(Error::Storage(format!("cannot read a file: {} of {} bytes arrived", self.read, self.len)));
        }
        Ok(piece)
    }

    /// Reads all bytes into memory.
    ///
    /// # Errors
    /// As [`Stored::next`].
    pub async fn read(mut self) -> Result<Vec<u8>> {
        let mut all = Vec::with_capacity(usize::try_from(self.len).unwrap_or_default());
        while let Some(piece) = self.next().await? {
            all.extend_from_slice(&piece);
        }
        Ok(all)
    }

    /// Writes all bytes to a local file, and gives them to `each` piece by piece.
    ///
    /// # Errors
    /// As [`Stored::next`], and when the file cannot be written.
    pub async fn copy_to(mut self, path: &Path, mut each: impl FnMut(&[u8])) -> Result<()> {
        let unwritten = |error: io::Error| failed("copy a file", &error);
        let mut file = tokio::fs::File::create(path).await.map_err(unwritten)?;
        while let Some(piece) = self.next().await? {
            each(&piece);
            file.write_all(&piece).await.map_err(unwritten)?;
        }
        file.flush().await.map_err(unwritten)
    }
}

/// A name in the storage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The name, which may not be one of ours.
    pub key: String,
    /// When its bytes were stored.
    pub stored_at: SystemTime,
}

/// A part of a list of names, and where the next part begins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Names {
    pub found: Vec<Listed>,
    /// `None` at the end.
    pub next: Option<String>,
}

/// A place for bytes. The same name always means the same bytes, so that all calls can be repeated.
pub trait Storage: fmt::Debug + Send + Sync {
    /// Stores a local file, which it may move away. The bytes are durable when it returns. A failed call leaves no half of
    /// them under this name.
    fn put<'a>(&'a self, key: &'a str, file: &'a Path) -> BoxFuture<'a, io::Result<()>>;
    /// Opens bytes; `None` if there are none of this name.
    fn open<'a>(&'a self, key: &'a str) -> BoxFuture<'a, io::Result<Option<Stored>>>;
    /// The number of bytes; `None` if there are none of this name.
    fn size<'a>(&'a self, key: &'a str) -> BoxFuture<'a, io::Result<Option<u64>>>;
    /// Deletes bytes, if there are any of this name.
    fn delete<'a>(&'a self, key: &'a str) -> BoxFuture<'a, io::Result<()>>;
    /// A part of all names, in their order, from the `next` of the part before.
    fn names<'a>(&'a self, from: Option<&'a str>) -> BoxFuture<'a, io::Result<Names>>;
}

/// The storage, and the folder where files arrive before they are stored.
#[derive(Clone, Debug)]
pub struct Files {
    storage: Arc<dyn Storage>,
    arriving: PathBuf,
    /// The storage in words, for operators.
    place: Arc<str>,
    /// One image is made at a time in a process: each may take much memory.
    turn: Arc<Semaphore>,
}

impl Files {
    /// Files in a folder. It is created when the first one comes.
    pub fn folder(folder: PathBuf) -> Self {
        let place = format!("the folder `{}`", folder.display());
        let arriving = folder.join("arriving");
        Self::new(Arc::new(folder::Folder(folder)), arriving, &place)
    }

    /// Files in a bucket of an S3-compatible service. They arrive in a local folder.
    ///
    /// # Errors
    /// What is wrong with the bucket.
    pub fn bucket(bucket: &Bucket, arriving: PathBuf) -> Result<Self, String> {
        Ok(Self::new(Arc::new(s3::S3::new(bucket)?), arriving, &bucket.to_string()))
    }

    /// Files in another storage, which is called `place`.
    pub fn new(storage: Arc<dyn Storage>, arriving: PathBuf, place: &str) -> Self {
        Self { storage, arriving, place: place.into(), turn: Arc::new(Semaphore::new(1)) }
    }

    /// Takes the turn to make an image; `None` while another one is being made.
    pub fn turn(&self) -> Option<OwnedSemaphorePermit> {
        self.turn.clone().try_acquire_owned().ok()
    }

    /// Waits for the turn to make an image; `None` if it takes longer than `patience`.
    pub async fn turn_within(&self, patience: Duration) -> Option<OwnedSemaphorePermit> {
        tokio::time::timeout(patience, self.turn.clone().acquire_owned()).await.ok()?.ok()
    }

    /// The storage in words, for operators.
    pub fn place(&self) -> &str {
        &self.place
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
    pub async fn sweep(&self, before: SystemTime) -> u64 {
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

    /// Writes a file, reads it and deletes it.
    ///
    /// # Errors
    /// When the storage cannot be used, with the reason.
    pub async fn check(&self) -> Result<()> {
        let token = secrets::token()?;
        let (key, path) = (format!("check{}", &token[..32]), self.arriving().await?.join(&token));
        tokio::fs::write(&path, &token).await.map_err(|error| failed("write a file", &error))?;
        let checked = async {
            self.put(&key, &path).await?;
            let stored =
                self.open(&key).await?.ok_or_else(|| Error::Storage("a file is gone after it was stored".into()))?;
            if stored.read().await? != token.as_bytes() {
                return Err(Error::Storage("a file has other bytes than those that were stored".into()));
            }
            self.delete(&key).await
        };
        let checked = checked.await;
        // The storage may have moved it.
        let _ = tokio::fs::remove_file(&path).await;
        checked
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

    /// As [`Storage::size`].
    ///
    /// # Errors
    /// When the storage fails.
    pub async fn size(&self, key: &str) -> Result<Option<u64>> {
        self.storage.size(key).await.map_err(|error| failed("look for a file", &error))
    }

    /// As [`Storage::delete`].
    ///
    /// # Errors
    /// When the storage fails.
    pub async fn delete(&self, key: &str) -> Result<()> {
        self.storage.delete(key).await.map_err(|error| failed("delete a file", &error))
    }

    /// As [`Storage::names`].
    ///
    /// # Errors
    /// When the storage fails.
    pub async fn names(&self, from: Option<&str>) -> Result<Names> {
        self.storage.names(from).await.map_err(|error| failed("list the files", &error))
    }
}

fn failed(what: &str, error: &io::Error) -> Error {
    Error::Storage(format!("cannot {what}: {error}"))
}

/// Whether a name is one that a storage takes: letters and digits, and dots between them.
fn is_name(key: &str) -> bool {
    let fits = key.len() > 2 && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.');
    fits && !key.contains("..") && !key.starts_with('.')
}

fn no_name() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "a name that no file has")
}
