//! Sorts more than fits the memory: lines go to files by their keys, and each file is sorted by itself.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::PathBuf;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::records::Stop;
use crate::platform::secrets;

/// Into how many files the lines go.
const PARTS: usize = 64;

/// Files in a folder for temporary ones, which only the program can read. They end with this value.
pub(super) struct Spool {
    folder: PathBuf,
    files: Vec<BufWriter<File>>,
}

impl Spool {
    pub fn new() -> Result<Self, Stop> {
        let token = secrets::token().map_err(|error| Stop::Failed(error.to_string()))?;
        let folder = std::env::temp_dir().join(format!("klatch-import-{token}"));
        // The program's umask keeps others out.
        std::fs::create_dir(&folder)?;
        let mut spool = Self { folder, files: Vec::with_capacity(PARTS) };
        for part in 0..PARTS {
            let file = OpenOptions::new().write(true).create_new(true).open(spool.folder.join(part.to_string()))?;
            spool.files.push(BufWriter::with_capacity(16 << 10, file));
        }
        Ok(spool)
    }

    /// Adds a value. Values with the same key are in the same part.
    pub fn add(&mut self, key: i64, value: &impl Serialize) -> Result<(), Stop> {
        let part = usize::try_from(key.unsigned_abs()).unwrap_or(0) % PARTS;
        if let Some(file) = self.files.get_mut(part) {
            serde_json::to_writer(&mut *file, value).map_err(|error| Stop::Failed(error.to_string()))?;
            file.write_all(b"\n")?;
        }
        Ok(())
    }

    /// Hands each part to `each`, in the order in which its values were added.
    pub fn parts<T: DeserializeOwned>(mut self, mut each: impl FnMut(Vec<T>) -> Result<(), Stop>) -> Result<(), Stop> {
        for file in &mut self.files {
            file.flush()?;
        }
        for part in 0..self.files.len() {
            let reader = BufReader::new(File::open(self.folder.join(part.to_string()))?);
            let mut values = Vec::new();
            for line in reader.lines() {
                values.push(serde_json::from_str(&line?).map_err(|error| Stop::Failed(error.to_string()))?);
            }
            each(values)?;
        }
        Ok(())
    }
}

impl Drop for Spool {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.folder) {
            tracing::warn!(%error, folder = %self.folder.display(), "a temporary folder was left behind");
        }
    }
}
