//! Load for a running Klatch, through its front door: people who sign up, read pages and post, and how long they waited.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, Subcommand};

use klatch_bench::load::Load;
use klatch_bench::{faults, live, load, people};

/// Puts load on a running Klatch. Figures go to standard output, one line, separated by tabs: answers a second, p50 and p99
/// in milliseconds, bytes of the last page, answers with another status than expected.
#[derive(Parser)]
#[command(version, about)]
struct Cli {
    /// Where it runs, as 127.0.0.1:8080; `faults` starts one of its own
    #[arg(long, default_value = "")]
    at: String,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Signs people up who share a group, each with a topic of their own; their sessions and topics go to a file
    People {
        /// How many
        #[arg(long, default_value_t = 32)]
        count: usize,
        /// A public group that they join too; may be repeated
        #[arg(long)]
        join: Vec<String>,
        /// The file
        #[arg(long)]
        out: PathBuf,
    },
    /// Asks for one page again and again
    Get {
        /// Path and query
        path: String,
        /// Asks as the first person of this file, not as a stranger
        #[arg(long)]
        people: Option<PathBuf>,
        /// Accepts gzip, as browsers do
        #[arg(long)]
        gzip: bool,
        #[command(flatten)]
        load: Times,
    },
    /// Posts by form: each connection as somebody else, in a topic of its own
    Post {
        /// The people
        #[arg(long)]
        people: PathBuf,
        #[command(flatten)]
        load: Times,
    },
    /// Starts a topic, fills it with messages, and prints its path
    Fill {
        /// The people: the first one starts it, all of them write
        #[arg(long)]
        people: PathBuf,
        /// How many messages
        #[arg(long)]
        messages: usize,
    },
    /// Parks polls in great number, has something said to all of them at once, and counts: see bench/live
    Live {
        #[command(flatten)]
        plan: live::Plan,
    },
    /// Has people read and write while one thing after another goes wrong, and counts what everybody has: see bench/faults
    Faults {
        #[command(flatten)]
        plan: faults::Plan,
    },
    /// One process of those that poll for `live`
    #[command(hide = true)]
    Park {
        #[command(flatten)]
        crowd: live::Crowd,
    },
}

#[derive(clap::Args)]
struct Times {
    /// Connections at a time, each asking as soon as it was answered
    #[arg(long, default_value_t = 1)]
    connections: usize,
    /// For how long
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
}

impl From<Times> for Load {
    fn from(times: Times) -> Self {
        Self { connections: times.connections, time: Duration::from_secs_f64(times.seconds) }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let cli = Cli::parse();
    let at = cli.at.as_str();
    match cli.command {
        Command::People { count, join, out } => people::write(&out, &people::arrive(at, count, &join).await?)?,
        Command::Get { path, people, gzip, load } => {
            let session = people.map(|file| people::read(&file)).transpose()?.and_then(|all| all.into_iter().next());
            let cookie = session.map(|person| person.cookie).unwrap_or_default();
            println!("{}", load::get(at, &path, &cookie, gzip, load.into()).await?);
        }
        Command::Post { people, load } => println!("{}", load::post(at, people::read(&people)?, load.into()).await?),
        Command::Fill { people, messages } => {
            println!("{}", people::fill(at, &people::read(&people)?, messages).await?)
        }
        Command::Live { plan } => live::drive(at, plan).await?,
        Command::Faults { plan } => {
            if !faults::run(plan).await? {
                std::process::exit(1);
            }
        }
        Command::Park { crowd } => live::park(at, crowd).await?,
    }
    Ok(())
}
