//! The command line of Klatch: composition, no rules.

mod archives;
mod backup_settings;
mod commands;
mod compose;
mod environment;
mod fetch_settings;
mod files;
mod imports;
mod input;
mod keys;
mod notify;
mod operator;
mod owner;
mod receive;
mod services;
mod settings;
mod storage_settings;
mod users;

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use domain::platform::error::chain;
use tracing_subscriber::EnvFilter;

use crate::compose::Failure;
use crate::environment::Environment;
use crate::receive::MailIn;

/// Waiting polls are many small allocations that come and go. This allocator reuses their memory well.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Klatch: a live forum of groups, topics, and messages in a single program.
#[derive(Parser)]
#[command(
    version,
    about,
    after_help = "Settings are environment variables (KLATCH_...). See the README for the full list."
)]
struct Cli {
    /// Also read settings from this file. Environment variables take precedence. Commands other than the services read
    /// /etc/klatch/klatch.env by default
    #[arg(long, global = true, value_name = "FILE")]
    env_file: Option<PathBuf>,
    #[command(subcommand)]
    program: Option<Program>,
}

#[derive(Subcommand)]
enum Program {
    /// Use a forum from the terminal, through its API
    Chat(chat::Chat),
    #[command(flatten)]
    Forum(Command),
}

#[derive(Subcommand)]
enum Command {
    /// Run everything in one process: pages, live updates, and jobs (default)
    Serve,
    /// Run only the pages and search, with Postgres and Redis
    Web,
    /// Run only the live updates
    Realtime,
    /// Run only the background jobs
    Worker,
    /// Run only the server that receives emails by LMTP, or take one email from a pipe
    MailIn(MailIn),
    /// Fill an empty forum with sample people and conversations
    Demo,
    /// Back up the whole forum, including its secret key, to a file. Works while the forum is running
    #[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
    Backup(archives::Backup),
    /// Restore a backup into an empty forum, on SQLite or Postgres
    Restore(archives::Sealed),
    /// Export groups to a file that another forum can import
    Export(archives::Export),
    /// Import conversations from other software
    #[command(subcommand)]
    Import(imports::Import),
    /// Manage uploaded files
    #[command(subcommand)]
    Files(files::Files),
    /// Administer the forum
    #[command(subcommand)]
    Admin(Admin),
}

#[derive(Subcommand)]
enum Admin {
    /// Check counters, unread summaries, and the search index, and report differences
    Doctor,
    /// Rebuild the search index
    Reindex,
    /// Reparse messages that an older version of Klatch parsed
    Reparse {
        /// Reparse all messages, not only those from older versions
        #[arg(long)]
        all: bool,
    },
    /// Manage accounts
    #[command(subcommand)]
    User(users::User),
}

fn main() -> ExitCode {
    // What the program creates, only its own account may read.
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    let cli = Cli::parse();
    let command = match cli.program {
        // A client: it has none of the forum's settings.
        Some(Program::Chat(options)) => return talk(options),
        Some(Program::Forum(command)) => command,
        None => Command::Serve,
    };
    let file = cli.env_file.as_deref();
    let is_pipe = matches!(&command, Command::MailIn(MailIn { what: Some(_) }));
    let env = match command {
        Command::Serve
        | Command::Web
        | Command::Realtime
        | Command::Worker
        | Command::MailIn(MailIn { what: None }) => Environment::read(file),
        Command::Demo
        | Command::MailIn(MailIn { what: Some(_) })
        | Command::Backup(_)
        | Command::Restore(_)
        | Command::Export(_)
        | Command::Import(_)
        | Command::Files(_)
        | Command::Admin(_) => Environment::for_command(file),
    };
    let env = match env.map_err(Failure::from).and_then(|env| prepare(&command, &env).map(|()| env)) {
        Ok(env) => env,
        Err(error) => return failed(error.as_ref(), is_pipe),
    };
    services::raise_file_limit();
    let mut builder = match command {
        // One process per core, each with a share of the polls, beats threads that hand polls to each other.
        Command::Realtime => tokio::runtime::Builder::new_current_thread(),
        // Pages are rendered on their own threads. The rest is the search follower and the control messages.
        Command::Web => {
            let mut builder = tokio::runtime::Builder::new_multi_thread();
            builder.worker_threads(1);
            builder
        }
        Command::Serve
        | Command::Worker
        | Command::MailIn(_)
        | Command::Demo
        | Command::Backup(_)
        | Command::Restore(_)
        | Command::Export(_)
        | Command::Import(_)
        | Command::Files(_)
        | Command::Admin(_) => tokio::runtime::Builder::new_multi_thread(),
    };
    let runtime = match builder.enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error, is_pipe),
    };
    match runtime.block_on(run(command, &env)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(error.as_ref(), is_pipe),
    }
}

