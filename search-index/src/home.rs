//! The folder of an index: generations beside each other, a small file that names the current one, one lock.
//!
//! ```text
//! CURRENT         the name of the generation in use, replaced by a rename
//! writer.lock     held by the writer, released by the system when its process ends
//! v1-000004/      the generation in use: version 1 of the schema, the fourth folder
//! v1-000005/      a rebuild, running or abandoned
//! ```

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::schema::VERSION;

const CURRENT: &str = "CURRENT";
const CURRENT_NEW: &str = "CURRENT.new";
const LOCK: &str = "writer.lock";

/// The right to write, until dropped.
pub(crate) struct Lock {
    _file: File,
}

pub(crate) struct Home {
    dir: PathBuf,
}

impl Home {
    pub(crate) fn open(dir: &Path) -> io::Result<Self> {
        fs::create_dir_all(dir)?;
        Ok(Self { dir: dir.canonicalize()? })
    }

    /// Returns the size of all its files. Files that vanish meanwhile count as nothing.
    pub(crate) fn bytes(&self) -> u64 {
        fn below(dir: &Path) -> u64 {
            let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
            let sizes = entries.filter_map(|entry| {
                let about = entry.metadata().ok()?;
                Some(if about.is_dir() { below(&entry.path()) } else { about.len() })
            });
            sizes.sum()
        }
        below(&self.dir)
    }

    pub(crate) fn path(&self, generation: &str) -> PathBuf {
        self.dir.join(generation)
    }

    /// Takes the lock; `None` when this or another process holds it.
    pub(crate) fn lock(&self) -> io::Result<Option<Lock>> {
        let path = self.dir.join(LOCK);
        let file = OpenOptions::new().write(true).create(true).truncate(false).open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Lock { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// Returns the name of the current generation; empty when there is none.
    pub(crate) fn current(&self) -> io::Result<String> {
        match fs::read(self.dir.join(CURRENT)) {
            Ok(name) => Ok(String::from_utf8_lossy(&name).trim().to_owned()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
            Err(error) => Err(error),
        }
    }

    /// Makes a generation the current one for every process, atomically. Needs the lock.
    pub(crate) fn set_current(&self, generation: &str) -> io::Result<()> {
        let new = self.dir.join(CURRENT_NEW);
        let mut file = File::create(&new)?;
        writeln!(file, "{generation}")?;
        file.sync_all()?;
        fs::rename(&new, self.dir.join(CURRENT))?;
        sync_folder(&self.dir)
    }

    /// Creates the folder of a new generation. Needs the lock.
    pub(crate) fn new_generation(&self) -> io::Result<String> {
        let last = self.generations()?.into_iter().map(|(_, number)| number).max();
        let in_use = parse_name(&self.current()?).map(|(_, number)| number);
        let number = last.max(in_use).unwrap_or(0) + 1;
        let name = format!("v{VERSION}-{number:06}");
        fs::create_dir(self.path(&name))?;
        Ok(name)
    }

    /// Removes every generation but one. Current readers keep their files until they close them. What cannot be removed
    /// stays for the next time. Needs the lock.
    pub(crate) fn sweep(&self, keep: &str) {
        let stale = self.generations().unwrap_or_default();
        for (name, _) in stale.into_iter().filter(|(name, _)| name != keep) {
            if let Err(error) = fs::remove_dir_all(self.path(&name)) {
                tracing::warn!(%error, generation = %name, "cannot remove an old search index");
            }
        }
    }

    fn generations(&self) -> io::Result<Vec<(String, u64)>> {
        let mut generations = Vec::new();
        for entry in fs::read_dir(&self.dir)? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            if let Some((_, number)) = parse_name(&name) {
                generations.push((name, number));
            }
        }
        Ok(generations)
    }
}

/// Returns the schema version and number in a generation's name; `None` for any other name.
pub(crate) fn parse_name(name: &str) -> Option<(u32, u64)> {
    let (version, number) = name.strip_prefix('v')?.split_once('-')?;
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(version) || !digits(number) {
        return None;
    }
    Some((version.parse().ok()?, number.parse().ok()?))
}

/// Makes a rename in the folder survive a power cut.
fn sync_folder(dir: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(dir)?.sync_all() } else { Ok(()) }
}
