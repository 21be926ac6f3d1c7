//! Files that people upload: stored under the digest of their bytes, readable for everyone who may read a message that shows them.
//! Images of other hosts: see [`remote_images`].

mod claims;
pub mod images;
mod kinds;
mod memory;
pub mod migrate;
pub mod pictures;
pub mod remote_images;
mod sweep;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use model::hex::hex;
use model::policy::{self, Change, Viewer};
use model::{FILES, FileId, FileRow, FileState, MessageId, UserId};
use sha2::{Digest, Sha256};
use store::Tx;
use store::files::NewFile;
use tokio::io::AsyncWriteExt;

use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::jobs::{self, Task};
use crate::platform::secrets;
use crate::site::{self, rate_limits};
use texts::Text;

pub(crate) use sweep::sweep;

/// How long a file is kept that no message shows.
pub const KEPT: Duration = Duration::from_secs(24 * 3_600);
/// How long a reader waits for an image that a job has yet to read.
const PATIENCE: Duration = Duration::from_secs(4);
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// The longest name of a file, in characters.
const MAX_NAME: usize = 80;
/// So many of a file's first bytes say what it is.
const HEAD: usize = 512;

/// A file that arrives. Dropped, it leaves nothing behind.
#[derive(Debug)]
pub struct Upload {
    owner: UserId,
    path: PathBuf,
    file: tokio::fs::File,
    hash: Sha256,
    head: Vec<u8>,
    size: u64,
    most: u64,
}