/// Runs the client.
fn talk(options: chat::Chat) -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error, false),
    };
    let result = runtime.block_on(chat::run(options));
    // A thread may still wait for a line.
    runtime.shutdown_background();
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("klatch chat: {why}");
            ExitCode::FAILURE
        }
    }
}

/// Prints why the program ends, with all causes. A mail server's pipe reads more from the exit code.
fn failed(error: &(dyn std::error::Error + 'static), is_pipe: bool) -> ExitCode {
    eprintln!("klatch: {}", chain(error));
    if is_pipe { ExitCode::from(receive::exit_code(error)) } else { ExitCode::FAILURE }
}

/// What must happen before any thread exists.
fn prepare(command: &Command, env: &Environment) -> Result<(), Failure> {
    log(env)?;
    match command {
        Command::Serve
        | Command::Web
        | Command::Realtime
        | Command::Worker
        | Command::MailIn(MailIn { what: None }) => Ok(()),
        Command::Demo
        | Command::MailIn(MailIn { what: Some(_) })
        | Command::Backup(_)
        | Command::Restore(_)
        | Command::Export(_)
        | Command::Import(_)
        | Command::Files(_)
        | Command::Admin(_) => owner::become_owner(&env.data_dir()),
    }
}

async fn run(command: Command, env: &Environment) -> Result<(), Failure> {
    match command {
        Command::Serve => services::serve(env).await,
        Command::Web => services::serve_web(env).await,
        Command::Realtime => services::serve_realtime(env).await,
        Command::Worker => services::work(env).await,
        Command::MailIn(MailIn { what: None }) => services::receive_emails(env).await,
        Command::MailIn(MailIn { what: Some(what) }) => receive::deliver(env, what).await,
        Command::Demo => commands::demo(env).await,
        Command::Backup(backup) => archives::backup(env, backup).await,
        Command::Restore(sealed) => archives::restore(env, sealed).await,
        Command::Export(export) => archives::export(env, export).await,
        Command::Import(import) => imports::run(env, import).await,
        Command::Files(command) => files::run(env, command).await,
        Command::Admin(Admin::Doctor) => commands::doctor(env).await,
        Command::Admin(Admin::Reindex) => commands::reindex(env).await,
        Command::Admin(Admin::Reparse { all }) => commands::reparse(env, all).await,
        Command::Admin(Admin::User(user)) => users::run(env, user).await,
    }
}

/// Logs to standard error, in color on a terminal. KLATCH_LOG filters; KLATCH_LOG_FORMAT is `text` or `json`.
fn log(env: &Environment) -> Result<(), Failure> {
    let text = env.var("KLATCH_LOG").unwrap_or_else(|| "info,tantivy=warn".to_owned());
    // Logs what clients send as errors of the server. The connection's end is logged by `web`.
    let without_noise = format!("actix_http::h1::dispatcher=off,{text}");
    let filter = EnvFilter::try_new(&without_noise).map_err(|error| format!("KLATCH_LOG: `{text}`: {error}"))?;
    // https://no-color.org: any value that is not empty.
    let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let colors = std::io::stderr().is_terminal() && !no_color;
    let logger = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(colors);
    // Where standard error is a file on a full disk, a line that cannot be written must not end what is running.
    let logger = logger.log_internal_errors(false);
    match env.var("KLATCH_LOG_FORMAT").as_deref() {
        Some("json") => logger.json().init(),
        Some("text") | None => logger.with_target(false).init(),
        Some(other) => return Err(format!("KLATCH_LOG_FORMAT: `{other}` must be text or json").into()),
    }
    for name in env.unknown() {
        tracing::warn!("unknown setting {name}; check its spelling");
    }
    Ok(())
}
