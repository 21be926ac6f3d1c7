//! Starts the polling processes, publishes to all of them, and counts.

use std::io::{Error, Result};
use std::process::Stdio;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::sleep;

use super::publish::Publisher;
use super::{Kind, Plan, process};
use crate::http::Connection;

/// The pause between rounds (`PAUSE`), and the one before memory is measured (`REST`).
const PAUSE: Duration = Duration::from_millis(300);
const REST: Duration = Duration::from_secs(12);

/// A polling process.
struct Client {
    _child: Child,
    told: ChildStdin,
    says: Lines<BufReader<ChildStdout>>,
}

impl Client {
    fn start(at: &str, plan: &Plan, nth: usize) -> Result<Self> {
        let crowd = &plan.crowd;
        let (from, to) = (crowd.count * nth / plan.clients, crowd.count * (nth + 1) / plan.clients);
        let mut child = Command::new(std::env::current_exe()?)
            .args(["--at", at, "park", "--kind", crowd.kind.name(), "--tokens"])
            .arg(&crowd.tokens)
            // Each client has its own source address: a pair of addresses has only so many ports.
            .args(["--from", &format!("127.0.0.{}", nth + 2)])
            .args(["--skip", &(crowd.skip + from).to_string(), "--count", &(to - from).to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let (Some(told), Some(says)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(Error::other("a client without pipes"));
        };
        Ok(Self { _child: child, told, says: BufReader::new(says).lines() })
    }

    async fn tell(&mut self, what: &str) -> Result<()> {
        self.told.write_all(format!("{what}\n").as_bytes()).await
    }

    async fn line(&mut self) -> Result<String> {
        self.says.next_line().await?.ok_or_else(|| Error::other("a client ended"))
    }
}

/// One round, over all clients.
struct Round {
    /// Waits in milliseconds, sorted.
    waits: Vec<f64>,
    twice: u64,
    missed: u64,
    resyncs: u64,
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_micros() as u64
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

async fn round(clients: &mut [Client], publisher: &mut Publisher, seq: u64, reconnect: bool) -> Result<Round> {
    let begun = now();
    if reconnect {
        for client in clients.iter_mut() {
            client.tell(&format!("reconnect {}", seq % 10)).await?;
        }
    }
    publisher.say(seq).await?;
    let mut round = Round { waits: Vec::new(), twice: 0, missed: 0, resyncs: 0 };
    for client in clients.iter_mut() {
        client.tell(&format!("round {seq}")).await?;
    }
    for client in clients {
        let line = client.line().await?;
        let mut words = line.split(' ').map(|word| word.parse::<u64>().unwrap_or(0));
        // These three are totals since the start.
        round.twice += words.next().unwrap_or(0);
        round.missed += words.next().unwrap_or(0);
        round.resyncs += words.next().unwrap_or(0);
        round.waits.extend(words.filter(|at| *at > 0).map(|at| at.saturating_sub(begun) as f64 / 1_000.0));
    }
    round.waits.sort_by(f64::total_cmp);
    sleep(PAUSE).await;
    Ok(round)
}

/// Measures, and prints one line of tab-separated numbers:
///
/// - bytes a poll: of the idle processes, parked, and after the rounds
/// - milliseconds to the first answer, and the 99th percentile of these over the rounds; milliseconds to the median,
///   the 99th percentile and the last answer
/// - answers a second; CPU seconds of the holders and of the processes beside them for 100,000 answers
/// - missing, double and resync in the plain rounds, then the same three in the rounds with reconnects
pub async fn drive(at: &str, plan: Plan) -> Result<()> {
    let count = plan.crowd.count;
    let mut publisher = Publisher::new(at, &plan).await?;
    let idle = process::memory(&plan.holders)?;
    let mut clients = (0..plan.clients).map(|nth| Client::start(at, &plan, nth)).collect::<Result<Vec<_>>>()?;
    for client in &mut clients {
        client.line().await?;
    }
    sleep(REST).await;
    let parked = process::memory(&plan.holders)?;
    if plan.crowd.kind == Kind::Klatch {
        keep_event(at, &plan, &mut publisher).await?;
    }
    // The first message of the topic is 1, and that of `keep_event` 2.
    let mut seq = 2;
    let mut rounds = Vec::new();
    // Two rounds to warm up, not counted.
    for _ in 0..2 {
        seq += 1;
        round(&mut clients, &mut publisher, seq, false).await?;
    }
    let time = (process::time(&plan.holders)?, process::time(&plan.beside)?);
    for _ in 0..plan.rounds {
        seq += 1;
        rounds.push(round(&mut clients, &mut publisher, seq, false).await?);
    }
    let time = (process::time(&plan.holders)? - time.0, process::time(&plan.beside)? - time.1);
    sleep(REST).await;
    let after = process::memory(&plan.holders)?;
    let whole = counts(&rounds, count);
    let mut restless = Vec::new();
    for _ in 0..plan.rounds {
        seq += 1;
        restless.push(round(&mut clients, &mut publisher, seq, true).await?);
    }
    let part = |of: fn(&Round) -> Option<&f64>| {
        median(rounds.iter().map(|round| of(round).copied().unwrap_or(f64::NAN)).collect())
    };
    let first = part(|round| round.waits.first());
    let mut firsts: Vec<f64> = rounds.iter().filter_map(|round| round.waits.first().copied()).collect();
    firsts.sort_by(f64::total_cmp);
    let slowest = firsts.get(firsts.len().saturating_sub(1) * 99 / 100).copied().unwrap_or(f64::NAN);
    let middle = part(|round| round.waits.get(round.waits.len() / 2));
    let most = part(|round| round.waits.get(round.waits.len() * 99 / 100));
    let last = part(|round| round.waits.last());
    let each = |bytes: u64| bytes.saturating_sub(idle) / count as u64;
    let heard: usize = rounds.iter().map(|round| round.waits.len()).sum();
    let per = |seconds: f64| seconds * 100_000.0 / heard.max(1) as f64;
    let (calm, restless) = (whole, counts(&restless, count));
    println!(
        "{}\t{}\t{}\t{first:.1}\t{slowest:.1}\t{middle:.0}\t{most:.0}\t{last:.0}\t{:.0}\t{:.2}\t{:.2}\t{}\t{}\t{}\t{}\t{}\t{}",
        idle / count as u64,
        each(parked),
        each(after),
        count as f64 * 1_000.0 / last,
        per(time.0),
        per(time.1),
        calm.0,
        calm.1,
        calm.2,
        restless.0,
        restless.1 - calm.1,
        restless.2 - calm.2,
    );
    Ok(())
}

/// Returns what was missing at the end of each round, and the double messages and resyncs so far.
fn counts(rounds: &[Round], count: usize) -> (u64, u64, u64) {
    let late: usize = rounds.iter().map(|round| count.saturating_sub(round.waits.len())).sum();
    rounds.last().map_or((0, 0, 0), |last| (late as u64 + last.missed, last.twice, last.resyncs))
}

/// Writes the event that Klatch sends for a message to a file, with a placeholder for its number.
async fn keep_event(at: &str, plan: &Plan, publisher: &mut Publisher) -> Result<()> {
    let file = std::fs::read_to_string(&plan.crowd.tokens)?;
    let cookie = format!("klatch={}", file.lines().next().unwrap_or_default());
    let mut line = Connection::open(at).await?;
    let fresh = line.get("/live?after=0-0", &cookie).await?.text();
    let after = fresh.split_once("\"after\":\"").and_then(|(_, rest)| rest.split_once('"'));
    let after = after.ok_or_else(|| Error::other(fresh.clone()))?.0.to_owned();
    publisher.say(2).await?;
    let told = line.get(&format!("/live?after={after}"), &cookie).await?.text();
    let event = told.split_once("\"events\":[").and_then(|(_, rest)| rest.rsplit_once("],\"retry_in\""));
    let event = event.ok_or_else(|| Error::other(told.clone()))?.0;
    std::fs::write(&plan.event, event.replace("\"seq\":2", "\"seq\":SEQ"))
}
