//! The commands about archives: backup, restore, export, and the import of an export.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use domain::admin::doctor;
use domain::backup::{self, Manifest, Passphrase, export, folder, restore, schedule};
use domain::store::backup::Target;
use domain::store::{DatabaseUrl, Db};
use domain::time::Clock;

use crate::compose::{self, Failure};
use crate::environment::Environment;
use crate::keys::RestoredKey;
use crate::settings::{self, Needs, Settings};
use crate::{backup_settings, commands, services, storage_settings};

#[derive(Args)]
pub struct Backup {
    #[command(subcommand)]
    command: Option<OfBackup>,
    #[command(flatten)]
    make: Option<Sealed>,
}

#[derive(Subcommand)]
enum OfBackup {
    /// Read a backup or export to the end and check that it is complete
    Verify(Sealed),
}

#[derive(Args)]
pub struct Sealed {
    /// The backup file
    file: PathBuf,
    /// A file with the passphrase that encrypts the archive (default: KLATCH_BACKUP_PASSPHRASE)
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
}

#[derive(Args)]
pub struct Export {
    /// The file to write, or the folder with --html
    file: PathBuf,
    /// Write HTML pages with search that any browser can show without a server
    #[arg(long)]
    html: bool,
    /// Export only the group with this URL (default: the whole site)
    #[arg(long, value_name = "SLUG")]
    group: Option<String>,
    /// Export only public groups, without deleted messages and edit history
    #[arg(long)]
    public_only: bool,
}

impl Sealed {
    fn passphrase(&self, env: &Environment) -> Result<Option<Passphrase>, Failure> {
        let Some(file) = &self.passphrase_file else { return Ok(backup_settings::passphrase(env)?) };
        let text = std::fs::read_to_string(file)
            .map_err(|error| format!("--passphrase-file: cannot read `{}`: {error}", file.display()))?;
        let passphrase = Passphrase::new(&text);
        passphrase.map(Some).ok_or_else(|| "--passphrase-file: the passphrase must have at least 8 characters".into())
    }
}

/// `klatch backup FILE` and `klatch backup verify FILE`.
pub async fn backup(env: &Environment, arguments: Backup) -> Result<(), Failure> {
    match (arguments.command, arguments.make) {
        (Some(OfBackup::Verify(sealed)), _) => verify(env, &sealed).await,
        (None, Some(sealed)) => make(env, sealed).await,
        (None, None) => Err("no file given; use klatch backup FILE".into()),
    }
}

/// Reads the settings of an existing forum and prints which database it has. Migrates nothing.
async fn existing(env: &Environment) -> Result<Settings, Failure> {
    let (settings, place) = commands::existing(env).await?;
    eprintln!("klatch: using {place}");
    Ok(settings)
}

async fn make(env: &Environment, sealed: Sealed) -> Result<(), Failure> {
    let passphrase = sealed.passphrase(env)?;
    let settings = existing(env).await?;
    let (file, now) = (sealed.file, Clock::System.now());
    let is_sealed = passphrase.is_some();
    let (secret, previous) = (settings.config.secret.clone(), settings.previous_key.clone());
    let files = Some(settings.files.clone());
    let order = backup::Order { file: file.clone(), secret, previous, passphrase, files, now };
    let manifest = backup::make(&settings.database, order, tell).await?;
    println!("Backed up {} rows to {}", manifest.rows(), file.display());
    if !is_sealed {
        println!("It is not encrypted and contains the secret key and all private messages. Store it securely.");
    }
    // A database that waits for a migration is left alone.
    if manifest.schema == Target::latest_schema() {
        let noted = async {
            let db = Db::connect(&settings.database, 2).await?;
            let noted = schedule::record(&db, now).await;
            db.close().await;
            noted
        };
        if let Err(error) = noted.await {
            eprintln!("klatch: could not record the time of the backup: {error}");
        }
    }
    Ok(())
}

async fn verify(env: &Environment, sealed: &Sealed) -> Result<(), Failure> {
    let manifest = backup::verify(&sealed.file, sealed.passphrase(env)?, tell).await?;
    let made_at = manifest.made_at.as_deref().map(|at| format!(", created {at}")).unwrap_or_default();
    println!("OK: {} rows, schema {}{made_at}", manifest.rows(), manifest.schema);
    Ok(())
}

fn tell(table: &str, rows: u64) {
    if rows > 0 {
        eprintln!("{rows:>10} {table}");
    }
}

