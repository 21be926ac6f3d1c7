//! Whole workers: concurrency, waking, heartbeats and stopping.

use domain::platform::jobs::Cause;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use domain::model::MessageId;
use domain::platform::jobs;
use domain::platform::jobs::{Job, LEASE, MOST_AT_ONCE, Wake};
use domain::store::Db;
use domain::store::platform::jobs as store;
use domain::testing::{TestDb, wait_for};
use domain::time::Clock;
use worker::Settings;

use super::support::{
    Gate, HOUR, Running, Runs, blind, edited, on_both, only_row, posted, queue, queue_all, until_empty,
};

on_both!(
    two_workers_under_load_run_each_job_once,
    a_worker_is_woken_immediately_by_its_own_process,
    a_worker_is_woken_by_another_process,
    a_worker_finds_jobs_without_a_notification,
    full_slots_neither_lose_nor_repeat_jobs,
    jobs_queued_by_a_job_run_without_a_notification,
    a_long_job_keeps_its_lease_while_short_ones_run,
    a_panic_or_hang_fails_only_its_own_job,
    stopping_finishes_running_jobs_and_starts_no_more,
    a_start_reclaims_the_jobs_of_the_last_process,
    new_messages_run_in_batches_and_everything_else_alone,
    a_batch_that_fails_runs_again_one_by_one,
);

async fn two_workers_under_load_run_each_job_once(test: TestDb) {
    let other = test.another().await;
    let runs = Runs::default();
    let mut workers = Vec::new();
    let wake = Wake::new(&test.db);
    for db in [&test.db, &other] {
        let runs = runs.clone();
        let settings = Settings { slots: 3, alone: false, ..Settings::of(db) };
        workers.push(
            Running::start(db, &wake, settings, move |job| {
                runs.add(&job);
                async {
                    tokio::task::yield_now().await;
                    Ok(())
                }
            })
            .await,
        );
    }
    let queued = (0..4).map(async |part| {
        for batch in 0..10 {
            let first = part * 100 + batch * 10;
            queue(&test.db, first..first + 10).await;
            wake.after_commit();
        }
    });
    for part in queued.collect::<Vec<_>>() {
        part.await;
    }
    until_empty(&test.db).await;
    for worker in workers {
        worker.stop().await;
    }
    runs.assert_once_each(0..400);
}

async fn a_worker_is_woken_immediately_by_its_own_process(test: TestDb) {
    let wake = Wake::new(&test.db);
    let worker = Running::start(&test.db, &wake, blind(&test.db), async |_| Ok(())).await;
    for message in 0..50 {
        queue(&test.db, [message]).await;
        wake.after_commit();
        until_empty(&test.db).await;
    }
    worker.stop().await;
}

async fn a_worker_is_woken_by_another_process(test: TestDb) {
    let there = test.another().await;
    let wake_here = Wake::new(&test.db);
    // SQLite has one process, and so one wake.
    let wake_there = if matches!(there, Db::Sqlite(_)) { wake_here.clone() } else { Wake::new(&there) };
    let worker = Running::start(&there, &wake_there, blind(&there), async |_| Ok(())).await;
    for message in 0..20 {
        queue(&test.db, [message]).await;
        wake_here.after_commit();
        until_empty(&test.db).await;
    }
    worker.stop().await;
}

async fn a_worker_finds_jobs_without_a_notification(test: TestDb) {
    let wake = Wake::new(&test.db);
    let settings = Settings { look: Duration::from_millis(20), ..Settings::of(&test.db) };
    let worker = Running::start(&test.db, &wake, settings, async |_| Ok(())).await;
    queue(&test.db, [1]).await;
    until_empty(&test.db).await;
    worker.stop().await;
}

async fn full_slots_neither_lose_nor_repeat_jobs(test: TestDb) {
    let (wake, gate, runs) = (Wake::new(&test.db), Gate::shut(), Runs::default());
    let worker = Running::start(&test.db, &wake, blind(&test.db), {
        let (gate, runs) = (gate.clone(), runs.clone());
        move |job| {
            runs.add(&job);
            let gate = gate.clone();
            async move {
                gate.pass().await;
                Ok(())
            }
        }
    })
    .await;
    for message in 0..20 {
        queue(&test.db, [message]).await;
        wake.after_commit();
    }
    let slots = Settings::of(&test.db).slots as i64;
    let running = async || store::counts(&test.db).await.unwrap().running == slots;
    wait_for("all slots to be taken", running).await;
    gate.open();
    until_empty(&test.db).await;
    worker.stop().await;
    runs.assert_once_each(0..20);
}

