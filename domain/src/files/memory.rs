//! How much memory images take while they are decoded. Larger ones are refused by their header.

use image::{ImageFormat, Limits};

/// The most bytes that the pixels of an image may take: 27 megapixels of a photo. A decoder has at most twice that many at a time
/// (see [`needed`]), and so have the pixels with what is made of them. A file of 20 MB, which some decoders copy, adds 40 MB: an
/// image takes less than 220 MB.
const MOST_BYTES: u64 = 80 << 20;
/// The most pixels in a row or a column.
pub(super) const LONGEST: u32 = 20_000;
/// What a JPEG decoder keeps for each pixel while an image comes in passes: four coefficients of two bytes, and the pixel.
const OF_PASSES: u64 = 4 * 2 + 3;
/// The frames of an animated GIF that its decoder keeps at a time: the one before, the next one, and both together.
const FRAMES_KEPT: u64 = 3;
/// What a WebP decoder keeps for each pixel of an image without loss: all colors, and those that are seen.
const OF_LOSSLESS: u64 = 4 + 3;
/// The same for transparency beside an image with loss: the image, its brightness and colors, and its transparency twice.
const OF_ALPHA: u64 = 4 + 2 + 4 + 1;
/// The same for an animation: the image, the frame, and both together.
const OF_ANIMATION: u64 = 4 + 4 + 4;

/// The bytes of a WebP before its parts, and of a frame before its own.
const RIFF: usize = 12;
const FRAME: usize = 16;

/// The limits of a decoder.
pub(super) fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST);
    limits.max_image_height = Some(LONGEST);
    limits.max_alloc = Some(MOST_BYTES);
    limits
}

/// Whether an image of so many pixels, which take so many bytes, is small enough to be decoded.
pub(super) fn fits(bytes: &[u8], format: ImageFormat, pixels: u64, decoded: u64) -> bool {
    decoded <= MOST_BYTES && needed(bytes, format, pixels) <= 2 * MOST_BYTES
}

/// The bytes that a decoder needs for an image of a format which it keeps more than once.
fn needed(bytes: &[u8], format: ImageFormat, pixels: u64) -> u64 {
    match format {
        // Each pixel has four bytes. The decoder's own limit is MOST_BYTES for all of these frames.
        ImageFormat::Gif => 2 * FRAMES_KEPT * 4 * pixels,
        ImageFormat::Jpeg if comes_in_passes(bytes) => OF_PASSES * pixels,
        ImageFormat::WebP => of_webp(bytes) * pixels.max(lossy_pixels(bytes.get(RIFF..).unwrap_or_default(), true)),
        _ => 0,
    }
}

/// The bytes that a decoder of WebP needs for a pixel.
fn of_webp(webp: &[u8]) -> u64 {
    // The kind of the first part, and the flags of an image with several parts.
    match (webp.get(12..16), webp.get(20)) {
        (Some(b"VP8 "), _) => 0,
        (Some(b"VP8X"), Some(flags)) if flags & 0x02 != 0 => OF_ANIMATION,
        (Some(b"VP8X"), Some(flags)) if flags & 0x10 != 0 => OF_ALPHA,
        _ => OF_LOSSLESS,
    }
}

/// The pixels of the largest image with loss among the parts of a WebP. A hostile one has more than the whole says.
fn lossy_pixels(mut parts: &[u8], has_frames: bool) -> u64 {
    let mut most = 0;
    while let Some((name, rest)) = parts.split_first_chunk::<4>()
        && let Some((size, rest)) = rest.split_first_chunk::<4>()
    {
        let size = u32::from_le_bytes(*size) as usize;
        let part = rest.get(..size).unwrap_or(rest);
        let pixels = match name {
            b"VP8 " => part.get(6..10).map_or(0, |sides| {
                let side = |at: usize| u64::from(u16::from_le_bytes([sides[at], sides[at + 1]]) & 0x3fff);
                side(0) * side(2)
            }),
            b"ANMF" if has_frames => lossy_pixels(part.get(FRAME..).unwrap_or_default(), false),
            _ => 0,
        };
        most = most.max(pixels);
        parts = rest.get(size.saturating_add(size % 2)..).unwrap_or_default();
    }
    most
}

