//! The health of a process as last checked.

use std::time::{Duration, Instant};

use model::JobId;
use texts::Text;
use tokio::sync::Mutex;

/// For each part, what is wrong with it; `None` when nothing is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Health {
    /// Whether the database answers, and returns what was stored in it.
    pub reads: Option<Text>,
    /// Whether a transaction reaches the disk.
    pub writes: Option<Text>,
    /// Whether due jobs are run.
    pub jobs: Option<Text>,
    /// Whether the search index is current within a minute; nothing is wrong in a process without one.
    pub search: Option<Text>,
    /// Whether Redis answers. Pages do without it.
    pub bus: Option<Text>,
    /// Whether backups are made as scheduled. Pages do without them.
    pub backup: Option<Text>,
    /// Whether emails can be sent. Pages do without them.
    pub mail: Option<Text>,
    /// How old the last backup is, if there is one.
    pub backup_age: Option<Duration>,
}

impl Health {
    /// Whether the process can do its work: reads and writes work, jobs move, and the index is current.
    pub fn is_ready(&self) -> bool {
        [&self.reads, &self.writes, &self.jobs, &self.search].iter().all(|wrong| wrong.is_none())
    }

    /// The parts by name.
    pub fn parts(&self) -> [(&'static str, Option<&Text>); 7] {
        [
            ("reads", self.reads.as_ref()),
            ("writes", self.writes.as_ref()),
            ("jobs", self.jobs.as_ref()),
            ("search", self.search.as_ref()),
            ("bus", self.bus.as_ref()),
            ("backup", self.backup.as_ref()),
            ("mail", self.mail.as_ref()),
        ]
    }
}

/// The last check, and since when things stand still.
#[derive(Debug, Default)]
pub struct Monitor(pub(crate) Mutex<Checked>);

#[derive(Debug, Default)]
pub(crate) struct Checked {
    pub last: Option<(Instant, Health)>,
    /// The job that waits for longest, and since when it has been that one.
    pub job: Option<(JobId, Instant)>,
    /// What the index has to read next, and since when it has been that.
    pub change: Option<(String, Instant)>,
}
