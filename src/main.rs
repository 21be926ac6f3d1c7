//! The command line of Klatch: composition, no rules.

mod commands;
mod compose;
mod services;
mod settings;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tracing_subscriber::EnvFilter;

use crate::compose::Failure;

/// Waiting polls are many small things that come and go: with this allocator the memory of those that went is used again.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// A forum of groups, topics and messages, live and in one program.
#[derive(Parser)]
#[command(version, about, after_help = "Settings are environment variables (KLATCH_...); the README lists them.")]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Runs everything in one process (the default): pages, live updates, jobs
    Serve,
    /// Runs the pages and search alone, on Postgres and Redis
    Web,
    /// Runs the long poll alone
    Realtime,
    /// Runs the background jobs alone
    Worker,
    /// Fills an empty forum with made-up people and conversations
    Demo,
    /// Takes in conversations from elsewhere
    #[command(subcommand)]
    Import(Import),
    /// Looks after the forum
    #[command(subcommand)]
    Admin(Admin),
}

#[derive(Subcommand)]
enum Import {
    /// From a folder in the format of Convore's archive; can be stopped and started again
    Convore {
        /// The folder with `groups/` in it
        dir: PathBuf,
    },
    /// From a file with one message a line, plain or zstd-compressed
    Jsonl {
        /// The file, or - for standard input
        file: PathBuf,
    },
}

#[derive(Subcommand)]
enum Admin {
    /// Counts again what is kept as a copy, and says what differs
    Doctor,
    /// Fills the search index anew
    Reindex,
    /// Parses again the messages that an older version parsed
    Reparse {
        /// Parses all messages, not only those of an older version
        #[arg(long)]
        all: bool,
    },
    /// Accounts
    #[command(subcommand)]
    User(User),
}

#[derive(Subcommand)]
enum User {
    /// Makes an account; its password is read from standard input
    Add {
        /// The user name
        name: String,
        /// Where mail goes
        #[arg(long)]
        email: String,
        /// Makes them an admin of the site
        #[arg(long)]
        admin: bool,
    },
    /// Turns the second step of signing in off, for somebody who lost the phone and the recovery codes
    SecondStepOff {
        /// The user name
        name: String,
    },
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    if let Err(error) = log() {
        eprintln!("klatch: {error}");
        return ExitCode::FAILURE;
    }
    let command = cli.command.unwrap_or(Command::Serve);
    let mut builder = match command {
        // One process a core, each with a share of the polls, does better than threads that hand polls to each other.
        Command::Realtime => tokio::runtime::Builder::new_current_thread(),
        // The pages are drawn on threads of their own; what is left is the follower of search and the word between processes.
        Command::Web => {
            let mut builder = tokio::runtime::Builder::new_multi_thread();
            builder.worker_threads(1);
            builder
        }
        Command::Serve | Command::Worker | Command::Demo | Command::Import(_) | Command::Admin(_) => {
            tokio::runtime::Builder::new_multi_thread()
        }
    };
    let runtime = match builder.enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("klatch: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(run(command)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("klatch: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Serve => services::serve().await,
        Command::Web => services::serve_web().await,
        Command::Realtime => services::serve_realtime().await,
        Command::Worker => services::work().await,
        Command::Demo => commands::demo().await,
        Command::Import(Import::Convore { dir }) => commands::import_convore(&dir).await,
        Command::Import(Import::Jsonl { file }) => commands::import_jsonl(file).await,
        Command::Admin(Admin::Doctor) => commands::doctor().await,
        Command::Admin(Admin::Reindex) => commands::reindex().await,
        Command::Admin(Admin::Reparse { all }) => commands::reparse(all).await,
        Command::Admin(Admin::User(User::Add { name, email, admin })) => commands::add_user(name, email, admin).await,
        Command::Admin(Admin::User(User::SecondStepOff { name })) => commands::second_step_off(&name).await,
    }
}

/// Logs to standard error: KLATCH_LOG filters, KLATCH_LOG_FORMAT is `text` or `json`.
fn log() -> Result<(), Failure> {
    let text = std::env::var("KLATCH_LOG")
        .ok()
        .filter(|text| !text.is_empty())
        .unwrap_or_else(|| "info,tantivy=warn".to_owned());
    let filter = EnvFilter::try_new(&text).map_err(|error| format!("KLATCH_LOG: `{text}`: {error}"))?;
    let logger = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match std::env::var("KLATCH_LOG_FORMAT").as_deref() {
        Ok("json") => logger.json().init(),
        Ok("text" | "") | Err(_) => logger.with_target(false).init(),
        Ok(other) => return Err(format!("KLATCH_LOG_FORMAT: `{other}` is neither text nor json").into()),
    }
    Ok(())
}
