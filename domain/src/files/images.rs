//! Images: measured when they arrive, and re-encoded by a job. What pages show was written by us from pixels alone, without what
//! cameras and people hid in the file.

use std::io::{BufWriter, Cursor, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use image::codecs::gif::{GifDecoder, GifEncoder, Repeat};
use image::codecs::jpeg::JpegEncoder;
use image::codecs::webp::WebPEncoder;
use image::metadata::Orientation;
use image::{AnimationDecoder, DynamicImage, ImageDecoder, ImageFormat, ImageReader, ImageResult, Limits};
use model::{FileId, FileRow, FileState, narrow_widths};
use tokio::sync::Semaphore;

use super::{claims, invalid};
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::jobs::{self, Task};

/// The most pixels of an image.
const MOST_PIXELS: u64 = 50_000_000;
/// The most bytes that its pixels may take. A decoder has at most twice that many at a time (see [`needed`]), and so have the
/// pixels with what is made of them. With the file itself, which some decoders copy, that is less than 200 MB.
const MOST_BYTES: u64 = 64 << 20;
/// What a JPEG decoder keeps for each pixel while an image comes in passes: four coefficients of two bytes, and the pixel.
const OF_PASSES: u64 = 4 * 2 + 3;
/// The frames of an animation that its decoder keeps at a time: the one before, the next one, and both together.
const FRAMES_KEPT: u64 = 3;
/// The most pixels in a row or a column.
pub(super) const LONGEST: u32 = 20_000;
/// Larger images are made smaller, to fit a square of this width.
const FULL: u32 = 3_200;
/// The most pixels of all frames of an animation; later frames are left out.
const ANIMATED_PIXELS: u64 = 100_000_000;
/// The quality of JPEG, up to 100.
const QUALITY: u8 = 82;
/// The speed of GIF, from 1 to 30.
const SPEED: i32 = 10;

/// One upload is measured at a time in a process, as its file is read into memory.
static MEASURING: Semaphore = Semaphore::const_new(1);
/// How long a job lets another image go first.
const AGAIN: Duration = Duration::from_secs(1);
/// How long an upload waits for it.
const PATIENCE: Duration = Duration::from_secs(20);

/// What an image will be when it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Measured {
    pub kind: &'static str,
    pub width: u32,
    pub height: u32,
}

fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST);
    limits.max_image_height = Some(LONGEST);
    limits.max_alloc = Some(MOST_BYTES);
    limits
}

/// Measures an image by its header.
///
/// # Errors
/// [`Error::Invalid`] on `file` if it is damaged or too large.
pub(super) async fn measure(path: PathBuf) -> Result<Measured> {
    let busy = |_| invalid("The server is busy with other images. Try again in a minute.");
    let _one = tokio::time::timeout(PATIENCE, MEASURING.acquire()).await.map_err(busy)?;
    let measured = tokio::task::spawn_blocking(move || {
        let bytes = std::fs::read(path).map_err(|error| Error::Internal(format!("cannot read an upload: {error}")))?;
        measured(&bytes)
    });
    measured.await.unwrap_or_else(|_| Err(damaged()))
}

fn damaged() -> Error {
    invalid("This image is damaged, or of a kind that can't be shown. Save it as PNG or JPEG, and try again.")
}

fn too_large() -> Error {
    invalid("This image has too many pixels. Make it smaller, and try again.")
}

fn format_of(bytes: &[u8]) -> Option<ImageFormat> {
    let known = [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::Gif, ImageFormat::WebP];
    image::guess_format(bytes).ok().filter(|format| known.contains(format))
}

fn measured(bytes: &[u8]) -> Result<Measured> {
    let format = format_of(bytes).ok_or_else(damaged)?;
    // Only the header is read.
    let mut decoder =
        ImageReader::with_format(Cursor::new(bytes), format).into_decoder().map_err(|error| match error {
            image::ImageError::Limits(_) => too_large(),
            _ => damaged(),
        })?;
    let (width, height) = decoder.dimensions();
    if width == 0 || height == 0 {
        return Err(damaged());
    }
    let pixels = u64::from(width) * u64::from(height);
    let is_large = decoder.total_bytes() > MOST_BYTES || needed(bytes, format, pixels) > 2 * MOST_BYTES;
    if width > LONGEST || height > LONGEST || pixels > MOST_PIXELS || is_large {
        return Err(too_large());
    }
    let kind = match format {
        ImageFormat::Gif => "image/gif",
        ImageFormat::Jpeg => "image/jpeg",
        ImageFormat::WebP if !decoder.color_type().has_alpha() => "image/jpeg",
        // Without loss, as the original.
        _ => "image/webp",
    };
    if format == ImageFormat::Gif {
        return Ok(Measured { kind, width, height });
    }
    let (width, height) = upright((width, height), decoder.orientation().unwrap_or(Orientation::NoTransforms));
    let (width, height) = fitting(width, height, FULL, FULL);
    Ok(Measured { kind, width, height })
}

