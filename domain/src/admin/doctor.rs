//! The doctor: recomputes all derived data and reports differences, and tries the storage of files.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::live::unread;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::jobs;
use crate::platform::jobs::Task;
use crate::search;
use model::UserId;

/// How long a running service may take to answer.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// Where a running service leaves its answer.
const ANSWER: &str = "doctor_summaries";

/// What was checked, and the differences.
#[derive(Clone, Debug, Default, Serialize)]
#[allow(missing_docs)]
pub struct Findings {
    /// Unread summaries compared with the database.
    pub summaries: u64,
    /// Topics whose counters were checked, deleted ones included.
    pub topics: u64,
    /// Jobs that wait or run.
    pub jobs_waiting: i64,
    pub jobs_failed: i64,
    /// Documents in the search index; `None` when this process has none.
    pub indexed: Option<u64>,
    /// Changes that the search index does not have yet; `None` while there is no index, or it is being filled.
    pub unindexed: Option<i64>,
    /// The differences: what differs, and what repairs it.
    pub drift: Vec<String>,
}

/// The comparison of the unread summaries with the database.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Summaries {
    compared: u64,
    drift: Vec<String>,
}

/// A running service's answer.
#[derive(Serialize, Deserialize)]
struct Answer {
    token: String,
    summaries: Summaries,
}

/// Checks all derived data.
///
/// # Errors
/// When the database or the index cannot be read.
pub async fn examine(cx: &Context) -> Result<Findings> {
    let summaries = compare_summaries(cx).await?;
    examine_with(cx, summaries).await
}

/// The same, where another process keeps the summaries in its memory: it compares them, as a job.
///
/// # Errors
/// As [`examine`], and if the other process does not answer within a minute.
pub async fn examine_beside_service(cx: &Context) -> Result<Findings> {
    let token = crate::platform::secrets::token()?;
    let mut tx = cx.db.begin().await?;
    jobs::enqueue(&mut tx, Task::CompareSummaries { token: token.clone() }, cx.now()).await?;
    tx.commit().await?;
    cx.wake.after_commit();
    let answered = tokio::time::timeout(PATIENCE, async {
        loop {
            let answer = store::platform::settings::get(&cx.db, ANSWER).await?;
            match answer.and_then(|text| serde_json::from_str::<Answer>(&text).ok()) {
                Some(answer) if answer.token == token => return Ok::<_, Error>(answer.summaries),
                _ => tokio::time::sleep(LOOK_EVERY).await,
            }
        }
    });
    let no_answer = |_| {
        Error::Internal("the running service did not respond within a minute; check that its jobs are running".into())
    };
    examine_with(cx, answered.await.map_err(no_answer)??).await
}

/// Compares the summaries of this process and leaves the result where [`examine_beside_service`] reads it.
pub(crate) async fn answer(cx: &Context, token: String) -> Result<()> {
    let summaries = compare_summaries(cx).await?;
    let text = serde_json::to_string(&Answer { token, summaries }).map_err(|e| Error::Internal(e.to_string()))?;
    let mut tx = cx.db.begin().await?;
    store::platform::settings::set(&mut tx, ANSWER, &text).await?;
    Ok(tx.commit().await?)
}

async fn compare_summaries(cx: &Context) -> Result<Summaries> {
    let mut summaries = Summaries::default();
    let mut after = UserId(0);
    loop {
        let people = store::people::users::ids_after(&cx.db, after, 500).await?;
        let Some(last) = people.last() else { return Ok(summaries) };
        after = *last;
        for user in people {
            let Some((kept, counted)) = unread::compare(cx, user).await? else { continue };
            summaries.compared += 1;
            if kept != counted {
                summaries.drift.push(format!(
                    "user {user}: the summary has {} unread and {} mentions, but the database has {} and {}. The \
                     summary was corrected",
                    kept.unread(),
                    kept.mentions,
                    counted.unread(),
                    counted.mentions
                ));
            }
        }
    }
}

async fn examine_with(cx: &Context, summaries: Summaries) -> Result<Findings> {
    let counts = store::platform::jobs::counts(&cx.db).await?;
    let mut findings = Findings {
        summaries: summaries.compared,
        topics: store::topics::count_rows(&cx.db).await? as u64,
        jobs_waiting: counts.ready + counts.running,
        jobs_failed: counts.failed,
        drift: summaries.drift,
        ..Findings::default()
    };
    for (topic, last, counted) in store::topics::misnumbered(&cx.db).await? {
        findings.drift.push(format!(
            "topic {topic}: its last number is {last}, but its messages end at {counted}. No command can repair this; \
             restore a backup and report the bug"
        ));
    }
    examine_index(cx, &mut findings).await?;
    if let Err(error) = cx.files.check().await {
        findings.drift.push(format!(
            "files: {} cannot be used: {error}. Check KLATCH_FILES and the KLATCH_S3 settings, and that this user may write there",
            cx.files.place()
        ));
    }
    Ok(findings)
}

/// Compares the index with the database, unless the index still lags behind, and verifies its files.
async fn examine_index(cx: &Context, findings: &mut Findings) -> Result<()> {
    let Some(index) = &cx.search else { return Ok(()) };
    let damaged = index.damaged_files().await?;
    if !damaged.is_empty() {
        findings.drift.push(format!(
            "search: these index files are damaged: {}. To repair this, stop the service and run `klatch admin \
             reindex`",
            damaged.join(", ")
        ));
    }
    // Both sides of the comparison, so that nothing changed in between.
    let before = search::unindexed(cx).await?;
    let indexed = index.documents();
    let expected = search::expected_documents(cx).await?;
    findings.indexed = Some(indexed);
    findings.unindexed = search::unindexed(cx).await?;
    let is_current = findings.jobs_waiting == 0 && before == Some(0) && findings.unindexed == Some(0);
    if is_current && indexed as i64 != expected {
        findings.drift.push(format!(
            "search: the index has {indexed} documents, but the database has {expected}. To repair this, run `klatch \
             admin reindex`"
        ));
    }
    Ok(())
}
