//! Images: measured when they arrive, and re-encoded by a job. What pages show was written by us from pixels alone, without what
//! cameras and people hid in the file. Images of other hosts are re-encoded when a reader asks for them.

use std::io::Cursor;
use std::path::PathBuf;
use std::time::Duration;

use image::codecs::gif::{GifDecoder, GifEncoder, Repeat};
use image::codecs::jpeg::JpegEncoder;
use image::codecs::webp::WebPEncoder;
use image::metadata::Orientation;
use image::{AnimationDecoder, DynamicImage, ImageDecoder, ImageFormat, ImageReader, ImageResult, Limits};
use model::{FileId, FileRow, FileState, narrow_widths};
use tokio::io::AsyncReadExt;
use tokio::sync::Semaphore;

use super::invalid;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::jobs::{self, Task};

/// The most pixels of an image.
const MOST_PIXELS: u64 = 50_000_000;
/// The most bytes that its pixels may take. Together with what is made of them, that is less than 200 MB.
const MOST_BYTES: u64 = 128 << 20;
/// The most pixels in a row or a column.
const LONGEST: u32 = 20_000;
/// Larger images are made smaller, to fit a square of this width.
const FULL: u32 = 3_200;
/// The most pixels of all frames of an animation; later frames are left out.
const ANIMATED_PIXELS: u64 = 100_000_000;
/// The same for images of other hosts, which are made while a reader waits.
const REMOTE_PIXELS: u64 = 25_000_000;
/// Larger images of other hosts are made smaller, to fit a square of this width.
const REMOTE: u32 = 1_600;
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
    let busy = |_| invalid(texts::files::busy());
    let _one = tokio::time::timeout(PATIENCE, MEASURING.acquire()).await.map_err(busy)?;
    let measured = tokio::task::spawn_blocking(move || {
        let bytes = std::fs::read(path).map_err(|error| Error::Internal(format!("cannot read an upload: {error}")))?;
        measured(&bytes)
    });
    measured.await.unwrap_or_else(|_| Err(damaged()))
}

pub(super) fn damaged() -> Error {
    invalid(texts::files::damaged())
}

fn too_large() -> Error {
    invalid(texts::files::too_many_pixels())
}

fn format_of(bytes: &[u8]) -> Option<ImageFormat> {
    let known = [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::Gif, ImageFormat::WebP];
    image::guess_format(bytes).ok().filter(|format| known.contains(format))
}

/// What the header of an image says.
pub(super) struct Header {
    pub format: ImageFormat,
    /// Its width and height once it is turned as its camera was held.
    pub size: (u32, u32),
    has_alpha: bool,
}

