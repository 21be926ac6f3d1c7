//! Crowds read and write while one part after another fails. In the end each reader's page has each message once, in
//! order, and no acknowledged message is lost.

use std::path::Path;
use std::time::{Duration, Instant};

use klatch_bench::crowd::{Report, Run};
use klatch_bench::faults::{Fault, Trouble};
use klatch_bench::people::gather;
use klatch_bench::site::{Numbers, Site, wait_at_most};
use tempfile::TempDir;

/// How long recovery may take: longer than a poll waits, and than a slow machine needs.
const RECOVERY: Duration = Duration::from_secs(180);
/// Each of two writers posts at this interval.
const EVERY: Duration = Duration::from_millis(250);

fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_klatch"))
}

/// Lets a crowd read and write through these faults. Each fault begins when the site has recovered from the last one.
async fn suffer(mut site: Site, faults: &[Fault]) -> Report {
    let first = gather(&site.at, "herons", 4).await.expect("a group");
    let second = gather(&site.at, "kestrels", 3).await.expect("a group");
    site.settle().await;
    let cookie = first.readers[0].clone();
    let mut run = Run::begin(&site.at, vec![first, second], EVERY, 2).await;
    got_over(&run, "the beginning").await;
    let mut trouble = Trouble::default();
    for fault in faults {
        run.ledger().begin(fault.name());
        let begun = Instant::now();
        trouble.happens(*fault, &mut site, &cookie).await;
        let mended = begun.elapsed();
        got_over(&run, fault.name()).await;
        println!("{}: mended after {mended:.1?}, got over after {:.1?}", fault.name(), begun.elapsed());
    }
    run.fall_silent().await;
    wait_at_most(RECOVERY, "everybody has everything", async || (run.behind() == 0).then_some(())).await;
    let report = run.end().await;
    println!("{report}");
    assert!(report.is_well(), "{report}");
    let (is_healthy, doctor) = site.doctor().await;
    assert!(is_healthy, "the doctor found:\n{doctor}");
    report
}

async fn got_over(run: &Run, what: &str) {
    let now = run.newest();
    wait_at_most(RECOVERY, &format!("{what} is got over"), async || run.have(&now).then_some(())).await;
}

#[tokio::test]
async fn every_reader_gets_every_message_once_despite_faults_of_one_process() {
    let folder = TempDir::new().expect("a folder");
    let site = Site::alone(program(), folder.path()).await;
    suffer(site, &Fault::ALONE).await;
}

#[tokio::test]
async fn every_reader_gets_every_message_once_despite_faults_of_all_services() {
    let folder = TempDir::new().expect("a folder");
    let site = Site::many(program(), folder.path(), Numbers::default()).await;
    let report = suffer(site, &Fault::MANY).await;
    // A refused client is told when to retry. Without Redis, pages are not live. There are no other errors.
    let known = ["503", "502", "504", "page: not live"];
    let other: Vec<_> = report
        .errors()
        .into_keys()
        .filter(|error| error.contains("without") || !known.iter().any(|status| error.ends_with(status)))
        .collect();
    assert!(other.is_empty(), "{other:?}\n{report}");
}

#[tokio::test]
async fn a_rolling_restart_under_load_shows_no_client_an_error() {
    let folder = TempDir::new().expect("a folder");
    let site = Site::many(program(), folder.path(), Numbers::default()).await;
    let report = suffer(site, &[Fault::RestartInTurn]).await;
    assert!(report.errors().is_empty(), "{report}");
}
