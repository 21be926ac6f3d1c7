//! The secret key: from the settings, or created in the data folder of a forum that runs alone.

use std::fmt;
use std::path::{Path, PathBuf};

use domain::platform::secrets::SecretKey;

use crate::environment::Environment;
use crate::settings::{BadSetting, Needs};

/// Returns the key. Creates it for a forum that runs alone.
pub fn current(env: &Environment, data_dir: &Path, needs: Needs) -> Result<SecretKey, BadSetting> {
    if let Some(text) = env.secret("KLATCH_SECRET_KEY")? {
        let by_file = env.var("KLATCH_SECRET_KEY_FILE").is_some();
        let name = if by_file { "KLATCH_SECRET_KEY_FILE" } else { "KLATCH_SECRET_KEY" };
        return SecretKey::new(&text)
            .ok_or_else(|| BadSetting::new(format!("{name}: must have at least 32 characters")));
    }
    if let Needs::Shared(_) = needs {
        return Err(BadSetting::new(
            "KLATCH_SECRET_KEY: not set. Set this (or KLATCH_SECRET_KEY_FILE) to at least 32 random characters, the same for all processes".to_owned(),
        ));
    }
    let path = data_dir.join("secret.key");
    if needs == Needs::Existing && !path.is_file() {
        return Err(BadSetting::new(format!(
            "KLATCH_SECRET_KEY: not set, and `{}` does not exist. Run the command with the settings of the service",
            path.display()
        )));
    }
    own_secret(&path)
}

/// Returns the key before the current one, if it is set.
pub fn previous(env: &Environment) -> Result<Option<SecretKey>, BadSetting> {
    let Some(text) = env.secret("KLATCH_SECRET_KEY_PREVIOUS")? else { return Ok(None) };
    let key = SecretKey::new(&text);
    key.map(Some)
        .ok_or_else(|| BadSetting::new("KLATCH_SECRET_KEY_PREVIOUS: must have at least 32 characters".to_owned()))
}

/// The key of a backup, on its way to be this forum's.
pub struct RestoredKey {
    /// Where the key is, and where it will be; `None` if the settings have it already.
    files: Option<(PathBuf, PathBuf)>,
}

impl RestoredKey {
    /// Compares the key with the settings. If they have none, writes it beside its place in the data folder, so that it
    /// is there if the program is killed after the restore.
    ///
    /// # Errors
    /// When the settings have another key, or the folder cannot be written.
    pub fn prepare(env: &Environment, data_dir: &Path, key: &SecretKey) -> Result<Self, BadSetting> {
        if let Some(text) = env.secret("KLATCH_SECRET_KEY")? {
            let is_same = SecretKey::new(&text).is_some_and(|set| set.fingerprint() == key.fingerprint());
            return if is_same {
                Ok(Self { files: None })
            } else {
                Err(BadSetting::new(
                    "KLATCH_SECRET_KEY: this is not the key of the backup. Unset it (and KLATCH_SECRET_KEY_FILE), and \
                     the command will write the key of the backup to `secret.key` in the data folder"
                        .to_owned(),
                ))
            };
        }
        let (from, to) = (data_dir.join("secret.key.restored"), data_dir.join("secret.key"));
        let bad = |error: std::io::Error| {
            BadSetting::new(format!("KLATCH_DATA_DIR: cannot write `{}`: {error}", from.display()))
        };
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&from).map_err(bad)?;
        std::io::Write::write_all(&mut file, key.bytes()).and_then(|()| file.sync_all()).map_err(bad)?;
        Ok(Self { files: Some((from, to)) })
    }

    /// Makes it the key, and returns its file; `None` if the settings have the key. A key that an empty forum had is
    /// kept as `secret.key.before`.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn finish(self) -> Result<Option<PathBuf>, BadSetting> {
        let Some((from, to)) = self.files else { return Ok(None) };
        let moved = match std::fs::rename(&to, to.with_extension("key.before")) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
            _ => std::fs::rename(&from, &to),
        };
        let failed = |error| {
            BadSetting::new(format!(
                "KLATCH_DATA_DIR: the forum was restored, but its key could not be moved to `{}`: {error}. Rename `{}` yourself",
                to.display(),
                from.display()
            ))
        };
        moved.map_err(failed)?;
        Ok(Some(to))
    }
}

/// Returns the key of a forum that runs alone: created once, readable by its owner only.
fn own_secret(path: &Path) -> Result<SecretKey, BadSetting> {
    let bad = |what: &str, error: &dyn fmt::Display| {
        BadSetting::new(format!("KLATCH_DATA_DIR: cannot {what} `{}`: {error}", path.display()))
    };
    // A restore was stopped after it had filled the database.
    let restored = path.with_extension("key.restored");
    if !path.exists() && restored.exists() {
        std::fs::rename(&restored, path).map_err(|error| bad("create", &error))?;
    }
    if !path.exists() {
        let text = SecretKey::random().map_err(|error| bad("create", &error))?;
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        match options.open(path) {
            Ok(mut file) => {
                std::io::Write::write_all(&mut file, text.as_bytes()).map_err(|error| bad("write", &error))?
            }
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(bad("create", &error)),
        }
    }
    let text = std::fs::read_to_string(path).map_err(|error| bad("read", &error))?;
    SecretKey::new(&text).ok_or_else(|| bad("use", &"it has fewer than 32 characters; delete it to create a new key"))
}
