//! The sources of settings: the process's environment, then an environment file as systemd and Docker read it.

use std::collections::HashMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::settings::BadSetting;

/// The file that the systemd units read. Commands read it too by default.
const DEFAULT_FILE: &str = "/etc/klatch/klatch.env";
/// The data folder of the systemd units.
const SERVICE_DATA_DIR: &str = "/var/lib/klatch";

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
            .map_err(|error| BadSetting::new(format!("--env-file: `{}` cannot be read: {error}", path.display())))?;
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
        let is_named = ["KLATCH_DATA_DIR", "KLATCH_DATABASE_URL"].iter().any(|name| alone.var(name).is_some());
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
    use super::parse;

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
