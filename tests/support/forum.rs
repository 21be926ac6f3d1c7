//! A forum per test, run as operators run it: the program, its data, and its address.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use tempfile::TempDir;
use tokio::net::TcpListener;

use super::database::Database;
use super::mailbox::{Mailbox, Server};
use super::visitor::Visitor;
use super::{PATIENCE, Process, Redis, Relay, free_port, proxy, wait_at_most, wait_for};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Running {
    /// `klatch serve` on SQLite.
    Alone,
    /// `klatch web`, `klatch realtime` and `klatch worker` on Postgres and Redis.
    Services,
    /// Like `Services`, on the Redis Cluster that `KLATCH_TEST_REDIS_CLUSTER_URL` names. Only one forum at a time can
    /// use it.
    Cluster,
}

#[derive(Debug)]
pub struct Forum {
    pub running: Running,
    /// Scheme, host and port.
    pub base: String,
    pub database: Database,
    pub mailbox: Mailbox,
    /// The Redis between the services.
    pub redis: Option<Redis>,
    /// The relay between the services and Postgres, in a forum of [`Forum::before_a_relay`].
    pub relay: Option<Relay>,
    processes: BTreeMap<&'static str, Process>,
    settings: Vec<(&'static str, String)>,
    folder: TempDir,
}

impl Forum {
    /// Whether it has a mail server. Otherwise its pages promise no emails.
    pub fn sends_email(&self) -> bool {
        matches!(self.mailbox, Mailbox::Server(_))
    }

    pub async fn start(running: Running) -> Self {
        Self::start_on(running, None).await
    }

    /// Starts services that share the Redis of another forum.
    pub async fn beside(redis: &Redis) -> Self {
        Self::start_on(Running::Services, Some(redis.url())).await
    }

    /// Starts services that reach Postgres over a relay, which can refuse them or be silent.
    pub async fn before_a_relay() -> Self {
        let mut forum = Self::not_started(Running::Services, None).await;
        let (relay, url) = forum.database.relayed().await;
        forum.relay = Some(relay);
        forum.set("KLATCH_DATABASE_URL", url);
        forum.resume().await;
        forum
    }

    /// Changes a setting of processes that start from now on.
    pub fn set(&mut self, name: &'static str, value: String) {
        self.settings.retain(|(known, _)| *known != name);
        self.settings.push((name, value));
    }

    async fn start_on(running: Running, shared: Option<String>) -> Self {
        let mut forum = Self::not_started(running, shared).await;
        forum.resume().await;
        forum
    }

    async fn not_started(running: Running, shared: Option<String>) -> Self {
        let folder = TempDir::new().expect("a folder");
        let mut settings = vec![
            ("KLATCH_DATA_DIR", folder.path().join("data").display().to_string()),
            ("KLATCH_LIMITS", "off".to_owned()),
        ];
        let (base, database, redis, mailbox) = match running {
            Running::Alone => {
                let address = format!("127.0.0.1:{}", free_port());
                settings.push(("KLATCH_BIND", address.clone()));
                let (database, mail) = (folder.path().join("data/klatch.db"), folder.path().join("data/mail"));
                (format!("http://{address}"), Database::Sqlite(database), None, Mailbox::Folder(mail))
            }
            Running::Services | Running::Cluster => {
                let (pages, polls) = (free_port(), free_port());
                let listener = TcpListener::bind(("127.0.0.1", free_port())).await.expect("a port for the proxy");
                let base = format!("http://{}", listener.local_addr().expect("its address"));
                proxy::serve(listener, pages, polls);
                let (database, mail_server) = (Database::postgres().await, Server::start().await);
                let own = running == Running::Services && shared.is_none();
                let redis = if own { Some(Redis::start(folder.path()).await) } else { None };
                let redis_url = shared.or(redis.as_ref().map(Redis::url)).unwrap_or_else(cluster_url);
                settings.extend([
                    ("KLATCH_BIND", format!("127.0.0.1:{pages}")),
                    ("KLATCH_REALTIME_BIND", format!("127.0.0.1:{polls}")),
                    ("KLATCH_BASE_URL", base.clone()),
                    ("KLATCH_DATABASE_URL", database.url()),
                    ("KLATCH_DATABASE_CONNECTIONS", "6".to_owned()),
                    ("KLATCH_REDIS_URL", redis_url),
                    ("KLATCH_SMTP_URL", mail_server.url()),
                    ("KLATCH_MAIL_FROM", "The forum <forum@example.org>".to_owned()),
                    ("KLATCH_SECRET_KEY", "a key of which only this test knows".to_owned()),
                ]);
                (base, database, redis, Mailbox::Server(mail_server))
            }
        };
        let processes = BTreeMap::new();
        Self { running, base, database, mailbox, redis, relay: None, processes, settings, folder }
    }

    pub fn commands(&self) -> &'static [&'static str] {
        match self.running {
            Running::Alone => &["serve"],
            Running::Services | Running::Cluster => &["web", "realtime", "worker"],
        }
    }

