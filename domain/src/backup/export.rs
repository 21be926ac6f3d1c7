//! Exports: conversations in an archive that another forum can import.

use std::fs::File;
use std::path::Path;
use std::time::Duration;

use futures_util::TryStreamExt;
use model::policy::{Permission, Viewer};
use model::{Group, GroupId, GroupKind, LogAction, LogEntry};
use store::DatabaseUrl;
use store::backup::export::Scope;
use store::backup::{Snapshot, Target};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::manifest::{Entry, Manifest, Purpose};
use super::restore;
use super::uploads;
use super::write::Writer;
use crate::groups::{self, GroupAccess};
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::storage::Files;
use crate::platform::{log, secrets};
use crate::site::rate_limits::{self, By, RateLimit};

/// The most bytes of an export that people download, before compression. Larger ones are made on the command line.
const MOST_DOWNLOADED: u64 = 4 << 30;
/// When to try again while another export runs.
const RETRY: Duration = Duration::from_secs(30);

/// Exports the group with an address, or the whole site, with the files in its messages and the pictures of people and groups; if `is_public`, what anyone can read
/// of it. The same conversations give the same bytes. `on_progress` gets the name and size of each table.
///
/// # Errors
/// When the database cannot be read, waits for a migration or has no such group, or the file exists or cannot be written.
pub async fn make(
    url: &DatabaseUrl,
    files: &Files,
    slug: Option<&str>,
    is_public: bool,
    file: &Path,
    on_progress: impl FnMut(&str, u64),
) -> Result<Manifest> {
    let mut snapshot = Snapshot::open(url).await?;
    let begun = match scope(&mut snapshot, slug, is_public).await {
        Ok(scope) => write(&mut snapshot, scope, file, None, on_progress).await,
        Err(error) => Err(error),
    };
    snapshot.close().await;
    begun?.finish(files).await
}

/// An export with its tables. The snapshot is closed before the files are copied: that may take hours, and migrations wait for
/// the snapshot.
struct Begun {
    writer: Writer,
    scope: Scope,
    /// The names of the files in the storage.
    keys: Vec<String>,
}

async fn write(
    snapshot: &mut Snapshot,
    scope: Scope,
    file: &Path,
    most: Option<u64>,
    mut on_progress: impl FnMut(&str, u64),
) -> Result<Begun> {
    let mut writer = Writer::create(file, None)?.of_at_most(most);
    let mut keys = Vec::new();
    for part in scope.parts() {
        writer.begin(Entry::name_of(part.table.name)).await?;
        let mut rows = snapshot.part(&part).await?;
        let count = if uploads::names_bytes(part.table.name) {
            let mut count = 0;
            while let Some(row) = rows.try_next().await? {
                keys.extend(uploads::keys_in(part.table.name, &row)?);
                writer.row(&row).await?;
                count += 1;
            }
            count
        } else {
            writer.rows(rows).await?
        };
        on_progress(part.table.name, count);
    }
    Ok(Begun { writer, scope, keys })
}

impl Begun {
    /// Adds the files and ends the archive.
    async fn finish(mut self, files: &Files) -> Result<Manifest> {
        uploads::write(&mut self.writer, files, self.keys).await?;
        let mut manifest = Manifest::new(Purpose::Export, Target::latest_schema());
        let all = if self.scope.group.is_some() { "group" } else { "site" };
        let extent = match self.scope {
            Scope { is_public: false, .. } => "complete",
            Scope { any_kind: false, .. } => "public",
            Scope { .. } => "readable",
        };
        manifest.scope = Some(format!("{all}, {extent}"));
        self.writer.finish(manifest).await
    }
}

/// What an export of the group with this address contains, or of the whole site.
pub(super) async fn scope(snapshot: &mut Snapshot, slug: Option<&str>, is_public: bool) -> Result<Scope> {
    let schema = snapshot.schema().await?;
    if schema != Some(Target::latest_schema()) {
        return Err(Error::Internal(
            "the database belongs to another version of Klatch; start this version once, or export with the other version".into(),
        ));
    }
    let Some(slug) = slug else { return Ok(Scope { group: None, is_public, any_kind: false }) };
    let found = snapshot.group(slug).await?;
    let (group, kind) = found.ok_or_else(|| Error::Internal(format!("no group with the URL `{slug}`")))?;
    if is_public && kind != GroupKind::Public {
        return Err(Error::Internal(format!("the group `{slug}` is not public; omit --public-only to export it")));
    }
    Ok(Scope { group: Some(group), is_public, any_kind: false })
}