impl Drop for Upload {
    fn drop(&mut self) {
        // Stored, it is no longer there.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// The most bytes of a file.
pub fn most_bytes(cx: &Context) -> u64 {
    cx.config.limits.file_megabytes.max(1) << 20
}

/// Begins an upload, which counts against the limits.
///
/// # Errors
/// As [`count`], and when the file cannot be written.
pub async fn begin(cx: &Context, viewer: Viewer) -> Result<Upload> {
    count(cx, viewer).await?;
    receive(cx, viewer).await
}

/// Counts an upload against the limits.
///
/// # Errors
/// [`Error::SignedOut`], [`Error::Forbidden`] in read-only mode, [`Error::TooMany`], [`Error::Invalid`] on `file`.
pub async fn count(cx: &Context, viewer: Viewer) -> Result<()> {
    let owner = viewer.user()?;
    policy::check_change(site::current(cx).await.settings.read_only, Change::Forum)?;
    rate_limits::count_by_age(cx, rate_limits::RateLimit::Upload, owner).await?;
    let a_day_ago = cx.now().minus(Duration::from_secs(24 * 3_600));
    let done = store::files::bytes_since(&cx.db, owner, a_day_ago).await?;
    let most = cx.config.limits.file_megabytes_per_day;
    if most > 0 && done.unsigned_abs() >= most << 20 {
        return Err(invalid(texts::files::day_limit(most)));
    }
    Ok(())
}

/// Begins an upload that [`count`] counts later.
///
/// # Errors
/// [`Error::SignedOut`], and when the file cannot be written.
pub async fn receive(cx: &Context, viewer: Viewer) -> Result<Upload> {
    let owner = viewer.user()?;
    let path = cx.files.arriving().await?.join(secrets::token()?);
    let file = tokio::fs::File::create_new(&path).await.map_err(|error| unwritten(&error))?;
    let (hash, head) = (Sha256::new(), Vec::with_capacity(HEAD));
    Ok(Upload { owner, path, file, hash, head, size: 0, most: most_bytes(cx) })
}

impl Upload {
    /// Adds bytes.
    ///
    /// # Errors
    /// [`Error::Invalid`] on `file` when it becomes too large.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.size += bytes.len() as u64;
        if self.size > self.most {
            return Err(invalid(texts::files::too_large(self.most >> 20)));
        }
        let missing = HEAD.saturating_sub(self.head.len()).min(bytes.len());
        self.head.extend_from_slice(&bytes[..missing]);
        self.hash.update(bytes);
        self.file.write_all(bytes).await.map_err(|error| unwritten(&error))
    }

    /// The digest of the bytes so far.
    pub fn sha256(&self) -> String {
        hex(&self.hash.clone().finalize())
    }

    /// Stores the file. On return it is durable, and its uploader can read it.
    ///
    /// # Errors
    /// [`Error::Invalid`] on `file` if it is empty, or an image that cannot be shown; [`Error::Storage`].
    pub async fn finish(mut self, cx: &Context, name: &str) -> Result<FileRow> {
        if self.size == 0 {
            return Err(invalid(texts::files::empty()));
        }
        self.file.flush().await.map_err(|error| unwritten(&error))?;
        let mut kind = kinds::of(&self.head);
        let mut pixels = None;
        if kinds::is_image(kind) {
            let image = images::measure(self.path.clone()).await?;
            kind = image.kind;
            pixels = Some((i64::from(image.width), i64::from(image.height)));
        }
        let name = clean_name(name, kinds::extension(kind).filter(|_| pixels.is_some()));
        let sha256 = self.sha256();
        // The bytes are durable before a row names them, and nobody deletes them in between. No transaction waits for them.
        let claim = claims::to_store(cx, &sha256).await?;
        let is_made = pixels.is_some() && store::files::has_ready(&cx.db, &sha256).await?;
        if !is_made && let Err(error) = cx.files.put(&sha256, &self.path).await {
            claims::give_up(cx, claim).await;
            return Err(error);
        }
        let state = if pixels.is_none() || is_made { FileState::Ready } else { FileState::Waiting };
        let size = i64::try_from(self.size).unwrap_or(i64::MAX);
        let new = NewFile { owner: self.owner, sha256: &sha256, size, kind, name: &name, pixels, state, at: cx.now() };
        let mut tx = cx.db.begin().await?;
        let id = store::files::insert(&mut tx, &new).await?;
        if state == FileState::Waiting {
            jobs::enqueue(&mut tx, Task::ImageUploaded { file: id }, cx.now()).await?;
        }
        store::file_claims::release(&mut tx, claim).await?;
        tx.commit().await?;
        cx.wake.after_commit();
        tracing::info!(%id, owner = %self.owner, size, kind, "file uploaded");
        store::files::get(&cx.db, id).await?.ok_or(Error::NotFound)
    }
}

fn unwritten(error: &std::io::Error) -> Error {
    Error::Storage(format!("cannot write an uploaded file: {error}"))
}

fn invalid(why: Text) -> Error {
    Error::invalid("file", why)
}

/// Returns a name that needs no escaping in addresses and texts: letters, digits, and single dots, dashes and underscores
/// between them.
fn clean_name(typed: &str, extension: Option<&str>) -> String {
    let file = typed.rsplit(['/', '\\']).next().unwrap_or(typed);
    let stem = match (extension, file.rsplit_once('.')) {
        (Some(_), Some((stem, _))) => stem,
        _ => file,
    };
    let mut name = String::new();
    for c in stem.chars() {
        let c = if c.is_alphanumeric() || matches!(c, '.' | '_') { c } else { '-' };
        let follows_mark = !c.is_alphanumeric() && name.ends_with(['-', '.', '_']);
        if follows_mark && c != '.' {
            continue;
        }
        if follows_mark {
            name.pop();
        }
        name.push(c);
    }
    // It would read as an address.
    let name = name.replace("www.", "www-");
    let trimmed = name.trim_matches(['-', '.', '_']);
    // The end says what it is.
    let skipped = trimmed.chars().count().saturating_sub(MAX_NAME);
    let short: String = trimmed.chars().skip(skipped).collect();
    let short = short.trim_matches(['-', '.', '_']);
    let short = if short.is_empty() { "file" } else { short };
    extension.map_or_else(|| short.to_owned(), |extension| format!("{short}.{extension}"))
}

/// The kind of a file that begins with these bytes.
pub(crate) fn kind_of(head: &[u8]) -> &'static str {
    kinds::of(head)
}

/// The end of the name of a file outside of the forum.
pub(crate) fn safe_extension(kind: &str) -> &'static str {
    kinds::safe_extension(kind)
}

/// A file that another forum exported.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Imported<'a> {
    pub kind: &'a str,
    pub name: &'a str,
    /// The width and height of an image.
    pub pixels: Option<(i64, i64)>,
}

/// Checks that an upload could have made this file: pages trust its kind, its name and its size.
pub(crate) fn check_imported(file: &Imported<'_>) -> Result<(), String> {
    let extension = kinds::extension(file.kind);
    let fits = match file.pixels {
        None => kinds::is_other(file.kind),
        Some((width, height)) => {
            let sides = 1..=i64::from(memory::LONGEST);
            let is_named = extension.is_some_and(|extension| file.name.ends_with(&format!(".{extension}")));
            is_named && sides.contains(&width) && sides.contains(&height)
        }
    };
    if !fits {
        return Err(format!("no file has the kind `{}` and this name and size", file.kind));
    }
    if clean_name(file.name, extension) != file.name {
        return Err("the name has characters that names of files do not have".to_owned());
    }
    Ok(())
}

