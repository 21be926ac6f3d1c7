//! Fills an empty database with an archive, in one transaction.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use serde::Deserialize;
use store::DatabaseUrl;
use store::backup::{Column, TABLES, Target};
use tokio::sync::mpsc;

use super::manifest::{Manifest, Purpose, SEQUENCES, refused};
use super::read::{Archive, bad_line, check_nodes, check_row};
use super::uploads::{check_file, check_picture};
use super::{Passphrase, blocking};
use crate::platform::error::{Error, Result};
use crate::platform::secrets::SecretKey;
use crate::platform::storage::Files;

/// Rows are inserted in batches of about this many bytes, and at most so many rows.
const BATCH_BYTES: usize = 1 << 20;
const BATCH_ROWS: usize = 2_000;
/// Batches that may wait for the database.
const WAITING: usize = 2;

/// How long processes that were just stopped may still be connected.
const PATIENCE: Duration = Duration::from_secs(3);
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// An archive that was read once to its end and is whole.
pub struct Verified {
    archive: Archive,
    secret: Option<SecretKey>,
}

/// Opens a backup and reads it to its end, before anything is changed.
///
/// # Errors
/// When it is damaged, no backup, or from a newer version of Klatch.
pub async fn open(file: &Path, passphrase: Option<Passphrase>) -> Result<Verified> {
    let file = file.to_owned();
    blocking(move || {
        let mut archive = Archive::open(&file, passphrase.as_ref())?;
        if archive.manifest.format != Purpose::Backup {
            return Err(refused("it is an export, not a backup; use `klatch import klatch`"));
        }
        check_schema(&archive.manifest)?;
        archive.verify(|_, _| {})?;
        let text = archive.secret_key()?.ok_or_else(|| refused("it has no secret key"))?;
        let secret = SecretKey::new(&text).ok_or_else(|| refused("its secret key is too short"))?;
        Ok(Verified { archive, secret: Some(secret) })
    })
    .await
}

/// Opens an export, as [`open`] does a backup.
///
/// # Errors
/// When it is damaged, no export, or from a newer version of Klatch.
pub(super) async fn open_export(file: &Path) -> Result<Verified> {
    let file = file.to_owned();
    blocking(move || {
        let mut archive = Archive::open(&file, None)?;
        if archive.manifest.format != Purpose::Export {
            return Err(refused("it is a backup, not an export; use `klatch restore`"));
        }
        check_schema(&archive.manifest)?;
        if archive.secret_key()?.is_some() {
            return Err(refused("an export has no secret key"));
        }
        archive.verify(|_, _| {})?;
        Ok(Verified { archive, secret: None })
    })
    .await
}

fn check_schema(manifest: &Manifest) -> Result<()> {
    let latest = Target::latest_schema();
    if manifest.schema > latest {
        return Err(refused(format!(
            "it was created by a newer version of Klatch (schema {}; this version supports {latest}); use that version",
            manifest.schema
        )));
    }
    Ok(())
}

impl Verified {
    /// The manifest.
    pub fn manifest(&self) -> &Manifest {
        &self.archive.manifest
    }

    /// The secret key of the forum. An export has none.
    pub fn secret(&self) -> Option<&SecretKey> {
        self.secret.as_ref()
    }
}

/// Checks that a database can be filled with a backup: it has no forum, or an empty one that nobody uses.
///
/// # Errors
/// When it cannot, with what to do.
pub async fn check_target(url: &DatabaseUrl, verified: &Verified) -> Result<()> {
    let mut target = Target::open(url).await?;
    let checked = prepare(&mut target, verified.manifest()).await;
    target.close().await;
    checked.map(drop)
}

/// Puts the uploaded files of an archive into a storage, before the database names them. Returns how many.
///
/// # Errors
/// When a file cannot be stored, or one of an export is not what its row says.
pub async fn files(mut verified: Verified, files: &Files) -> Result<(Verified, u64)> {
    let (files, arriving) = (files.clone(), files.arriving().await?);
    blocking(move || {
        let count = super::uploads::extract(&mut verified.archive, &files, &arriving)?;
        Ok((verified, count))
    })
    .await
}

/// Fills a database with a backup. `on_progress` gets the name and size of each table. If it fails or is
/// interrupted, the database has no forum or an empty one, and the same command can be run again.
///
/// # Errors
/// When the database is not empty or in use, or a row does not fit.
pub async fn fill(url: &DatabaseUrl, verified: Verified, on_progress: impl FnMut(&str, u64)) -> Result<Manifest> {
    let mut target = Target::open(url).await?;
    let filled = fill_target(&mut target, verified, on_progress).await;
    target.close().await;
    filled
}

async fn fill_target(target: &mut Target, verified: Verified, on_progress: impl FnMut(&str, u64)) -> Result<Manifest> {
    let manifest = verified.manifest().clone();
    prepare(target, &manifest).await?;
    target.migrate_to(manifest.schema).await?;
    target.begin(manifest.format == Purpose::Backup).await?;
    let sequences = load(target, verified.archive, on_progress).await?;
    match manifest.format {
        Purpose::Backup => {
            for sequence in sequences {
                target.set_sequence(&sequence.table, sequence.last).await?;
            }
        }
        Purpose::Export => target.set_sequences_by_rows().await?,
    }
    // One that was started meanwhile may have migrated the empty forum, and uses a key of its own.
    wait_for_services(target).await?;
    target.commit().await?;
    Ok(manifest)
}

