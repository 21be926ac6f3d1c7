//! Imports on SQLite and on Postgres, from archives that each test builds.
//!
//! `KLATCH_TEST_DATABASE_URL` names a Postgres whose user may create databases, `KLATCH_TEST_REDIS_URL` a Redis.
//! Without them that half fails.

#![allow(clippy::unwrap_used)]

#[macro_use(stories)]
extern crate domain;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use domain::admin::doctor;
use domain::import::{Count, Options, Progress, Report, demo};
use domain::live::unread;
use domain::messages::mentions;
use domain::model::TopicId;
use domain::policy::Viewer;
use domain::search::Question;
use domain::store::Db;
use domain::testing::{TestForum, wait_for};
use serde_json::Value;
use sqlx::{AssertSqlSafe, Row};

mod claims;
mod convore;
mod discourse;
mod lines;
mod others;
mod slack;
mod typed;
mod zulip;

stories!(the_demo_fills_an_empty_forum);

fn write(path: &Path, value: &Value) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, value.to_string()).unwrap();
}

async fn rows(forum: &TestForum, statement: &str) -> Vec<String> {
    let statement = AssertSqlSafe(statement.to_owned());
    match &forum.cx.db {
        Db::Postgres(pool, _) => {
            sqlx::query(statement).fetch_all(pool).await.unwrap().iter().map(|row| row.get(0)).collect()
        }
        Db::Sqlite(db) => {
            sqlx::query(statement).fetch_all(db.readers()).await.unwrap().iter().map(|row| row.get(0)).collect()
        }
    }
}

/// Returns everything that an import may write, as text.
async fn tables(forum: &TestForum) -> Vec<String> {
    let mut all = Vec::new();
    for statement in [
        "select concat_ws('|', id, username, username_key, name, password_hash, created_at) from users order by id",
        "select concat_ws('|', id, slug, name, kind, creator_id, created_at) from groups order by id",
        "select concat_ws('|', group_id, user_id, role, created_at) from memberships order by group_id, user_id",
        "select concat_ws('|', id, group_id, slug, name, creator_id, created_at, last_seq, last_message_at) from topics order by id",
        "select concat_ws('|', id, topic_id, seq, author_id, created_at, raw, nodes, reply_to) from messages order by topic_id, seq",
        "select concat_ws('|', message_id, user_id, created_at) from stars order by message_id, user_id",
        "select concat_ws('|', source, kind, foreign_id, id) from imported order by source, kind, foreign_id",
    ] {
        all.extend(rows(forum, statement).await);
    }
    all
}

/// What of a count most tests compare: the rows in the forum, and the new ones.
fn of(count: Count) -> (u64, u64) {
    assert_eq!(count.read, count.new + count.there + count.changed + count.left_out, "{count:?}");
    (count.total, count.new)
}

fn count(total: u64, new: u64) -> (u64, u64) {
    (total, new)
}

/// Asserts that the import notifies nobody (no job, no mention), and that the doctor finds nothing.
async fn is_quiet(forum: &TestForum) {
    assert!(rows(forum, "select kind from jobs").await.is_empty());
    assert!(rows(forum, "select cast(message_id as text) from mentions").await.is_empty());
    let findings = doctor::examine(&forum.cx).await.unwrap();
    assert!(findings.drift.is_empty(), "{findings:?}");
}

/// Waits until a search finds this many. The index includes only changes older than every open transaction on the
/// server, and a run that was dropped may hold the index a moment longer.
async fn will_find(forum: &TestForum, words: &str, hits: usize) {
    wait_for(words, || async {
        domain::search::catch_up(&forum.cx).await.unwrap();
        finds(forum, words).await == hits
    })
    .await;
}

async fn finds(forum: &TestForum, words: &str) -> usize {
    let question = Question { words: words.to_owned(), limit: 50, ..Default::default() };
    domain::search::ask(&forum.cx, Viewer::Anonymous, question).await.unwrap().total
}

/// Runs an import until it reported `times` writes, then drops it.
async fn stop_after<F: Future<Output = domain::Result<Report>>>(
    times: usize,
    begin: impl FnOnce(Box<dyn FnMut(Progress)>) -> F,
) -> bool {
    let (left, stop) = (Arc::new(AtomicUsize::new(times)), Arc::new(tokio::sync::Notify::new()));
    let stopper = stop.clone();
    let on_progress = move |progress: Progress| {
        if progress.done > 0 && left.fetch_sub(1, Ordering::SeqCst) == 1 {
            stopper.notify_one();
        }
    };
    tokio::select! {
        biased;
        () = stop.notified() => false,
        done = begin(Box::new(on_progress)) => {
            done.unwrap();
            true
        }
    }
}

fn made_up() -> Options {
    Options { source: "made-up".into(), ..Options::default() }
}

async fn the_demo_fills_an_empty_forum(forum: TestForum) {
    demo::fill(&forum.cx).await.unwrap();
    let cx = &forum.cx;
    let mira = domain::store::people::users::by_name(&cx.db, "mira").await.unwrap().unwrap();
    assert!(mira.claimed);
    assert_eq!(rows(&forum, "select username from users where password_hash is not null").await, ["mira"]);
    let sidebar = unread::sidebar(cx, mira.id).await.unwrap();
    assert!(sidebar.unread() > 5 && sidebar.mentions > 2, "{sidebar:?}");
    let viewer = Viewer::User { id: mira.id, is_admin: false };
    assert_eq!(
        mentions::list(cx, viewer, None, 50).await.unwrap().0.iter().filter(|(_, unread)| *unread).count() as i64,
        sidebar.mentions
    );
    let nodes = rows(&forum, "select cast(nodes as text) from messages").await.concat();
    let kinds =
        ["text", "username", "url", "code", "code_block", "quote", "emphasis", "strong", "emoji", "topic", "message"];
    for kind in kinds {
        let spaced = [format!("\"type\":\"{kind}\""), format!("\"type\": \"{kind}\"")];
        assert!(spaced.iter().any(|word| nodes.contains(word)), "no {kind}");
    }
    assert!(!nodes.contains("{base}") && !nodes.contains("{first") && !nodes.contains("#m0"));
    let now = cx.now();
    let recent = rows(&forum, "select slug from groups where kind <> 'direct'").await;
    assert_eq!(recent.len(), 5);
    for topic in domain::store::search_log::all_topics(&cx.db, TopicId(0), 100).await.unwrap() {
        assert!(topic.created_at <= now);
    }
    will_find(&forum, "newts", 3).await;
    // Actions done at the end of the import queue jobs, which a worker runs.
    forum.drain().await;
    let findings = doctor::examine(cx).await.unwrap();
    assert!(findings.drift.is_empty(), "{findings:?}");
    let boss = Viewer::User { id: domain::model::UserId(0), is_admin: true };
    assert_eq!(domain::moderation::reports::count_of_site(cx, boss).await.unwrap(), 1);
    assert_eq!(domain::moderation::approval_queue::count_of_site(cx, boss).await.unwrap(), 1);
    assert_eq!(rows(&forum, "select name from rules where enabled_at is not null").await, ["Phone numbers"]);
    let days = domain::admin::statistics::over_time(cx, boss, 30).await.unwrap().days;
    let counted: i64 = days.into_iter().map(|(_, day)| day.messages).sum();
    assert!(counted > 50, "{counted}");
    assert!(demo::fill(cx).await.is_err());
}
