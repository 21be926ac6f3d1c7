//! The settings of backups that the program makes by itself.

use std::path::PathBuf;

use domain::backup::Passphrase;
use domain::backup::schedule::Schedule;

use crate::environment::Environment;
use crate::settings::{BadSetting, at_least_one, parsed};

/// Backups that the program makes by itself.
#[derive(Clone, Debug)]
pub struct Backups {
    /// Scheduled ones, if a folder is set.
    pub schedule: Option<Schedule>,
    /// Whether to make one before a migration, and where.
    pub before_migration: Option<PathBuf>,
    /// With a passphrase, all of them are encrypted.
    pub passphrase: Option<Passphrase>,
}

impl Backups {
    /// Reads the settings.
    ///
    /// # Errors
    /// When one is invalid, with its name.
    pub fn read(env: &Environment) -> Result<Self, BadSetting> {
        let folder = env.var("KLATCH_BACKUP_FOLDER").map(PathBuf::from);
        let passphrase = passphrase(env)?;
        let every_hours = parsed(env, "KLATCH_BACKUP_HOURS", 24, "a number of hours")?;
        if !(1..=8_760).contains(&every_hours) {
            return Err(BadSetting::new("KLATCH_BACKUP_HOURS: must be between 1 and 8760".to_owned()));
        }
        let keep = at_least_one(env, "KLATCH_BACKUP_KEEP", 7, "a number of backups")?;
        let before_migration = match env.var("KLATCH_BACKUP_BEFORE_MIGRATION").as_deref() {
            None | Some("on") => Some(folder.clone().unwrap_or_else(|| env.data_dir().join("backups"))),
            Some("off") => None,
            Some(other) => {
                return Err(BadSetting::new(format!("KLATCH_BACKUP_BEFORE_MIGRATION: `{other}` must be on or off")));
            }
        };
        let schedule = folder.map(|folder| Schedule { folder, every_hours, keep, passphrase: passphrase.clone() });
        Ok(Self { schedule, before_migration, passphrase })
    }
}

/// Reads the passphrase of backups.
pub fn passphrase(env: &Environment) -> Result<Option<Passphrase>, BadSetting> {
    let Some(text) = env.secret("KLATCH_BACKUP_PASSPHRASE")? else { return Ok(None) };
    let passphrase = Passphrase::new(&text);
    passphrase
        .map(Some)
        .ok_or_else(|| BadSetting::new("KLATCH_BACKUP_PASSPHRASE: must have at least 8 characters".to_owned()))
}
