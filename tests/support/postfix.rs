//! Postfix with a configuration and a queue of its own, as `docs/mail-in.md` sets it up.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;
use tokio::net::TcpStream;

use super::{free_port, wait_for};

/// Its services besides those that [`Route`] and the port add.
const SERVICES: &str = "\
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 1 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
";

/// How it hands over what arrives for the forum's domain.
#[derive(Clone, Debug)]
pub enum Route {
    /// To this address, by LMTP.
    Lmtp(String),
    /// To `klatch mail-in deliver`, with these settings.
    Pipe(Vec<(&'static str, String)>),
}

/// A running Postfix. Everything that is not for the forum's domain goes to one SMTP server.
#[derive(Debug)]
pub struct Postfix {
    port: u16,
    folder: TempDir,
}

impl Postfix {
    /// Starts it. `relay` is the port of the SMTP server on this machine. If `asks_first`, Postfix asks the forum about each
    /// new address while the sender is still connected.
    ///
    /// # Panics
    /// When it is not installed, or this is neither root nor somebody who may use sudo without a password.
    pub async fn start(domain: &str, route: &Route, relay: u16, asks_first: bool) -> Self {
        let folder = TempDir::new().expect("a folder");
        let postfix = Self { port: free_port(), folder };
        let dir = postfix.folder.path();
        // Its processes are those of several accounts.
        fs::set_permissions(dir, Permissions::from_mode(0o711)).expect("a folder of everyone");
        for name in ["etc", "spool", "data"] {
            fs::create_dir(dir.join(name)).expect("a folder");
            fs::set_permissions(dir.join(name), Permissions::from_mode(0o755)).expect("a folder to read");
        }
        let (transport, pipe) = match route {
            Route::Lmtp(address) => (format!("lmtp:inet:{address}"), String::new()),
            Route::Pipe(settings) => ("klatch:".to_owned(), pipe(dir, settings)),
        };
        let services = format!("127.0.0.1:{} inet n - n - - smtpd\n{SERVICES}{pipe}", postfix.port);
        fs::write(dir.join("etc/master.cf"), services).expect("its services");
        fs::write(dir.join("etc/transport"), format!("{domain} {transport}\n")).expect("its routes");
        fs::write(dir.join("etc/main.cf"), settings(dir, domain, relay, asks_first)).expect("its settings");
        done(as_root("chown").arg("postfix").arg(dir.join("data")));
        // Postfix insists that its own files are those of root.
        done(as_root("chown").args(["-R", "root"]).arg(dir.join("etc")).arg(dir.join("spool")));
        done(&mut postfix.control("start"));
        wait_for("Postfix answers", async || TcpStream::connect(("127.0.0.1", postfix.port)).await.ok()).await;
        postfix
    }

    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Returns what it logged.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    fn control(&self, what: &str) -> Command {
        let mut command = as_root("postfix");
        command.arg("-c").arg(self.folder.path().join("etc")).arg(what);
        command
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        let _ = self.control("abort").output();
        if std::thread::panicking() {
            eprintln!("--- what Postfix logged\n{}", self.log());
        }
        if !is_root() {
            let _ = as_root("rm").arg("-rf").arg(self.folder.path()).output();
        }
    }
}

fn settings(dir: &Path, domain: &str, relay: u16, asks_first: bool) -> String {
    let dir = dir.display();
    let restrictions = if asks_first { "reject_unverified_recipient" } else { "" };
    format!(
        "compatibility_level = 3.6
queue_directory = {dir}/spool
data_directory = {dir}/data
maillog_file = {dir}/log
maillog_file_prefixes = {dir}
myhostname = mx.example.org
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
mydestination =
alias_maps =
relayhost = [127.0.0.1]:{relay}
disable_dns_lookups = yes
smtp_tls_security_level = none
smtpd_tls_security_level = none
queue_run_delay = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 1s
address_verify_poll_delay = 1s
smtpd_recipient_restrictions = {restrictions}
unverified_recipient_reject_code = 550
relay_domains = {domain}
relay_recipient_maps =
transport_maps = texthash:{dir}/etc/transport
message_size_limit = 30000000
"
    )
}

/// Returns the service that runs the program. Postfix runs no pipe as root: then it is nobody who runs it.
fn pipe(dir: &Path, settings: &[(&'static str, String)]) -> String {
    let program = dir.join("klatch");
    // Others may not look into the folder that the program is in.
    fs::copy(env!("CARGO_BIN_EXE_klatch"), &program).expect("a copy of the program");
    let script = dir.join("deliver");
    let quoted = settings.iter().map(|(name, value)| format!("export {name}='{value}'\n"));
    let text = format!("#!/bin/sh\n{}exec '{}' \"$@\"\n", quoted.collect::<String>(), program.display());
    fs::write(&script, text).expect("a script");
    for path in [&program, &script] {
        fs::set_permissions(path, Permissions::from_mode(0o755)).expect("a program of everyone");
    }
    let user = if is_root() { "nobody".to_owned() } else { own_name() };
    format!(
        "klatch unix - n n - 2 pipe\n  flags=Rq user={user} argv={} mail-in deliver --sender ${{sender}} ${{recipient}}\n",
        script.display()
    )
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

fn own_name() -> String {
    let output = Command::new("id").arg("-un").output().expect("id");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// Builds a command that runs as root. Only root starts a mail server.
fn as_root(program: &str) -> Command {
    // Debian keeps it where only root looks.
    let path = ["/usr/sbin", "/usr/bin", "/bin"].map(|folder| PathBuf::from(folder).join(program));
    let program = path.into_iter().find(|path| path.exists()).unwrap_or_else(|| panic!("{program} is not installed"));
    if is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("sudo");
    command.arg("-n").arg(program);
    command
}

fn done(command: &mut Command) {
    let output = command.output().expect("a command");
    let (said, why) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?}: {}\n{said}{why}", output.status);
}
