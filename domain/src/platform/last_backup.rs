//! When the last backup was made, as all processes and admins see it.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use store::Db;
use store::platform::settings::{self, BACKUPS};

use crate::platform::error::{Error, Result};
use model::time::Timestamp;
use texts::{Text, health};

/// A scheduled backup may be late by this much, besides its interval.
const LATE: Duration = Duration::from_secs(3_600);

/// The state of backups.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[allow(missing_docs)]
pub struct LastBackup {
    /// When the last backup was complete.
    pub at: Option<Timestamp>,
    /// When the last scheduled backup was complete.
    pub scheduled_at: Option<Timestamp>,
    /// When a scheduled backup was last tried.
    pub tried_at: Option<Timestamp>,
    /// Why that failed.
    pub error: Option<String>,
    /// The hours between scheduled backups; `None` when none are scheduled.
    pub every_hours: Option<u64>,
}

impl LastBackup {
    /// Reads the state.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn read(db: &Db) -> Result<Self> {
        Ok(Self::parse(settings::get(db, BACKUPS).await?.as_deref()))
    }

    fn parse(text: Option<&str>) -> Self {
        text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    }

    /// Changes the state. Returns the new state; `None` when `change` does not want to.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) async fn update(db: &Db, change: impl FnOnce(Self) -> Option<Self>) -> Result<Option<Self>> {
        let mut tx = db.begin().await?;
        settings::get_or_set(&mut tx, BACKUPS, "{}").await?;
        let old = Self::parse(settings::lock(&mut tx, BACKUPS).await?.as_deref());
        let Some(new) = change(old) else { return Ok(None) };
        let text = serde_json::to_string(&new).map_err(|error| Error::Internal(error.to_string()))?;
        settings::set(&mut tx, BACKUPS, &text).await?;
        tx.commit().await?;
        Ok(Some(new))
    }

    /// How old the last backup is, if there is one.
    pub fn age(&self, now: Timestamp) -> Option<Duration> {
        self.at.map(|at| now.since(at))
    }

    /// What is wrong; `None` when nothing is, or no backups are scheduled.
    pub fn trouble(&self, now: Timestamp) -> Option<Text> {
        let every = Duration::from_secs(self.every_hours? * 3_600);
        if let Some(error) = &self.error {
            return Some(health::backup_failed(error));
        }
        let since = self.at.or(self.tried_at)?;
        let age = now.since(since);
        (age > every * 2 + LATE).then(|| health::backup_old(age.as_secs() / 3_600))
    }
}
