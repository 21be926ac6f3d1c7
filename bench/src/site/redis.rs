//! A Redis that can be stopped, started and emptied.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::process::{Process, free_port};
use super::wait::wait_for;

/// A private Redis: no other test hears its channels, and it can be stopped.
#[derive(Debug)]
pub struct Redis {
    port: u16,
    folder: PathBuf,
    process: Option<Process>,
}

impl Redis {
    /// Starts a Redis.
    pub async fn start(folder: &Path) -> Self {
        let mut redis = Self { port: free_port(), folder: folder.to_owned(), process: None };
        redis.resume().await;
        redis
    }

    /// Returns its URL.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Kills it; its data is lost.
    pub fn stop(&mut self) {
        self.process.take().expect("a Redis that runs").kill();
    }

    /// Makes it hang: it accepts connections and does not answer.
    pub fn pause(&self) {
        self.process.as_ref().expect("a Redis that runs").signal("STOP");
    }

    /// Ends that; its data is still there.
    pub fn go_on(&self) {
        self.process.as_ref().expect("a Redis that runs").signal("CONT");
    }

    /// Deletes all data, while every connection stays.
    pub fn flush(&self) {
        let mut redis = TcpStream::connect(("127.0.0.1", self.port)).expect("Redis");
        redis.write_all(b"FLUSHALL\r\n").expect("it reads");
        let mut answer = [0; 5];
        redis.read_exact(&mut answer).expect("it answers");
        assert_eq!(&answer, b"+OK\r\n");
    }

    /// Returns its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Starts it again, empty.
    pub async fn resume(&mut self) {
        let mut command = Command::new("redis-server");
        command.args([
            "--bind",
            "127.0.0.1",
            "--port",
            &self.port.to_string(),
            "--save",
            "",
            "--appendonly",
            "no",
            "--daemonize",
            "no",
        ]);
        command.current_dir(&self.folder);
        self.process = Some(Process::start("redis", &mut command, &self.folder));
        let port = self.port;
        wait_for("Redis answers", async || TcpStream::connect(("127.0.0.1", port)).ok()).await;
    }
}
