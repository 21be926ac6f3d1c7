//! Emails to send: enqueued in the transaction of their cause.

use std::time::Duration;

use crate::platform::error::Result;
use crate::platform::jobs::{self, Task};
use model::time::Timestamp;
use model::{EmailKind, GroupId, UserId};
use store::Tx;
use store::people::emails::NewEmail;

/// How long an email about an event is worth sending.
pub(crate) const NEWS: Duration = Duration::from_secs(7 * 24 * 3_600);

/// Stores an email and the job that sends it.
pub(crate) async fn put(tx: &mut Tx, new: NewEmail<'_>) -> Result<()> {
    let email = store::people::emails::insert(tx, &new).await?;
    jobs::enqueue(tx, Task::SendEmail { email }, new.at).await?;
    Ok(())
}

/// Enqueues an email about a group, to a confirmed address of the account.
pub(crate) async fn about_group(
    tx: &mut Tx,
    kind: EmailKind,
    user: UserId,
    address: &str,
    group: GroupId,
    now: Timestamp,
) -> Result<()> {
    let (user, group, expires_at) = (Some(user), Some(group), now.plus(NEWS));
    put(tx, NewEmail { kind, user, address, group, token: None, detail: None, at: now, expires_at }).await
}
