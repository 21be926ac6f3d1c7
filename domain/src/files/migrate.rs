//! Copies all files and pictures to another storage, while the forum is used. What is there already is not copied again, so that an interrupted
//! copy goes on where it ended.

use futures_util::StreamExt;
use futures_util::stream::iter;
use model::hex::hex;
use model::{FileId, FileRow, FileState, LOGO_SIZE, Logo, PICTURE_SIZES, picture_key};
use sha2::{Digest, Sha256};

use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::storage::Files;

/// Files read from the database at a time.
const BATCH: i64 = 500;
/// Files copied at the same time: they mostly wait for the storage.
const AT_ONCE: usize = 8;

/// What was copied.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Migrated {
    /// Names whose bytes were copied.
    pub copied: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Names whose bytes were there.
    pub known: u64,
    /// Files that could not be copied, in words.
    pub problems: Vec<String>,
}

impl Migrated {
    fn add(&mut self, other: Self) {
        self.copied += other.copied;
        self.bytes += other.bytes;
        self.known += other.known;
        self.problems.extend(other.problems);
    }
}

/// What became of the bytes of one name.
enum Copied {
    New(u64),
    Known,
    Missing,
    Damaged,
}

/// Copies all files and pictures that the database knows. `on_progress` gets the number of files that are done, and of all.
///
/// # Errors
/// When one of the storages fails. Files that are missing or damaged are named in the result.
pub async fn migrate(cx: &Context, to: &Files, mut on_progress: impl FnMut(u64, u64)) -> Result<Migrated> {
    let total = store::files::count_stored(&cx.db).await?.unsigned_abs();
    let (mut all, mut done, mut after) = (copy_pictures(cx, to).await?, 0, FileId(0));
    loop {
        let files = store::files::stored_after(&cx.db, after, BATCH).await?;
        let Some(last) = files.last() else { return Ok(all) };
        after = last.id;
        let mut copies = iter(files.into_iter().map(|file| copy_file(cx, to, file))).buffer_unordered(AT_ONCE);
        while let Some(one) = copies.next().await {
            all.add(one?);
            done += 1;
            on_progress(done, total.max(done));
        }
    }
}

/// Copies the pictures that something has.
async fn copy_pictures(cx: &Context, to: &Files) -> Result<Migrated> {
    let mut all = Migrated::default();
    if let Some(logo) = store::platform::settings::get(&cx.db, store::pictures::LOGO).await?
        && let Some(logo) = Logo::parse(&logo)
    {
        all.add(copy_picture(cx, to, logo.digest, &[LOGO_SIZE]).await?);
    }
    let mut after = String::new();
    loop {
        let digests = store::pictures::squares_after(&cx.db, &after, BATCH).await?;
        let Some(last) = digests.last() else { return Ok(all) };
        after.clone_from(last);
        let copied = digests.into_iter().map(|digest| copy_picture(cx, to, digest, &PICTURE_SIZES));
        let mut copies = iter(copied).buffer_unordered(AT_ONCE);
        while let Some(one) = copies.next().await {
            all.add(one?);
        }
    }
}

async fn copy_picture(cx: &Context, to: &Files, digest: String, sizes: &[u32]) -> Result<Migrated> {
    let mut done = Migrated::default();
    for size in sizes {
        match copy(cx, to, &picture_key(&digest, *size)).await? {
            Copied::New(bytes) => (done.copied, done.bytes) = (done.copied + 1, done.bytes + bytes),
            Copied::Known => done.known += 1,
            // It may have been replaced meanwhile.
            Copied::Missing | Copied::Damaged => {
                if store::files::unused(&cx.db, std::slice::from_ref(&digest)).await?.is_empty() {
                    done.problems.push(format!("the bytes of the picture `{digest}` are missing"));
                }
                break;
            }
        }
    }
    Ok(done)
}

async fn copy_file(cx: &Context, to: &Files, mut file: FileRow) -> Result<Migrated> {
    let mut done = Migrated::default();
    let keys = |file: &FileRow| if file.state == FileState::Waiting { vec![file.sha256.clone()] } else { file.keys() };
    let mut left = keys(&file);
    while let Some(key) = left.pop() {
        match copy(cx, to, &key).await? {
            Copied::New(bytes) => (done.copied, done.bytes) = (done.copied + 1, done.bytes + bytes),
            Copied::Known => done.known += 1,
            Copied::Damaged => done.problems.push(format!("{}: the bytes of `{key}` are damaged", named(&file))),
            Copied::Missing => match store::files::get(&cx.db, file.id).await? {
                // Deleted meanwhile.
                None => break,
                Some(now) if now.state == FileState::Bad => break,
                // Its image was made meanwhile.
                Some(now) if now.state != file.state => {
                    left = keys(&now);
                    file = now;
                }
                Some(_) => done.problems.push(format!("{}: the bytes of `{key}` are missing", named(&file))),
            },
        }
    }
    Ok(done)
}

fn named(file: &FileRow) -> String {
    format!("file {} ({})", file.id, file.name)
}

/// Copies the bytes of a name, and reads the copy again.
async fn copy(cx: &Context, to: &Files, key: &str) -> Result<Copied> {
    let Some(size) = cx.files.size(key).await? else { return Ok(Copied::Missing) };
    // Neither storage keeps half of the bytes.
    if to.size(key).await? == Some(size) {
        return Ok(Copied::Known);
    }
    let Some(stored) = cx.files.open(key).await? else { return Ok(Copied::Missing) };
    let path = to.arriving().await?.join(model::unique_name());
    let copied = async {
        let mut hash = Sha256::new();
        stored.copy_to(&path, |piece| hash.update(piece)).await?;
        let digest = hex(&hash.finalize());
        // The name of an image that we made does not say what its bytes are.
        if !key.contains('.') && digest != key {
            return Ok(Copied::Damaged);
        }
        to.put(key, &path).await?;
        let gone = || Error::Storage(format!("`{key}` is gone after it was stored"));
        let mut copy = to.open(key).await?.ok_or_else(gone)?;
        let mut hash = Sha256::new();
        while let Some(piece) = copy.next().await? {
            hash.update(&piece);
        }
        if hex(&hash.finalize()) != digest {
            to.delete(key).await?;
            return Err(Error::Storage(format!("the copy of `{key}` has other bytes; it was deleted")));
        }
        Ok(Copied::New(size))
    };
    let copied = copied.await;
    let _ = tokio::fs::remove_file(&path).await;
    copied
}
