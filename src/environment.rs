//! The sources of settings: the process's environment, then an environment file as systemd and Docker read it.

use std::collections::{BTreeSet, HashMap};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::settings::BadSetting;

/// The file that the systemd units read. Commands read it too by default.
const DEFAULT_FILE: &str = "/etc/klatch/klatch.env";
/// The data folder of the systemd units.
const SERVICE_DATA_DIR: &str = "/var/lib/klatch";

/// All settings, as the README lists them.
const NAMES: [&str; 55] = [
    "KLATCH_BACKUP_BEFORE_MIGRATION",
    "KLATCH_BACKUP_FOLDER",
    "KLATCH_BACKUP_HOURS",
    "KLATCH_BACKUP_KEEP",
    "KLATCH_BACKUP_PASSPHRASE",
    "KLATCH_BACKUP_PASSPHRASE_FILE",
    "KLATCH_BASE_URL",
    "KLATCH_BIND",
    "KLATCH_CONNECTIONS_PER_ADDRESS",
    "KLATCH_DATABASE_CONNECTIONS",
    "KLATCH_DATABASE_URL",
    "KLATCH_DATABASE_URL_FILE",
    "KLATCH_DATA_DIR",
    "KLATCH_FETCH_ALLOW",
    "KLATCH_FILES",
    "KLATCH_FILE_MEGABYTES",
    "KLATCH_HEALTH_TOKEN",
    "KLATCH_HEALTH_TOKEN_FILE",
    "KLATCH_IMAGE_CACHE_MB",
    "KLATCH_LIMITS",
    "KLATCH_LOG",
    "KLATCH_LOG_FORMAT",
    "KLATCH_MAIL_FROM",
    "KLATCH_MAIL_IN_BOUNCES",
    "KLATCH_MAIL_IN_DOMAIN",
    "KLATCH_MAIL_IN_LISTEN",
    "KLATCH_METRICS_BIND",
    "KLATCH_PAGE_CACHE_MB",
    "KLATCH_POLLS",
    "KLATCH_POLLS_PER_ADDRESS",
    "KLATCH_POLLS_PER_USER",
    "KLATCH_POSTS_PER_MINUTE",
    "KLATCH_REALTIME_BIND",
    "KLATCH_REDIS_PREFIX",
    "KLATCH_REDIS_URL",
    "KLATCH_REDIS_URL_FILE",
    "KLATCH_S3_ACCESS_KEY",
    "KLATCH_S3_ACCESS_KEY_FILE",
    "KLATCH_S3_ENDPOINT",
    "KLATCH_S3_REGION",
    "KLATCH_S3_SECRET_KEY",
    "KLATCH_S3_SECRET_KEY_FILE",
    "KLATCH_SECRET_KEY",
    "KLATCH_SECRET_KEY_FILE",
    "KLATCH_SECRET_KEY_PREVIOUS",
    "KLATCH_SECRET_KEY_PREVIOUS_FILE",
    "KLATCH_SECURITY_CONTACT",
    "KLATCH_SESSION_DAYS",
    "KLATCH_SESSION_IDLE_DAYS",
    "KLATCH_SIGN_UPS_PER_HOUR",
    "KLATCH_SITE_NAME",
    "KLATCH_SMTP_URL",
    "KLATCH_SMTP_URL_FILE",
    "KLATCH_TRUSTED_PROXIES",
    "KLATCH_WEBHOOK_ALLOW",
];

/// The settings as text. The process's environment wins over the file.
#[derive(Debug, Default)]
pub struct Environment {
    file: HashMap<String, String>,
    is_service: bool,
}

impl Environment {
    /// Reads the process's environment, and the file if given.
    ///
    /// # Errors
    /// When the file cannot be read, with its path.
    pub fn read(file: Option<&Path>) -> Result<Self, BadSetting> {
        let Some(path) = file else { return Ok(Self::default()) };
        let text = std::fs::read_to_string(path)
            .map_err(|error| BadSetting::new(format!("--env-file: cannot read `{}`: {error}", path.display())))?;
        let file = parse(&text).map_err(|line| {
            BadSetting::new(format!("--env-file: line {line} of `{}` is not NAME=value", path.display()))
        })?;
        Ok(Self { file, is_service: false })
    }

    /// Reads the settings for a command: by default those of this machine's service, if any, unless a file or place is
    /// named.
    ///
    /// # Errors
    /// When the file cannot be read, with its path.
    pub fn for_command(file: Option<&Path>) -> Result<Self, BadSetting> {
        let alone = Self::read(file)?;
        let is_named = ["KLATCH_DATA_DIR", "KLATCH_DATABASE_URL", "KLATCH_DATABASE_URL_FILE"]
            .iter()
            .any(|name| alone.var(name).is_some());
        if file.is_some() || is_named {
            return Ok(alone);
        }
        match Path::new(DEFAULT_FILE).metadata() {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(alone),
            _ => Ok(Self { is_service: true, ..Self::read(Some(Path::new(DEFAULT_FILE)))? }),
        }
    }

