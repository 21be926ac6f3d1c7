//! The commands that import: `klatch import`.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::{Args, Subcommand};
use domain::import::{self, Options, Progress, Report};
use indicatif::ProgressBar;

use crate::commands::{bar, context};
use crate::compose::Failure;
use crate::environment::Environment;
use crate::{archives, input};

#[derive(Subcommand)]
pub enum Import {
    /// Import a file from `klatch export` into an empty forum
    Klatch {
        /// The export file
        file: PathBuf,
    },
    /// Import a folder in Convore's archive format. Can be stopped and resumed
    Convore {
        /// The folder that contains `groups/`
        dir: PathBuf,
        /// Read and check everything without writing anything
        #[arg(long)]
        dry_run: bool,
    },
    /// Import a file with one JSON object per line, plain or zstd-compressed
    Jsonl {
        /// The file, or - for standard input
        file: PathBuf,
        #[command(flatten)]
        how: How,
    },
    /// Import a Slack export
    Slack {
        /// The zip file, or the folder that contains `channels.json`
        path: PathBuf,
        #[command(flatten)]
        how: How,
    },
    /// Import from Zulip
    Zulip {
        /// The folder of an export (contains `realm.json`), or of the zulip-archive tool
        path: PathBuf,
        #[command(flatten)]
        how: How,
    },
    /// Import from Discourse
    Discourse {
        /// A folder or zip file with topics as JSON from /t/ID.json, or the dump.sql of a backup
        path: PathBuf,
        #[command(flatten)]
        how: How,
    },
    /// Import from Discord, using JSON files from DiscordChatExporter
    Discord {
        /// A file, or a folder or zip file with one file per channel
        path: PathBuf,
        #[command(flatten)]
        how: How,
    },
    /// Import a Mattermost bulk export, plain or zstd-compressed
    Mattermost {
        /// The file with one JSON object per line, or - for standard input
        file: PathBuf,
        #[command(flatten)]
        how: How,
    },
    /// Import the archive of a mailing list in mbox format
    Mbox {
        /// The mbox file
        file: PathBuf,
        #[command(flatten)]
        how: How,
    },
    /// Forget a source, so that later imports can't add to it. Imported messages and their old URLs keep working
    Forget {
        /// The source, such as slack:our-team. Lists all sources if omitted
        source: Option<String>,
    },
}

/// How to import; the same for all sources.
#[derive(Args)]
pub struct How {
    /// Name of the source (default: the file name). Importing again under the same name adds only new messages
    #[arg(long, value_name = "NAME")]
    source: Option<String>,
    /// Import all topics into the existing group with this URL
    #[arg(long, value_name = "GROUP")]
    into: Option<String>,
    /// Read and check everything without writing anything
    #[arg(long)]
    dry_run: bool,
}

impl How {
    fn options(self, path: &Path) -> Options {
        let name = || match path.file_name() {
            Some(name) => name.to_string_lossy().into_owned(),
            // A path that ends in `..`, or the root.
            None => std::path::absolute(path).unwrap_or_else(|_| path.to_owned()).to_string_lossy().into_owned(),
        };
        Options { source: self.source.unwrap_or_else(name), into: self.into, dry_run: self.dry_run }
    }
}

/// Runs one of the commands.
pub async fn run(env: &Environment, import: Import) -> Result<(), Failure> {
    let cx = match import {
        Import::Klatch { file } => return archives::import(env, &file).await,
        _ => context(env, true).await?,
    };
    let mut shown = Shown::new();
    let report = match import {
        Import::Klatch { .. } => return Ok(()),
        Import::Forget { source } => {
            forget(&cx, source).await?;
            None
        }
        Import::Convore { dir, dry_run: true } => Some(import::convore_dry_run(&dir, shown.on_progress()).await?),
        Import::Convore { dir, dry_run: false } => Some(import::convore(&cx, &dir, shown.on_progress()).await?),
        Import::Jsonl { file, how } => {
            let options = how.options(&file);
            let reader = tokio::task::spawn_blocking(move || input::open(&file)).await??;
            Some(import::jsonl(&cx, reader, &options, shown.on_progress()).await?)
        }
        Import::Slack { path, how } => Some(import::slack(&cx, &path, &how.options(&path), shown.on_progress()).await?),
        Import::Zulip { path, how } => Some(import::zulip(&cx, &path, &how.options(&path), shown.on_progress()).await?),
        Import::Discourse { path, how } => {
            Some(import::discourse(&cx, &path, &how.options(&path), shown.on_progress()).await?)
        }
        Import::Discord { path, how } => {
            Some(import::discord(&cx, &path, &how.options(&path), shown.on_progress()).await?)
        }
        Import::Mattermost { file, how } => {
            let options = how.options(&file);
            let reader = tokio::task::spawn_blocking(move || input::open(&file)).await??;
            Some(import::mattermost(&cx, reader, &options, shown.on_progress()).await?)
        }
        Import::Mbox { file, how } => Some(import::mbox(&cx, &file, &how.options(&file), shown.on_progress()).await?),
    };
    shown.end();
    if let Some(report) = report {
        print(&report);
    }
    cx.db.close().await;
    Ok(())
}

fn print(report: &Report) {
    println!("{report}");
}

async fn forget(cx: &domain::Context, source: Option<String>) -> Result<(), Failure> {
    let Some(source) = source else {
        for (source, rows) in import::sources(cx).await? {
            println!("{source}  {rows} rows");
        }
        return Ok(());
    };
    let rows = import::forget(cx, &source).await?;
    if rows == 0 {
        let known: Vec<String> = import::sources(cx).await?.into_iter().map(|(source, _)| source).collect();
        return Err(format!("no source named `{source}`; known sources: {}", known.join(", ")).into());
    }
    println!("Forgot {rows} rows of {source}. Imported messages are kept.");
    Ok(())
}

/// How often to print the progress without a terminal.
const EVERY: Duration = Duration::from_secs(10);

/// Shows the progress: as a bar on a terminal, else as lines.
pub struct Shown {
    bar: Option<ProgressBar>,
    last: Instant,
}

impl Shown {
    pub fn new() -> Self {
        Self { bar: std::io::stderr().is_terminal().then(bar), last: Instant::now() }
    }

    /// What to tell the progress to.
    pub fn on_progress(&mut self) -> impl FnMut(Progress) + '_ {
        let mut before = "";
        move |progress| {
            if let Some(bar) = &self.bar {
                bar.set_message(progress.what.to_string());
                bar.set_length(progress.total);
                bar.set_position(progress.done);
            } else if self.last.elapsed() >= EVERY || progress.what != before {
                self.last = Instant::now();
                match progress.total {
                    0 => eprintln!("klatch: {} {}", progress.done, progress.what),
                    total => eprintln!("klatch: {} of {total} {}", progress.done, progress.what),
                }
            }
            before = progress.what;
        }
    }

    /// Removes the bar.
    pub fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
