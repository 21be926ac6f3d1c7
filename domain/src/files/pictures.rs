//! Pictures: avatars, images of groups, and the logo of the site. They are made anew from pixels, within the request that brings
//! them, and stored under the digest of what was made.

use std::time::Duration;

use image::imageops::FilterType;
use image::{DynamicImage, Rgb, RgbImage, Rgba, RgbaImage};
use model::hex::hex;
use model::policy::Viewer;
use model::time::Timestamp;
use model::{LOGO_SIZE, Logo, PICTURE_SIZES, UserId, parse_picture, picture_key};
use sha2::{Digest, Sha256};
use store::Tx;

use super::images::{self, damaged};
use super::{claims, invalid, kinds, unwritten};
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::jobs::{self, Task};
use crate::platform::secrets;
use crate::site::rate_limits::{self, RateLimit};

/// The most bytes of an image that a picture is made of.
pub const MOST_BYTES: usize = 8 << 20;
/// The most pixels of it.
const MOST_PIXELS: u64 = 25_000_000;
/// The largest square that is made.
const LARGEST: u32 = 192;
/// The largest logo, in pixels. Pages show it in half of its size.
const LOGO: (u32, u32) = (400, 64);
/// The pixels around a logo that was transparent.
const MARGIN: u32 = 8;
/// How long a request waits until other images are made.
const PATIENCE: Duration = Duration::from_secs(15);
/// So many of its first bytes say what a picture is.
const HEAD: usize = 16;

/// What becomes of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Its middle, in several sizes.
    Square,
    /// All of it, on a ground that it can be seen on.
    Logo,
}

/// A picture that is not stored yet.
#[derive(Debug)]
pub(crate) struct Made {
    pub digest: String,
    sizes: Vec<(u32, Vec<u8>)>,
    /// Of the largest one.
    pixels: (u32, u32),
}

/// Makes a picture of an image that somebody sent.
///
/// # Errors
/// [`Error::Invalid`] on `file` when it is no image or too large; [`Error::TooMany`].
pub(crate) async fn make(cx: &Context, by: UserId, shape: Shape, bytes: Vec<u8>) -> Result<Made> {
    if bytes.is_empty() {
        return Err(invalid(texts::files::choose_image()));
    }
    if bytes.len() > MOST_BYTES {
        return Err(invalid(texts::files::image_too_large(MOST_BYTES >> 20)));
    }
    rate_limits::count_by_age(cx, RateLimit::Upload, by).await?;
    let busy = || invalid(texts::files::busy());
    let turn = cx.files.turn_within(PATIENCE).await.ok_or_else(busy)?;
    // The turn ends with the work, even if the request is cancelled before. A decoder that panics found a damaged image.
    let made = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        drawn(&bytes, shape)
    });
    made.await.unwrap_or_else(|_| Err(damaged()))
}

impl Made {
    /// The logo that it is.
    pub fn logo(&self) -> Logo {
        Logo { digest: self.digest.clone(), width: self.pixels.0, height: self.pixels.1 }
    }

    /// Stores it. The transaction that makes something have it ends the claim; see also [`settled`].
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn store(&self, cx: &Context) -> Result<Claim> {
        let claim = Claim(claims::to_store(cx, &self.digest).await?);
        let stored = async {
            for (size, bytes) in &self.sizes {
                put(cx, &picture_key(&self.digest, *size), bytes).await?;
            }
            Ok::<_, Error>(())
        };
        settled(cx, claim, stored.await).await?;
        Ok(claim)
    }
}

async fn put(cx: &Context, key: &str, bytes: &[u8]) -> Result<()> {
    let path = cx.files.arriving().await?.join(secrets::token()?);
    let stored = async {
        tokio::fs::write(&path, bytes).await.map_err(|error| unwritten(&error))?;
        cx.files.put(key, &path).await
    };
    let stored = stored.await;
    // The storage may have moved it.
    let _ = tokio::fs::remove_file(&path).await;
    stored
}

/// A claim on the bytes of a picture that is stored, and that nothing has yet.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub(crate) struct Claim(i64);

impl Claim {
    /// Ends it, in the transaction that makes something have the picture.
    pub async fn end(self, tx: &mut Tx) -> Result<()> {
        store::file_claims::release(tx, self.0).await?;
        Ok(())
    }
}

/// Returns the result of what was done under a claim, which ends if it was refused. If the database failed, the change may still
/// be made, and the sweep ends the claim.
pub(crate) async fn settled<T>(cx: &Context, claim: Claim, done: Result<T>) -> Result<T> {
    if let Err(error) = &done
        && !matches!(error, Error::Database(_))
    {
        claims::give_up(cx, claim.0).await;
    }
    done
}