/// How much of a group a viewer may export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// What anyone can read of it: a public group, for everyone with an account.
    Public,
    /// What its members can read of it: a group that is not public, for its members.
    Readable,
    /// All of it: for its admins.
    Complete,
}

/// Returns the group, and how much of it the viewer may export.
///
/// # Errors
/// [`Error::SignedOut`]; [`Error::NotFound`] if the viewer may not know of it; [`Error::Forbidden`].
pub async fn extent(cx: &Context, viewer: Viewer, group: GroupId) -> Result<(GroupAccess, Extent)> {
    viewer.user()?;
    let found = groups::by_id(cx, viewer, group).await?;
    found.access.check(Permission::Read)?;
    if found.group.is_direct() {
        return Err(Error::forbidden(texts::messages_errors::export_in_settings()));
    }
    let extent = match found.group.kind {
        _ if found.access.may(Permission::Administer) => Extent::Complete,
        GroupKind::Public => Extent::Public,
        // Everyone who may read it is a member.
        GroupKind::Closed | GroupKind::Private | GroupKind::Direct => Extent::Readable,
    };
    Ok((found, extent))
}

/// Exports a group for a viewer. A complete export leaves an entry in the log of the group. The file has no name
/// any more: its space is free once it is closed. One export runs at a time in a process; others wait. What is left of one
/// that was killed is deleted with broken uploads.
///
/// # Errors
/// As [`extent`]; [`Error::Forbidden`] if the export becomes too large; [`Error::TooMany`]; [`Error::Busy`] after waiting
/// too long for another one; as [`make`].
pub async fn download(cx: &Context, viewer: Viewer, group: GroupId) -> Result<(Group, File)> {
    static RUNNING: Semaphore = Semaphore::const_new(1);
    self::extent(cx, viewer, group).await?;
    rate_limits::count(cx, RateLimit::Download, By::User(viewer.user()?)).await?;
    let Ok(_running) = timeout(RETRY, RUNNING.acquire()).await else { return Err(Error::Busy(RETRY)) };
    // Again: that may have taken a while.
    let (found, extent) = self::extent(cx, viewer, group).await?;
    let path = cx.files.arriving().await?.join(format!("export-{}.zip", &secrets::token()?[..32]));
    let mut snapshot = Snapshot::of(&cx.db).await?;
    let begun = match scope(&mut snapshot, Some(&found.group.slug), extent == Extent::Public).await {
        Ok(scope) => {
            let scope = Scope { is_public: extent != Extent::Complete, any_kind: extent == Extent::Readable, ..scope };
            write(&mut snapshot, scope, &path, Some(MOST_DOWNLOADED), |_, _| {}).await
        }
        Err(error) => Err(error),
    };
    snapshot.close().await;
    begun?.finish(&cx.files).await?;
    let opened = File::open(&path);
    let removed = std::fs::remove_file(&path);
    let file = opened.and_then(|file| removed.map(|()| file));
    let file = file.map_err(|error| Error::Internal(format!("{}: {error}", path.display())))?;
    if extent == Extent::Complete {
        let mut tx = cx.db.begin().await?;
        let entry = LogEntry::new(viewer.user()?, LogAction::GroupExported).group(found.group.id);
        log::write(&mut tx, entry, cx.now()).await?;
        tx.commit().await?;
    }
    Ok((found.group, file))
}

/// Fills an empty forum and its storage of files with an export. Its people have no passwords and no email addresses.
///
/// # Errors
/// As [`restore::check_target`], [`restore::files`] and [`restore::fill`].
pub async fn import(
    url: &DatabaseUrl,
    files: &Files,
    file: &Path,
    on_progress: impl FnMut(&str, u64),
) -> Result<Manifest> {
    let verified = restore::open_export(file).await?;
    restore::check_target(url, &verified).await?;
    let (verified, _) = restore::files(verified, files).await?;
    restore::fill(url, verified, on_progress).await
}

/// Whether exports contain a column.
pub(super) fn has(table: &str, column: &str) -> bool {
    let complete = Scope { group: None, is_public: false, any_kind: false };
    complete.parts().iter().any(|part| part.table.name == table && part.has(column))
}
