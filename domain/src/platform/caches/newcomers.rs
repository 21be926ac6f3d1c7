//! The setting for who counts as a new member.

use crate::platform::context::Context;
use crate::platform::error::Result;
use model::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Its key in the settings table.
pub(crate) const SETTING: &str = "newcomers";

/// An account is new while it is younger than `days` and has written fewer than `messages`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Newcomers {
    /// 0: no account is new.
    pub days: i64,
    pub messages: i64,
    /// How many external links a new user's message may have.
    pub links: i64,
}

impl Default for Newcomers {
    fn default() -> Self {
        Self { days: 1, messages: 5, links: 2 }
    }
}

impl Newcomers {
    /// Whether an account created at `since` is new as far as its age goes.
    pub fn is_young(self, since: Timestamp, now: Timestamp) -> bool {
        since.plus(days(self.days)) > now
    }
}

pub(crate) fn days(number: i64) -> std::time::Duration {
    std::time::Duration::from_secs(number.clamp(0, 100_000) as u64 * 24 * 3_600)
}

/// Reads the setting from the database; the default when it is missing or unreadable.
pub(crate) async fn read(cx: &Context) -> Result<Newcomers> {
    let text = store::platform::settings::get(&cx.db, SETTING).await?;
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
}
