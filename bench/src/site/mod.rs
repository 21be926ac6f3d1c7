//! A whole forum as operators run it, in a folder and on ports of its own. Each part can be stopped and started again.

pub mod nginx;
mod postgres;
mod process;
mod redis;
mod relay;
mod wait;

use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

pub use postgres::Postgres;
pub use process::{Process, free_port};
pub use redis::Redis;
pub use relay::Relay;
pub use wait::{PATIENCE, wait_at_most, wait_for};

/// How many processes of each service are behind nginx.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub struct Numbers {
    pub web: usize,
    pub realtime: usize,
    pub worker: usize,
}

impl Default for Numbers {
    fn default() -> Self {
        Self { web: 2, realtime: 3, worker: 2 }
    }
}

/// One process of the forum.
#[derive(Debug)]
struct Service {
    /// `web-1`, `web-2`...
    name: String,
    command: &'static str,
    /// The address it listens at, if any.
    at: Option<String>,
    settings: Vec<(&'static str, String)>,
    process: Option<Process>,
}

/// The servers behind many processes.
#[derive(Debug)]
#[allow(missing_docs)]
pub struct Servers {
    pub postgres: Postgres,
    pub redis: Redis,
    /// The relay between the realtime processes and Redis.
    pub relay: Relay,
    _nginx: Process,
}

/// One forum.
#[derive(Debug)]
pub struct Site {
    /// Host and port.
    pub at: String,
    /// Its servers. `None` for a single process on SQLite.
    pub servers: Option<Servers>,
    services: Vec<Service>,
    program: PathBuf,
    folder: PathBuf,
    settings: Vec<(&'static str, String)>,
}

impl Site {
    /// Starts `klatch serve` on SQLite.
    pub async fn alone(program: &Path, folder: &Path) -> Self {
        Self::alone_with(program, folder, &[]).await
    }

