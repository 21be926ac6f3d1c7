//! Images of other hosts on the disk: a folder of bounded size. Those that nobody asked for in the longest time go first.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use model::time::Timestamp;

use crate::platform::secrets;

/// The types of the images that we make.
const KINDS: [&str; 3] = ["image/jpeg", "image/gif", "image/webp"];
/// After this time, an image is fetched again when somebody asks for it.
const FRESH: Duration = Duration::from_secs(7 * 24 * 3_600);
/// An image that nobody asked for in this time is deleted.
const UNUSED: Duration = Duration::from_secs(30 * 24 * 3_600);
/// How exactly the time of the last use is known.
const EXACT: Duration = Duration::from_secs(3_600);

/// An image as it is served.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Kept {
    pub kind: &'static str,
    pub bytes: Vec<u8>,
}

/// A folder with a file for each image. Its first line says what it is.
#[derive(Debug)]
pub struct Cache {
    folder: PathBuf,
    most: u64,
    /// The bytes that this process wrote since it last looked at the size of the folder.
    written: AtomicU64,
}

impl Cache {
    pub(super) fn new(folder: PathBuf, most: u64) -> Self {
        Self { folder, most, written: AtomicU64::new(0) }
    }

    fn path(&self, url: &str) -> PathBuf {
        let name = secrets::digest(url);
        self.folder.join(&name[..2]).join(&name[2..])
    }

    /// Returns an image, unless it was fetched too long ago.
    pub(crate) async fn get(&self, url: &str, now: Timestamp) -> Option<Kept> {
        let path = self.path(url);
        tokio::task::spawn_blocking(move || read(&path, now)).await.ok().flatten()
    }

    /// Keeps an image.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) async fn put(&self, url: &str, image: &Kept, now: Timestamp) -> io::Result<()> {
        let path = self.path(url);
        let random = secrets::token().map_err(io::Error::other)?;
        let mut file = format!("{} {} {}\n", image.kind, now.0, image.bytes.len()).into_bytes();
        file.extend_from_slice(&image.bytes);
        let len = file.len() as u64;
        let written = tokio::task::spawn_blocking(move || write(&path, &random, &file)).await;
        written.map_err(io::Error::other)??;
        // Other processes may write too: each looks at the folder when it wrote a tenth of what fits.
        if self.written.fetch_add(len, Ordering::Relaxed) + len > self.most / 10 {
            self.trim().await;
        }
        Ok(())
    }

    /// Deletes the images that nobody asked for lately, and as many more as do not fit. Returns how many.
    pub(crate) async fn trim(&self) -> u64 {
        self.written.store(0, Ordering::Relaxed);
        let (folder, most) = (self.folder.clone(), self.most);
        tokio::task::spawn_blocking(move || trim(&folder, most, SystemTime::now())).await.unwrap_or_default()
    }
}

fn read(path: &Path, now: Timestamp) -> Option<Kept> {
    let mut bytes = fs::read(path).ok()?;
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    let image = bytes.split_off(end + 1);
    let head = std::str::from_utf8(&bytes[..end]).ok()?;
    let (kind, rest) = head.split_once(' ')?;
    let (fetched, len) = rest.split_once(' ')?;
    let kind = KINDS.into_iter().find(|known| *known == kind)?;
    let fetched = Timestamp(fetched.parse().ok()?);
    // A file that was not written to its end has another length.
    if fetched.plus(FRESH) <= now || len.parse::<usize>() != Ok(image.len()) {
        return None;
    }
    // A failure only makes it go sooner.
    let _ = touch(path);
    Some(Kept { kind, bytes: image })
}

/// Notes that an image was asked for.
fn touch(path: &Path) -> io::Result<()> {
    let file = File::options().append(true).open(path)?;
    let (before, now) = (file.metadata()?.modified()?, SystemTime::now());
    if now.duration_since(before).is_ok_and(|since| since > EXACT) {
        file.set_modified(now)?;
    }
    Ok(())
}

fn write(path: &Path, random: &str, bytes: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let part = path.with_extension(random);
    let written =
        File::create_new(&part).and_then(|mut file| file.write_all(bytes)).and_then(|()| fs::rename(&part, path));
    if written.is_err() {
        let _ = fs::remove_file(&part);
    }
    written
}

fn trim(folder: &Path, most: u64, now: SystemTime) -> u64 {
    let folders = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let files = folders.flat_map(|entry| fs::read_dir(entry.path()).into_iter().flatten().filter_map(Result::ok));
    let mut all: Vec<(SystemTime, u64, PathBuf)> = files
        .filter_map(|file| {
            let about = file.metadata().ok()?;
            Some((about.modified().ok()?, about.len(), file.path()))
        })
        .collect();
    all.sort();
    let mut total: u64 = all.iter().map(|(_, len, _)| len).sum();
    let room = if total > most { most / 10 * 9 } else { most };
    let mut gone = 0;
    for (used, len, path) in all {
        let is_unused = now.duration_since(used).is_ok_and(|since| since > UNUSED);
        if (is_unused || total > room) && fs::remove_file(path).is_ok() {
            total -= len;
            gone += 1;
        }
    }
    gone
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(len: usize) -> Kept {
        Kept { kind: "image/webp", bytes: vec![7; len] }
    }

    #[tokio::test]
    async fn an_image_is_kept_until_it_is_too_old() {
        let folder = tempfile::tempdir().expect("a folder");
        let cache = Cache::new(folder.path().join("images"), 1 << 20);
        let now = Timestamp(1_000_000_000_000_000);
        let url = "https://a.example/b.png";
        assert_eq!(cache.get(url, now).await, None);
        for len in [10, 20] {
            cache.put(url, &image(len), now).await.expect("written");
            assert_eq!(cache.get(url, now).await, Some(image(len)));
        }
        assert_eq!(cache.get("https://a.example/c.png", now).await, None);
        assert_eq!(cache.get(url, now.plus(FRESH)).await, None);
        // Half a file is none.
        let path = cache.path(url);
        let bytes = fs::read(&path).expect("the file");
        fs::write(&path, &bytes[..bytes.len() - 1]).expect("a shorter file");
        assert_eq!(cache.get(url, now).await, None);
    }

    #[tokio::test]
    async fn the_folder_has_a_bound_and_what_is_used_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let cache = Cache::new(folder.path().to_owned(), 10_000);
        let now = Timestamp(1_000_000_000_000_000);
        let url = |nth: u64| format!("https://a.example/{nth}.png");
        let days = |nth: u64| Duration::from_secs(nth * 24 * 3_600);
        for nth in 0..8 {
            // Few enough that none is deleted yet.
            cache.put(&url(nth), &image(900), now).await.expect("written");
            let file = File::options().append(true).open(cache.path(&url(nth))).expect("the file");
            file.set_modified(SystemTime::now() - days(10 - nth)).expect("a time");
        }
        // Using the oldest one keeps it.
        assert!(cache.get(&url(0), now).await.is_some());
        cache.put(&url(8), &image(3_000), now).await.expect("written");
        cache.trim().await;
        let mut left = Vec::new();
        for nth in 0..9 {
            if cache.get(&url(nth), now).await.is_some() {
                left.push(nth);
            }
        }
        assert!(left.contains(&0) && left.contains(&8) && !left.contains(&1), "{left:?}");
        assert_eq!(trim(folder.path(), 10_000, SystemTime::now() + UNUSED + days(1)), left.len() as u64);
    }
}
