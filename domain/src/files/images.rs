//! Images: measured when they arrive, and re-encoded by a job. What pages show was written by us from pixels alone, without what
//! cameras and people hid in the file. Images of other hosts are re-encoded when a reader asks for them.

use std::io::{BufWriter, Cursor, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use image::codecs::gif::{GifDecoder, GifEncoder, Repeat};
use image::codecs::jpeg::JpegEncoder;
use image::codecs::webp::WebPEncoder;
use image::metadata::Orientation;
use image::{AnimationDecoder, DynamicImage, ImageDecoder, ImageFormat, ImageReader, ImageResult};
use model::{FileId, FileRow, FileState, narrow_widths};
use tokio::sync::Semaphore;

use super::memory::{self, LONGEST};
use super::{claims, invalid};
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::jobs::{self, Task};

/// The most pixels of an image.
const MOST_PIXELS: u64 = 50_000_000;
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
    let is_small = memory::fits(bytes, format, pixels, decoder.total_bytes());
    if width > LONGEST || height > LONGEST || pixels > most_pixels || !is_small {
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

impl std::fmt::Display for Unmade {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Damaged(why) => f.write_str(why),
            Self::Unwritten(error) => write!(f, "{error}"),
        }
    }
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
        animation(bytes, ANIMATED_PIXELS, &mut out)?;
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
pub(super) fn decoded(bytes: &[u8], format: ImageFormat, shown: (u32, u32)) -> ImageResult<DynamicImage> {
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(memory::limits());
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

/// Writes an image of [`decoded`]. One that becomes a JPEG has no transparency.
fn encode(image: &DynamicImage, kind: &str, mut out: impl Write) -> ImageResult<()> {
    if kind == "image/jpeg" {
        image.write_with_encoder(JpegEncoder::new_with_quality(&mut out, QUALITY))?;
    } else {
        image.write_with_encoder(WebPEncoder::new_lossless(&mut out))?;
    }
    Ok(out.flush()?)
}

/// Returns an image of [`decoded`] as it is stored. One that becomes a JPEG has no transparency.
pub(super) fn encoded(image: &DynamicImage, kind: &str) -> ImageResult<Vec<u8>> {
    let mut out = Vec::new();
    encode(image, kind, &mut out)?;
    Ok(out)
}

/// Returns an image of another host as it is served, with its type.
pub(super) fn remade(bytes: &[u8]) -> Result<(&'static str, Vec<u8>), String> {
    let format = format_of(bytes).ok_or("its kind is not known")?;
    let Measured { kind, width, height } = measured(bytes).map_err(|error| error.to_string())?;
    if format == ImageFormat::Gif {
        let mut out = Vec::new();
        animation(bytes, REMOTE_PIXELS, &mut out).map_err(|error| error.to_string())?;
        return Ok((kind, out));
    }
    let image = decoded(bytes, format, fitting(width, height, REMOTE, REMOTE)).map_err(|error| error.to_string())?;
    Ok((kind, encoded(&image, kind).map_err(|error| error.to_string())?))
}

/// Re-encodes an animation frame by frame. It ends at the first damaged frame, or when its frames have `most` pixels.
fn animation(bytes: &[u8], most: u64, out: &mut impl Write) -> Result<(), Unmade> {
    let mut decoder = GifDecoder::new(Cursor::new(bytes))?;
    decoder.set_limits(memory::limits())?;
    let (width, height) = decoder.dimensions();
    let most = most / (u64::from(width) * u64::from(height)).max(1);
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

    #[test]
    fn a_photo_of_24_megapixels_is_taken() {
        let mut photo = Vec::new();
        let small = DynamicImage::ImageRgb8(image::RgbImage::new(20, 10));
        small.write_with_encoder(JpegEncoder::new_with_quality(&mut photo, QUALITY)).expect("an image");
        // Only the header says how large it is.
        let size = photo.windows(2).position(|marker| marker == [0xff, 0xc0]).expect("a frame") + 5;
        let mut with_size = |width: u16, height: u16| {
            photo[size..size + 2].copy_from_slice(&height.to_be_bytes());
            photo[size + 2..size + 4].copy_from_slice(&width.to_be_bytes());
            header(&photo, MOST_PIXELS).map(|header| header.size)
        };
        assert_eq!(with_size(6_000, 4_000).expect("small enough"), (6_000, 4_000));
        assert!(with_size(8_000, 4_000).is_err());
    }
}