/// The bytes that a decoder needs for an image of a format which it keeps more than once.
fn needed(bytes: &[u8], format: ImageFormat, pixels: u64) -> u64 {
    match format {
        // Each pixel has four bytes. The decoder's own limit is MOST_BYTES for all of these frames.
        ImageFormat::Gif => 2 * FRAMES_KEPT * 4 * pixels,
        ImageFormat::Jpeg if comes_in_passes(bytes) => OF_PASSES * pixels,
        _ => 0,
    }
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

/// The size of an image once it is turned as its camera was held.
fn upright((width, height): (u32, u32), orientation: Orientation) -> (u32, u32) {
    match orientation {
        Orientation::Rotate90 | Orientation::Rotate270 | Orientation::Rotate90FlipH | Orientation::Rotate270FlipH => {
            (height, width)
        }
        _ => (width, height),
    }
}

/// The size of an image that was made smaller to fit.
fn fitting(width: u32, height: u32, most_width: u32, most_height: u32) -> (u32, u32) {
    if width <= most_width && height <= most_height {
        return (width, height);
    }
    let scale = (f64::from(most_width) / f64::from(width)).min(f64::from(most_height) / f64::from(height));
    let scaled = |length: u32| ((f64::from(length) * scale).round() as u32).max(1);
    (scaled(width), scaled(height))
}

/// Makes what pages show of an uploaded image.
pub(crate) async fn prepare(cx: &Context, id: FileId) -> Result<()> {
    let Some(file) = store::files::get(&cx.db, id).await? else { return Ok(()) };
    if file.state != FileState::Waiting {
        // The job was interrupted at its end.
        return cx.files.delete(&file.sha256).await;
    }
    // Waiting for the turn would keep other jobs from running.
    let Some(turn) = cx.files.turn() else {
        let mut tx = cx.db.begin().await?;
        jobs::enqueue(&mut tx, Task::ImageUploaded { file: id }, cx.now().plus(AGAIN)).await?;
        tx.commit().await?;
        return Ok(());
    };
    let made = match original(cx, &file).await? {
        // Restored from a backup that caught the images and not the original.
        None if are_made(cx, &file).await? => Some(Vec::new()),
        None => None,
        Some(bytes) => {
            let (about, arriving) = (file.clone(), cx.files.arriving().await?);
            // A decoder that panics found a damaged image.
            // The turn ends with the work, even if the job is cancelled before.
            let made = tokio::task::spawn_blocking(move || {
                let _turn = turn;
                made(&bytes, &about, &arriving)
            })
            .await;
            match made {
                Ok(Ok(made)) => Some(made),
                Ok(Err(Unmade::Unwritten(error))) => {
                    return Err(Error::Storage(format!("cannot write an image: {error}")));
                }
                Ok(Err(Unmade::Damaged(error))) => {
                    tracing::info!(%id, %error, "an image could not be read");
                    None
                }
                Err(error) => {
                    tracing::warn!(%id, %error, "an image could not be read");
                    None
                }
            }
        }
    };
    let state = if made.is_some() { FileState::Ready } else { FileState::Bad };
    // What is stored stays until the state says so.
    let claim = claims::to_store(cx, &file.sha256).await?;
    let made = made.unwrap_or_default();
    let stored = put_all(cx, &made).await;
    for (_, path) in &made {
        // The storage may have moved it.
        let _ = tokio::fs::remove_file(path).await;
    }
    if let Err(error) = stored {
        claims::give_up(cx, claim).await;
        return Err(error);
    }
    let mut tx = cx.db.begin().await?;
    let settled = store::files::settle(&mut tx, &file.sha256, state).await?;
    store::file_claims::release(&mut tx, claim).await?;
    tx.commit().await?;
    if settled == 0 {
        // The file was deleted meanwhile.
        claims::delete(cx, &file.sha256).await?;
        return Ok(());
    }
    // From now on, nobody stores or reads the original.
    cx.files.delete(&file.sha256).await
}

async fn put_all(cx: &Context, made: &[(String, PathBuf)]) -> Result<()> {
    for (key, path) in made {
        cx.files.put(key, path).await?;
    }
    Ok(())
}

/// Why nothing was made of an image.
enum Unmade {
    /// The image's own fault.
    Damaged(String),
    /// The disk's.
    Unwritten(std::io::Error),
}

impl From<image::ImageError> for Unmade {
    fn from(error: image::ImageError) -> Self {
        match error {
            image::ImageError::IoError(error) if is_of_disk(&error) => Self::Unwritten(error),
            other => Self::Damaged(other.to_string()),
        }
    }
}

impl From<std::io::Error> for Unmade {
    fn from(error: std::io::Error) -> Self {
        Self::Unwritten(error)
    }
}

/// Whether an error is about the file that is written. Decoders read from memory, where only the end comes too early.
fn is_of_disk(error: &std::io::Error) -> bool {
    error.raw_os_error().is_some()
}

/// Whether everything that pages show of an image is stored.
async fn are_made(cx: &Context, file: &FileRow) -> Result<bool> {
    for key in file.keys() {
        if cx.files.size(&key).await?.is_none() {
            return Ok(false);
        }
    }
    Ok(true)
}

async fn original(cx: &Context, file: &FileRow) -> Result<Option<Vec<u8>>> {
    match cx.files.open(&file.sha256).await? {
        Some(stored) => Ok(Some(stored.read().await?)),
        None => Ok(None),
    }
}

/// Writes the images to store into a folder. Returns them, each with its name in the storage.
fn made(bytes: &[u8], file: &FileRow, folder: &Path) -> Result<Vec<(String, PathBuf)>, Unmade> {
    let damaged = |why: &str| Unmade::Damaged(why.to_owned());
    let (width, height) = file.pixels().ok_or_else(|| damaged("it has no size"))?;
    let format = format_of(bytes).ok_or_else(|| damaged("its kind is not known"))?;
    let mut all = Vec::new();
    let mut write = |end: &dyn std::fmt::Display| {
        let path = folder.join(model::unique_name());
        let out = BufWriter::new(std::fs::File::create_new(&path)?);
        all.push((format!("{}.{end}", file.sha256), path));
        Ok::<_, std::io::Error>(out)
    };
    if format == ImageFormat::Gif {
        let mut out = write(&"full")?;
        animation(bytes, &mut out)?;
        out.flush()?;
        return Ok(all);
    }
    let full = decoded(bytes, format, (width, height))?;
    for narrow in narrow_widths(&file.name, width) {
        let (width, height) = fitting(width, height, narrow, u32::MAX);
        encode(&full.thumbnail_exact(width, height), &file.kind, write(&narrow)?)?;
    }
    encode(&full, &file.kind, write(&"full")?)?;
    Ok(all)
}

/// Decodes an image, made smaller and upright, in 8 bits for each color.
fn decoded(bytes: &[u8], format: ImageFormat, shown: (u32, u32)) -> ImageResult<DynamicImage> {
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits());
    let mut decoder = reader.into_decoder()?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut image = DynamicImage::from_decoder(decoder)?;
    // The size before it is turned.
    let (width, height) = upright(shown, orientation);
    if (image.width(), image.height()) != (width, height) {
        image = image.thumbnail_exact(width, height);
    }
    image = match image.color().has_alpha() {
        true => DynamicImage::ImageRgba8(image.into_rgba8()),
        false => DynamicImage::ImageRgb8(image.into_rgb8()),
    };
    image.apply_orientation(orientation);
    Ok(image)
}

