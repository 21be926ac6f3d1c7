//! Who counts as new, as it is set.

use crate::platform::context::Context;
use crate::platform::error::Result;
use model::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Under which it stands in the table of settings.
pub(crate) const SETTING: &str = "newcomers";

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

/// Reads it from the database; what cannot be read counts as never set.
pub(crate) async fn read(cx: &Context) -> Result<Newcomers> {
    let text = store::platform::settings::get(&cx.db, SETTING).await?;
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
}
