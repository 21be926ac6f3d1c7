//! The index as its readers hold it.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::{fmt, panic};

use crate::error::{Error, Result};
use crate::generation::{Generation, Trouble};
use crate::home::{Home, Lock};
use crate::query::Query;
use crate::schema::{self, Fields};
use crate::search::{self, Results};
use crate::writer::Writer;

/// Retries when the current generation is swapped while we open it.
const ATTEMPTS: usize = 5;

/// A search index in a folder. Cheap to clone; the clones share one reader.
///
/// A folder without a usable index (missing, damaged, of another version) reads as an empty index without
/// [`position`](Self::position), so that its owner fills it: the next [`try_writer`](Self::try_writer) creates a new
/// one.
#[derive(Clone)]
pub struct Index {
    shared: Arc<Shared>,
}

struct Shared {
    home: Home,
    fields: Fields,
    view: RwLock<Arc<View>>,
    reloading: Mutex<()>,
}

/// What a reader sees.
#[derive(Default)]
struct View {
    /// The name of the current generation when last read; `None` before the first read.
    current: Option<String>,
    generation: Option<Generation>,
}

impl Index {
    /// Opens the index in a folder for reading. Creates the folder if it is missing.
    ///
    /// # Errors
    /// When the folder cannot be created or read. A damaged index is not an error.
    pub fn open(dir: impl AsRef<Path>) -> Result<Self> {
        let shared = Shared {
            home: Home::open(dir.as_ref())?,
            fields: schema::schema().1,
            view: RwLock::default(),
            reloading: Mutex::default(),
        };
        let index = Self { shared: Arc::new(shared) };
        index.reload()?;
        Ok(index)
    }

    /// Loads what any process committed or rebuilt since; returns `true` if there was something. If not, this reads two
    /// small files. A commit through this same index needs no reload.
    ///
    /// # Errors
    /// When the folder cannot be read now; the previous state stays visible.
    pub fn reload(&self) -> Result<bool> {
        let _one_at_a_time = self.shared.reloading.lock().unwrap_or_else(PoisonError::into_inner);
        self.refresh_from(&self.view())
    }

    /// Returns the position of the commit that is visible now; `None` in an index that is yet to be filled.
    pub fn position(&self) -> Option<String> {
        self.view().generation.as_ref()?.position.clone()
    }

    /// Returns how many messages and topics the index holds.
    pub fn documents(&self) -> u64 {
        self.view().generation.as_ref().map_or(0, |generation| generation.searcher.num_docs())
    }

    /// Returns the size of its files in bytes, including those of an index that is yet to be filled.
    pub fn bytes(&self) -> u64 {
        self.shared.home.bytes()
    }

    /// Reads all files of the index and returns the names of those whose contents do not match their checksums.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn damaged_files(&self) -> Result<Vec<String>> {
        let view = self.view();
        let Some(generation) = &view.generation else { return Ok(Vec::new()) };
        // The engine trusts its files, and may panic on a damaged one.
        let verify = panic::AssertUnwindSafe(|| generation.engine.validate_checksum());
        let damaged = panic::catch_unwind(verify).map_err(|_| Error::Damaged)??;
        let mut names: Vec<String> = damaged.iter().map(|path| path.display().to_string()).collect();
        names.sort();
        Ok(names)
    }

    /// Searches the index as of the last [`reload`](Self::reload).
    ///
    /// # Errors
    /// Only when the index itself fails: every text is a valid query.
    pub fn search(&self, query: &Query<'_>) -> Result<Results> {
        let view = self.view();
        let searcher = view.generation.as_ref().map(|generation| &generation.searcher);
        // The engine trusts its files, and may panic on a damaged one.
        let search = || search::search(searcher, &self.shared.fields, query);
        panic::catch_unwind(panic::AssertUnwindSafe(search)).unwrap_or(Err(Error::Damaged))
    }

    /// Returns the one writer of the folder, or `None` while this or another process has it. It is released by dropping
    /// it, or when its process ends in any way. Removes what killed rebuilds left behind.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn try_writer(&self) -> Result<Option<Writer>> {
        self.lock()?.map(|lock| self.writer(lock)).transpose()
    }

    /// With the lock: returns a writer of the current generation, or of a new one if that is unusable.
    pub(crate) fn writer(&self, lock: Lock) -> Result<Writer> {
        let _one_at_a_time = self.shared.reloading.lock().unwrap_or_else(PoisonError::into_inner);
        // Opened afresh: another process may have written since, and the engine must know every file to clean up.
        self.refresh_from(&View::default())?;
        if self.view().generation.is_none() {
            let name = self.home().new_generation()?;
            Generation::create(&self.home().path(&name))?;
            self.home().set_current(&name)?;
            self.refresh_from(&View::default())?;
        }
        let view = self.view();
        let Some(generation) = &view.generation else {
            return Err(Error::Damaged);
        };
        self.home().sweep(view.current.as_deref().unwrap_or_default());
        Ok(Writer::new(self.clone(), lock, generation.engine.clone()))
    }

    pub(crate) fn home(&self) -> &Home {
        &self.shared.home
    }

    pub(crate) fn fields(&self) -> &Fields {
        &self.shared.fields
    }

    pub(crate) fn lock(&self) -> Result<Option<Lock>> {
        Ok(self.home().lock()?)
    }

    fn view(&self) -> Arc<View> {
        Arc::clone(&self.shared.view.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn show(&self, current: String, generation: Option<Generation>) {
        let view = Arc::new(View { current: Some(current), generation });
        *self.shared.view.write().unwrap_or_else(PoisonError::into_inner) = view;
    }

    /// Loads what is on disk if it differs from `seen`; returns `true` if it did.
    fn refresh_from(&self, seen: &View) -> Result<bool> {
        let mut current = self.home().current()?;
        for _ in 0..ATTEMPTS {
            let same = seen.current.as_ref() == Some(&current);
            let path = self.home().path(&current);
            let found = match &seen.generation {
                _ if current.is_empty() && !same => Ok(None),
                None if same => return Ok(false),
                Some(generation) if same => match generation.refreshed(&path) {
                    Ok(None) => return Ok(false),
                    refreshed => refreshed,
                },
                _ => Generation::open(&path).map(Some),
            };
            match found {
                Ok(generation) => {
                    self.show(current, generation);
                    return Ok(true);
                }
                Err(Trouble::Failed(error)) => return Err(error),
                Err(Trouble::Unusable(reason)) => {
                    let now = self.home().current()?;
                    if now == current {
                        tracing::warn!(%reason, generation = %current, "the search index cannot be used and will be built again");
                        self.show(current, None);
                        return Ok(true);
                    }
                    current = now;
                }
            }
        }
        Ok(false)
    }
}

impl fmt::Debug for Index {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Index").field("generation", &self.view().current).finish_non_exhaustive()
    }
}