/// Whether a JPEG comes in several passes over all its pixels: it is progressive, or each component comes alone.
fn comes_in_passes(jpeg: &[u8]) -> bool {
    let mut components = None;
    let mut rest = jpeg.get(2..).unwrap_or_default();
    loop {
        match rest {
            // Bytes between segments, and markers without content.
            [0xff, 0xff | 0x01 | 0xd0..=0xd7, ..] => rest = &rest[1..],
            [0xff, marker, high, low, content @ ..] if *marker != 0x00 => {
                match marker {
                    // What decoders of whole pictures read: baseline, or the same with more bits.
                    0xc0 | 0xc1 => components = content.get(5).copied(),
                    0xc2 | 0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf | 0xd8 | 0xd9 => return true,
                    0xda => return content.first().copied() != components,
                    _ => {}
                }
                let length = usize::from(u16::from_be_bytes([*high, *low]));
                match content.get(length.saturating_sub(2)..) {
                    Some(next) => rest = next,
                    None => return true,
                }
            }
            [_, more @ ..] => rest = more,
            [] => return true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The beginning of a JPEG: a frame of three components, and a scan of some of them.
    fn jpeg(frame: u8, scanned: u8) -> Vec<u8> {
        let mut bytes = b"\xff\xd8\xff\xe0\0\x04ab\xff\xff\xc4\0\x03z\xff".to_vec();
        bytes.extend([frame, 0, 8, 8, 0, 9, 0, 9, 3]);
        bytes.extend([0xff, 0xda, 0, 3, scanned]);
        bytes
    }

    fn part(name: &[u8], content: &[u8]) -> Vec<u8> {
        let size = u32::try_from(content.len()).expect("a short part").to_le_bytes();
        let mut bytes = [name, &size, content].concat();
        bytes.resize(bytes.len().next_multiple_of(2), 0);
        bytes
    }

    fn webp(parts: &[Vec<u8>]) -> Vec<u8> {
        [b"RIFF\0\0\0\0WEBP".to_vec(), parts.concat()].concat()
    }

    #[test]
    fn images_that_decoders_keep_several_times_may_have_fewer_pixels() {
        assert!(!comes_in_passes(&jpeg(0xc0, 3)) && !comes_in_passes(&jpeg(0xc1, 3)));
        for passes in [jpeg(0xc2, 3), jpeg(0xc0, 1), jpeg(0xca, 3), jpeg(0xc0, 3)[..9].to_vec(), Vec::new()] {
            assert!(comes_in_passes(&passes), "{passes:?}");
        }
        let fits = |bytes: &[u8], format: ImageFormat, megapixels: u64, colors: u64| {
            let pixels = megapixels * 1_000_000;
            super::fits(bytes, format, pixels, colors * pixels)
        };
        // Photos of phones, and a large animation.
        assert!(fits(&jpeg(0xc0, 3), ImageFormat::Jpeg, 24, 3) && !fits(&jpeg(0xc0, 3), ImageFormat::Jpeg, 32, 3));
        assert!(fits(&jpeg(0xc2, 3), ImageFormat::Jpeg, 12, 3) && !fits(&jpeg(0xc2, 3), ImageFormat::Jpeg, 20, 3));
        assert!(fits(b"", ImageFormat::Gif, 2, 4) && !fits(b"", ImageFormat::Gif, 9, 4));
        assert!(fits(b"", ImageFormat::Png, 20, 4) && !fits(b"", ImageFormat::Png, 24, 4));
        let several = |flags: u8| webp(&[part(b"VP8X", &[flags, 0, 0, 0, 9, 0, 0, 9, 0, 0])]);
        for (image, most) in [
            (webp(&[part(b"VP8 ", b"")]), 27),
            (webp(&[part(b"VP8L", b"")]), 23),
            (several(0x20), 23),
            (several(0x10), 15),
            (several(0x12), 13),
        ] {
            assert!(
                fits(&image, ImageFormat::WebP, most, 3) && !fits(&image, ImageFormat::WebP, most + 1, 3),
                "{most}"
            );
        }
    }

    #[test]
    fn a_webp_with_a_larger_image_inside_is_refused() {
        let large = |side: u16| {
            let [low, high] = side.to_le_bytes();
            part(b"VP8 ", &[0, 0, 0, 0x9d, 0x01, 0x2a, low, high, low, high])
        };
        let head = |flags: u8| part(b"VP8X", &[flags, 0, 0, 0, 9, 0, 0, 9, 0, 0]);
        let frame = |content: Vec<u8>| part(b"ANMF", &[vec![0; FRAME], content].concat());
        for hidden in [
            webp(&[head(0), part(b"EXIF", b"odd"), large(16_000)]),
            webp(&[head(0x10), part(b"ALPH", b""), large(16_000)]),
            webp(&[head(2), part(b"ANIM", &[0; 6]), frame([part(b"ALPH", b"odd"), large(16_000)].concat())]),
        ] {
            assert!(!fits(&hidden, ImageFormat::WebP, 100, 400));
        }
        assert!(fits(&webp(&[head(0), large(3_000)]), ImageFormat::WebP, 9_000_000, 27_000_000));
        // Decoders read no frame within a frame. A size may lead beyond the end.
        assert_eq!(lossy_pixels(&frame(large(9)), true), 81);
        assert_eq!(lossy_pixels(&frame(frame(large(9))), true), 0);
        assert_eq!(lossy_pixels(b"VP8 \xff\xff\xff\xff\0\0\0\0\0\0\x02\0\x03\0", true), 6);
    }
}
