//! The edges of the program: malformed requests, streams that servers may cut differently, and limits of the system.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;

use klatch_bench::smuggle::compare;
use tempfile::TempDir;

use crate::support::{Forum, Process, Running, free_port, newcomer, wait_for};

crate::both_ways!(malformed_requests_cause_no_server_errors, polls_of_other_sites_are_refused);

async fn malformed_requests_cause_no_server_errors(running: Running) {
    let mut forum = Forum::start(running).await;
    let polls = match running {
        Running::Alone => forum.pages_address(),
        Running::Services | Running::Cluster => forum.polls_address(),
    };
    for at in [forum.pages_address(), polls] {
        for bad in [
            "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
            "GET / HTTP/9.9\r\n\r\n",
            "\u{16}\u{3}\u{1}\u{2}\r\n\r\n",
            &format!("GET / HTTP/1.1\r\nHost: a\r\nX: {}\r\n\r\n", "y".repeat(200_000)),
        ] {
            let mut line = TcpStream::connect(&at).expect("a connection");
            let mut said = Vec::new();
            // The server may close the connection before it has read everything.
            if line.write_all(bad.as_bytes()).is_ok() && line.read_to_end(&mut said).is_ok() {
                assert!(said.starts_with(b"HTTP/1.1 4") || said.starts_with(b"HTTP/1.1 5"), "{bad:.60}");
            }
        }
    }
    let marked = forum.visitor().request(reqwest::Method::GET, "/-/help").header("x-request-id", "the-last-one");
    forum.visitor().ask("/-/help", marked).await.expect(200);
    let pages = forum.pages();
    wait_for("the last request is logged", async || forum.process(pages).log().contains("the-last-one").then_some(()))
        .await;
    for name in [pages, forum.polls()] {
        let log = forum.process(name).log();
        let errors: Vec<&str> = log.lines().filter(|line| line.contains("ERROR")).collect();
        assert!(errors.is_empty(), "{name}: {errors:?}");
    }
}

async fn polls_of_other_sites_are_refused(running: Running) {
    let forum = Forum::start(running).await;
    let ana = newcomer(&forum, "ana").await;
    for (name, value) in
        [("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site"), ("origin", "https://evil.example")]
    {
        let poll = ana.poll("after=1-1").header(name, value);
        assert_eq!(ana.ask("/live", poll).await.status, 403, "{name}: {value}");
    }
    let own = ana.poll("after=1-1").header("sec-fetch-site", "same-origin").header("origin", &forum.base);
    ana.ask("/live", own).await.expect(200).must_say("resync");
}

/// The long form is `klatch-bench smuggle`, with other seeds.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_cannot_be_smuggled_past_the_servers() {
    let folder = TempDir::new().expect("a folder");
    let found =
        compare(Path::new(env!("CARGO_BIN_EXE_klatch")), folder.path(), 1, 400).await.expect("an answer of each");
    assert!(found.differences.is_empty(), "{}", found.differences.join("\n\n"));
    assert!(found.seen.iter().all(|seen| *seen > 100), "{:?}", found.seen);
}

#[tokio::test]
async fn the_access_log_of_nginx_contains_no_invitations() {
    let folder = TempDir::new().expect("a folder");
    let (_nginx, at) = klatch_bench::site::nginx::start(folder.path(), &[free_port()], &[free_port()]).await;
    let mut browser = klatch_bench::crowd::Browser::new(&at, "");
    for path in ["/-/invite/a-secret-token", "/-/hooks/a-secret-token", "/-/reset?token=a-secret-token", "/-/help"] {
        assert_eq!(browser.get(path).await.expect("an answer").status, 502);
    }
    let log = folder.path().join("nginx/access.log");
    let log = wait_for("the requests are logged", async || {
        std::fs::read_to_string(&log).ok().filter(|log| log.contains("/-/help"))
    })
    .await;
    for line in ["\"GET /-/invite/***\"", "\"GET /-/hooks/***\"", "\"GET /-/reset\""] {
        assert!(log.contains(line), "{log}");
    }
    assert!(!log.contains("secret"), "{log}");
}

#[test]
fn containers_are_built_without_secrets_and_run_without_privileges() {
    assert!(include_str!("../../.dockerignore").lines().any(|line| line == "**/.env"));
    let compose = include_str!("../../deploy/compose.yaml");
    let (klatch, others) = compose.split_once("\nservices:\n").expect("services");
    for line in ["  read_only: true", "    - no-new-privileges:true", "    - ALL"] {
        assert!(klatch.lines().any(|known| known == line), "{line}");
    }
    let images = others.lines().filter(|line| line.starts_with("    image: ")).count();
    let restricted = others.lines().filter(|line| *line == "      - no-new-privileges:true").count();
    assert_eq!((images, restricted), (3, 3));
}

#[tokio::test]
async fn the_soft_limit_on_open_files_is_raised_to_the_hard_one() {
    let folder = TempDir::new().expect("a folder");
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -Sn 256; exec \"$0\" serve", env!("CARGO_BIN_EXE_klatch")]);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("KLATCH_")) {
        command.env_remove(name);
    }
    command.env("KLATCH_DATA_DIR", folder.path().join("data"));
    command.env("KLATCH_BIND", format!("127.0.0.1:{}", free_port()));
    let mut process = Process::start("serve", &mut command, folder.path());
    process.line(" is running at ").await;
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", process.id())).expect("its limits");
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files")).expect("the limit on files");
    let words: Vec<&str> = line.split_whitespace().collect();
    let number = |word: &str| word.parse::<u64>().unwrap_or(u64::MAX);
    assert_eq!(number(words[0]), number(words[1]).min(1 << 20), "{line}");
}
