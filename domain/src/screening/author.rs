//! What auditors need to know about an author.

use crate::platform::context::Context;
use crate::platform::error::Result;
use model::UserId;
use model::time::Timestamp;

/// Counting stops here; no rule asks for more messages.
const COUNT_LIMIT: i64 = 200;

/// When an account was created and how many messages it posted; queried once, on first use.
#[derive(Clone, Copy, Debug)]
pub struct Author {
    user: UserId,
    known: Option<(Timestamp, i64)>,
}

impl Author {
    pub(super) fn new(user: UserId) -> Self {
        Self { user, known: None }
    }

    /// Returns when the account was created and how many messages it posted, counted up to 200.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn get(&mut self, cx: &Context) -> Result<(Timestamp, i64)> {
        if let Some(known) = self.known {
            return Ok(known);
        }
        let read = store::moderation::rules::author(&cx.db, self.user, COUNT_LIMIT).await?;
        self.known = Some(read);
        Ok(read)
    }
}
