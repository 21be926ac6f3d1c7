//! The health of a process as last checked.

use std::time::{Duration, Instant};

use model::JobId;
use tokio::sync::Mutex;

/// For each part, what is wrong with it; `None` when nothing is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Health {
    /// Whether the database answers, and returns what was stored in it.
    pub reads: Option<String>,
    /// Whether a transaction reaches the disk.
    pub writes: Option<String>,
    /// Whether due jobs are run.
    pub jobs: Option<String>,
    /// Whether the search index is current within a minute; nothing is wrong in a process without one.
    pub search: Option<String>,
    /// Whether Redis answers. Pages do without it.
    pub bus: Option<String>,
    /// Whether backups are made as scheduled. Pages do without them.
    pub backup: Option<String>,
    /// Whether emails can be sent. Pages do without them.
    pub mail: Option<String>,
    /// How old the last backup is, if there is one.
    pub backup_age: Option<Duration>,
}

impl Health {
    /// Whether the process can do its work: reads and writes work, jobs move, and the index is current.
    pub fn is_ready(&self) -> bool {
        [&self.reads, &self.writes, &self.jobs, &self.search].iter().all(|wrong| wrong.is_none())
    }

    /// The parts by name.
    pub fn parts(&self) -> [(&'static str, Option<&str>); 7] {
        [
            ("reads", self.reads.as_deref()),
            ("writes", self.writes.as_deref()),
            ("jobs", self.jobs.as_deref()),
            ("search", self.search.as_deref()),
            ("bus", self.bus.as_deref()),
            ("backup", self.backup.as_deref()),
            ("mail", self.mail.as_deref()),
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
