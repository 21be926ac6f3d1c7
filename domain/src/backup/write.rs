//! Writes an archive, on a thread of its own, beside its final place: it gets its name when it is complete.

use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use futures_util::TryStreamExt;
use futures_util::stream::BoxStream;
use model::hex::hex;
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::manifest::{Entry, MANIFEST, MAX_LINE, Manifest, check_size};
use super::sealed::{Passphrase, SealedWriter};
use crate::platform::error::{Error, Result};

/// Lines are handed to the thread in blocks of about this size.
const BLOCK: usize = 64 << 10;
/// Blocks that may wait for the thread. Together with the largest rows they bound the memory.
const WAITING: usize = 8;
/// How much work compression does: more saves little.
const LEVEL: i64 = 6;

enum Piece {
    /// An entry, and whether its bytes are compressed.
    Begin(String, CompressionMethod),
    Block(Vec<u8>, u64),
    Finish(Box<Manifest>),
}

/// An archive that is being written. Dropped before [`Writer::finish`], it leaves no file behind.
pub(super) struct Writer {
    pieces: mpsc::Sender<Piece>,
    thread: JoinHandle<Result<Manifest>>,
    block: Vec<u8>,
    rows: u64,
    /// How many bytes may still come; `None`: any number.
    left: Option<u64>,
}

impl Writer {
    /// Begins an archive.
    ///
    /// # Errors
    /// When there is a file of this name, or it cannot be created.
    pub fn create(file: &Path, passphrase: Option<Passphrase>) -> Result<Self> {
        if file.symlink_metadata().is_ok() {
            return Err(exists(file));
        }
        let unfinished = Unfinished::create(file)?;
        let (pieces, received) = mpsc::channel(WAITING);
        let thread = tokio::task::spawn_blocking(move || write(unfinished, passphrase.as_ref(), received));
        Ok(Self { pieces, thread, block: Vec::with_capacity(2 * BLOCK), rows: 0, left: None })
    }

    /// The same, for an archive of at most so many bytes before compression. More of them are [`Error::Forbidden`].
    pub fn of_at_most(self, bytes: Option<u64>) -> Self {
        Self { left: bytes, ..self }
    }

    /// Begins an entry, which ends when the next one begins.
    pub async fn begin(&mut self, name: String) -> Result<()> {
        self.flush().await?;
        self.send(Piece::Begin(name, CompressionMethod::Deflated)).await
    }

    /// Begins an entry whose bytes are stored as they are: files are mostly compressed already, and those that are not may be
    /// smaller by any factor, which readers refuse.
    pub async fn begin_stored(&mut self, name: String) -> Result<()> {
        self.flush().await?;
        self.send(Piece::Begin(name, CompressionMethod::Stored)).await
    }

    /// Adds bytes that are no rows.
    pub async fn bytes(&mut self, bytes: &[u8]) -> Result<()> {
        self.block.extend_from_slice(bytes);
        self.flush().await
    }

    /// Adds rows, one line each. Returns how many.
    pub async fn rows(&mut self, mut rows: BoxStream<'_, Result<String, store::Error>>) -> Result<u64> {
        let mut count = 0;
        while let Some(row) = rows.try_next().await? {
            self.row(&row).await?;
            count += 1;
        }
        Ok(count)
    }

    /// Adds a row: a JSON object, whose keys are put in order.
    pub async fn row(&mut self, row: &str) -> Result<()> {
        let fields: std::collections::BTreeMap<String, serde_json::Value> = serde_json::from_str(row)
            .map_err(|error| Error::Internal(format!("a row is not a JSON object: {error}")))?;
        let start = self.block.len();
        serde_json::to_writer(&mut self.block, &fields).map_err(|error| Error::Internal(error.to_string()))?;
        self.block.push(b'\n');
        if self.block.len() - start > MAX_LINE {
            return Err(Error::Internal(format!(
                "a row is larger than {} MB, the maximum for archives",
                MAX_LINE >> 20
            )));
        }
        self.rows += 1;
        if self.block.len() >= BLOCK { self.flush().await } else { Ok(()) }
    }

    async fn flush(&mut self) -> Result<()> {
        if self.block.is_empty() {
            return Ok(());
        }
        if let Some(left) = &mut self.left {
            let rest = left.checked_sub(self.block.len() as u64);
            *left = rest.ok_or_else(|| Error::forbidden(texts::messages_errors::export_too_large()))?;
        }
        let block = std::mem::replace(&mut self.block, Vec::with_capacity(2 * BLOCK));
        let rows = std::mem::take(&mut self.rows);
        self.send(Piece::Block(block, rows)).await
    }

    async fn send(&mut self, piece: Piece) -> Result<()> {
        if self.pieces.send(piece).await.is_err() {
            // The thread ended: it says why.
            return match (&mut self.thread).await {
                Ok(Err(error)) => Err(error),
                _ => Err(Error::Internal("the archive was not written".into())),
            };
        }
        Ok(())
    }

    /// Writes the manifest with all entries, and gives the file its name when it is on the disk.
    ///
    /// # Errors
    /// When the disk is full, or a file of this name was created meanwhile.
    pub async fn finish(mut self, manifest: Manifest) -> Result<Manifest> {
        self.flush().await?;
        self.send(Piece::Finish(Box::new(manifest))).await?;
        self.thread.await.map_err(|_| Error::Internal("the archive was not written".into()))?
    }
}

