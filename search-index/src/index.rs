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

/// The generation in use may be swapped while we open it: look again this often.
const ATTEMPTS: usize = 5;

/// A search index in a folder. Cheap to clone; the clones are one reader.
///
/// A folder without an index, or with one that cannot be used (damaged, of another version), reads as
/// an index that is empty and has no [`position`](Self::position), so that its owner fills it: the
/// next [`try_writer`](Self::try_writer) puts a new one in its place.
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
    /// What named the generation in use when we looked; `None` before the first look.
    current: Option<String>,
    generation: Option<Generation>,
}

impl Index {
    /// Opens the index in a folder for reading, and makes the folder when it is not there.
    ///
    /// # Errors
    /// When the folder cannot be made or read. A damaged index is no error.
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

    /// Sees what any process committed or rebuilt since; `true` when there was something. Two small
    /// files are read when there was not. (A commit through this very index needs no reload.)
    ///
    /// # Errors
    /// When the folder cannot be read just now; what was seen before stays in sight.
    pub fn reload(&self) -> Result<bool> {
        let _one_at_a_time = self.shared.reloading.lock().unwrap_or_else(PoisonError::into_inner);
        self.refresh_from(&self.view())
    }

    /// Up to where its owner had followed when what is seen now was committed; `None` in an index
    /// that is yet to be filled.
    pub fn position(&self) -> Option<String> {
        self.view().generation.as_ref()?.position.clone()
    }

    /// How many messages and topics it holds.
    pub fn documents(&self) -> u64 {
        self.view().generation.as_ref().map_or(0, |generation| generation.searcher.num_docs())
    }

    /// How much room its files take, in bytes, those of an index that is yet to be filled included.
    pub fn bytes(&self) -> u64 {
        self.shared.home.bytes()
    }

    /// Finds what matches, as of the last [`reload`](Self::reload).
    ///
    /// # Errors
    /// Only when the index itself fails: every text is a valid query.
    pub fn search(&self, query: &Query<'_>) -> Result<Results> {
        let view = self.view();
        let searcher = view.generation.as_ref().map(|generation| &generation.searcher);
        // The engine trusts its files: a damaged one may make it panic.
        let search = || search::search(searcher, &self.shared.fields, query);
        panic::catch_unwind(panic::AssertUnwindSafe(search)).unwrap_or(Err(Error::Damaged))
    }

    /// The one writer of the folder, or `None` while another process, or this one, has it. It is given
    /// up by dropping it, and by the system when its process ends in any way.
    ///
    /// Removes what killed rebuilds left behind.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn try_writer(&self) -> Result<Option<Writer>> {
        self.lock()?.map(|lock| self.writer(lock)).transpose()
    }

    /// For who holds the lock: a writer of the generation in use, or of a new one if that is unusable.
    pub(crate) fn writer(&self, lock: Lock) -> Result<Writer> {
        let _one_at_a_time = self.shared.reloading.lock().unwrap_or_else(PoisonError::into_inner);
        // Opened afresh: another process may have written since, and the engine, to tidy up after
        // itself, must know every file there is.
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

    /// Shows what is on disk if it differs from what was `seen`; `true` when it did.
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
                        tracing::warn!(%reason, generation = %current, "the search index cannot be used and will be filled anew");
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
