//! Hourly housekeeping: deletes what expired and purges what was deleted long ago.

use crate::admin::statistics;
use crate::files;
use crate::live::notices;
use crate::messages::history;
use crate::moderation::{approval_queue, reports};
use crate::notifications::schedule;
use crate::people::{sign_ups, two_factor};
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::webhooks::sender;

/// Rows kept in the search log; a follower that lags further behind reindexes everything.
const SEARCH_LOG_KEPT: i64 = 500_000;

/// How long the rows of a deleted group or topic are kept.
const KEPT: std::time::Duration = std::time::Duration::from_secs(30 * 24 * 3_600);

/// How long emails stay in the log of emails.
const EMAILS_LOGGED: std::time::Duration = std::time::Duration::from_secs(7 * 24 * 3_600);

/// Messages purged per transaction, and at most per sweep: the rest is left to the next sweep.
const PURGED_AT_ONCE: i64 = 1_000;

const PURGED_IN_A_SWEEP: u64 = 50_000;

pub(super) async fn sweep(cx: &Context) -> Result<()> {
    approval_queue::return_stranded(cx).await?;
    reports::answer_stranded(cx).await?;
    let purged = history::purge(cx).await?;
    let declined = approval_queue::purge(cx).await?;
    let sign_ups = sign_ups::forget_declined(cx).await?;
    let samples = statistics::thin(cx).await?;
    let deliveries = sender::purge(cx).await?;
    schedule::enqueue_due(cx).await?;
    let mut tx = cx.db.begin().await?;
    let sessions = store::people::sessions::delete_expired(&mut tx, cx.now()).await?;
    store::people::two_factor::delete_begun(&mut tx, cx.now().minus(two_factor::SET_UP)).await?;
    store::people::former_names::delete_expired(&mut tx, cx.now()).await?;
    store::people::api_tokens::delete_expired(&mut tx, cx.now().minus(KEPT)).await?;
    let sent_emails = store::people::emails::delete_expired(&mut tx, cx.now(), cx.now().minus(EMAILS_LOGGED)).await?;
    let received_emails = store::mail_in::delete_before(&mut tx, cx.now().minus(KEPT)).await?;
    let notices = store::people::notices::purge(&mut tx, cx.now().minus(notices::KEPT)).await?;
    store::messages::link_previews::forget_expired(&mut tx, cx.now()).await?;
    let log = store::search_log::trim(&mut tx, SEARCH_LOG_KEPT).await?;
    let links = store::groups::invitations::delete_expired(&mut tx, cx.now()).await?
        + store::people::sign_ups::delete_expired(&mut tx, cx.now()).await?;
    tx.commit().await.map_err(Error::from)?;
    let topics = purge_topics(cx).await?;
    let (files, stray_files) = files::sweep(cx).await?;
    let remote_images = cx.remote.cache.trim().await;
    let mut groups = 0;
    loop {
        let mut tx = cx.db.begin().await?;
        let Some(picture) = store::groups::purge(&mut tx, cx.now().minus(KEPT)).await? else { break };
        files::pictures::replaced(&mut tx, picture, cx.now()).await?;
        tx.commit().await.map_err(Error::from)?;
        cx.wake.after_commit();
        groups += 1;
    }
    tracing::info!(
        sessions,
        sent_emails,
        received_emails,
        notices,
        log,
        purged,
        declined,
        sign_ups,
        samples,
        links,
        topics,
        groups,
        deliveries,
        files,
        stray_files,
        remote_images,
        "swept"
    );
    Ok(())
}

/// Purges topics that were deleted, or whose group was deleted, long ago. Returns how many.
async fn purge_topics(cx: &Context) -> Result<u64> {
    let (mut topics, mut messages) = (0, 0);
    while messages < PURGED_IN_A_SWEEP
        && let Some(topic) = store::topics::deleted_before(&cx.db, cx.now().minus(KEPT)).await?
    {
        let mut tx = cx.db.begin().await?;
        let gone = store::topics::purge_messages(&mut tx, topic, PURGED_AT_ONCE).await?;
        if (gone as i64) < PURGED_AT_ONCE {
            topics += store::topics::purge(&mut tx, topic).await?;
        }
        tx.commit().await.map_err(Error::from)?;
        messages += gone.max(1);
    }
    Ok(topics)
}
