//! A Postgres that can be stopped and started. It is as durable as with the settings of production: acknowledged data
//! is safe.

use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::process::{Process, free_port};
use super::wait::{PATIENCE, wait_for};

/// A server with a data folder of its own.
#[derive(Debug)]
pub struct Postgres {
    bin: PathBuf,
    folder: PathBuf,
    port: u16,
    process: Option<Process>,
}

impl Postgres {
    /// Makes a data folder, and starts a server with a database `klatch` in it.
    ///
    /// # Panics
    /// When Postgres is not installed, or does not start.
    pub async fn start(folder: &Path) -> Self {
        let mut postgres =
            Self { bin: find_programs(), folder: folder.join("postgres"), port: free_port(), process: None };
        std::fs::create_dir_all(&postgres.folder).expect("a folder for Postgres");
        if let Some((user, group)) = account() {
            std::os::unix::fs::chown(&postgres.folder, Some(user), Some(group)).expect("a folder of its own");
            // The Postgres account must be able to reach its folder.
            std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o711)).expect("a way to the folder");
        }
        let mut make = postgres.command("initdb");
        make.args(["-D", "data", "-U", "klatch", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]);
        let made = make.output().expect("initdb");
        assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
        postgres.resume().await;
        wait_for("a database is made", async || postgres.ask("postgres", "create database klatch").ok()).await;
        postgres
    }

    /// Returns its URL.
    pub fn url(&self) -> String {
        format!("postgres://klatch@127.0.0.1:{}/klatch", self.port)
    }

    /// Runs a statement, and returns its output.
    ///
    /// # Errors
    /// The server's error message.
    pub fn run(&self, sql: &str) -> Result<String, String> {
        self.ask("klatch", sql)
    }

    /// Stops it at once: open transactions and all connections are lost.
    pub async fn stop(&mut self) {
        let mut process = self.process.take().expect("a Postgres that runs");
        process.signal("QUIT");
        process.ended(PATIENCE).await;
    }

    /// Starts it again on its data.
    pub async fn resume(&mut self) {
        let mut command = self.command("postgres");
        command.args(["-D", "data", "-p", &self.port.to_string(), "-c", "listen_addresses=127.0.0.1"]);
        command.args(["-c", "unix_socket_directories=", "-c", "max_connections=200"]);
        self.process = Some(Process::start("postgres", &mut command, &self.folder));
        wait_for("Postgres answers", async || self.ask("postgres", "select 1").ok()).await;
    }

    fn ask(&self, database: &str, sql: &str) -> Result<String, String> {
        let mut command = self.command("psql");
        command.args(["-h", "127.0.0.1", "-p", &self.port.to_string(), "-U", "klatch", "-d", database]);
        let output = command.args(["-qAt", "-v", "ON_ERROR_STOP=1", "-c", sql]).output().expect("psql");
        match output.status.success() {
            true => Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned()),
            false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
        }
    }

    /// Builds a command of one of its programs, under the account that it may run as.
    fn command(&self, name: &str) -> Command {
        let mut command = Command::new(self.bin.join(name));
        command.current_dir(&self.folder).env("HOME", &self.folder);
        if let Some((user, group)) = account() {
            command.uid(user).gid(group);
        }
        command
    }
}

/// Returns the account to run Postgres under: Postgres refuses to run as root, so root switches to another account.
fn account() -> Option<(u32, u32)> {
    let is_root = std::fs::metadata("/proc/self").expect("a /proc").uid() == 0;
    is_root.then(|| {
        let users = std::fs::read_to_string("/etc/passwd").expect("accounts");
        let of = |name: &str| {
            let line = users.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(":"))?.to_owned();
            let mut parts = line.split(':').skip(1).map(str::parse);
            Some((parts.next()?.ok()?, parts.next()?.ok()?))
        };
        of("postgres").or_else(|| of("nobody")).expect("an account that Postgres may run as")
    })
}

/// Finds the newest version that Debian installed, else the programs on the path.
fn find_programs() -> PathBuf {
    let installed = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut versions: Vec<PathBuf> = installed.map(|version| version.path().join("bin")).collect();
    versions.sort_by_key(|bin| bin.parent().and_then(Path::file_name)?.to_str()?.parse::<u32>().ok());
    let on_path = std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect::<Vec<_>>());
    let all = versions.into_iter().rev().chain(on_path.unwrap_or_default());
    all.into_iter().find(|bin| bin.join("initdb").exists()).expect("Postgres: initdb was not found")
}
