//! The logo of the site.

use crate::files::pictures::{self, Shape};
use crate::platform::context::Context;
use crate::platform::error::Result;
use crate::platform::log;
use crate::site::admins;
use bus::Control;
use model::policy::Viewer;
use model::{LogAction, LogEntry, Logo};
use store::Tx;

/// Sets the logo, which all pages show in place of the site's name.
///
/// # Errors
/// [`crate::Error::NotFound`] for viewers who are not site admins; [`crate::Error::Invalid`] on `file` when it is no image or too
/// large; [`crate::Error::TooMany`]; [`crate::Error::Storage`].
pub async fn set(cx: &Context, viewer: Viewer, image: Vec<u8>) -> Result<()> {
    let made = pictures::make(cx, viewer.site_admin()?, Shape::Logo, image).await?;
    let claim = made.store(cx).await?;
    let done = async {
        let mut tx = cx.db.begin().await?;
        admins::lock(&mut tx, viewer).await?;
        claim.end(&mut tx).await?;
        change(cx, tx, viewer, &made.logo().stored()).await
    };
    pictures::settled(cx, claim, done.await).await
}

/// Removes the logo. Pages show the site's name again.
///
/// # Errors
/// [`crate::Error::NotFound`] for viewers who are not site admins.
pub async fn remove(cx: &Context, viewer: Viewer) -> Result<()> {
    viewer.site_admin()?;
    let mut tx = cx.db.begin().await?;
    admins::lock(&mut tx, viewer).await?;
    change(cx, tx, viewer, "").await
}

async fn change(cx: &Context, mut tx: Tx, viewer: Viewer, stored: &str) -> Result<()> {
    let before = store::platform::settings::get_in(&mut tx, store::pictures::LOGO).await?.unwrap_or_default();
    if before == stored {
        // What was stored again is no longer claimed.
        tx.commit().await?;
        return Ok(());
    }
    store::platform::settings::set(&mut tx, store::pictures::LOGO, stored).await?;
    let before = Logo::parse(&before).map_or_else(String::new, |logo| logo.digest);
    pictures::replaced(&mut tx, before, cx.now()).await?;
    let detail = if stored.is_empty() { "no logo" } else { "the logo" };
    let entry = LogEntry::new(viewer.site_admin()?, LogAction::SiteChanged).detail(detail);
    log::write(&mut tx, entry, cx.now()).await?;
    tx.commit().await?;
    cx.wake.after_commit();
    cx.tell(&Control::SiteChanged).await;
    Ok(())
}