    /// Starts `klatch serve` on SQLite with these settings.
    pub async fn alone_with(program: &Path, folder: &Path, settings: &[(&'static str, &str)]) -> Self {
        let at = format!("127.0.0.1:{}", free_port());
        let mut site = Self::new(program, folder, at.clone(), None);
        site.settings.extend(settings.iter().map(|(name, value)| (*name, (*value).to_owned())));
        site.add("serve", 1, Some(at.clone()), vec![("KLATCH_BIND", at)]);
        site.start().await;
        site
    }

    /// Starts many processes on Postgres and Redis, behind nginx with the shipped configuration.
    pub async fn many(program: &Path, folder: &Path, numbers: Numbers) -> Self {
        let ports = |count| -> Vec<u16> { (0..count).map(|_| free_port()).collect() };
        let (web, realtime) = (ports(numbers.web), ports(numbers.realtime));
        let (nginx, at) = nginx::start(folder, &web, &realtime).await;
        let (postgres, redis) = (Postgres::start(folder).await, Redis::start(folder).await);
        let relay = Relay::start(redis.port()).await;
        let far = format!("redis://127.0.0.1:{}", relay.port());
        let shared = [
            ("KLATCH_BASE_URL", format!("http://{at}")),
            ("KLATCH_DATABASE_URL", postgres.url()),
            ("KLATCH_REDIS_URL", redis.url()),
            ("KLATCH_SECRET_KEY", "a key of which only this forum knows".to_owned()),
            ("KLATCH_TRUSTED_PROXIES", "127.0.0.1".to_owned()),
        ];
        let mut site = Self::new(program, folder, at, Some(Servers { postgres, redis, relay, _nginx: nginx }));
        site.settings.extend(shared);
        for (nth, port) in web.into_iter().enumerate() {
            let at = format!("127.0.0.1:{port}");
            site.add("web", nth + 1, Some(at.clone()), vec![("KLATCH_BIND", at)]);
        }
        for (nth, port) in realtime.into_iter().enumerate() {
            let at = format!("127.0.0.1:{port}");
            let settings = vec![("KLATCH_REALTIME_BIND", at.clone()), ("KLATCH_REDIS_URL", far.clone())];
            site.add("realtime", nth + 1, Some(at), settings);
        }
        for nth in 1..=numbers.worker {
            site.add("worker", nth, None, Vec::new());
        }
        site.start().await;
        site
    }

    fn new(program: &Path, folder: &Path, at: String, servers: Option<Servers>) -> Self {
        let settings = vec![
            ("KLATCH_DATA_DIR", folder.join("data").display().to_string()),
            ("KLATCH_LIMITS", "off".to_owned()),
            ("KLATCH_LOG", std::env::var("KLATCH_LOG").unwrap_or_else(|_| "info,tantivy=warn".to_owned())),
        ];
        Self { at, servers, services: Vec::new(), program: program.into(), folder: folder.into(), settings }
    }

    fn add(&mut self, command: &'static str, nth: usize, at: Option<String>, settings: Vec<(&'static str, String)>) {
        let name = format!("{command}-{nth}");
        self.services.push(Service { name, command, at, settings, process: None });
    }

    /// Starts every process that does not run, and waits until all of them answer.
    pub async fn start(&mut self) {
        for name in self.names("") {
            if self.service(&name).process.is_none() {
                self.resume(&name).await;
            }
        }
    }

    /// Returns the servers behind many processes.
    ///
    /// # Panics
    /// When the site is a single process.
    pub fn servers(&mut self) -> &mut Servers {
        self.servers.as_mut().expect("servers behind many processes")
    }

    /// Returns the names of a command's processes in order, or of all processes if `command` is empty.
    pub fn names(&self, command: &str) -> Vec<String> {
        let of_command = |service: &&Service| command.is_empty() || service.command == command;
        self.services.iter().filter(of_command).map(|service| service.name.clone()).collect()
    }

    /// Returns the address a process listens at.
    ///
    /// # Panics
    /// When it does not listen.
    pub fn at(&mut self, name: &str) -> String {
        self.service(name).at.clone().expect("a service that listens")
    }

    fn service(&mut self, name: &str) -> &mut Service {
        self.services.iter_mut().find(|service| service.name == name).expect("a service of this name")
    }

    /// Returns what a process logged.
    ///
    /// # Panics
    /// When it does not run.
    pub fn log(&mut self, name: &str) -> String {
        self.service(name).process.as_ref().expect("it runs").log()
    }

    /// Returns the id of a process.
    ///
    /// # Panics
    /// When it does not run.
    pub fn process_id(&mut self, name: &str) -> u32 {
        self.service(name).process.as_ref().expect("it runs").id()
    }

    /// Returns a process that runs.
    ///
    /// # Panics
    /// When it does not run.
    pub fn process(&mut self, name: &str) -> &mut Process {
        self.service(name).process.as_mut().expect("it runs")
    }

    /// Kills a process at once.
    pub fn kill(&mut self, name: &str) {
        self.service(name).process.take().expect("it runs").kill();
    }

    /// Asks a process to end, and waits until it has.
    ///
    /// # Panics
    /// When it fails.
    pub async fn end(&mut self, name: &str) {
        let mut process = self.service(name).process.take().expect("it runs");
        process.terminate();
        // Running requests may take a while.
        let status = process.ended(Duration::from_secs(60)).await;
        assert!(status.success(), "{name} ended with {status}:\n{}", process.log());
    }

    /// Starts a process that does not run, and waits until it is ready.
    pub async fn resume(&mut self, name: &str) {
        let (mut command, folder) = (self.command(), self.folder.clone());
        let path = folder.join(format!("notify-{name}"));
        let _ = std::fs::remove_file(&path);
        let socket = UnixDatagram::bind(&path).expect("a socket to hear of it");
        socket.set_nonblocking(true).expect("a socket that does not block");
        command.env("NOTIFY_SOCKET", &path);
        let service = self.service(name);
        command.arg(service.command).envs(service.settings.iter().map(|(name, value)| (name, value)));
        let process = Process::start(name, &mut command, &folder);
        // As systemd does: it asks nothing, and waits until the process says that it is ready.
        wait_for(&format!("{name} is ready"), async || {
            let mut bytes = [0; 64];
            let count = socket.recv(&mut bytes).ok()?;
            (&bytes[..count] == b"READY=1").then_some(())
        })
        .await;
        service.process = Some(process);
    }

    /// Ends all processes and starts them again. New members get resyncs instead of single events for a while;
    /// processes that start now treat every membership as old.
    pub async fn settle(&mut self) {
        for name in self.names("") {
            self.end(&name).await;
        }
        self.start().await;
    }

    /// Builds a command of the program with the site's settings, and no others.
    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("KLATCH_")) {
            command.env_remove(name);
        }
        command.envs(self.settings.iter().map(|(name, value)| (name, value))).current_dir(&self.folder);
        command
    }

    /// Returns the output of `klatch admin doctor` once no job waits, and whether it found no drift.
    pub async fn doctor(&self) -> (bool, String) {
        let mut said = String::new();
        for _ in 0..100 {
            let output = self.command().args(["admin", "doctor"]).output().expect("the program");
            said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
            let number = |name: &str| -> Option<u64> {
                said.lines().find_map(|line| line.strip_prefix(name))?.trim().parse().ok()
            };
            let done = number("jobs waiting") == Some(0);
            // The index follows on its own: it may be a moment behind.
            if done && output.status.success() && number("differences") == Some(0) && number("jobs failed") == Some(0) {
                return (true, said);
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        (false, said)
    }
}
