//! Images of other hosts. Readers get them from here: they send nothing to those hosts, and get nothing but pixels from them.

use std::time::Duration;

use model::Images;
use tokio::time::timeout;

use super::images;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::outbound::Failure;
use crate::platform::remote::{Kept, Wanted, signed};
use crate::platform::secrets;
use crate::site;

/// How an image is asked for.
const WANTED: Wanted = Wanted {
    accept: "image/webp,image/png,image/jpeg,image/gif;q=0.9",
    timeout: Duration::from_secs(10),
    most: 8 << 20,
};
/// How long a reader waits, with those who asked before.
const PATIENCE: Duration = Duration::from_secs(25);
/// After so long, somebody may ask again for an image that could not be shown.
const BAD: Duration = Duration::from_secs(600);
/// When to ask again while too much is fetched.
const SOON: Duration = Duration::from_secs(30);

/// Returns the image that an address of ours names. The signature in it is what gives access: whoever has the address may
/// have read it in a message, and the image is as public as its source is.
///
/// # Errors
/// [`Error::NotFound`] if the address is not signed, images are off, or there is no image that can be shown;
/// [`Error::Busy`].
pub async fn find(cx: &Context, signature: &str, encoded: &str) -> Result<Kept> {
    let url = signed(cx, signature, encoded).ok_or(Error::NotFound)?;
    if site::current(cx).await.settings.images == Images::Never {
        return Err(Error::NotFound);
    }
    match cx.remote.cache.get(&url, cx.now()).await {
        Some(image) => Ok(image),
        None => timeout(PATIENCE, fetched(cx, &url)).await.unwrap_or(Err(Error::Busy(SOON))),
    }
}

/// Fetches an image, unless somebody else just did.
async fn fetched(cx: &Context, url: &str) -> Result<Kept> {
    let _alone = cx.remote.alone(url).await;
    if let Some(image) = cx.remote.cache.get(url, cx.now()).await {
        return Ok(image);
    }
    let bad = format!("no-image:{}", secrets::digest(url));
    // Without the store, it is only fetched more often.
    if cx.kv.get(&bad).await.ok().flatten().is_some() {
        return Err(Error::NotFound);
    }
    match made(cx, url).await {
        Ok(image) => {
            if let Err(error) = cx.remote.cache.put(url, &image, cx.now()).await {
                tracing::warn!(%error, "an image of another host was not kept");
            }
            Ok(image)
        }
        Err(Failure::Busy) => Err(Error::Busy(SOON)),
        Err(error) => {
            tracing::debug!(%error, url, "an image of another host is not shown");
            if let Err(error) = cx.kv.set(&bad, b"1", BAD).await {
                tracing::debug!(%error, "a bad image was not noted");
            }
            Err(Error::NotFound)
        }
    }
}

async fn made(cx: &Context, url: &str) -> Result<Kept, Failure> {
    let got = cx.remote.fetch(cx.now(), url, WANTED).await?;
    if got.status != 200 || !got.is_whole {
        return Err(Failure::Broken(format!("status {}, {} bytes", got.status, got.body.len())));
    }
    let turn = cx.remote.turn().await;
    // The turn ends with the work, even if nobody waits for it any more. A decoder that panics found a damaged image.
    let remade = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        images::remade(&got.body)
    });
    let remade = remade.await.map_err(|error| Failure::Broken(error.to_string()))?;
    let (kind, bytes) = remade.map_err(Failure::Broken)?;
    Ok(Kept { kind, bytes })
}
