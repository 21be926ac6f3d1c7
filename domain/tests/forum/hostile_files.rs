//! Files that attack their reader, made in code.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};

fn encoded(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let pixels = RgbImage::from_fn(width, height, |x, y| Rgb([(x % 251) as u8, (y % 241) as u8, 99]));
    let mut out = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(pixels).write_to(&mut out, format).expect("an image");
    out.into_inner()
}

/// An honest image.
pub fn png(width: u32, height: u32) -> Vec<u8> {
    encoded(width, height, ImageFormat::Png)
}

fn with(mut bytes: Vec<u8>, more: &[u8]) -> Vec<u8> {
    bytes.extend_from_slice(more);
    bytes
}

fn cut(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.truncate(bytes.len() / 2);
    bytes
}

/// The header of a PNG of this size with nothing behind it. The checksum is right, so that decoders go on.
fn png_of(width: u32, height: u32) -> Vec<u8> {
    let mut chunk = b"IHDR".to_vec();
    chunk.extend(width.to_be_bytes());
    chunk.extend(height.to_be_bytes());
    chunk.extend([8, 6, 0, 0, 0]);
    let checksum = crc(&chunk);
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0d".to_vec();
    bytes.extend(chunk);
    bytes.extend(checksum.to_be_bytes());
    with(bytes, b"\0\0\0\0IDAT\x35\xaf\x06\x1e\0\0\0\0IEND\xae\x42\x60\x82")
}

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| if sum & 1 == 1 { (sum >> 1) ^ 0xedb8_8320 } else { sum >> 1 })
    })
}

/// The header of a GIF of this size.
fn gif_of(width: u16, height: u16) -> Vec<u8> {
    let mut bytes = b"GIF89a".to_vec();
    bytes.extend(width.to_le_bytes());
    bytes.extend(height.to_le_bytes());
    with(bytes, b"\x80\0\0\0\0\0\xff\xff\xff\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0\x3b")
}

/// A JPEG with a comment, in which cameras and people hide things.
fn jpeg_with_comment(words: &[u8]) -> Vec<u8> {
    let jpeg = encoded(64, 32, ImageFormat::Jpeg);
    let mut bytes = jpeg[..2].to_vec();
    bytes.extend(b"\xff\xfe");
    bytes.extend((words.len() as u16 + 2).to_be_bytes());
    bytes.extend_from_slice(words);
    with(bytes, &jpeg[2..])
}

const SVG: &[u8] = b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"><script>alert(1)</script></svg>";
const HTML: &[u8] = b"<!doctype html><script>alert(document.cookie)</script>";

/// All of them, each with the name it comes under.
pub fn all() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("drawing.svg", SVG.to_vec()),
        ("drawing.png", SVG.to_vec()),
        ("page.html", HTML.to_vec()),
        ("page.jpg", HTML.to_vec()),
        ("late.html", with(vec![b'\n'; 2_000], HTML)),
        ("utf7.txt", b"+ADw-script+AD4-alert(1)+ADw-/script+AD4-".to_vec()),
        ("feed.xml", b"<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>".to_vec()),
        ("polyglot.gif", with(gif_of(1, 1), HTML)),
        ("polyglot.png", with(png(20, 10), HTML)),
        ("polyglot.jpg", with(encoded(20, 10, ImageFormat::Jpeg), b"<script>alert(1)</script>")),
        ("comment.jpg", jpeg_with_comment(b"<script>secret</script>")),
        ("zip.png", with(png(20, 10), b"PK\x03\x04 secret")),
        ("bomb.png", png_of(60_000, 60_000)),
        ("wide.png", png_of(1_000_000, 1)),
        ("high.png", png_of(1, 1_000_000)),
        ("most.png", png_of(u32::MAX, u32::MAX)),
        ("none.png", png_of(0, 0)),
        ("empty.png", png_of(100, 100)),
        ("bomb.gif", gif_of(u16::MAX, u16::MAX)),
        ("cut.png", cut(png(300, 300))),
        ("cut.jpg", cut(encoded(300, 300, ImageFormat::Jpeg))),
        ("cut.webp", cut(encoded(300, 300, ImageFormat::WebP))),
        ("only-a-head.jpg", b"\xff\xd8\xff".to_vec()),
        ("only-a-head.webp", b"RIFF\xff\xff\xff\xffWEBPVP8L".to_vec()),
        ("program.exe", b"MZ\x90\0".to_vec()),
    ]
}
