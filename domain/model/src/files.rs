//! Files that people uploaded.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;
use crate::words::words;
use crate::{FileId, UserId, picture_keys};

/// How the address of every file begins. Its id follows, then its name.
pub const FILES: &str = "/-/files/";

/// The widths in which images are shown, besides their full width.
pub const WIDTHS: [u32; 2] = [480, 1_600];

/// The type of files whose content we do not know.
pub const UNKNOWN_KIND: &str = "application/octet-stream";

words! {
    /// The state of a file.
    FileState {
        /// An image that a job has yet to read.
        Waiting = "waiting",
        Ready = "ready",
        /// An image that could not be read.
        Bad = "bad",
    }
}

/// A file.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct FileRow {
    pub id: FileId,
    pub owner_id: UserId,
    /// The digest of the bytes that were uploaded: their name in the storage.
    pub sha256: String,
    /// In bytes, as uploaded.
    pub size: i64,
    /// The content type, found in the content; of an image, as it is served.
    pub kind: String,
    pub name: String,
    /// Of an image, in pixels as it is shown.
    pub width: Option<i64>,
    pub height: Option<i64>,
    pub state: FileState,
    pub created_at: Timestamp,
}

impl FileRow {
    /// The size in pixels as it is shown, if it is an image.
    pub fn pixels(&self) -> Option<(u32, u32)> {
        Some((u32::try_from(self.width?).ok()?, u32::try_from(self.height?).ok()?))
    }

    /// The file's path on this site. That of an image names its size, so that a page reserves the space.
    pub fn address(&self) -> String {
        match self.pixels() {
            Some((width, height)) => format!("{FILES}{}/{}?{width}x{height}", self.id, self.name),
            None => format!("{FILES}{}/{}", self.id, self.name),
        }
    }

    /// What shows the file in a message. `alt` describes an image.
    pub fn markup(&self, alt: &str) -> String {
        let alt: String = alt.chars().filter(|c| !matches!(c, '[' | ']' | '\\' | '\n' | '\r')).collect();
        match self.pixels() {
            Some(_) => format!("![{}]({})", alt.trim(), self.address()),
            None => format!("[{}]({})", self.name, self.address()),
        }
    }

    /// The names of the file's bytes in the storage.
    pub fn keys(&self) -> Vec<String> {
        keys_of(&self.sha256, &self.name, self.pixels().map(|(width, _)| width))
    }

    /// The name of the bytes for an image at most so wide, or of any other file.
    pub fn key(&self, width: Option<u32>) -> String {
        let Some((full, _)) = self.pixels() else { return self.sha256.clone() };
        match width.filter(|width| narrow_widths(&self.name, full).any(|narrow| narrow == *width)) {
            Some(width) => format!("{}.{width}", self.sha256),
            None => format!("{}.full", self.sha256),
        }
    }
}

/// The names in the storage of a file with this digest and name, and of an image with this width.
pub fn keys_of(sha256: &str, name: &str, width: Option<u32>) -> Vec<String> {
    let Some(width) = width else { return vec![sha256.to_owned()] };
    let narrow = narrow_widths(name, width).map(|width| format!("{sha256}.{width}"));
    narrow.chain([format!("{sha256}.full")]).collect()
}

/// All names in the storage that bytes with a digest may have, themselves, as images or as a picture.
pub fn keys_of_digest(sha256: &str) -> Vec<String> {
    let narrow = WIDTHS.iter().map(|width| format!("{sha256}.{width}"));
    [sha256.to_owned(), format!("{sha256}.full")].into_iter().chain(narrow).chain(picture_keys(sha256)).collect()
}

/// Whether a name of the storage is one that only an interrupted check of the storage, or an interrupted copy, leaves there.
pub fn is_left_over(key: &str) -> bool {
    let is_check = key.strip_prefix("check").is_some_and(|token| token.len() == 32 && is_hex(token));
    let copied = key.strip_suffix(".part").and_then(|name| name.split_once('.'));
    is_check || copied.is_some_and(|(digest, _)| is_digest(digest))
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn is_digest(text: &str) -> bool {
    text.len() == 64 && is_hex(text)
}

/// The digest in a name of the storage; `None` if it is no name of a file or a picture.
pub fn digest_of_key(key: &str) -> Option<&str> {
    let (digest, end) = key.split_once('.').unwrap_or((key, "full"));
    let is_width = (1..=5).contains(&end.len()) && end.bytes().all(|byte| byte.is_ascii_digit());
    (is_digest(digest) && (end == "full" || is_width)).then_some(digest)
}

/// The widths in which an image exists besides its full width. Animations have only that.
pub fn narrow_widths(name: &str, full: u32) -> impl Iterator<Item = u32> {
    let is_animation = name.ends_with(".gif");
    WIDTHS.into_iter().filter(move |width| *width < full && !is_animation)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, pixels: Option<(i64, i64)>) -> FileRow {
        FileRow {
            id: FileId(7),
            owner_id: UserId(1),
            sha256: "ab".to_owned(),
            size: 1,
            kind: UNKNOWN_KIND.to_owned(),
            name: name.to_owned(),
            width: pixels.map(|(width, _)| width),
            height: pixels.map(|(_, height)| height),
            state: FileState::Ready,
            created_at: Timestamp(0),
        }
    }

    #[test]
    fn a_file_has_an_address_markup_and_keys() {
        let photo = file("photo.jpg", Some((2_000, 1_000)));
        assert_eq!(photo.markup("a ]cat["), "![a cat](/-/files/7/photo.jpg?2000x1000)");
        assert_eq!(photo.keys(), ["ab.480", "ab.1600", "ab.full"]);
        assert_eq!([Some(480), Some(2_000), None].map(|width| photo.key(width)), ["ab.480", "ab.full", "ab.full"]);
        assert_eq!(file("small.jpg", Some((300, 300))).keys(), ["ab.full"]);
        assert_eq!(file("moves.gif", Some((900, 300))).keys(), ["ab.full"]);
        let report = file("report.pdf", None);
        assert_eq!(report.markup(""), "[report.pdf](/-/files/7/report.pdf)");
        assert_eq!((report.keys(), report.key(Some(480))), (vec!["ab".to_owned()], "ab".to_owned()));
        assert!(photo.keys().iter().chain(&report.keys()).all(|key| keys_of_digest("ab").contains(key)));
    }

    #[test]
    fn a_key_has_the_digest_of_its_file() {
        let digest = "0f".repeat(32);
        for key in keys_of_digest(&digest) {
            assert_eq!(digest_of_key(&key), Some(digest.as_str()), "{key}");
        }
        for other in
            ["", "ab", "check0123", &digest[1..], &format!("{digest}."), &format!("{digest}.x"), &digest.to_uppercase()]
        {
            assert_eq!(digest_of_key(other), None, "{other}");
        }
    }
}