/// Notes that something no longer has this picture. A job deletes its bytes if nothing has it. Does nothing if the digest is
/// empty.
pub(crate) async fn replaced(tx: &mut Tx, digest: String, now: Timestamp) -> Result<()> {
    if !digest.is_empty() {
        jobs::enqueue(tx, Task::PictureReplaced { digest }, now).await?;
    }
    Ok(())
}

/// Deletes the bytes of a picture, unless something has it or is about to have it.
pub(crate) async fn forget(cx: &Context, digest: String) -> Result<()> {
    claims::delete(cx, &digest).await?;
    Ok(())
}

/// A picture that a viewer may see.
#[derive(Clone, Debug)]
pub struct Found {
    key: String,
    /// Whether everyone may see it.
    pub is_public: bool,
}

/// A picture as it is sent.
#[derive(Clone, Debug)]
pub struct Picture {
    /// It.
    pub bytes: Vec<u8>,
    /// The content type.
    pub kind: &'static str,
}

/// Returns the picture with this end of its address. The storage is not asked yet: a browser may have it.
///
/// # Errors
/// [`Error::NotFound`] if the viewer may see nothing that has it.
pub async fn find(cx: &Context, viewer: Viewer, name: &str) -> Result<Found> {
    let (digest, size) = parse_picture(name).ok_or(Error::NotFound)?;
    let key = picture_key(digest, size);
    if store::pictures::is_seen(&cx.db, None, digest).await? {
        return Ok(Found { key, is_public: true });
    }
    let user = viewer.id().ok_or(Error::NotFound)?;
    match store::pictures::is_seen(&cx.db, Some(user), digest).await? {
        true => Ok(Found { key, is_public: false }),
        false => Err(Error::NotFound),
    }
}

impl Found {
    /// Reads it.
    ///
    /// # Errors
    /// [`Error::NotFound`] if its bytes are gone; [`Error::Storage`].
    pub async fn read(&self, cx: &Context) -> Result<Picture> {
        let bytes = cx.files.open(&self.key).await?.ok_or(Error::NotFound)?.read().await?;
        let kind = kinds::of(&bytes[..bytes.len().min(HEAD)]);
        Ok(Picture { bytes, kind })
    }
}

fn drawn(bytes: &[u8], shape: Shape) -> Result<Made> {
    let header = images::header(bytes, MOST_PIXELS)?;
    let (width, height) = header.size;
    let size = match shape {
        Shape::Square => covering(width, height, LARGEST),
        Shape::Logo => images::fitting(width, height, LOGO.0, LOGO.1),
    };
    let image = images::decoded(bytes, header.format, size).map_err(|_| damaged())?;
    let images = match shape {
        Shape::Square => squares(&image),
        Shape::Logo => vec![(LOGO_SIZE, on_ground(&image))],
    };
    let mut pixels = (0, 0);
    let mut sizes = Vec::with_capacity(images.len());
    let mut hash = Sha256::new();
    for (size, image) in images {
        pixels = (image.width(), image.height());
        // Photos are small as JPEG. Drawings with sharp edges stay sharp.
        let (kind, image) = match shape == Shape::Square && is_opaque(&image) {
            true => ("image/jpeg", DynamicImage::ImageRgb8(image.into_rgb8())),
            false => ("image/webp", image),
        };
        let bytes = images::encoded(&image, kind).map_err(|_| damaged())?;
        hash.update(&bytes);
        sizes.push((size, bytes));
    }
    Ok(Made { digest: hex(&hash.finalize()), sizes, pixels })
}

/// The size of an image that was made smaller, so that it just covers a square.
fn covering(width: u32, height: u32, side: u32) -> (u32, u32) {
    let shorter = width.min(height);
    if shorter <= side {
        return (width, height);
    }
    let scaled = |length: u32| (u64::from(length) * u64::from(side) / u64::from(shorter)) as u32;
    (scaled(width), scaled(height))
}

/// The middle of an image in each size, the largest last.
fn squares(image: &DynamicImage) -> Vec<(u32, DynamicImage)> {
    let (width, height) = (image.width(), image.height());
    let side = width.min(height);
    let square = image.crop_imm((width - side) / 2, (height - side) / 2, side, side);
    PICTURE_SIZES.into_iter().map(|size| (size, square.resize_exact(size, size, FilterType::CatmullRom))).collect()
}

fn is_opaque(image: &DynamicImage) -> bool {
    !image.color().has_alpha() || image.to_rgba8().pixels().all(|pixel| pixel.0[3] == u8::MAX)
}