/// `klatch restore FILE`.
pub async fn restore(env: &Environment, sealed: Sealed) -> Result<(), Failure> {
    let passphrase = sealed.passphrase(env)?;
    let database = settings::database_alone(env)?;
    eprintln!("klatch: restoring into {}", compose::place(&database));
    let verified = restore::open(&sealed.file, passphrase).await?;
    let data_dir = env.data_dir();
    let files = storage_settings::read(env, &data_dir)?;
    let _lock = own_folder(&data_dir)?;
    restore::check_target(&database, &verified).await.map_err(|error| named(&database, error))?;
    let key = verified.secret().map(|key| RestoredKey::prepare(env, &data_dir, key)).transpose()?;
    let (verified, count) = restore::files(verified, &files).await?;
    let manifest = restore::fill(&database, verified, tell).await.map_err(|error| named(&database, error))?;
    println!("Restored {} rows and {count} files", manifest.rows());
    if let Some(file) = key.map(RestoredKey::finish).transpose()?.flatten() {
        println!(
            "The secret key is in `{}`. For services on Postgres, set KLATCH_SECRET_KEY_FILE to this file.",
            file.display()
        );
    }
    examine(env).await
}

/// `klatch export FILE`.
pub async fn export(env: &Environment, arguments: Export) -> Result<(), Failure> {
    let settings = existing(env).await?;
    let (group, file) = (arguments.group.as_deref(), &arguments.file);
    if arguments.html {
        let order = folder::Order {
            folder: file,
            group,
            is_public: arguments.public_only,
            site: &settings.config.site_name,
            base_url: &settings.config.base_url,
            drawing: templates::folder::DRAWING,
            files: &settings.files,
        };
        let messages = folder::make(&settings.database, order).await?;
        println!("Exported {messages} messages to the folder {}. Open index.html in a browser", file.display());
        return Ok(());
    }
    let made = export::make(&settings.database, &settings.files, group, arguments.public_only, file, tell);
    let manifest = made.await?;
    println!("Exported {} rows to {}", manifest.rows(), file.display());
    Ok(())
}

/// `klatch import klatch FILE`.
pub async fn import(env: &Environment, file: &Path) -> Result<(), Failure> {
    let settings = Settings::read(env, Needs::Existing)?;
    eprintln!("klatch: importing into {}", compose::place(&settings.database));
    let _lock = own_folder(&settings.data_dir)?;
    let told = export::import(&settings.database, &settings.files, file, tell).await;
    let manifest: Manifest = told.map_err(|error| named(&settings.database, error))?;
    println!(
        "Imported {} rows. Accounts have no passwords yet; set them with `klatch admin user set-password`",
        manifest.rows()
    );
    examine(env).await
}

/// Creates the data folder if it is missing, and locks it, so that no `klatch serve` can use it.
fn own_folder(data_dir: &Path) -> Result<std::fs::File, Failure> {
    std::fs::create_dir_all(data_dir)
        .map_err(|error| format!("KLATCH_DATA_DIR: cannot create `{}`: {error}", data_dir.display()))?;
    services::lock(data_dir)
}

fn named(database: &DatabaseUrl, error: domain::Error) -> Failure {
    match error {
        domain::Error::Database(error) => compose::unreachable(database, &error).into(),
        error => error.into(),
    }
}

/// Migrates what was filled, fills the search index and compares all counts.
async fn examine(env: &Environment) -> Result<(), Failure> {
    let mut settings = Settings::read(env, Needs::Alone)?;
    // The archive is the backup.
    settings.backups.before_migration = None;
    let later = |error: Failure| -> Failure {
        format!("the data was restored but could not be checked: {error}. Fix this, then run `klatch admin doctor`")
            .into()
    };
    let cx = compose::context(&settings, true).await.map_err(later)?;
    domain::live::unread::begin(&cx).await;
    let bar = commands::bar();
    bar.set_message("indexed");
    bar.set_length(u64::try_from(domain::search::expected_documents(&cx).await?).unwrap_or(0));
    domain::search::reindex(&cx, |done| bar.set_position(done)).await?;
    bar.finish_and_clear();
    let findings = doctor::examine(&cx).await?;
    cx.db.close().await;
    commands::report(&findings)?;
    println!("On every other machine that runs `klatch web`, delete the search-index folder before starting it.");
    Ok(())
}
