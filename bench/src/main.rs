//! Load on a running Klatch by its public addresses: signs users up, reads pages, posts, and measures waits.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::{Parser, Subcommand};

use futures_util::future::join_all;
use klatch_bench::followers::Lags;
use klatch_bench::load::Load;
use klatch_bench::{attack, faults, followers, http, live, load, people, recall, smuggle, storm};

/// Puts load on a running Klatch. The results go to standard output, one line, separated by tabs: answers a second, p50 and
/// p99 in milliseconds, bytes of the last page, answers with another status than expected.
#[derive(Parser)]
#[command(version, about)]
struct Cli {
    /// The site's address, as 127.0.0.1:8080; `faults`, `attack` and `smuggle` start a site of their own
    #[arg(long, default_value = "")]
    at: String,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Signs up users who share a group, each with a topic of their own; writes their sessions and topics to a file
    People {
        /// How many users
        #[arg(long, default_value_t = 32)]
        count: usize,
        /// A public group that they join too; may be repeated
        #[arg(long)]
        join: Vec<String>,
        /// The file to write
        #[arg(long)]
        out: PathBuf,
    },
    /// Gets one page again and again
    Get {
        /// Path and query
        path: String,
        /// Signs in as the first user of this file
        #[arg(long)]
        people: Option<PathBuf>,
        /// Accepts gzip, as browsers do
        #[arg(long)]
        gzip: bool,
        /// Sends this as the header Authorization, instead of a cookie
        #[arg(long, conflicts_with = "people")]
        authorization: Option<String>,
        #[command(flatten)]
        load: Times,
    },
    /// Posts by form: each connection as another user, in a topic of their own
    Post {
        /// The file of users
        #[arg(long)]
        people: PathBuf,
        #[command(flatten)]
        load: Times,
        /// How many more of them poll meanwhile. A second line tells how many messages reached them, the lag behind the
        /// save in milliseconds (p50, p99 and longest), and how often they had to load the page again
        #[arg(long, default_value_t = 0)]
        followers: usize,
        /// The address that answers polls, if it is another one
        #[arg(long)]
        live_at: Option<String>,
    },
    /// Gets pages as strangers from very many addresses, while members read and write: see bench/storm
    Storm {
        #[command(flatten)]
        plan: storm::Plan,
    },
    /// Starts a topic, fills it with messages, and prints its path
    Fill {
        /// The file of users: the first one starts the topic, all of them write
        #[arg(long)]
        people: PathBuf,
        /// How many messages
        #[arg(long)]
        messages: usize,
    },
    /// Parks many polls, publishes to all of them at once, and counts: see bench/live
    Live {
        #[command(flatten)]
        plan: live::Plan,
    },
    /// Lets users read and write while parts of a site fail, and counts what each of them has: see bench/faults
    Faults {
        #[command(flatten)]
        plan: faults::Plan,
    },
    /// Attacks a site of its own while members read, and measures them: see bench/attack
    Attack {
        #[command(flatten)]
        plan: attack::Plan,
    },
    /// Sends streams that servers may cut into requests differently to a site of its own, and compares what they see
    Smuggle {
        #[command(flatten)]
        plan: smuggle::Plan,
    },
    /// Looks for known messages by words of theirs, and compares with other search engines: see bench/recall
    Recall {
        #[command(flatten)]
        plan: recall::Plan,
    },
    /// One of the polling processes of `live`
    #[command(hide = true)]
    Park {
        #[command(flatten)]
        crowd: live::Crowd,
    },
}

#[derive(clap::Args)]
struct Times {
    /// Connections at a time, each sending a request as soon as the last one was answered
    #[arg(long, default_value_t = 1)]
    connections: usize,
    /// For how many seconds
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
        Command::Get { path, people, gzip, authorization, load } => {
            let session = people.map(|file| people::read(&file)).transpose()?.and_then(|all| all.into_iter().next());
            let cookie = session.map(|person| person.cookie).unwrap_or_default();
            let request = match authorization {
                Some(credentials) => http::get_as_client(at, &path, &credentials, gzip),
                None => http::get(at, &path, &cookie, gzip),
            };
            println!("{}", load::get(at, request, load.into()).await?);
        }
        Command::Post { people, load, followers, live_at } => {
            let (people, load) = (people::read(&people)?, Load::from(load));
            let (end, live_at) = (Instant::now() + load.time, live_at.as_deref().unwrap_or(at));
            let following = people.iter().skip(load.connections).take(followers);
            let following = join_all(following.map(|person| followers::follow(at, live_at, person, end)));
            let (posted, followed) = tokio::join!(load::post(at, people.clone(), load), following);
            println!("{}", posted?);
            if followers > 0 {
                let mut all = Lags::default();
                for lags in followed {
                    all.take(lags?);
                }
                println!("{all}");
            }
        }
        Command::Fill { people, messages } => {
            println!("{}", people::fill(at, &people::read(&people)?, messages).await?)
        }
        Command::Storm { plan } => storm::run(at, plan).await?,
        Command::Live { plan } => live::drive(at, plan).await?,
        Command::Faults { plan } => {
            if !faults::run(plan).await? {
                std::process::exit(1);
            }
        }
        Command::Attack { plan } => {
            if !attack::run(plan).await? {
                std::process::exit(1);
            }
        }
        Command::Recall { plan } => recall::run(plan).await?,
        Command::Smuggle { plan } => {
            if !smuggle::run(plan).await? {
                std::process::exit(1);
            }
        }
        Command::Park { crowd } => live::park(at, crowd).await?,
    }
    Ok(())
}
