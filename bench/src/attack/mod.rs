//! Attacks a site while members read: compressed bombs, slow bodies, sign-ins by random names, and polls from one
//! network, all at once. Measures the server's memory and what the members notice.

mod attackers;
mod members;

use std::io::Result;
use std::path::PathBuf;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::sleep;

use crate::crowd::Browser;
use crate::people::gather;
use crate::site::Site;
use attackers::Target;
use members::{Notes, Noticed};

/// The group of the members.
const GROUP: &str = "members";

/// The bars.
const MEMORY: u64 = 300 << 20;
const PAGE: Duration = Duration::from_millis(300);

/// How to attack.
#[derive(Clone, Debug, clap::Args)]
#[allow(missing_docs)]
pub struct Plan {
    /// An empty folder for the site
    #[arg(long)]
    pub folder: PathBuf,
    /// The program; by default the one beside this
    #[arg(long)]
    pub program: Option<PathBuf>,
    /// How many members read
    #[arg(long, default_value_t = 20)]
    pub members: usize,
    /// For how many seconds members read before the attack, and during it
    #[arg(long, default_value_t = 30)]
    pub seconds: u64,
}

/// Runs a plan, prints a table, and returns whether no bar was missed.
///
/// # Errors
/// When the site cannot be prepared.
pub async fn run(plan: Plan) -> Result<bool> {
    let program = match plan.program {
        Some(program) => program,
        None => std::env::current_exe()?.with_file_name("klatch"),
    };
    // Attackers name an address each, which the server believes. Members come without a proxy.
    let settings = [("KLATCH_LIMITS", "on"), ("KLATCH_TRUSTED_PROXIES", "127.0.0.1")];
    let mut site = Site::alone_with(&program, &plan.folder, &settings).await;
    let circle = gather(&site.at, GROUP, plan.members).await?;
    let page = Browser::new(&site.at, "").get(&format!("/{GROUP}/")).await?.text();
    let value = |name: &str| {
        let rest = page.split_once(&format!("{name}=\"")).map(|(_, rest)| rest);
        rest.and_then(|rest| rest.split('"').next()).unwrap_or_default().to_owned()
    };
    let target = Target {
        at: site.at.clone(),
        action: circle.writer.action.clone(),
        group: value("data-group"),
        after: value("data-live-after"),
    };
    let time = Duration::from_secs(plan.seconds);
    let (stop, running) = watch::channel(true);
    let (before, during) = (Notes::default(), Notes::default());
    let (quiet_stop, quiet) = watch::channel(true);
    let members = members::begin(&site.at, GROUP, &circle, &before, &quiet);
    sleep(time).await;
    let _ = quiet_stop.send(false);
    members.join_all().await;
    let memory_before = peak(site.process_id("serve-1"))?;

    let attack = attackers::begin(&target, &running);
    let members = members::begin(&site.at, GROUP, &circle, &during, &running);
    sleep(time).await;
    let _ = stop.send(false);
    members.join_all().await;
    drop(attack);
    let memory = peak(site.process_id("serve-1"))?;
    let (mut before, mut during) = (take(&before), take(&during));

    println!("| | before | under attack | bar |\n|---|---|---|---|");
    println!("| peak memory | {} MB | {} MB | < {} MB |", memory_before >> 20, memory >> 20, MEMORY >> 20);
    for (name, thousandths, bar) in [("p50", 500, ""), ("p99", 990, "< 300 ms")] {
        let [before, during] = [&mut before, &mut during].map(|noticed| noticed.page(thousandths).as_secs_f64() * 1e3);
        println!("| members' pages, {name} | {before:.1} ms | {during:.1} ms | {bar} |");
    }
    println!("| members' pages | {} | {} | |", before.number_of_pages(), during.number_of_pages());
    let [first, second] = [&before, &during].map(|noticed| {
        let (count, longest) = noticed.sign_ins();
        format!("{count}, longest {:.0} ms", longest.as_secs_f64() * 1e3)
    });
    println!("| members' sign-ins | {first} | {second} | |");
    println!("| refused requests of members | {} | {} | 0 |", before.refused.len(), during.refused.len());
    for refused in before.refused.iter().chain(&during.refused).take(20) {
        println!("\nrefused: {refused}");
    }
    let is_quick = during.page(990) < PAGE && during.number_of_pages() > 0;
    Ok(memory < MEMORY && is_quick && before.refused.is_empty() && during.refused.is_empty())
}

fn take(notes: &Notes) -> Noticed {
    std::mem::take(&mut *notes.lock().expect("nobody panics here"))
}

/// Returns the peak memory of a process in bytes.
fn peak(process: u32) -> Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.map(|kilobytes| kilobytes << 10).ok_or_else(|| std::io::Error::other("no VmHWM"))
}