async fn prepare(target: &mut Target, manifest: &Manifest) -> Result<()> {
    wait_for_services(target).await?;
    if let Some(table) = target.first_with_rows().await? {
        return Err(Error::Internal(format!(
            "the database already has a forum (`{table}` is not empty); use an empty database, or delete this one first"
        )));
    }
    match target.schema().await? {
        Some(schema) if schema != manifest.schema => Err(Error::Internal(format!(
            "the empty forum in the database has schema {schema}, but the archive has schema {}; delete the empty database \
             (the file, or all tables), and run the command again",
            manifest.schema
        ))),
        _ => Ok(()),
    }
}

/// Waits until no process of the forum is connected: the server notices a moment later that one has ended.
async fn wait_for_services(target: &mut Target) -> Result<()> {
    let begun = Instant::now();
    loop {
        let connections = target.services().await?;
        if connections == 0 {
            return Ok(());
        }
        if begun.elapsed() >= PATIENCE {
            return Err(Error::Internal(format!(
                "the forum is still running ({connections} connections to the database); stop it first"
            )));
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sequence {
    table: String,
    last: i64,
}

enum Piece {
    /// The next batches are of this table, with this number of rows in all.
    Table(&'static str, u64),
    /// A JSON array of rows.
    Rows(String),
}

/// Inserts all rows. The archive is read on a thread of its own.
async fn load(
    target: &mut Target,
    mut archive: Archive,
    mut on_progress: impl FnMut(&str, u64),
) -> Result<Vec<Sequence>> {
    let is_export = archive.manifest.format == Purpose::Export;
    let mut columns = BTreeMap::new();
    for table in TABLES {
        let mut all = target.columns(table.name).await?;
        if is_export {
            all.retain(|column| super::export::has(table.name, &column.name));
        }
        columns.insert(table.name, all);
    }
    let of_reader = columns.clone();
    let (sender, mut received) = mpsc::channel(WAITING);
    let reader = tokio::task::spawn_blocking(move || read(&mut archive, &of_reader, &sender));
    let mut current: Option<(&str, u64)> = None;
    let mut inserted: Result<()> = Ok(());
    while let Some(piece) = received.recv().await {
        match (piece, current) {
            (Piece::Table(table, rows), before) => {
                if let Some((table, rows)) = before {
                    on_progress(table, rows);
                }
                current = Some((table, rows));
            }
            (Piece::Rows(rows), Some((table, _))) => {
                if let Err(error) = target.insert(table, &columns[table], &rows).await {
                    let why = crate::platform::error::chain(&error);
                    inserted = Err(match error.as_database_error() {
                        Some(_) => refused(format!("a row of `{table}` is invalid: {why}")),
                        None => error.into(),
                    });
                    break;
                }
            }
            (Piece::Rows(_), None) => {}
        }
    }
    drop(received);
    let sequences = reader.await.map_err(|error| Error::Internal(error.to_string()))?;
    inserted?;
    if let Some((table, rows)) = current {
        on_progress(table, rows);
    }
    sequences
}

fn read(
    archive: &mut Archive,
    columns: &BTreeMap<&'static str, Vec<Column>>,
    sender: &mpsc::Sender<Piece>,
) -> Result<Vec<Sequence>> {
    let send = |piece| sender.blocking_send(piece).map_err(|_| Error::Internal("the database rejected a row".into()));
    let is_export = archive.manifest.format == Purpose::Export;
    for table in TABLES {
        let name = super::Entry::name_of(table.name);
        let columns = &columns[table.name];
        let Some(entry) = archive.entry(&name).cloned() else {
            if is_export || columns.is_empty() {
                continue;
            }
            return Err(refused(format!("`{name}` is missing")));
        };
        if columns.is_empty() {
            return Err(refused(format!("`{name}` is not part of its schema {}", archive.manifest.schema)));
        }
        send(Piece::Table(table.name, entry.rows))?;
        let (mut batch, mut rows) = (String::from("["), 0);
        archive.lines(&entry, |number, line| {
            let fields = check_row(line, columns).map_err(|why| bad_line(&entry, number, &why))?;
            let checked = match table.name {
                "messages" if is_export => check_nodes(&fields),
                "files" if is_export => check_file(&fields),
                "users" | "groups" if is_export => check_picture(table.name, &fields),
                _ => Ok(()),
            };
            checked.map_err(|why| bad_line(&entry, number, &why))?;
            if rows > 0 {
                batch.push(',');
            }
            // What was checked, and not the line: a database may read a repeated field otherwise.
            batch.push_str(&serde_json::to_string(&fields).map_err(|error| bad_line(&entry, number, &error))?);
            rows += 1;
            if rows == BATCH_ROWS || batch.len() >= BATCH_BYTES {
                batch.push(']');
                send(Piece::Rows(std::mem::replace(&mut batch, String::from("["))))?;
                rows = 0;
            }
            Ok(())
        })?;
        if rows > 0 {
            batch.push(']');
            send(Piece::Rows(batch))?;
        }
    }
    let mut sequences = Vec::new();
    if !is_export && archive.entry(SEQUENCES).is_none() {
        return Err(refused(format!("`{SEQUENCES}` is missing")));
    }
    if let Some(entry) = archive.entry(SEQUENCES).cloned() {
        archive.lines(&entry, |number, line| {
            let sequence: Sequence = serde_json::from_str(line).map_err(|error| bad_line(&entry, number, &error))?;
            if !TABLES.iter().any(|table| table.name == sequence.table && table.key == ["id"]) || sequence.last < 0 {
                return Err(bad_line(&entry, number, &"it names no table with generated ids"));
            }
            sequences.push(sequence);
            Ok(())
        })?;
    }
    Ok(sequences)
}