async fn jobs_queued_by_a_job_run_without_a_notification(test: TestDb) {
    let wake = Wake::new(&test.db);
    let db = test.db.clone();
    let worker = Running::start(&test.db, &wake, blind(&test.db), move |job| {
        let db = db.clone();
        async move {
            if let Job::Happened(Cause::MessageEdited { message: MessageId(message @ 1..10) }) = job {
                queue(&db, [message + 1]).await;
            }
            Ok(())
        }
    })
    .await;
    queue(&test.db, [1]).await;
    wake.after_commit();
    until_empty(&test.db).await;
    worker.stop().await;
}

async fn a_long_job_keeps_its_lease_while_short_ones_run(test: TestDb) {
    let other = test.another().await;
    let (wake, gate, runs) = (Wake::new(&test.db), Gate::shut(), Runs::default());
    let lease = Duration::from_millis(600);
    let mut workers = Vec::new();
    for db in [&test.db, &other] {
        let (gate, runs, again, wake_again) = (gate.clone(), runs.clone(), db.clone(), wake.clone());
        let settings = Settings { lease, look: Duration::from_millis(20), alone: false, ..Settings::of(db) };
        workers.push(
            Running::start(db, &wake, settings, move |job| {
                runs.add(&job);
                let (gate, again, wake) = (gate.clone(), again.clone(), wake_again.clone());
                async move {
                    if job == edited(1) {
                        gate.pass().await;
                    } else if !gate.is_open() {
                        queue(&again, [2]).await;
                        wake.after_commit();
                    }
                    Ok(())
                }
            })
            .await,
        );
    }
    queue(&test.db, [1, 2]).await;
    wake.after_commit();
    let begun = Instant::now();
    wait_for("three leases to pass", async || begun.elapsed() > 3 * lease).await;
    gate.open();
    until_empty(&test.db).await;
    for worker in workers {
        worker.stop().await;
    }
    assert_eq!(runs.of(1), 1);
    assert!(runs.of(2) > 20, "{} short jobs", runs.of(2));
}

async fn a_panic_or_hang_fails_only_its_own_job(test: TestDb) {
    let wake = Wake::new(&test.db);
    let settings = Settings { time_out: Duration::from_millis(50), ..Settings::of(&test.db) };
    let runs = Runs::default();
    let seen = runs.clone();
    let worker = Running::start(&test.db, &wake, settings, move |job| {
        seen.add(&job);
        async move {
            match job {
                Job::Happened(Cause::MessageEdited { message: MessageId(1) }) => panic!("the roof is on fire"),
                Job::Happened(Cause::MessageEdited { message: MessageId(2) }) => std::future::pending().await,
                Job::Happened(Cause::MessageEdited { message: MessageId(3) }) => Err("out of coffee".into()),
                _ => Ok(()),
            }
        }
    })
    .await;
    queue(&test.db, 0..10).await;
    wake.after_commit();
    let failed = async || {
        let rows = store::page(&test.db, "ready", None, 99).await.unwrap();
        rows.len() == 3 && rows.iter().all(|row| row.last_error.is_some())
    };
    wait_for("three failures and nothing else", failed).await;
    worker.stop().await;
    let rows = store::page(&test.db, "ready", None, 99).await.unwrap();
    let errors: Vec<_> = rows.iter().rev().filter_map(|row| row.last_error.as_deref()).collect();
    assert_eq!(errors, ["panicked: the roof is on fire", "took longer than 50ms", "out of coffee"]);
    assert_eq!(runs.of(9), 1);
}

