//! Slow mode: users who are not moderators must wait between two messages in a topic, and between two new topics in a
//! group. Pending messages count as written.

use std::time::Duration;

use crate::platform::error::{Error, Result};
use model::policy::{Access, Permission};
use model::time::Timestamp;
use model::{Group, GroupId, TopicId, UserId};
use store::{self, Tx};

/// Returns the seconds that a user with this access must wait between messages; 0 for no limit.
pub(crate) fn interval(group: &Group, access: Access) -> i64 {
    if access.may(Permission::Moderate) { 0 } else { group.slow_seconds }
}

/// Checks that the author's last message in the topic, or last new topic in the group, is `pause` seconds old. Locks
/// the topic or group until the commit, so that of two concurrent submissions the second sees the first.
///
/// # Errors
/// [`Error::Slow`] with the time to wait.
pub(crate) async fn check(
    tx: &mut Tx,
    author: UserId,
    group: GroupId,
    topic: Option<TopicId>,
    pause: i64,
    now: Timestamp,
) -> Result<()> {
    if pause <= 0 {
        return Ok(());
    }
    let pause = Duration::from_secs(pause as u64);
    let posted = match topic {
        Some(topic) => {
            store::topics::splits::lock(tx, topic).await?;
            store::messages::last_by(tx, topic, author).await?
        }
        None => {
            store::groups::lock(tx, group).await?;
            store::messages::last_start_by(tx, group, author, now.minus(pause)).await?
        }
    };
    let held = store::moderation::approval_queue::last_by(tx, author, group, topic).await?;
    let wait = posted.max(held).map_or(0, |last| last.plus(pause).0 - now.0);
    if wait > 0 { Err(Error::Slow(Duration::from_micros(wait as u64).max(Duration::from_secs(1)))) } else { Ok(()) }
}
