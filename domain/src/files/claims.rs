//! Claims on bytes. Whoever stores or deletes bytes writes it into the database first, so that no transaction has to wait for the
//! storage, and no deletion takes the bytes of a new file or picture.

use std::time::{Duration, Instant};

use futures_util::future::try_join_all;
use model::keys_of_digest;

use crate::platform::context::Context;
use crate::platform::error::{Error, Result};

/// How long an upload waits while its bytes are being deleted.
const PATIENCE: Duration = Duration::from_secs(2);
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// A deletion that takes longer was interrupted, or failed: every request to a storage ends sooner.
const INTERRUPTED: Duration = Duration::from_secs(600);
/// Claims ended at a time.
const BATCH: i64 = 100;

/// Claims bytes to store them. Until the claim ends, nobody deletes them.
///
/// # Errors
/// [`Error::Storage`] when their deletion does not end.
pub(super) async fn to_store(cx: &Context, sha256: &str) -> Result<i64> {
    let begun = Instant::now();
    loop {
        let mut tx = cx.db.begin().await?;
        let claim = store::file_claims::to_store(&mut tx, sha256, cx.now()).await?;
        tx.commit().await?;
        match claim {
            Some(claim) => return Ok(claim),
            None if begun.elapsed() >= PATIENCE => {
                return Err(Error::Storage("the bytes of a file are still being deleted".into()));
            }
            None => tokio::time::sleep(LOOK_EVERY).await,
        }
    }
}

/// Ends a claim whose work failed. If this fails too, the sweep ends it.
pub(super) async fn give_up(cx: &Context, claim: i64) {
    let released = async {
        let mut tx = cx.db.begin().await?;
        store::file_claims::release(&mut tx, claim).await?;
        tx.commit().await
    };
    if let Err(error) = released.await {
        tracing::warn!(%error, "a claim on the bytes of a file stays for a day");
    }
}

/// Deletes bytes, unless a file or a picture has them or is about to have them. Returns whether it did. If the storage fails, the
/// sweep tries again.
///
/// # Errors
/// When the storage fails.
pub(super) async fn delete(cx: &Context, sha256: &str) -> Result<bool> {
    let mut tx = cx.db.begin().await?;
    let claim = store::file_claims::to_delete(&mut tx, sha256, cx.now()).await?;
    tx.commit().await?;
    let Some(claim) = claim else { return Ok(false) };
    delete_claimed(cx, claim, sha256).await?;
    Ok(true)
}

async fn delete_claimed(cx: &Context, claim: i64, sha256: &str) -> Result<()> {
    // In a bucket, each takes a while.
    let keys = keys_of_digest(sha256);
    try_join_all(keys.iter().map(|key| cx.files.delete(key))).await?;
    let mut tx = cx.db.begin().await?;
    store::file_claims::release(&mut tx, claim).await?;
    Ok(tx.commit().await?)
}

/// Ends the claims of processes that ended: repeats their deletions, and forgets what was never stored since a time.
///
/// # Errors
/// When the storage fails.
pub(super) async fn sweep(cx: &Context, kept: Duration) -> Result<()> {
    for claim in store::file_claims::before(&cx.db, true, cx.now().minus(INTERRUPTED), BATCH).await? {
        delete_claimed(cx, claim.id, &claim.sha256).await?;
    }
    for claim in store::file_claims::before(&cx.db, false, cx.now().minus(kept), BATCH).await? {
        let mut tx = cx.db.begin().await?;
        store::file_claims::release(&mut tx, claim.id).await?;
        tx.commit().await?;
    }
    Ok(())
}