/// A logo that can be seen on light and dark pages: a transparent one gets a ground of white, or of black if it is light itself.
fn on_ground(image: &DynamicImage) -> DynamicImage {
    if is_opaque(image) {
        return DynamicImage::ImageRgb8(image.to_rgb8());
    }
    let image = image.to_rgba8();
    let ground: u8 = if is_light(&image) { 24 } else { u8::MAX };
    let (width, height) = (image.width() + 2 * MARGIN, image.height() + 2 * MARGIN);
    let at = |x: u32, y: u32| {
        let inside = x.checked_sub(MARGIN).zip(y.checked_sub(MARGIN));
        let Some(Rgba([red, green, blue, alpha])) = inside.and_then(|(x, y)| image.get_pixel_checked(x, y).copied())
        else {
            return Rgb([ground; 3]);
        };
        let mixed = |color: u8| {
            let (color, alpha) = (u32::from(color), u32::from(alpha));
            ((color * alpha + u32::from(ground) * (255 - alpha)) / 255) as u8
        };
        Rgb([mixed(red), mixed(green), mixed(blue)])
    };
    DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, at))
}

/// Whether what can be seen of an image is mostly light.
fn is_light(image: &RgbaImage) -> bool {
    let (mut light, mut all) = (0u64, 0u64);
    for Rgba([red, green, blue, alpha]) in image.pixels() {
        let luminance = 2 * u64::from(*red) + 5 * u64::from(*green) + u64::from(*blue);
        light += luminance * u64::from(*alpha);
        all += 8 * u64::from(*alpha);
    }
    light > 160 * all
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use image::ImageFormat;

    use super::*;

    fn png(image: &DynamicImage) -> Vec<u8> {
        let mut out = Cursor::new(Vec::new());
        image.write_to(&mut out, ImageFormat::Png).expect("an image");
        out.into_inner()
    }

    fn read(made: &Made, nth: usize) -> DynamicImage {
        image::load_from_memory(&made.sizes[nth].1).expect("an image")
    }

    #[test]
    fn a_square_is_the_middle_of_an_image_in_each_size() {
        // Red at the left, green in the middle, blue at the right.
        let image =
            RgbImage::from_fn(900, 300, |x, _| Rgb([[255, 0, 0], [0, 255, 0], [0, 0, 255]][(x / 300) as usize]));
        let made = drawn(&png(&image.into()), Shape::Square).expect("a picture");
        assert_eq!(made.sizes.iter().map(|(size, _)| *size).collect::<Vec<_>>(), PICTURE_SIZES);
        for (nth, size) in PICTURE_SIZES.into_iter().enumerate() {
            let square = read(&made, nth).to_rgb8();
            assert_eq!((square.width(), square.height()), (size, size));
            let Rgb([red, green, blue]) = square.get_pixel(size / 2, size / 2);
            assert!(*red < 40 && *green > 200 && *blue < 40, "{red} {green} {blue}");
            assert_eq!(kinds::of(&made.sizes[nth].1), "image/jpeg");
        }
    }

    #[test]
    fn a_transparent_square_stays_transparent() {
        let made =
            drawn(&png(&RgbaImage::from_pixel(10, 30, Rgba([9, 9, 9, 0])).into()), Shape::Square).expect("a picture");
        assert_eq!(kinds::of(&made.sizes[0].1), "image/webp");
        assert_eq!(read(&made, 0).to_rgba8().get_pixel(3, 3).0[3], 0);
    }

    #[test]
    fn a_logo_fits_and_can_be_seen_on_every_page() {
        let of = |color: u8, alpha: u8| {
            let image =
                RgbaImage::from_fn(1_000, 100, |x, _| Rgba([color, color, color, if x < 500 { alpha } else { 255 }]));
            let made = drawn(&png(&image.into()), Shape::Logo).expect("a logo");
            let drawn = read(&made, 0).to_rgb8();
            assert_eq!(made.pixels, (drawn.width(), drawn.height()));
            (made.pixels, *drawn.get_pixel(0, 0))
        };
        assert_eq!(of(250, 255).0, (400, 40));
        assert_eq!(of(0, 0), ((416, 56), Rgb([255; 3])));
        assert_eq!(of(250, 0), ((416, 56), Rgb([24; 3])));
    }

    #[test]
    fn what_is_no_image_makes_no_picture() {
        for bytes in
            [&b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>"[..], b"GIF89a", b"\x89PNG\r\n\x1a\n", b"RIFF0000WEBP"]
        {
            assert!(matches!(drawn(bytes, Shape::Square), Err(Error::Invalid(_))));
        }
        assert_eq!(covering(20_000, 1, 192), (20_000, 1));
        assert_eq!(covering(4_000, 1_000, 192), (768, 192));
    }
}
