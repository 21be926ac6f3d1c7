//! What a file is, by its first bytes. What its sender calls it never matters.

use model::UNKNOWN_KIND;

/// The kinds of images that pages show.
const IMAGES: [&str; 4] = ["image/jpeg", "image/png", "image/gif", "image/webp"];

/// The brands of MP4 videos. AVIF and HEIC begin the same way.
const VIDEOS: [&[u8; 4]; 5] = [b"isom", b"iso2", b"mp41", b"mp42", b"avc1"];

/// The first bytes of the kinds that we know. Everything else is only bytes: HTML, SVG and scripts are too.
const BEGINNINGS: &[(&[u8], &str)] = &[
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
    (b"\xfd7zXZ\x00", "application/x-xz"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"ID3", "audio/mpeg"),
    (b"fLaC", "audio/flac"),
    (b"OggS", "audio/ogg"),
    (b"\x1aE\xdf\xa3", "video/webm"),
];

/// Returns the kind of a file that begins with these bytes.
pub(super) fn of(head: &[u8]) -> &'static str {
    if head.starts_with(b"RIFF") && head.get(8..12) == Some(&b"WEBP"[..]) {
        return "image/webp";
    }
    if head.get(4..8) == Some(&b"ftyp"[..]) {
        let is_video = VIDEOS.iter().any(|brand| head.get(8..12) == Some(&brand[..]));
        return if is_video { "video/mp4" } else { UNKNOWN_KIND };
    }
    BEGINNINGS.iter().find(|(bytes, _)| head.starts_with(bytes)).map_or(UNKNOWN_KIND, |&(_, kind)| kind)
}

/// Whether pages show files of this kind.
pub(super) fn is_image(kind: &str) -> bool {
    IMAGES.contains(&kind)
}

/// Whether files that pages do not show can have this kind.
pub(super) fn is_other(kind: &str) -> bool {
    let mut known = BEGINNINGS.iter().map(|&(_, kind)| kind).chain(["video/mp4", UNKNOWN_KIND]);
    !is_image(kind) && known.any(|other| other == kind)
}

/// The end of the name of a file outside of the forum, where nothing but its name says how it is opened. Kinds that programs run
/// have none.
pub(super) fn safe_extension(kind: &str) -> &'static str {
    match kind {
        "application/pdf" => "pdf",
        "application/zip" => "zip",
        "application/gzip" => "gz",
        "application/x-xz" => "xz",
        "application/x-7z-compressed" => "7z",
        "audio/mpeg" => "mp3",
        "audio/flac" => "flac",
        "audio/ogg" => "ogg",
        "video/webm" => "webm",
        "video/mp4" => "mp4",
        other => extension(other).unwrap_or("bin"),
    }
}

/// The usual end of the names of images of a kind.
pub(super) fn extension(kind: &str) -> Option<&'static str> {
    match kind {
        "image/jpeg" => Some("jpg"),
        "image/gif" => Some("gif"),
        "image/webp" => Some("webp"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_shown_or_another_one() {
        for kind in BEGINNINGS.iter().map(|&(_, kind)| kind).chain(["video/mp4", UNKNOWN_KIND]) {
            assert_ne!(is_image(kind), is_other(kind), "{kind}");
        }
        assert!(!is_other("text/html") && !is_image("image/svg+xml") && !is_other("image/svg+xml"));
        assert_eq!([safe_extension("image/webp"), safe_extension("text/html")], ["webp", "bin"]);
    }

    #[test]
    fn the_content_says_what_a_file_is() {
        assert_eq!(of(b"\x89PNG\r\n\x1a\n...."), "image/png");
        assert_eq!(of(b"RIFF\0\0\0\0WEBPVP8 "), "image/webp");
        assert_eq!(of(b"\0\0\0\x18ftypmp42"), "video/mp4");
        for active in [&b"<svg xmlns=\"http://www.w3.org/2000/svg\">"[..], b"<!doctype html>", b"#!/bin/sh", b"", b"MZ"]
        {
            assert_eq!(of(active), UNKNOWN_KIND);
        }
    }
}