/// Reads the header of an image, and nothing else of it.
pub(super) fn header(bytes: &[u8], most_pixels: u64) -> Result<Header> {
    let format = format_of(bytes).ok_or_else(damaged)?;
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
    if width > LONGEST || height > LONGEST || pixels > most_pixels || decoder.total_bytes() > MOST_BYTES {
        return Err(too_large());
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    Ok(Header { format, size: upright((width, height), orientation), has_alpha: decoder.color_type().has_alpha() })
}

fn measured(bytes: &[u8]) -> Result<Measured> {
    let Header { format, size: (width, height), has_alpha } = header(bytes, MOST_PIXELS)?;
    let kind = match format {
        ImageFormat::Gif => "image/gif",
        ImageFormat::Jpeg => "image/jpeg",
        ImageFormat::WebP if !has_alpha => "image/jpeg",
        // Without loss, as the original.
        _ => "image/webp",
    };
    if format == ImageFormat::Gif {
        return Ok(Measured { kind, width, height });
    }
    let (width, height) = fitting(width, height, FULL, FULL);
    Ok(Measured { kind, width, height })
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
pub(super) fn fitting(width: u32, height: u32, most_width: u32, most_height: u32) -> (u32, u32) {
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
            let about = file.clone();
            // A decoder that panics found a damaged image.
            // The turn ends with the work, even if the job is cancelled before.
            let made = tokio::task::spawn_blocking(move || {
                let _turn = turn;
                made(&bytes, &about)
            })
            .await;
            match made {
                Ok(Ok(made)) => Some(made),
                Ok(Err(error)) => {
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
    let mut tx = cx.db.begin().await?;
    store::files::hold(&mut tx, &file.sha256).await?;
    let settled = store::files::settle(&mut tx, &file.sha256, state).await?;
    // Nobody needs it if the file was deleted meanwhile.
    if settled > 0 {
        for (key, bytes) in made.unwrap_or_default() {
            super::put(cx, &key, &bytes).await?;
        }
    }
    tx.commit().await?;
    // From now on, nobody stores or reads the original.
    cx.files.delete(&file.sha256).await
}

/// Whether everything that pages show of an image is stored.
async fn are_made(cx: &Context, file: &FileRow) -> Result<bool> {
    for key in file.keys() {
        if cx.files.open(&key).await?.is_none() {
            return Ok(false);
        }
    }
    Ok(true)
}

async fn original(cx: &Context, file: &FileRow) -> Result<Option<Vec<u8>>> {
    let Some(mut stored) = cx.files.open(&file.sha256).await? else { return Ok(None) };
    let mut bytes = Vec::new();
    let read = stored.reader.read_to_end(&mut bytes).await;
    read.map_err(|error| Error::Internal(format!("cannot read a file: {error}")))?;
    Ok(Some(bytes))
}

/// Returns the images to store, each with its name there.
fn made(bytes: &[u8], file: &FileRow) -> Result<Vec<(String, Vec<u8>)>, String> {
    let (width, height) = file.pixels().ok_or("it has no size")?;
    let format = format_of(bytes).ok_or("its kind is not known")?;
    let key = |end: &dyn std::fmt::Display| format!("{}.{end}", file.sha256);
    if format == ImageFormat::Gif {
        return Ok(vec![(key(&"full"), animation(bytes, ANIMATED_PIXELS)?)]);
    }
    let full = decoded(bytes, format, (width, height)).map_err(|error| error.to_string())?;
    let mut all = Vec::new();
    for narrow in narrow_widths(&file.name, width) {
        let (width, height) = fitting(width, height, narrow, u32::MAX);
        let image = full.thumbnail_exact(width, height);
        all.push((key(&narrow), encoded(&image, &file.kind).map_err(|error| error.to_string())?));
    }
    all.push((key(&"full"), encoded(&full, &file.kind).map_err(|error| error.to_string())?));
    Ok(all)
}

/// Decodes an image, made smaller and upright.
pub(super) fn decoded(bytes: &[u8], format: ImageFormat, shown: (u32, u32)) -> ImageResult<DynamicImage> {
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
    image.apply_orientation(orientation);
    Ok(image)
}

pub(super) fn encoded(image: &DynamicImage, kind: &str) -> ImageResult<Vec<u8>> {
    let mut out = Vec::new();
    if kind == "image/jpeg" {
        let pixels = DynamicImage::ImageRgb8(image.to_rgb8());
        pixels.write_with_encoder(JpegEncoder::new_with_quality(&mut out, QUALITY))?;
    } else if image.color().has_alpha() {
        DynamicImage::ImageRgba8(image.to_rgba8()).write_with_encoder(WebPEncoder::new_lossless(&mut out))?;
    } else {
        DynamicImage::ImageRgb8(image.to_rgb8()).write_with_encoder(WebPEncoder::new_lossless(&mut out))?;
    }
    Ok(out)
}

/// Returns an image of another host as it is served, with its type.
pub(super) fn remade(bytes: &[u8]) -> Result<(&'static str, Vec<u8>), String> {
    let format = format_of(bytes).ok_or("its kind is not known")?;
    let Measured { kind, width, height } = measured(bytes).map_err(|error| error.to_string())?;
    if format == ImageFormat::Gif {
        return Ok((kind, animation(bytes, REMOTE_PIXELS)?));
    }
    let image = decoded(bytes, format, fitting(width, height, REMOTE, REMOTE)).map_err(|error| error.to_string())?;
    Ok((kind, encoded(&image, kind).map_err(|error| error.to_string())?))
}

/// Re-encodes an animation frame by frame. It ends at the first damaged frame, or when its frames have `most` pixels.
fn animation(bytes: &[u8], most: u64) -> Result<Vec<u8>, String> {
    let mut decoder = GifDecoder::new(Cursor::new(bytes)).map_err(|error| error.to_string())?;
    decoder.set_limits(limits()).map_err(|error| error.to_string())?;
    let (width, height) = decoder.dimensions();
    let most = most / (u64::from(width) * u64::from(height)).max(1);
    let mut out = Vec::new();
    let mut frames = 0;
    {
        let mut encoder = GifEncoder::new_with_speed(&mut out, SPEED);
        encoder.set_repeat(Repeat::Infinite).map_err(|error| error.to_string())?;
        for frame in decoder.into_frames() {
            match frame {
                Ok(frame) => encoder.encode_frame(frame).map_err(|error| error.to_string())?,
                Err(error) if frames == 0 => return Err(error.to_string()),
                Err(_) => break,
            }
            frames += 1;
            if frames >= most.max(1) {
                break;
            }
        }
    }
    if frames == 0 { Err("it has no frames".to_owned()) } else { Ok(out) }
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
        let all = made(&png, &file).expect("images");
        let keys: Vec<&str> = all.iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(keys, ["ab.480", "ab.full"]);
        let small = image::load_from_memory(&all[0].1).expect("an image");
        assert_eq!((small.width(), small.height()), (480, 240));
        let again = image::load_from_memory(&all[1].1).expect("an image");
        assert_eq!(again.to_rgb8(), image.to_rgb8());
    }
}
