//! A generation: an index of the engine in its own folder, opened by one reader.

use std::path::Path;
use std::{fs, io, panic};

use serde::Deserialize;
use tantivy::directory::MmapDirectory;
use tantivy::directory::error::{OpenDirectoryError, OpenReadError};
use tantivy::{IndexReader, ReloadPolicy, Searcher, TantivyError};

use crate::error::Error;
use crate::home::parse_name;
use crate::schema;

/// Retries when a commit happens between reading its position and its documents.
const ATTEMPTS: usize = 5;

pub(crate) enum Trouble {
    /// It will never open: damaged, missing, of another version.
    Unusable(String),
    /// It may open another time.
    Failed(Error),
}

/// The documents of one commit and its position.
#[derive(Clone)]
pub(crate) struct Generation {
    pub(crate) engine: tantivy::Index,
    pub(crate) searcher: Searcher,
    pub(crate) position: Option<String>,
    reader: IndexReader,
    meta: Vec<u8>,
}

/// The part that we read of the engine's own description of a commit.
#[derive(Deserialize)]
struct Meta {
    payload: Option<String>,
}

impl Generation {
    pub(crate) fn create(path: &Path) -> Result<tantivy::Index, Error> {
        let (schema, _) = schema::schema();
        let directory = MmapDirectory::open(path).map_err(TantivyError::from)?;
        let builder = tantivy::Index::builder().schema(schema).tokenizers(schema::tokenizers());
        Ok(builder.open_or_create(directory)?)
    }

    pub(crate) fn open(path: &Path) -> Result<Self, Trouble> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        match parse_name(&name) {
            Some((version, _)) if version == schema::VERSION => {}
            Some((version, _)) => {
                return Err(Trouble::Unusable(format!("it is of version {version}")));
            }
            None => {
                return Err(Trouble::Unusable("its name is not a generation's".to_owned()));
            }
        }
        // The engine trusts its files, and may panic on a damaged one.
        panic::catch_unwind(|| Self::open_trusting(path))
            .unwrap_or_else(|_| Err(Trouble::Unusable("a file is damaged".to_owned())))
    }

    fn open_trusting(path: &Path) -> Result<Self, Trouble> {
        let mut engine = tantivy::Index::open_in_dir(path)?;
        engine.set_tokenizers(schema::tokenizers());
        if engine.schema() != schema::schema().0 {
            return Err(Trouble::Unusable("it has other fields".to_owned()));
        }
        let meta = read_meta(path)?;
        let reader = engine.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let searcher = reader.searcher();
        let opened = Self { engine, searcher, position: None, reader, meta: Vec::new() };
        Ok(opened.at(path, meta)?)
    }

    /// Returns the same generation after a new commit; `None` if there was none.
    pub(crate) fn refreshed(&self, path: &Path) -> Result<Option<Self>, Trouble> {
        let meta = read_meta(path)?;
        if meta == self.meta {
            return Ok(None);
        }
        let again = panic::AssertUnwindSafe(|| self.clone().at(path, meta));
        match panic::catch_unwind(again) {
            Ok(refreshed) => Ok(Some(refreshed?)),
            Err(_) => Err(Trouble::Unusable("a file is damaged".to_owned())),
        }
    }

    /// Loads documents and position of the same commit. If commits keep coming in between, the position is the older
    /// one: following from there again is harmless.
    fn at(mut self, path: &Path, mut meta: Vec<u8>) -> Result<Self, TantivyError> {
        for _ in 0..ATTEMPTS {
            self.reader.reload()?;
            let after = read_meta(path)?;
            if after == meta {
                break;
            }
            meta = after;
        }
        self.searcher = self.reader.searcher();
        self.position = serde_json::from_slice::<Meta>(&meta)?.payload;
        self.meta = meta;
        Ok(self)
    }
}

/// Reads the file that the engine replaces at each commit and merge.
fn read_meta(path: &Path) -> Result<Vec<u8>, TantivyError> {
    Ok(fs::read(path.join("meta.json"))?)
}

impl From<TantivyError> for Trouble {
    /// What the operating system refused may work later, except for a missing file. Everything else means bad content.
    fn from(error: TantivyError) -> Self {
        let refused = match &error {
            TantivyError::IoError(error) => refused(error),
            TantivyError::OpenReadError(OpenReadError::IoError { io_error, .. })
            | TantivyError::OpenDirectoryError(OpenDirectoryError::IoError { io_error, .. }) => refused(io_error),
            TantivyError::LockFailure(..)
            | TantivyError::Poisoned
            | TantivyError::ErrorInThread(_)
            | TantivyError::SystemError(_) => true,
            _ => false,
        };
        if refused { Self::Failed(error.into()) } else { Self::Unusable(error.to_string()) }
    }
}

fn refused(error: &io::Error) -> bool {
    error.raw_os_error().is_some() && error.kind() != io::ErrorKind::NotFound
}
