//! Backups, their restoration, and exports: archives with the rows of the database as JSON lines.
//!
//! Every archive is a zip of one entry per table and a manifest with their checksums. Rows stream from one snapshot of the
//! database to the file and back, so the memory does not depend on the size of the forum. docs/export-format.md
//! describes the files.

pub mod export;
pub mod folder;
mod manifest;
mod read;
pub mod restore;
pub mod schedule;
mod sealed;
mod uploads;
mod write;

use std::path::{Path, PathBuf};
use std::time::Duration;

use model::time::{Clock, Timestamp};
use store::backup::{Snapshot, Target};
use store::{DatabaseUrl, Db};

pub use manifest::{Entry, Manifest, Purpose};
pub use sealed::Passphrase;

use crate::platform::error::{Error, Result};
use crate::platform::secrets::SecretKey;
use crate::platform::storage::Files;
use crate::site::secret_key::FINGERPRINT;
use manifest::{SECRET_KEY, SEQUENCES};
use read::Archive;
use write::Writer;

/// Where a backup goes, and what it contains besides the database.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Order {
    /// The file, which must not exist.
    pub file: PathBuf,
    /// The secret key of the site.
    pub secret: SecretKey,
    /// The key before. It is backed up while the database does not know the new one yet.
    pub previous: Option<SecretKey>,
    /// With a passphrase, the file is encrypted.
    pub passphrase: Option<Passphrase>,
    /// The storage of uploaded files. `None` leaves them out.
    pub files: Option<Files>,
    pub now: Timestamp,
}

/// Backs up a database, whatever its schema, while others use it. `on_progress` gets the name and size of each table.
///
/// # Errors
/// When the database cannot be read or has no forum, the key is another forum's, or the file exists or cannot be written.
pub async fn make(url: &DatabaseUrl, order: Order, on_progress: impl FnMut(&str, u64)) -> Result<Manifest> {
    write(Snapshot::open(url).await?, order, on_progress).await
}

/// Backs up the database of a running process.
///
/// # Errors
/// As [`make`].
pub async fn make_of(db: &Db, order: Order) -> Result<Manifest> {
    write(Snapshot::of(db).await?, order, |_, _| {}).await
}

async fn write(mut snapshot: Snapshot, order: Order, on_progress: impl FnMut(&str, u64)) -> Result<Manifest> {
    let files = order.files.clone();
    let begun = write_tables(&mut snapshot, order, on_progress).await;
    // Copying files may take hours, and migrations wait for the snapshot.
    snapshot.close().await;
    let (mut writer, manifest) = begun?;
    // Stored files never change. All that the snapshot named were there before it.
    if let Some(files) = &files {
        uploads::write_all(&mut writer, files).await?;
    }
    writer.finish(manifest).await
}

/// Begins an archive with everything but the files.
async fn write_tables(
    snapshot: &mut Snapshot,
    order: Order,
    mut on_progress: impl FnMut(&str, u64),
) -> Result<(Writer, Manifest)> {
    let schema = snapshot.schema().await?.ok_or_else(|| Error::Internal("the database has no forum".into()))?;
    if schema > Target::latest_schema() {
        let why = "the database belongs to a newer version of Klatch; create the backup with that version";
        return Err(Error::Internal(why.into()));
    }
    let stored = snapshot.setting(FINGERPRINT).await?;
    let fits = |key: &SecretKey| stored.as_ref().is_none_or(|stored| *stored == key.fingerprint());
    let secret = [Some(order.secret), order.previous]
        .into_iter()
        .flatten()
        .find(fits)
        .ok_or_else(|| Error::Internal("KLATCH_SECRET_KEY: this is not the secret key of this forum".into()))?;
    let mut writer = Writer::create(&order.file, order.passphrase)?;
    writer.begin(SECRET_KEY.to_owned()).await?;
    writer.bytes(secret.bytes()).await?;
    for table in snapshot.tables().await? {
        writer.begin(Entry::name_of(table.name)).await?;
        let rows = writer.rows(snapshot.rows(table).await?).await?;
        on_progress(table.name, rows);
    }
    // They do not belong to the snapshot. Read last, they are above all ids in it.
    writer.begin(SEQUENCES.to_owned()).await?;
    for (table, last) in snapshot.sequences().await? {
        writer.row(&serde_json::json!({"table": table, "last": last}).to_string()).await?;
    }
    let mut manifest = Manifest::new(Purpose::Backup, schema);
    manifest.klatch = Some(env!("CARGO_PKG_VERSION").to_owned());
    manifest.database = Some(snapshot.database().to_owned());
    manifest.made_at = Some(order.now.rfc3339());
    Ok((writer, manifest))
}

/// Reads a whole archive and checks its contents. `on_progress` gets the name and size of each table.
///
/// # Errors
/// When it is damaged, or no archive of Klatch.
pub async fn verify(
    file: &Path,
    passphrase: Option<Passphrase>,
    mut on_progress: impl FnMut(&str, u64) + Send + 'static,
) -> Result<Manifest> {
    let file = file.to_owned();
    blocking(move || {
        let mut archive = Archive::open(&file, passphrase.as_ref())?;
        archive.verify(&mut on_progress)?;
        Ok(archive.manifest)
    })
    .await
}

/// Processes that start within this time share the backup before a migration.
const SAME_START: Duration = Duration::from_secs(3_600);

/// Backs a database up before a new version of Klatch migrates it. The file's name says from and to which schema. Returns the file, if a backup was necessary.
///
/// # Errors
/// As [`make`], unless another process migrated the database meanwhile.
pub async fn before_migration(
    url: &DatabaseUrl,
    folder: &Path,
    order: impl Fn(PathBuf) -> Order,
) -> Result<Option<PathBuf>> {
    if !Db::has_forum(url).await? {
        return Ok(None);
    }
    let (from, to) = (schema_of(url).await?, Target::latest_schema());
    let Some(from) = from.filter(|from| *from < to) else { return Ok(None) };
    let mut file = folder.join(format!("klatch-before-{from:04}-{to:04}.zip"));
    let age = std::fs::metadata(&file).and_then(|file| file.modified()).ok().and_then(|at| at.elapsed().ok());
    // An older one is from before another migration: an older version was used again since then.
    if age.is_some_and(|age| age >= SAME_START) {
        let now = Clock::System.now().rfc3339().replace(':', "-");
        file = folder.join(format!("klatch-before-{from:04}-{to:04}-{now}.zip"));
    }
    if file.exists() {
        tracing::info!(file = %file.display(), "a backup from before this migration already exists");
        return Ok(None);
    }
    create_folder(folder)?;
    tracing::info!(from, to, file = %file.display(), "the database needs a migration; creating a backup first");
    match make(url, order(file.clone()), |_, _| {}).await {
        Ok(_) => Ok(Some(file)),
        // Another process was faster, with the backup or with the migration after it.
        Err(_) if file.exists() || schema_of(url).await? == Some(to) => Ok(None),
        Err(error) => Err(error),
    }
}

async fn schema_of(url: &DatabaseUrl) -> Result<Option<i64>> {
    let mut snapshot = Snapshot::open(url).await?;
    let schema = snapshot.schema().await;
    snapshot.close().await;
    Ok(schema?)
}

/// Creates a folder that only its owner can read.
fn create_folder(folder: &Path) -> Result<()> {
    let mut private = std::fs::DirBuilder::new();
    std::os::unix::fs::DirBuilderExt::mode(private.recursive(true), 0o700);
    private
        .create(folder)
        .map_err(|error| Error::Internal(format!("cannot create the folder `{}`: {error}", folder.display())))
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Error::Internal(error.to_string()))?
}
