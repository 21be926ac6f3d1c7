//! The doctor: recomputes all derived data and reports differences.

use serde::Serialize;

use crate::live::unread;
use crate::platform::context::Context;
use crate::platform::error::Result;
use crate::search;
use model::UserId;

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
    /// The differences, one sentence each.
    pub drift: Vec<String>,
}

/// Checks all derived data. `told` is called with the number of summaries compared so far.
pub async fn examine(cx: &Context, mut told: impl FnMut(u64)) -> Result<Findings> {
    let mut findings = Findings { topics: store::topics::count_rows(&cx.db).await? as u64, ..Findings::default() };
    for (topic, last, counted) in store::topics::misnumbered(&cx.db).await? {
        findings.drift.push(format!("topic {topic}: its newest number is {last}, its messages say {counted}"));
    }
    let counts = store::platform::jobs::counts(&cx.db).await?;
    findings.jobs_waiting = counts.ready + counts.running;
    findings.jobs_failed = counts.failed;
    let mut after = UserId(0);
    loop {
        let people = store::people::users::ids_after(&cx.db, after, 500).await?;
        let Some(last) = people.last() else { break };
        after = *last;
        for user in people {
            if let Some((kept, counted)) = unread::compare(cx, user).await? {
                findings.summaries += 1;
                if kept != counted {
                    findings.drift.push(format!(
                        "user {user}: the summary says {} unread and {} mentions, the database {} and {}",
                        kept.unread(),
                        kept.mentions,
                        counted.unread(),
                        counted.mentions
                    ));
                }
            }
        }
        told(findings.summaries);
    }
    if let Some(index) = &cx.search {
        let indexed = index.documents();
        findings.indexed = Some(indexed);
        let expected = search::expected_documents(cx).await?;
        if findings.jobs_waiting == 0 && indexed as i64 != expected {
            findings.drift.push(format!("search: the index holds {indexed} documents, the database has {expected}"));
        }
    }
    Ok(findings)
}
