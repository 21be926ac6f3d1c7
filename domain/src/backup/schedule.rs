//! Scheduled backups: one process makes each, and old ones are deleted.

use std::path::{Path, PathBuf};
use std::time::Duration;

use model::time::Timestamp;
use store::Db;

use super::{Order, Passphrase, create_folder};
use crate::platform::context::Context;
use crate::platform::error::{Error, Result, chain};
use crate::platform::last_backup::LastBackup;

/// How often to look whether a backup is due.
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// After a backup that failed or did not end, the next one is tried.
const RETRY: Duration = Duration::from_secs(3_600);
/// Files that a killed process left unfinished are deleted after this time.
const ABANDONED: Duration = Duration::from_secs(24 * 3_600);

/// When and where backups are made.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Schedule {
    pub folder: PathBuf,
    pub every_hours: u64,
    /// The number of files to keep.
    pub keep: usize,
    pub passphrase: Option<Passphrase>,
}

/// Makes backups on schedule until `stop`. Without a schedule, notes that there is none and ends.
pub async fn keep(cx: Context, schedule: Option<Schedule>, stop: impl Future<Output = ()>) {
    let Some(schedule) = schedule else {
        let off = |state: LastBackup| {
            let off = LastBackup { every_hours: None, error: None, ..state.clone() };
            (state != off).then_some(off)
        };
        if let Err(error) = LastBackup::update(&cx.db, off).await {
            tracing::warn!(%error, "could not record the state of the backups");
        }
        return;
    };
    let work = async {
        loop {
            if let Err(error) = tick(&cx, &schedule).await {
                tracing::error!(%error, folder = %schedule.folder.display(), "the scheduled backup failed");
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    };
    tokio::select! {
        () = work => {}
        () = stop => {}
    }
}

/// Makes a backup if one is due and no other process makes it. Returns its file.
///
/// # Errors
/// When it fails. It is tried again after an hour.
pub async fn tick(cx: &Context, schedule: &Schedule) -> Result<Option<PathBuf>> {
    let now = cx.now();
    let state = LastBackup::read(&cx.db).await?;
    if state.every_hours != Some(schedule.every_hours) {
        let every_hours = Some(schedule.every_hours);
        LastBackup::update(&cx.db, |state| Some(LastBackup { every_hours, ..state })).await?;
    }
    if !is_due(&state, schedule, now) {
        return Ok(None);
    }
    // Of several processes, the one that writes this makes the backup.
    let claim = |state: LastBackup| {
        let claimed = LastBackup { tried_at: Some(now), every_hours: Some(schedule.every_hours), ..state.clone() };
        is_due(&state, schedule, now).then_some(claimed)
    };
    if LastBackup::update(&cx.db, claim).await?.is_none() {
        return Ok(None);
    }
    let made = make(cx, schedule, now).await;
    match &made {
        Ok(_) => {
            let done = |state| Some(LastBackup { at: Some(now), scheduled_at: Some(now), error: None, ..state });
            LastBackup::update(&cx.db, done).await?;
        }
        Err(error) => {
            let text = chain(error);
            LastBackup::update(&cx.db, |state| Some(LastBackup { error: Some(text), ..state })).await?;
        }
    }
    if made.is_ok() {
        prune(&schedule.folder, schedule.keep)?;
    }
    made.map(Some)
}

fn is_due(state: &LastBackup, schedule: &Schedule, now: Timestamp) -> bool {
    let every = Duration::from_secs(schedule.every_hours * 3_600);
    // A time in the future is from a clock that was ahead.
    let is_over = |since: Option<Timestamp>, wait: Duration| since.is_none_or(|at| at > now || now.since(at) >= wait);
    is_over(state.scheduled_at, every) && is_over(state.tried_at, every.min(RETRY))
}

async fn make(cx: &Context, schedule: &Schedule, now: Timestamp) -> Result<PathBuf> {
    create_folder(&schedule.folder)?;
    let file = schedule.folder.join(format!("klatch-{}.zip", now.rfc3339().replace(':', "-")));
    let order = Order {
        file: file.clone(),
        secret: cx.config.secret.clone(),
        previous: None,
        passphrase: schedule.passphrase.clone(),
        files: Some(cx.files.clone()),
        now,
    };
    let manifest = super::make_of(&cx.db, order).await?;
    tracing::info!(file = %file.display(), rows = manifest.rows(), "backup created");
    Ok(file)
}

/// Notes that a backup was made.
///
/// # Errors
/// When the database fails.
pub async fn record(db: &Db, now: Timestamp) -> Result<()> {
    LastBackup::update(db, |state| Some(LastBackup { at: Some(now), error: None, ..state })).await?;
    Ok(())
}

/// Deletes all scheduled backups but the newest `keep`, and unfinished files that nobody writes any more. Other files in
/// the folder stay.
fn prune(folder: &Path, keep: usize) -> Result<()> {
    let failed = |error: std::io::Error| Error::Internal(format!("`{}`: {error}", folder.display()));
    let mut ours = Vec::new();
    for file in std::fs::read_dir(folder).map_err(failed)? {
        let file = file.map_err(failed)?;
        let name = file.file_name().to_string_lossy().into_owned();
        if is_scheduled(&name) {
            ours.push(file.path());
        } else if name.starts_with(".klatch-") && name.ends_with(".part") {
            let changed = file.metadata().and_then(|file| file.modified()).ok();
            if changed.and_then(|at| at.elapsed().ok()).is_some_and(|age| age > ABANDONED) {
                std::fs::remove_file(file.path()).map_err(failed)?;
            }
        }
    }
    ours.sort();
    for old in &ours[..ours.len().saturating_sub(keep)] {
        std::fs::remove_file(old).map_err(failed)?;
    }
    Ok(())
}

/// Whether a file is named as [`make`] does: `klatch-2026-11-30T12-00-00Z.zip`.
fn is_scheduled(name: &str) -> bool {
    let Some(time) = name.strip_prefix("klatch-").and_then(|name| name.strip_suffix(".zip")) else { return false };
    let shape = "0000-00-00T00-00-00Z";
    let fits = |(c, wanted): (char, char)| if wanted == '0' { c.is_ascii_digit() } else { c == wanted };
    time.len() == shape.len() && time.chars().zip(shape.chars()).all(fits)
}