    /// Returns the command that runs jobs.
    pub fn worker(&self) -> &'static str {
        if self.running == Running::Alone { "serve" } else { "worker" }
    }

    /// Returns the command that answers polls.
    pub fn polls(&self) -> &'static str {
        if self.running == Running::Alone { "serve" } else { "realtime" }
    }

    /// Returns the command that serves pages.
    pub fn pages(&self) -> &'static str {
        self.commands()[0]
    }

    pub fn setting(&self, name: &str) -> String {
        self.settings.iter().find(|(known, _)| *known == name).expect("a setting of the forum").1.clone()
    }

    /// Starts a process, and waits for nothing.
    pub fn begin(&self, command: &'static str) -> Process {
        Process::start(command, self.command().arg(command), self.folder.path())
    }

    /// Starts every process that does not run, and waits until it is ready.
    pub async fn resume(&mut self) {
        for &name in self.commands() {
            if self.processes.contains_key(name) {
                continue;
            }
            let mut process = Process::start(name, self.command().arg(name), self.folder.path());
            let ready = match name {
                "realtime" => "Serving live updates",
                "worker" => "Running background jobs",
                _ => " is running at ",
            };
            process.line(ready).await;
            self.processes.insert(name, process);
        }
        let visitor = self.visitor();
        wait_for("the forum is healthy", async || visitor.try_get("/-/health").await.filter(|page| page.status == 200))
            .await;
    }

    /// Builds a command of the program with the forum's settings.
    pub fn command(&self) -> Command {
        let mut command = program();
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        command.current_dir(self.folder.path());
        command
    }

    pub fn run(&self, arguments: &[&str], input: &str) -> Output {
        let mut command = self.command();
        if self.relay.is_some() {
            // This thread waits for the command, so the relay would not run.
            command.env("KLATCH_DATABASE_URL", self.database.url());
        }
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program");
        std::io::Write::write_all(&mut child.stdin.take().expect("its input"), input.as_bytes()).expect("it reads");
        child.wait_with_output().expect("its end")
    }

    pub fn process(&mut self, name: &str) -> &mut Process {
        self.processes.get_mut(name).unwrap_or_else(|| panic!("{name} does not run"))
    }

    pub fn kill(&mut self, name: &str) {
        self.processes.remove(name).unwrap_or_else(|| panic!("{name} does not run")).kill();
    }

    pub async fn stop(&mut self) {
        for name in self.commands() {
            if let Some(mut process) = self.processes.remove(name) {
                process.terminate();
                let status = process.ended(PATIENCE).await;
                assert!(status.success(), "{name} ended with {status}:\n{}", process.log());
            }
        }
    }

    /// Ends all processes and starts them again. New members get resyncs instead of single events for a while;
    /// processes that start now treat every membership as old.
    pub async fn settle(&mut self) {
        self.jobs_done().await;
        self.stop().await;
        self.resume().await;
    }

    /// Returns the printed link that makes the first admin.
    pub async fn first_admin_link(&mut self) -> String {
        let base = self.base.clone();
        let line = self.process(self.pages()).line("/-/first-admin?token=").await;
        line.split_once(&base).expect("an address of this site").1.trim().to_owned()
    }

    pub fn visitor(&self) -> Visitor {
        Visitor::new(&self.base)
    }

    /// Returns a visitor who asks the process with the pages from its own machine, through no proxy.
    pub fn operator(&self) -> Visitor {
        Visitor::new(&format!("http://{}", self.pages_address()))
    }

    /// Returns where pages are served, without a proxy.
    pub fn pages_address(&self) -> String {
        let bind = self.settings.iter().find(|(name, _)| *name == "KLATCH_BIND");
        bind.expect("an address of its own").1.clone()
    }

    /// Returns where polls are answered, without a proxy.
    pub fn polls_address(&self) -> String {
        let bind = self.settings.iter().find(|(name, _)| *name == "KLATCH_REALTIME_BIND");
        bind.expect("an address of its own").1.clone()
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Waits until all due jobs are done. Jobs of a killed worker are taken over after a while, and are waited for too.
    pub async fn jobs_done(&self) {
        wait_at_most(3 * PATIENCE, "all jobs are done", async || {
            let waiting = "select count(*) from jobs where unique_key is null";
            (self.database.number(waiting).await == 0).then_some(())
        })
        .await;
    }

    /// Runs the doctor as an operator would, and asserts that it finds nothing.
    pub async fn examine(&self) {
        self.jobs_done().await;
        // The index follows on its own: it may be a moment behind.
        let mut last = String::new();
        let well = tokio::time::timeout(Duration::from_secs(20), async {
            loop {
                let output = self.run(&["admin", "doctor"], "");
                last =
                    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
                if output.status.success() {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        });
        assert!(well.await.is_ok(), "the doctor found:\n{last}");
        let drift = last.lines().find(|line| line.starts_with("differences")).unwrap_or_default();
        assert_eq!(drift.split_whitespace().last(), Some("0"), "{last}");
    }
}

/// Builds a command of the program, without settings of the test's environment.
pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_klatch"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("KLATCH_")) {
        command.env_remove(name);
    }
    command
}

impl Drop for Forum {
    fn drop(&mut self) {
        self.processes.clear();
        self.database.drop();
    }
}

fn cluster_url() -> String {
    std::env::var("KLATCH_TEST_REDIS_CLUSTER_URL")
        .expect("set KLATCH_TEST_REDIS_CLUSTER_URL to a Redis Cluster for tests")
}
