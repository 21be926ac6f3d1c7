//! What auditors ask about an author.

use crate::platform::context::Context;
use crate::platform::error::Result;
use model::UserId;
use model::time::Timestamp;

/// More messages than any rule asks for.
const COUNT_LIMIT: i64 = 200;

/// Since when somebody has an account, and how many messages they posted: one query, at the first question.
#[derive(Clone, Copy, Debug)]
pub struct Author {
    user: UserId,
    known: Option<(Timestamp, i64)>,
}

impl Author {
    pub(super) fn new(user: UserId) -> Self {
        Self { user, known: None }
    }

    /// Since when they have an account, and how many messages they posted, counted up to 200.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn get(&mut self, cx: &Context) -> Result<(Timestamp, i64)> {
        if let Some(known) = self.known {
            return Ok(known);
        }
        let read = store::moderation::rules::author(&cx.db, self.user, COUNT_LIMIT).await?;
        self.known = Some(read);
        Ok(read)
    }
}
