//! Exports: conversations in an archive that another forum can import.

use std::path::Path;

use model::GroupKind;
use store::DatabaseUrl;
use store::backup::export::Scope;
use store::backup::{Snapshot, Target};

use super::manifest::{Entry, Manifest, Purpose};
use super::restore;
use super::write::Writer;
use crate::platform::error::{Error, Result};

/// Exports the group with an address, or the whole site; if `is_public`, what anyone can read of it. The same
/// conversations give the same bytes. `told` receives the name of each table and the number of its rows.
///
/// # Errors
/// When the database cannot be read, waits for a migration or has no such group, or the file exists or cannot be written.
pub async fn make(
    url: &DatabaseUrl,
    slug: Option<&str>,
    is_public: bool,
    file: &Path,
    told: impl FnMut(&str, u64),
) -> Result<Manifest> {
    let mut snapshot = Snapshot::open(url).await?;
    let made = write(&mut snapshot, slug, is_public, file, told).await;
    snapshot.close().await;
    made
}

async fn write(
    snapshot: &mut Snapshot,
    slug: Option<&str>,
    is_public: bool,
    file: &Path,
    mut told: impl FnMut(&str, u64),
) -> Result<Manifest> {
    let scope = scope(snapshot, slug, is_public).await?;
    let mut writer = Writer::create(file, None)?;
    for part in scope.parts() {
        writer.begin(Entry::name_of(part.table.name)).await?;
        let rows = writer.rows(snapshot.part(&part).await?).await?;
        told(part.table.name, rows);
    }
    let mut manifest = Manifest::new(Purpose::Export, Target::latest_schema());
    let all = if scope.group.is_some() { "group" } else { "site" };
    manifest.scope = Some(format!("{all}, {}", if scope.is_public { "public" } else { "complete" }));
    writer.finish(manifest).await
}

/// What an export of the group with this address contains, or of the whole site.
pub(super) async fn scope(snapshot: &mut Snapshot, slug: Option<&str>, is_public: bool) -> Result<Scope> {
    let schema = snapshot.schema().await?;
    if schema != Some(Target::latest_schema()) {
        return Err(Error::Internal(
            "another version of Klatch used the database: start this version once, or export with that one".into(),
        ));
    }
    let Some(slug) = slug else { return Ok(Scope { group: None, is_public }) };
    let found = snapshot.group(slug).await?;
    let (group, kind) = found.ok_or_else(|| Error::Internal(format!("there is no group `{slug}`")))?;
    if is_public && kind != GroupKind::Public {
        return Err(Error::Internal(format!("the group `{slug}` is not public: leave --public-only out")));
    }
    Ok(Scope { group: Some(group), is_public })
}

/// Fills an empty forum with an export. Its people have no passwords and no email addresses.
///
/// # Errors
/// As [`restore::fill`].
pub async fn import(url: &DatabaseUrl, file: &Path, told: impl FnMut(&str, u64)) -> Result<Manifest> {
    let verified = restore::open_export(file).await?;
    restore::fill(url, verified, told).await
}

/// Whether exports contain a column.
pub(super) fn has(table: &str, column: &str) -> bool {
    let complete = Scope { group: None, is_public: false };
    complete.parts().iter().any(|part| part.table.name == table && part.has(column))
}
