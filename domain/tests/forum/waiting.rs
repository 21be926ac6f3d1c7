//! A storage in front of another one, whose calls wait where a test makes them wait.

use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;

use domain::Error;
use domain::platform::storage::{Files, Names, Storage, Stored};
use futures_util::future::BoxFuture;

/// Where a call may wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// The bytes are stored, and the caller does not know yet.
    Stored,
    /// Before bytes are opened.
    Opens,
    /// Before bytes are deleted.
    Deletes,
}

type Wait = Box<dyn Fn(At) -> BoxFuture<'static, ()> + Send + Sync>;

struct Waiting {
    files: Files,
    wait: Wait,
}

impl fmt::Debug for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Waiting").field("files", &self.files).finish_non_exhaustive()
    }
}

/// Returns a storage that waits, in front of another one. New files arrive in a folder of the test.
pub fn before(
    files: Files,
    folder: &Path,
    wait: impl Fn(At) -> BoxFuture<'static, ()> + Send + Sync + 'static,
) -> Files {
    let waiting = Waiting { files, wait: Box::new(wait) };
    Files::new(Arc::new(waiting), folder.join("arriving"), "a storage that waits")
}

fn as_io(error: Error) -> io::Error {
    io::Error::other(error.to_string())
}

impl Storage for Waiting {
    fn put<'a>(&'a self, key: &'a str, file: &'a Path) -> BoxFuture<'a, io::Result<()>> {
        Box::pin(async move {
            self.files.put(key, file).await.map_err(as_io)?;
            (self.wait)(At::Stored).await;
            Ok(())
        })
    }

    fn open<'a>(&'a self, key: &'a str) -> BoxFuture<'a, io::Result<Option<Stored>>> {
        Box::pin(async move {
            (self.wait)(At::Opens).await;
            self.files.open(key).await.map_err(as_io)
        })
    }

    fn size<'a>(&'a self, key: &'a str) -> BoxFuture<'a, io::Result<Option<u64>>> {
        Box::pin(async move { self.files.size(key).await.map_err(as_io) })
    }

    fn delete<'a>(&'a self, key: &'a str) -> BoxFuture<'a, io::Result<()>> {
        Box::pin(async move {
            (self.wait)(At::Deletes).await;
            self.files.delete(key).await.map_err(as_io)
        })
    }

    fn names<'a>(&'a self, from: Option<&'a str>) -> BoxFuture<'a, io::Result<Names>> {
        Box::pin(async move { self.files.names(from).await.map_err(as_io) })
    }
}