async fn stopping_finishes_running_jobs_and_starts_no_more(test: TestDb) {
    let (wake, gate, runs) = (Wake::new(&test.db), Gate::shut(), Runs::default());
    let settings = Settings { slots: 1, ..Settings::of(&test.db) };
    let worker = Running::start(&test.db, &wake, settings, {
        let (gate, runs) = (gate.clone(), runs.clone());
        move |job| {
            runs.add(&job);
            let gate = gate.clone();
            async move {
                gate.pass().await;
                Ok(())
            }
        }
    })
    .await;
    queue(&test.db, [1, 2]).await;
    wake.after_commit();
    wait_for("the first to run", async || runs.of(1) == 1).await;
    let ended = worker.ask();
    wake.after_commit();
    assert!(!ended.is_finished());
    gate.open();
    ended.await.unwrap().unwrap();
    let left = only_row(&test.db).await;
    assert_eq!((left.payload.as_str(), left.state.as_str(), left.attempt), (r#"{"message":2}"#, "ready", 0));
    assert_eq!(runs.of(2), 0);
}

async fn a_start_reclaims_the_jobs_of_the_last_process(test: TestDb) {
    queue(&test.db, [1]).await;
    let turn = jobs::turn(&test.db, "dead", &[], 1, LEASE, Clock::System.now()).await.unwrap();
    assert_eq!(turn.claims.len(), 1);
    let wake = Wake::new(&test.db);
    let settings = Settings { alone: true, look: HOUR, ..Settings::of(&test.db) };
    let worker = Running::start(&test.db, &wake, settings, async |_| Ok(())).await;
    until_empty(&test.db).await;
    worker.stop().await;
}

async fn new_messages_run_in_batches_and_everything_else_alone(test: TestDb) {
    let (wake, runs) = (Wake::new(&test.db), Runs::default());
    let sizes = Arc::new(Mutex::new(Vec::new()));
    queue_all(&test.db, (0..150).map(posted).chain((150..160).map(edited))).await;
    let worker = Running::start_with_batches(&test.db, &wake, blind(&test.db), {
        let (runs, sizes) = (runs.clone(), sizes.clone());
        move |jobs| {
            jobs.iter().for_each(|job| runs.add(job));
            sizes.lock().unwrap().push((jobs.len(), jobs.iter().any(|job| job.kind() == "message_edited")));
            async { Ok(()) }
        }
    })
    .await;
    until_empty(&test.db).await;
    worker.stop().await;
    runs.assert_once_each(0..160);
    let sizes = sizes.lock().unwrap();
    assert!(sizes.iter().all(|&(size, is_other)| size <= MOST_AT_ONCE && (size == 1 || !is_other)), "{sizes:?}");
    // Three turns are enough for the messages.
    assert_eq!(sizes.len(), 13, "{sizes:?}");
}

async fn a_batch_that_fails_runs_again_one_by_one(test: TestDb) {
    let (wake, runs) = (Wake::new(&test.db), Runs::default());
    let settings = Settings { look: Duration::from_millis(20), ..Settings::of(&test.db) };
    queue_all(&test.db, (0..30).map(posted)).await;
    let worker = Running::start_with_batches(&test.db, &wake, settings, {
        let runs = runs.clone();
        move |jobs| {
            jobs.iter().for_each(|job| runs.add(job));
            let is_bad = jobs.contains(&posted(7));
            async move { if is_bad { Err("out of coffee".to_owned()) } else { Ok(()) } }
        }
    })
    .await;
    let alone = async || store::outstanding(&test.db).await.unwrap() == 1 && runs.of(7) > 1;
    wait_for("only the bad one to be left", alone).await;
    worker.stop().await;
    let left = only_row(&test.db).await;
    assert_eq!(left.payload, r#"{"message":7}"#);
    assert_eq!(left.last_error.as_deref(), Some("out of coffee"));
    assert!((0..30).filter(|&message| message != 7).all(|message| runs.of(message) <= 2));
}

/// Postgres only: SQLite has no connection to cut.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_listener_connection_is_restored_and_nothing_is_missed() {
    let test = TestDb::postgres().await;
    let there = test.another().await;
    let (wake_here, wake_there) = (Wake::new(&test.db), Wake::new(&there));
    let mut woken = wake_there.subscribe();
    let _listening = wake_there.listen(&there);
    woken.wait().await;
    let Db::Postgres(pool, _) = &test.db else { panic!("not Postgres") };
    for _ in 0..2 {
        let cut = "select count(pg_terminate_backend(pid)) from pg_stat_activity
             where datname = current_database() and query like 'LISTEN%'";
        let gone: i64 = sqlx::query_scalar(cut).fetch_one(pool).await.unwrap();
        assert_eq!(gone, 1);
        woken.wait().await;
        wake_here.after_commit();
        woken.wait().await;
    }
}
