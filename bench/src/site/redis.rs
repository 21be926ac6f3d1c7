//! A Redis that can be stopped, started and emptied.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::process::{Process, free_port};
use super::wait::wait_for;

/// A private Redis: no other test receives from its channels, and it can be stopped.
#[derive(Debug)]
pub struct Redis {
    port: u16,
    folder: PathBuf,
    /// Whether it takes TLS only, with the certificate of [`Redis::authority`].
    tls: bool,
    process: Option<Process>,
}

/// What `openssl req` needs for a certificate of this machine that signs no other.
const CERTIFICATE: &str = "[req]
distinguished_name = name
x509_extensions = extensions
prompt = no
[name]
CN = A Redis of the tests
[extensions]
basicConstraints = critical, CA:FALSE
subjectAltName = DNS:localhost, IP:127.0.0.1
";

impl Redis {
    /// Starts a Redis.
    pub async fn start(folder: &Path) -> Self {
        Self::start_as(folder, false).await
    }

    /// Starts a Redis that takes TLS only.
    pub async fn start_with_tls(folder: &Path) -> Self {
        std::fs::write(folder.join("openssl.cnf"), CERTIFICATE).expect("a file");
        let request = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -noenc -days 2 -config openssl.cnf \
                       -keyout redis.key -out redis.pem";
        let made = Command::new("openssl").args(request.split_whitespace()).current_dir(folder).output();
        let made = made.expect("openssl");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        Self::start_as(folder, true).await
    }

    async fn start_as(folder: &Path, tls: bool) -> Self {
        let mut redis = Self { port: free_port(), folder: folder.to_owned(), tls, process: None };
        redis.resume().await;
        redis
    }

    /// Returns the file with the certificate that a Redis with TLS shows.
    pub fn authority(&self) -> PathBuf {
        self.folder.join("redis.pem")
    }

    /// Returns its URL.
    pub fn url(&self) -> String {
        if self.tls {
            return format!("rediss://localhost:{}", self.port);
        }
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
        command.args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--daemonize", "no"]);
        command.args([if self.tls { "--tls-port" } else { "--port" }, &self.port.to_string()]);
        if self.tls {
            command
                .args("--port 0 --tls-cert-file redis.pem --tls-key-file redis.key --tls-auth-clients no".split(' '));
        }
        command.current_dir(&self.folder);
        self.process = Some(Process::start("redis", &mut command, &self.folder));
        let port = self.port;
        wait_for("Redis answers", async || TcpStream::connect(("127.0.0.1", port)).ok()).await;
    }
}