/// The destination of the bytes: encrypted or not.
enum Sink {
    Plain(BufWriter<File>),
    Sealed(Box<SealedWriter<BufWriter<File>>>),
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self {
            Self::Plain(inner) => inner.write(bytes),
            Self::Sealed(inner) => inner.write(bytes),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match self {
            Self::Plain(inner) => inner.flush(),
            Self::Sealed(inner) => inner.flush(),
        }
    }
}

fn write(
    unfinished: Unfinished,
    passphrase: Option<&Passphrase>,
    mut pieces: mpsc::Receiver<Piece>,
) -> Result<Manifest> {
    let failed = |error: &dyn std::fmt::Display| unfinished.failed(error);
    let file = BufWriter::with_capacity(1 << 20, unfinished.file.try_clone().map_err(|error| failed(&error))?);
    let sink = match passphrase {
        None => Sink::Plain(file),
        Some(passphrase) => Sink::Sealed(Box::new(SealedWriter::begin(file, passphrase)?)),
    };
    let mut zip = ZipWriter::new_stream(sink);
    // No times, no permissions: the same rows have the same bytes.
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(LEVEL))
        .large_file(true);
    let mut entries: Vec<Entry> = Vec::new();
    let mut hash = Sha256::new();
    while let Some(piece) = pieces.blocking_recv() {
        match piece {
            Piece::Begin(name, method) => {
                end(&mut entries, &mut hash);
                let options = match method {
                    CompressionMethod::Stored => options.compression_method(method).compression_level(None),
                    _ => options,
                };
                zip.start_file(&*name, options).map_err(|error| failed(&error))?;
                entries.push(Entry { name, rows: 0, bytes: 0, sha256: String::new() });
            }
            Piece::Block(bytes, rows) => {
                zip.write_all(&bytes).map_err(|error| failed(&error))?;
                hash.update(&bytes);
                if let Some(entry) = entries.last_mut() {
                    entry.bytes += bytes.len() as u64;
                    entry.rows += rows;
                }
            }
            Piece::Finish(mut manifest) => {
                end(&mut entries, &mut hash);
                manifest.entries = entries;
                let bytes = manifest.to_bytes()?;
                check_size(bytes.len() as u64)?;
                zip.start_file(MANIFEST, options).map_err(|error| failed(&error))?;
                zip.write_all(&bytes).map_err(|error| failed(&error))?;
                let sink = zip.finish().map_err(|error| failed(&error))?.into_inner();
                let file = match sink {
                    Sink::Plain(file) => file,
                    Sink::Sealed(sealed) => sealed.finish().map_err(|error| failed(&error))?,
                };
                file.into_inner().map_err(|error| failed(&error))?;
                unfinished.finish()?;
                return Ok(*manifest);
            }
        }
    }
    // The sender gave up, and says why itself.
    Err(Error::Internal("the archive was not finished".into()))
}

fn end(entries: &mut [Entry], hash: &mut Sha256) {
    let digest = std::mem::take(hash).finalize();
    if let Some(entry) = entries.last_mut() {
        entry.sha256 = hex(&digest);
    }
}

fn exists(file: &Path) -> Error {
    Error::Internal(format!("`{}` already exists; choose another name, or delete it first", file.display()))
}

/// A file that is deleted when it is dropped before it is finished.
struct Unfinished {
    file: File,
    at: PathBuf,
    named: PathBuf,
}

impl Unfinished {
    fn create(named: &Path) -> Result<Self> {
        let name = named.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let at = named.with_file_name(format!(".{name}.{}.part", model::unique_name()));
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&at);
        let file = file.map_err(|error| Error::Internal(format!("cannot write `{}`: {error}", named.display())))?;
        Ok(Self { file, at, named: named.to_owned() })
    }

    fn failed(&self, error: &dyn std::fmt::Display) -> Error {
        Error::Internal(format!("cannot write `{}`: {error}", self.named.display()))
    }

    /// Names the file when it is on the disk. Overwrites nothing.
    fn finish(self) -> Result<()> {
        self.file.sync_all().map_err(|error| self.failed(&error))?;
        match std::fs::hard_link(&self.at, &self.named) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => return Err(exists(&self.named)),
            // A file system without links.
            Err(_) if self.named.symlink_metadata().is_err() => {
                std::fs::rename(&self.at, &self.named).map_err(|error| self.failed(&error))?;
            }
            Err(_) => return Err(exists(&self.named)),
        }
        let folder = self.named.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(|error| self.failed(&error))
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_archive_that_becomes_too_large_is_refused_and_leaves_no_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("archive.zip");
        let mut writer = Writer::create(&file, None).expect("an archive").of_at_most(Some(100));
        writer.begin_stored("files/one".to_owned()).await.expect("an entry");
        writer.bytes(&[b'a'; 60]).await.expect("room");
        assert!(matches!(writer.bytes(&[b'b'; 60]).await, Err(Error::Forbidden(_))));
        let Writer { pieces, thread, .. } = writer;
        drop(pieces);
        assert!(thread.await.expect("the thread").is_err());
        assert_eq!(std::fs::read_dir(folder.path()).expect("the folder").count(), 0);
    }
}
