//! Processes that end with the test that started them, and show their log when it fails.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::wait::{wait_at_most, wait_for};

/// The range of free ports: below those that the system gives to outgoing connections.
const PORTS: std::ops::Range<u16> = 10_000..19_000;

/// Returns a port that no process listens at, and that this process returns only once.
pub fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    // Start far from where another run with a similar process id starts.
    let begin = u16::try_from(std::process::id().wrapping_mul(7_919) % 9_000).unwrap_or(0);
    loop {
        let place = begin.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed)) % PORTS.len() as u16;
        let port = PORTS.start + place;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// A process that does not outlive its test.
#[derive(Debug)]
pub struct Process {
    name: String,
    child: Child,
    log: PathBuf,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Process {
    /// Starts a process, whose log goes to a file in the folder.
    pub fn start(name: &str, command: &mut Command, folder: &Path) -> Self {
        let log = folder.join(format!("{name}.log"));
        let file = File::options().create(true).append(true).open(&log).expect("a log");
        let spawned = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(file).spawn();
        let mut child = spawned.unwrap_or_else(|error| panic!("{name} does not start: {error}"));
        let lines = Arc::new(Mutex::new(Vec::new()));
        let (said, out) = (Arc::clone(&lines), child.stdout.take().expect("its output"));
        std::thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                said.lock().expect("nobody panics here").push(line);
            }
        });
        Self { name: name.to_owned(), child, log, lines }
    }

    /// Waits for a line of its output with these words, and returns it.
    pub async fn line(&mut self, words: &str) -> String {
        wait_for(&format!("{} says {words:?}", self.name), async || {
            if let Ok(Some(status)) = self.child.try_wait() {
                panic!("{} ended with {status}:\n{}", self.name, self.log());
            }
            self.said().into_iter().find(|line| line.contains(words))
        })
        .await
    }

    /// Returns the lines of its output.
    pub fn said(&self) -> Vec<String> {
        self.lines.lock().expect("nobody panics here").clone()
    }

    /// Returns its log.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Returns its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Limits the size of each file that it writes, as `prlimit` takes it. With 0 it can write nothing, as on a full disk.
    pub fn limit_files(&self, bytes: &str) {
        let arguments = ["--pid".to_owned(), self.id().to_string(), format!("--fsize={bytes}:unlimited")];
        let limited = Command::new("prlimit").args(arguments).status().expect("prlimit");
        assert!(limited.success(), "prlimit: {limited}");
    }

    /// Kills it at once.
    pub fn kill(&mut self) {
        self.child.kill().expect("it can be killed");
        self.child.wait().expect("it is gone");
    }

    /// Asks it to end.
    pub fn terminate(&self) {
        self.signal("TERM");
    }

    /// Sends it a signal: `TERM`, `QUIT`...
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args(["-s", name, &self.id().to_string()]).status().expect("kill");
        assert!(sent.success());
    }

    /// Waits for its end.
    pub async fn ended(&mut self, limit: Duration) -> ExitStatus {
        let name = self.name.clone();
        wait_at_most(limit, &format!("{name} ends"), async || self.child.try_wait().expect("its state")).await
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            let log = self.log();
            let last: Vec<&str> = log.lines().rev().take(40).collect();
            eprintln!("--- the end of what {} logged", self.name);
            last.iter().rev().for_each(|line| eprintln!("{line}"));
        }
    }
}
