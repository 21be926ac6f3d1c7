//! Strangers from very many addresses get very many pages, as crawlers do, while members read and write.
//!
//! The strangers' addresses are in `X-Forwarded-For`, as behind a proxy that the site trusts.

use std::io::{Error, Result};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::http::{self, Connection};
use crate::people::{self, Person, TEXT};

/// A member looks at a page for this long.
const LOOKS: Duration = Duration::from_millis(100);
/// Between two messages of a member.
const WRITES: Duration = Duration::from_millis(500);

/// The load.
#[derive(Clone, Debug, clap::Args)]
pub struct Plan {
    /// A file with the paths of public pages, a line each
    #[arg(long)]
    paths: PathBuf,
    /// The file of members: half of them read, half of them write
    #[arg(long)]
    people: PathBuf,
    /// Addresses of strangers
    #[arg(long, default_value_t = 100_000)]
    addresses: u32,
    /// Connections of strangers, each of which gets the next page as soon as the last one came; 0 for members alone
    #[arg(long, default_value_t = 64)]
    connections: u32,
    /// For how many seconds
    #[arg(long, default_value_t = 20.0)]
    seconds: f64,
}

/// Waits for answers, in milliseconds.
#[derive(Debug, Default)]
struct Waits {
    waits: Vec<f64>,
    /// Answers with another status than expected.
    other: usize,
}

impl Waits {
    fn take(&mut self, other: Self) {
        self.waits.extend(other.waits);
        self.other += other.other;
    }

    fn note(&mut self, since: Instant, expected: bool) {
        match expected {
            true => self.waits.push(since.elapsed().as_secs_f64() * 1_000.0),
            false => self.other += 1,
        }
    }

    fn print(mut self, who: &str, seconds: f64) {
        self.waits.sort_unstable_by(f64::total_cmp);
        let at = |share: f64| self.waits.get((self.waits.len() as f64 * share) as usize).copied().unwrap_or_default();
        let rate = self.waits.len() as f64 / seconds;
        println!("{who}\t{rate:.1}\t{:.1}\t{:.1}\t{}", at(0.5), at(0.99), self.other);
    }
}

/// Runs the load. Prints for strangers, reading and writing members: answers a second, p50 and p99 in milliseconds, and
/// answers with another status than expected.
///
/// # Errors
/// When a file cannot be read, or a connection fails.
pub async fn run(at: &str, plan: Plan) -> Result<()> {
    let paths: Vec<String> = std::fs::read_to_string(&plan.paths)?.lines().map(str::to_owned).collect();
    let members = people::read(&plan.people)?;
    if paths.is_empty() || plan.addresses == 0 {
        return Err(Error::other("there are no pages or no addresses"));
    }
    let paths: std::sync::Arc<[String]> = paths.into();
    let end = Instant::now() + Duration::from_secs_f64(plan.seconds);
    let (mut strangers, mut readers, mut writers) = (JoinSet::new(), JoinSet::new(), JoinSet::new());
    for nth in 0..plan.connections {
        strangers.spawn(wander(at.to_owned(), paths.clone(), (nth, plan.addresses), end));
    }
    for (nth, member) in members.into_iter().enumerate() {
        match nth % 2 {
            0 => drop(readers.spawn(read(at.to_owned(), member, end))),
            _ => drop(writers.spawn(write(at.to_owned(), member, end))),
        }
    }
    for (who, tasks) in [("strangers", &mut strangers), ("reading", &mut readers), ("writing", &mut writers)] {
        let mut all = Waits::default();
        while let Some(waits) = tasks.join_next().await {
            all.take(waits.map_err(Error::other)??);
        }
        all.print(who, plan.seconds);
    }
    Ok(())
}

/// Gets pages in an order in which few come twice, each from another address.
async fn wander(at: String, paths: std::sync::Arc<[String]>, who: (u32, u32), end: Instant) -> Result<Waits> {
    let (mut waits, mut connection) = (Waits::default(), Connection::open(&at).await?);
    let mut step = u64::from(who.0).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    while Instant::now() < end {
        step = step.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let path = &paths[(step >> 33) as usize % paths.len()];
        let address = std::net::Ipv4Addr::from(0x0b00_0000 + (step >> 24) as u32 % who.1);
        let request = http::get(&at, path, "", true);
        let with_address = [request.strip_suffix(b"\r\n").unwrap_or(&request), b"x-forwarded-for: "].concat();
        let request = [with_address, format!("{address}\r\n\r\n").into_bytes()].concat();
        let asked = Instant::now();
        let answer = connection.send(&request).await?;
        waits.note(asked, answer.status == 200);
    }
    Ok(waits)
}

async fn read(at: String, member: Person, end: Instant) -> Result<Waits> {
    let (mut waits, mut connection) = (Waits::default(), Connection::open(&at).await?);
    for path in [&*member.topic, "/", "/bench/"].iter().cycle() {
        if Instant::now() >= end {
            break;
        }
        let asked = Instant::now();
        let answer = connection.get(path, &member.cookie).await?;
        waits.note(asked, answer.status == 200);
        sleep(LOOKS).await;
    }
    Ok(waits)
}

async fn write(at: String, member: Person, end: Instant) -> Result<Waits> {
    let (mut waits, mut connection) = (Waits::default(), Connection::open(&at).await?);
    for number in 0.. {
        if Instant::now() >= end {
            break;
        }
        let key = format!("storm-{number}-{}", std::process::id());
        let fields = [("csrf", member.csrf.as_str()), ("text", TEXT), ("key", &key)];
        let asked = Instant::now();
        let answer = connection.post(&member.action, &member.cookie, &fields).await?;
        waits.note(asked, answer.status == 303);
        sleep(WRITES).await;
    }
    Ok(waits)
}