/// Writes an image of [`decoded`].
fn encode(image: &DynamicImage, kind: &str, mut out: BufWriter<std::fs::File>) -> Result<(), Unmade> {
    if kind == "image/jpeg" {
        image.write_with_encoder(JpegEncoder::new_with_quality(&mut out, QUALITY))?;
    } else {
        image.write_with_encoder(WebPEncoder::new_lossless(&mut out))?;
    }
    Ok(out.flush()?)
}

/// Re-encodes an animation frame by frame. It ends at the first damaged frame, or when there are too many.
fn animation(bytes: &[u8], out: &mut impl Write) -> Result<(), Unmade> {
    let mut decoder = GifDecoder::new(Cursor::new(bytes))?;
    decoder.set_limits(limits())?;
    let (width, height) = decoder.dimensions();
    let most = ANIMATED_PIXELS / (u64::from(width) * u64::from(height)).max(1);
    let mut frames = 0;
    let mut encoder = GifEncoder::new_with_speed(out, SPEED);
    encoder.set_repeat(Repeat::Infinite)?;
    for frame in decoder.into_frames() {
        match frame {
            Ok(frame) => encoder.encode_frame(frame)?,
            Err(error) if frames == 0 => return Err(error.into()),
            Err(_) => break,
        }
        frames += 1;
        if frames >= most.max(1) {
            break;
        }
    }
    if frames == 0 { Err(Unmade::Damaged("it has no frames".to_owned())) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_made_smaller_to_fit_and_keep_their_shape() {
        assert_eq!(fitting(100, 50, 3_200, 3_200), (100, 50));
        assert_eq!(fitting(6_400, 3_200, 3_200, 3_200), (3_200, 1_600));
        assert_eq!(fitting(1, 20_000, 3_200, 3_200), (1, 3_200));
        assert_eq!(upright((4, 3), Orientation::Rotate90), (3, 4));
    }

    #[test]
    fn an_image_is_made_anew_in_each_width() {
        let image = DynamicImage::ImageRgb8(image::RgbImage::from_fn(1_000, 500, |x, y| {
            image::Rgb([(x % 256) as u8, (y % 256) as u8, 7])
        }));
        let png = {
            let mut out = Cursor::new(Vec::new());
            image.write_to(&mut out, ImageFormat::Png).expect("an image");
            out.into_inner()
        };
        let about = measured(&png).expect("a size");
        assert_eq!(about, Measured { kind: "image/webp", width: 1_000, height: 500 });
        let file = FileRow {
            id: FileId(1),
            owner_id: model::UserId(1),
            sha256: "ab".to_owned(),
            size: 1,
            kind: about.kind.to_owned(),
            name: "a.webp".to_owned(),
            width: Some(1_000),
            height: Some(500),
            state: FileState::Waiting,
            created_at: model::time::Timestamp(0),
        };
        let folder = tempfile::tempdir().expect("a folder");
        let Ok(all) = made(&png, &file, folder.path()) else { panic!("no images") };
        let keys: Vec<&str> = all.iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(keys, ["ab.480", "ab.full"]);
        let read = |(_, path): &(String, PathBuf)| {
            image::load_from_memory(&std::fs::read(path).expect("a file")).expect("an image")
        };
        let small = read(&all[0]);
        assert_eq!((small.width(), small.height()), (480, 240));
        let again = read(&all[1]);
        assert_eq!(again.to_rgb8(), image.to_rgb8());
    }

    /// The beginning of a JPEG: a frame of three components, and a scan of some of them.
    fn jpeg(frame: u8, scanned: u8) -> Vec<u8> {
        let mut bytes = b"\xff\xd8\xff\xe0\0\x04ab\xff\xff\xc4\0\x03z\xff".to_vec();
        bytes.extend([frame, 0, 8, 8, 0, 9, 0, 9, 3]);
        bytes.extend([0xff, 0xda, 0, 3, scanned]);
        bytes
    }

    #[test]
    fn images_that_decoders_keep_several_times_may_have_fewer_pixels() {
        assert!(!comes_in_passes(&jpeg(0xc0, 3)) && !comes_in_passes(&jpeg(0xc1, 3)));
        for passes in [jpeg(0xc2, 3), jpeg(0xc0, 1), jpeg(0xca, 3), jpeg(0xc0, 3)[..9].to_vec(), Vec::new()] {
            assert!(comes_in_passes(&passes), "{passes:?}");
        }
        let real = {
            let mut out = Vec::new();
            let pixels = DynamicImage::ImageRgb8(image::RgbImage::new(20, 10));
            pixels.write_with_encoder(JpegEncoder::new_with_quality(&mut out, QUALITY)).expect("an image");
            out
        };
        assert!(!comes_in_passes(&real));
        // 12 megapixels, as phones make them, and a large animation.
        assert!(needed(&jpeg(0xc2, 3), ImageFormat::Jpeg, 12_000_000) <= 2 * MOST_BYTES);
        assert!(needed(&jpeg(0xc2, 3), ImageFormat::Jpeg, 20_000_000) > 2 * MOST_BYTES);
        assert!(needed(b"", ImageFormat::Gif, 2_000_000) <= 2 * MOST_BYTES);
        assert!(needed(b"", ImageFormat::Gif, 9_000_000) > 2 * MOST_BYTES);
    }
}