/// A file that a viewer may read.
#[derive(Clone, Debug)]
pub struct Found {
    /// It.
    pub file: FileRow,
    /// Whether everyone may read it.
    pub is_public: bool,
}

/// Returns a file. Waits a moment for an image that a job has yet to read.
///
/// # Errors
/// [`Error::NotFound`] if the viewer may not read it; [`Error::Busy`] when the job takes long.
pub async fn find(cx: &Context, viewer: Viewer, id: FileId) -> Result<Found> {
    let is_admin = matches!(viewer, Viewer::User { is_admin: true, .. });
    let begun = Instant::now();
    loop {
        let found = store::files::readable(&cx.db, viewer.id(), is_admin, id).await?;
        let (file, is_public) = found.ok_or(Error::NotFound)?;
        match file.state {
            FileState::Ready => return Ok(Found { file, is_public }),
            FileState::Bad => return Err(Error::NotFound),
            FileState::Waiting if begun.elapsed() >= PATIENCE => return Err(Error::Busy(PATIENCE)),
            FileState::Waiting => tokio::time::sleep(LOOK_EVERY).await,
        }
    }
}

/// Returns what a file is, without waiting for it.
///
/// # Errors
/// [`Error::NotFound`] if the viewer may not open it.
pub async fn about(cx: &Context, viewer: Viewer, id: FileId) -> Result<FileRow> {
    let is_admin = matches!(viewer, Viewer::User { is_admin: true, .. });
    let found = store::files::readable(&cx.db, viewer.id(), is_admin, id).await?;
    found.map(|(file, _)| file).filter(|file| file.state != FileState::Bad).ok_or(Error::NotFound)
}

/// Whether a text may show files.
pub(crate) fn mentioned(text: &str) -> bool {
    text.contains(FILES)
}

/// Makes a saved message show the files that its text names: those that it showed before, and new ones that `by`, who
/// wrote this text, uploaded. Naming someone else's file gives nobody access to it, and neither does an edit of a text in
/// which others named it: new are only files that the text `before` did not name.
pub(crate) async fn link(
    tx: &mut Tx,
    message: MessageId,
    nodes: &[markup::Node],
    before: &str,
    by: UserId,
) -> Result<()> {
    let files = markup::files(nodes);
    let new: Vec<i64> = files.iter().copied().filter(|id| !before.contains(&format!("{FILES}{id}/"))).collect();
    store::files::unlink_others(tx, message, &files).await?;
    store::files::link(tx, message, &files, &new, by).await?;
    Ok(())
}

/// Deletes a viewer's own file that no message shows.
///
/// # Errors
/// [`Error::NotFound`] if it is not theirs; [`Error::Forbidden`] while a message shows it, or its history does.
pub async fn delete_unused(cx: &Context, viewer: Viewer, id: FileId) -> Result<()> {
    let owner = viewer.user()?;
    policy::check_change(site::current(cx).await.settings.read_only, Change::Forum)?;
    let file = store::files::get(&cx.db, id).await?.filter(|file| file.owner_id == owner).ok_or(Error::NotFound)?;
    let mut tx = cx.db.begin().await?;
    let is_gone = store::files::delete_unused(&mut tx, id, owner).await?;
    tx.commit().await?;
    if !is_gone {
        return Err(Error::forbidden(texts::files::in_message()));
    }
    tracing::info!(%id, %owner, "file deleted");
    // It is gone: bytes that could not be deleted now are left to the sweep.
    if let Err(error) = claims::delete(cx, &file.sha256).await {
        tracing::warn!(%error, "the bytes of a deleted file stay until the next sweep");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::clean_name;

    #[test]
    fn names_need_no_escaping() {
        let of = |name: &str| clean_name(name, None);
        assert_eq!(of("C:\\My Files\\Annual report (2).pdf"), "Annual-report-2.pdf");
        assert_eq!(of("../../etc/passwd"), "passwd");
        assert_eq!([of(""), of("..."), of("]](<")], ["file", "file", "file"]);
        assert_eq!(of("Übersicht_日本.PDF"), "Übersicht_日本.PDF");
        assert_eq!(of(&"a".repeat(300)).len(), 80);
        assert_eq!(clean_name("IMG 1.HEIC.png", Some("webp")), "IMG-1.HEIC.webp");
        assert_eq!(clean_name(".png", Some("webp")), "file.webp");
    }
}