    /// Returns the value of a setting. An empty value counts as unset.
    pub fn var(&self, name: &str) -> Option<String> {
        let set = std::env::var(name).ok().or_else(|| self.file.get(name).cloned());
        set.filter(|value| !value.trim().is_empty())
    }

    /// Returns the value of a secret setting: `NAME` itself, or the content of the file that `NAME_FILE` names.
    ///
    /// # Errors
    /// When both are set, or the file cannot be read or is empty.
    pub fn secret(&self, name: &str) -> Result<Option<String>, BadSetting> {
        let by_file = format!("{name}_FILE");
        let Some(path) = self.var(&by_file) else { return Ok(self.var(name)) };
        if self.var(name).is_some() {
            return Err(BadSetting::new(format!("{by_file}: {name} is also set; set only one of them")));
        }
        let text = std::fs::read_to_string(&path)
            .map_err(|error| BadSetting::new(format!("{by_file}: cannot read `{path}`: {error}")))?;
        match text.trim() {
            "" => Err(BadSetting::new(format!("{by_file}: `{path}` is empty"))),
            value => Ok(Some(value.to_owned())),
        }
    }

    /// Returns the names that look like settings and are none, mostly misspelt ones. Those of the tests do not count.
    pub fn unknown(&self) -> Vec<String> {
        let own = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
        let all: BTreeSet<String> = own.chain(self.file.keys().cloned()).collect();
        let is_unknown = |name: &String| {
            name.starts_with("KLATCH_") && !name.starts_with("KLATCH_TEST_") && !NAMES.contains(&name.as_str())
        };
        all.into_iter().filter(is_unknown).collect()
    }

    /// Returns the data folder.
    pub fn data_dir(&self) -> PathBuf {
        let default = if self.is_service { SERVICE_DATA_DIR } else { "./klatch-data" };
        self.var("KLATCH_DATA_DIR").unwrap_or_else(|| default.to_owned()).into()
    }
}

/// Parses lines of `NAME=value`. Empty lines and those that begin with `#` or `;` are ignored. A value may be quoted.
/// In double quotes a backslash escapes the next character (systemd.exec(5), EnvironmentFile). An error is the bad
/// line's number.
fn parse(text: &str) -> Result<HashMap<String, String>, usize> {
    let mut all = HashMap::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        let (name, value) = line.split_once('=').ok_or(number + 1)?;
        all.insert(name.trim().to_owned(), unquoted(value.trim()).ok_or(number + 1)?);
    }
    Ok(all)
}

fn unquoted(value: &str) -> Option<String> {
    if let Some(rest) = value.strip_prefix('\'') {
        return Some(rest.strip_suffix('\'')?.to_owned());
    }
    let Some(rest) = value.strip_prefix('"') else { return Some(value.to_owned()) };
    let mut text = String::new();
    let mut chars = rest.strip_suffix('"')?.chars();
    while let Some(c) = chars.next() {
        text.push(if c == '\\' { chars.next()? } else { c });
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::{NAMES, parse};

    #[test]
    fn the_readme_lists_all_settings() {
        let readme = include_str!("../README.md");
        let rows: Vec<&str> = readme.lines().filter_map(|line| line.strip_prefix("| `KLATCH_")).collect();
        let listed: Vec<&str> = rows.iter().filter_map(|row| row.split('`').next()).collect();
        for name in NAMES {
            let name = &name["KLATCH_".len()..];
            assert!(listed.contains(&name), "KLATCH_{name} is not in the table of README.md");
        }
        assert_eq!(listed.len(), NAMES.len(), "{listed:?}");
    }

    #[test]
    fn an_environment_file_is_read_as_systemd_reads_it() {
        let text =
            "# Settings\n\n; more\nA=1\n B = two words \nC=\"say \\\"hi\\\" $HOME\"\nD='it # stays'\nE=\nF=a=b#c\n";
        let all = parse(text).unwrap();
        for (name, value) in
            [("A", "1"), ("B", "two words"), ("C", "say \"hi\" $HOME"), ("D", "it # stays"), ("E", ""), ("F", "a=b#c")]
        {
            assert_eq!(all.get(name).map(String::as_str), Some(value), "{name}");
        }
        assert_eq!(parse("A=1\nnothing"), Err(2));
        assert_eq!(parse("A=\"open"), Err(1));
    }
}
