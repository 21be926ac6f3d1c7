//! The forum and the token that the client uses, and the file that remembers them.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use url::Url;

use crate::Result;
use crate::client::Client;
use crate::objects::Me;
use crate::show::line;

/// A forum, and an API token of an account in it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Its address, without a slash at the end.
    pub server: String,
    pub token: String,
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account").field("server", &self.server).finish_non_exhaustive()
    }
}

/// The file: `klatch/chat.json` in the folder for settings of the user.
pub fn file() -> PathBuf {
    let var = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let folder = var("XDG_CONFIG_HOME").or_else(|| Some(var("HOME")?.join(".config")));
    folder.unwrap_or_else(|| PathBuf::from(".")).join("klatch/chat.json")
}

/// Removes the file.
///
/// # Errors
/// When that is not possible.
pub fn forget(file: &Path) -> Result<()> {
    match std::fs::remove_file(file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(format!("Can't delete {}: {error}.", file.display()))
        }
        _ => {
            println!(
                "Deleted the saved token. If nothing else uses it, revoke it in the forum's settings under API tokens."
            );
            Ok(())
        }
    }
}

impl Account {
    /// Finds the forum and the token: the options and environment first, then the file. With `is_asked`, asks for what is
    /// missing and remembers it once it works.
    ///
    /// # Errors
    /// What is missing, and how to provide it.
    pub async fn find(file: &Path, server: Option<&str>, token_file: Option<&Path>, is_asked: bool) -> Result<Self> {
        let known = Self::read(file)?;
        let token = match token_file {
            Some(path) => Some(
                std::fs::read_to_string(path).map_err(|error| format!("Can't read {}: {error}.", path.display()))?,
            ),
            None => std::env::var("KLATCH_CHAT_TOKEN").ok(),
        };
        let token = token.map(|token| token.trim().to_owned()).filter(|token| !token.is_empty());
        let server = match server {
            Some(server) => Some(address(server)?),
            None => known.as_ref().map(|known| known.server.clone()),
        };
        // A token goes to the forum that it was made for, and to no other.
        let known = known.filter(|known| server.as_ref() == Some(&known.server)).map(|known| known.token);
        match (server, token.or(known)) {
            (Some(server), Some(token)) => Ok(Self { server, token }),
            (server, _) if is_asked => Self::ask(file, server).await,
            (None, _) => Err("No forum given. Use --server or KLATCH_CHAT_SERVER.".into()),
            (Some(server), None) => Err(format!(
                "No API token given. Use --token-file or KLATCH_CHAT_TOKEN. To create a token, go to {server}/-/settings/tokens."
            )),
        }
    }

    fn read(file: &Path) -> Result<Option<Self>> {
        match std::fs::read_to_string(file) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(format!("Can't read {}: {error}.", file.display())),
            Ok(text) => serde_json::from_str(&text).map(Some).map_err(|error| {
                format!("{} is damaged ({error}). Run `klatch chat forget` to delete it.", file.display())
            }),
        }
    }

    async fn ask(file: &Path, server: Option<String>) -> Result<Self> {
        let mut lines = crate::terminal::Lines::new()?;
        let server = match server {
            Some(server) => server,
            None => address(&lines.ask("Forum URL: ").await?)?,
        };
        println!("Create an API token with read and write access at {server}/-/settings/tokens.");
        let token = lines.ask_hidden("API token: ").await?.trim().to_owned();
        let account = Self { server, token };
        let me: Me = Client::new(&account)?.get("/me", &[]).await.map_err(|problem| problem.to_string())?;
        account.save(file)?;
        println!(
            "Signed in as {}. The token is saved in {}, which only you can read.",
            line(&me.user.username),
            file.display()
        );
        Ok(account)
    }

    fn save(&self, file: &Path) -> Result<()> {
        let wrong = |error: std::io::Error| format!("Can't write {}: {error}.", file.display());
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder).map_err(wrong)?;
        }
        let text = serde_json::to_string(self).map_err(|error| error.to_string())?;
        // A file from before might be readable by others.
        let _ = std::fs::remove_file(file);
        let mut options = std::fs::OpenOptions::new();
        let mut file = options.write(true).create_new(true).mode(0o600).open(file).map_err(wrong)?;
        file.write_all(text.as_bytes()).map_err(wrong)
    }
}

/// Reads the address of a forum.
///
/// # Errors
/// What to correct.
fn address(typed: &str) -> Result<String> {
    let typed = typed.trim();
    let typed = if typed.contains("://") { typed.to_owned() } else { format!("https://{typed}") };
    let url = Url::parse(&typed).map_err(|error| format!("`{typed}` is not a valid URL: {error}."))?;
    if !matches!(url.scheme(), "https" | "http") || url.host_str().is_none() {
        return Err(format!("`{typed}` is not a valid forum URL. Use a URL that begins with https://."));
    }
    let is_near = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    if url.scheme() == "http" && !is_near {
        return Err(format!("`{typed}` would send your token unencrypted. Use https://."));
    }
    Ok(url.origin().ascii_serialization())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_completed_and_tokens_never_leave_unencrypted() {
        assert_eq!(address("forum.example").as_deref(), Ok("https://forum.example"));
        assert_eq!(address(" https://forum.example/garden/ ").as_deref(), Ok("https://forum.example"));
        assert_eq!(address("http://localhost:8080").as_deref(), Ok("http://localhost:8080"));
        for wrong in ["http://forum.example", "ftp://forum.example", "", "https://"] {
            assert!(address(wrong).is_err(), "{wrong}");
        }
    }

    #[tokio::test]
    async fn a_token_is_stored_per_forum_in_a_file_that_only_its_user_can_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("klatch/chat.json");
        let account = Account { server: "https://forum.example".into(), token: "klatch_1".into() };
        account.save(&file).expect("saved");
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&file).expect("a file").permissions().mode() & 0o777, 0o600);
        assert_eq!(Account::find(&file, None, None, false).await.as_ref(), Ok(&account));
        let other = Account::find(&file, Some("https://other.example"), None, false).await;
        assert!(other.is_err_and(|why| why.contains("https://other.example/-/settings/tokens")));
        forget(&file).expect("forgotten");
        assert!(Account::find(&file, None, None, false).await.is_err_and(|why| why.contains("--server")));
    }
}
