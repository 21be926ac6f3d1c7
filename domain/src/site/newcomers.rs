//! The setting for who counts as a new member, and what new members may do.

use crate::platform::caches::newcomers::{Newcomers, SETTING};

use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::{caches, log};
use crate::site::admins;
use model::policy::Viewer;
use model::{Fields, LogAction, LogEntry};

/// The current setting.
pub async fn get(cx: &Context) -> Result<Newcomers> {
    Ok(caches::rules::known(cx).await?.newcomers)
}

/// Changes the setting.
///
/// # Errors
/// [`Error::NotFound`] for viewers who are not site admins, [`Error::Invalid`] on `days`, `messages` and `links`.
pub async fn set(cx: &Context, viewer: Viewer, new: Newcomers) -> Result<()> {
    let by = viewer.site_admin()?;
    let mut fields = Fields::default();
    for (field, number, most) in [("days", new.days, 365), ("messages", new.messages, 100), ("links", new.links, 100)] {
        if !(0..=most).contains(&number) {
            fields.add(field, texts::validation::number_from_to(0, most));
        }
    }
    fields.check()?;
    let text = serde_json::to_string(&new).map_err(|error| Error::Internal(error.to_string()))?;
    let mut tx = cx.db.begin().await?;
    admins::lock(&mut tx, viewer).await?;
    store::platform::settings::set(&mut tx, SETTING, &text).await?;
    let detail = format!("{} days, {} messages, {} links", new.days, new.messages, new.links);
    log::write(&mut tx, LogEntry::new(by, LogAction::NewcomersSet).detail(detail), cx.now()).await?;
    tx.commit().await?;
    caches::rules::changed(cx).await;
    Ok(())
}
