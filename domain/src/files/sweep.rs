//! The hourly sweep: files that no message shows, and bytes that neither a file nor a picture has.

use std::time::{Duration, Instant, SystemTime};

use model::{digest_of_key, is_left_over};

use super::{KEPT, claims};
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::storage::Listed;

/// Files deleted at a time.
const BATCH: i64 = 100;
/// How long one sweep deletes files, and then lists the storage: its job has a minute. The next one goes on where it ended.
const TAKES: Duration = Duration::from_secs(20);
/// The setting with the position in the storage.
const POSITION: &str = "files_swept";

/// Deletes the files that no message shows for a day, bytes that nothing has, and what is left of broken uploads. Returns how
/// many files, and how many bytes that nothing has. While the storage is away, it is left for the next sweep.
pub(crate) async fn sweep(cx: &Context) -> Result<(u64, u64)> {
    cx.files.sweep(SystemTime::now() - KEPT).await;
    let (mut files, mut strays) = (0, 0);
    let swept = async {
        claims::sweep(cx, KEPT).await?;
        delete_orphans(cx, &mut files).await?;
        delete_strays(cx, &mut strays).await
    };
    match swept.await {
        Err(Error::Storage(error)) => tracing::warn!(error, "the storage of files could not be swept"),
        other => other?,
    }
    Ok((files, strays))
}

async fn delete_orphans(cx: &Context, gone: &mut u64) -> Result<()> {
    let (begun, before) = (Instant::now(), cx.now().minus(KEPT));
    loop {
        let orphans = store::files::orphans(&cx.db, before, BATCH).await?;
        let before_batch = *gone;
        for file in &orphans {
            let mut tx = cx.db.begin().await?;
            let is_gone = store::files::delete_orphan(&mut tx, file.id, before).await?;
            tx.commit().await?;
            if is_gone {
                *gone += 1;
                claims::delete(cx, &file.sha256).await?;
            }
            if begun.elapsed() >= TAKES {
                return Ok(());
            }
        }
        if (orphans.len() as i64) < BATCH || *gone == before_batch {
            return Ok(());
        }
    }
}

/// Deletes bytes that were stored a day ago and that nothing has: their upload was interrupted.
async fn delete_strays(cx: &Context, gone: &mut u64) -> Result<()> {
    let (begun, old) = (Instant::now(), SystemTime::now() - KEPT);
    let before = store::platform::settings::get(&cx.db, POSITION).await?.filter(|position| !position.is_empty());
    let mut position = before.clone();
    'pages: loop {
        let names = cx.files.names(position.as_deref()).await?;
        for listed in names.found.iter().filter(|listed| listed.stored_at < old && is_left_over(&listed.key)) {
            cx.files.delete(&listed.key).await?;
            *gone += 1;
        }
        let of_file =
            |listed: &Listed| digest_of_key(&listed.key).filter(|_| listed.stored_at < old).map(ToOwned::to_owned);
        let mut digests: Vec<String> = names.found.iter().filter_map(of_file).collect();
        // Those of one file or picture follow each other.
        digests.dedup();
        for digest in store::files::unused(&cx.db, &digests).await? {
            *gone += u64::from(claims::delete(cx, &digest).await?);
            if begun.elapsed() >= TAKES {
                // The rest of this page is left to the next sweep.
                break 'pages;
            }
        }
        position = names.next;
        if position.is_none() || begun.elapsed() >= TAKES {
            break;
        }
    }
    if position != before {
        let mut tx = cx.db.begin().await?;
        store::platform::settings::set(&mut tx, POSITION, position.as_deref().unwrap_or_default()).await?;
        tx.commit().await?;
    }
    Ok(())
}
