//! Known-item search: takes words of messages, changes them as people do, and looks whether the message is among the
//! first ten hits. The same for SQLite's FTS5 and, if there is one, Postgres, on the same messages.

mod corpus;
mod others;
mod queries;

use std::io::{Error, Result};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use search_index::{Document, Index, Kind, Query};

use corpus::Message;
use others::{Fts5, Postgres};
use queries::{KINDS, TestQuery};

/// Hits that are looked at.
const DEPTH: usize = 10;
/// Documents that are added together, and between two reports of progress.
const BATCH: usize = 20_000;

/// What to search.
#[derive(Clone, Debug, clap::Args)]
pub struct Plan {
    /// A file with a message per line, in the form of `klatch import jsonl`; made-up messages without it
    #[arg(long)]
    pub messages: Option<PathBuf>,
    /// How many made-up messages
    #[arg(long, default_value_t = 100_000)]
    pub made_up: usize,
    /// How many messages are looked for
    #[arg(long, default_value_t = 300)]
    pub items: usize,
    /// A Postgres to compare with, as postgres://user@host/database; its table `recall` is replaced
    #[arg(long)]
    pub postgres: Option<String>,
    /// An empty folder for the indexes
    #[arg(long)]
    pub folder: PathBuf,
    /// The seed of all choices
    #[arg(long, default_value_t = 42)]
    pub seed: u64,
}

/// Runs a plan, and prints a table.
///
/// # Errors
/// When messages cannot be read, or an index fails.
pub async fn run(plan: Plan) -> Result<()> {
    let messages = match &plan.messages {
        Some(path) => corpus::read(path)?,
        None => corpus::made_up(plan.made_up, plan.seed),
    };
    let bytes: usize = messages.iter().map(|message| message.text.len()).sum();
    let begun = Instant::now();
    let index = fill(&plan, &messages)?;
    let took = begun.elapsed();
    let share = 100.0 * index.bytes() as f64 / bytes.max(1) as f64;
    println!(
        "{} messages, {} MB of text; the index takes {share:.0} % of that, and {:.1} s ({:.0} messages a second)\n",
        messages.len(),
        bytes / 1_000_000,
        took.as_secs_f64(),
        messages.len() as f64 / took.as_secs_f64()
    );
    let fts5 = Fts5::fill(&plan.folder, &messages).await?;
    let postgres = match &plan.postgres {
        Some(url) => Some(Postgres::fill(url, &messages).await?),
        None => None,
    };
    let items = queries::choose(&messages, plan.items, plan.seed);
    println!("recall@{DEPTH} of {} messages\n", items.len());
    println!(
        "| | Klatch | FTS5, porter | Postgres, english | Klatch ms, median | p99 |\n|---|---:|---:|---:|---:|---:|"
    );
    for (nth, kind) in KINDS.iter().enumerate() {
        let (mut ours, mut theirs, mut postgres_found) = (0, 0, 0);
        let mut times = Vec::new();
        for item in &items {
            let asked: &TestQuery = &item.asked[nth];
            let begun = Instant::now();
            let found = index.search(&Query {
                by_topic: true,
                limit: DEPTH,
                now: messages[0].created_at,
                ..Query::new(&asked.text)
            });
            times.push(begun.elapsed());
            let found = found.map_err(Error::other)?;
            ours += usize::from(
                found.hits.iter().filter(|hit| hit.kind == Kind::Message).take(DEPTH).any(|hit| hit.id == item.id),
            );
            theirs += usize::from(fts5.finds(asked, item.id).await?);
            if let Some(postgres) = &postgres {
                postgres_found += usize::from(postgres.finds(asked, item.id).await?);
            }
            if std::env::var_os("MISSED").is_some() && !found.hits.iter().any(|hit| hit.id == item.id) {
                eprintln!("{kind}: {:?} misses {}", asked.text, item.id);
            }
        }
        times.sort_unstable();
        let at = |share: usize| {
            times.get(times.len().saturating_sub(1) * share / 100).map_or(0.0, Duration::as_secs_f64) * 1e3
        };
        let part = |found: usize| found as f64 / items.len().max(1) as f64;
        let other = if postgres.is_some() { format!("{:.2}", part(postgres_found)) } else { "-".to_owned() };
        println!("| {kind} | {:.2} | {:.2} | {other} | {:.1} | {:.1} |", part(ours), part(theirs), at(50), at(99));
    }
    Ok(())
}

fn fill(plan: &Plan, messages: &[Message]) -> Result<Index> {
    let index = Index::open(plan.folder.join("search-index")).map_err(Error::other)?;
    let rebuild = search_index::Rebuild::begin(&index)
        .map_err(Error::other)?
        .ok_or_else(|| Error::other("somebody writes there"))?;
    let add = |message: &Message| {
        rebuild.add(&Document {
            kind: Kind::Message,
            id: message.id,
            topic_id: message.topic_id,
            group_id: 1,
            author_id: 1,
            created_at: message.created_at,
            text: &message.text,
            title: &message.title,
            facts: &[],
        })
    };
    let parts = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    for (nth, batch) in messages.chunks(BATCH).enumerate() {
        std::thread::scope(|scope| {
            let part = |part: &'_ [Message]| part.iter().try_for_each(add);
            let running: Vec<_> =
                batch.chunks(BATCH.div_ceil(parts)).map(|messages| scope.spawn(move || part(messages))).collect();
            running
                .into_iter()
                .try_for_each(|part| part.join().map_err(|_| Error::other("a thread ended"))?.map_err(Error::other))
        })?;
        eprintln!("{} messages", (nth + 1) * BATCH);
    }
    rebuild.finish("all").map_err(Error::other)?;
    Ok(index)
}
