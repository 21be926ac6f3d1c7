//! Slow mode: who does not keep order in a group writes there once in a while, in each topic, and starts a topic as rarely. What waits for
//! approval was written.

use std::time::Duration;

use crate::platform::error::{Error, Result};
use model::policy::{Access, Permission};
use model::time::Timestamp;
use model::{Group, GroupId, TopicId, UserId};
use store::{self, Tx};

/// So many seconds pass between what somebody of this access writes; 0: they write as they like.
pub(crate) fn interval(group: &Group, access: Access) -> i64 {
    if access.may(Permission::Moderate) { 0 } else { group.slow_seconds }
}

/// Nothing when what they wrote last in a topic, or the last topic that they started in the group, is `pause` seconds old. The topic, or
/// the group, is held until the commit: of two that are sent at once the second sees the first.
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
