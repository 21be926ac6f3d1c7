//! The command about uploaded files: `klatch files migrate`.

use clap::Subcommand;
use domain::files::migrate;
use domain::import::Progress;

use crate::commands::context;
use crate::compose::Failure;
use crate::environment::Environment;
use crate::imports::Shown;
use crate::storage_settings;

/// The most files that are named when they could not be copied.
const NAMED: usize = 20;

#[derive(Subcommand)]
pub enum Files {
    /// Copy all uploaded files to another place. Works while the forum is running; run it again to continue
    Migrate {
        /// The new place: a folder, or s3://BUCKET/PREFIX of the service in the KLATCH_S3 settings
        #[arg(long, value_name = "PLACE")]
        to: String,
    },
}

/// Runs the command.
pub async fn run(env: &Environment, command: Files) -> Result<(), Failure> {
    let Files::Migrate { to } = command;
    let target = storage_settings::at(env, &env.data_dir(), "--to", &to)?;
    let cx = context(env, false).await?;
    if target.place() == cx.files.place() {
        return Err(format!("--to: the files are already in {}", target.place()).into());
    }
    target.check().await.map_err(|error| format!("--to: cannot use {}: {error}", target.place()))?;
    eprintln!("klatch: copying from {} to {}", cx.files.place(), target.place());
    let mut shown = Shown::new();
    let migrated = {
        let mut on_progress = shown.on_progress();
        migrate::migrate(&cx, &target, |done, total| on_progress(Progress { what: "files", done, total })).await
    };
    shown.end();
    let migrated = migrated.map_err(|error| format!("{error}. Run the command again to continue"))?;
    cx.db.close().await;
    let megabytes = migrated.bytes as f64 / f64::from(1 << 20);
    println!("Copied {} files ({megabytes:.1} MB); {} were there already", migrated.copied, migrated.known);
    for problem in migrated.problems.iter().take(NAMED) {
        eprintln!("klatch: {problem}");
    }
    match migrated.problems.len() {
        0 => Ok(()),
        problems => Err(format!("{problems} files could not be copied").into()),
    }
}
