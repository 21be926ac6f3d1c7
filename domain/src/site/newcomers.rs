//! Who counts as new on this site, and what that means: a setting of the site.

use serde::{Deserialize, Serialize};

use crate::platform::caches;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::log;
use model::Fields;
use model::policy::Viewer;
use model::time::Timestamp;
use model::{LogDeed, LogEntry};

/// Under which it stands in the table of settings.
const SETTING: &str = "newcomers";

/// An account is new while it is younger than so many days and has written fewer than so many messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Newcomers {
    /// How young; 0: nobody is new.
    pub days: i64,
    /// How few messages.
    pub messages: i64,
    /// How many links to other sites a message of somebody new may have.
    pub links: i64,
}

impl Default for Newcomers {
    fn default() -> Self {
        Self { days: 1, messages: 5, links: 2 }
    }
}

impl Newcomers {
    /// Whether an account of that age is new, as far as age goes.
    pub fn is_young(self, since: Timestamp, now: Timestamp) -> bool {
        since.plus(days(self.days)) > now
    }
}

/// So many days.
pub(crate) fn days(number: i64) -> std::time::Duration {
    std::time::Duration::from_secs(number.clamp(0, 100_000) as u64 * 24 * 3_600)
}

/// As it is set.
pub async fn get(cx: &Context) -> Result<Newcomers> {
    Ok(caches::rules::known(cx).await?.newcomers)
}

/// Reads it from the database; what cannot be read counts as never set.
pub(crate) async fn read(cx: &Context) -> Result<Newcomers> {
    let text = store::platform::settings::get(&cx.db, SETTING).await?;
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
}

/// Sets it.
///
/// # Errors
/// [`Error::NotFound`] for anyone but admins of the site, [`Error::Invalid`] on `days`, `messages` and `links`.
pub async fn set(cx: &Context, viewer: Viewer, new: Newcomers) -> Result<()> {
    let by = viewer.site_admin()?;
    let mut fields = Fields::default();
    for (field, number, most) in [("days", new.days, 365), ("messages", new.messages, 100), ("links", new.links, 100)] {
        if !(0..=most).contains(&number) {
            fields.add(field, format!("A number from 0 to {most}."));
        }
    }
    fields.check()?;
    let text = serde_json::to_string(&new).map_err(|error| Error::Internal(error.to_string()))?;
    let mut tx = cx.db.begin().await?;
    store::platform::settings::set(&mut tx, SETTING, &text).await?;
    let detail = format!("{} days, {} messages, {} links", new.days, new.messages, new.links);
    log::write(&mut tx, LogEntry::new(by, LogDeed::NewcomersSet).detail(detail), cx.now()).await?;
    tx.commit().await?;
    caches::rules::changed(cx).await;
    Ok(())
}
