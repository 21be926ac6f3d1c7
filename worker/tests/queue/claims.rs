//! Claims, leases, retries and parking, on a manual clock.

use domain::platform::jobs::Task;
use std::time::Duration;

use domain::model::{EmailId, FileId, GroupId, IncomingEmailId, JobId, MessageId, TopicId, UserId};
use domain::platform::jobs;
use domain::platform::jobs::{Cause, Job, LEASE, MAX_ATTEMPTS, Outcome, Report, StarredBy, backoff, drain, turn};
use domain::store::Db;
use domain::store::platform::jobs as store;
use domain::testing::TestDb;
use domain::time::{Clock, Timestamp};

use super::support::{edited, on_both, only_row, queue};

on_both!(
    every_kind_of_job_is_claimed_as_it_was_queued,
    a_job_of_a_rolled_back_transaction_does_not_exist,
    jobs_are_claimed_in_order_of_due_time_and_not_early,
    an_expired_lease_is_taken_over_and_a_late_report_is_ignored,
    a_renewed_lease_stays_valid,
    a_failed_job_is_retried_with_growing_delays_until_it_is_parked,
    an_email_that_cannot_be_sent_is_retried_for_a_day,
    an_unstarted_job_is_returned_without_counting_an_attempt,
    an_unreadable_job_is_parked_and_the_rest_runs,
    a_job_that_crashes_its_worker_each_time_is_parked,
    running_jobs_can_be_reclaimed_at_once,
    a_clock_that_is_set_back_delays_no_job,
    a_job_is_retried_until_the_bus_is_back,
    a_scheduled_job_is_queued_once_across_processes,
    a_job_key_is_free_again_when_its_job_is_done,
    an_admin_sees_counts_and_pages_and_may_retry_or_remove,
    drain_runs_follow_up_jobs_and_reports_failures,
);

const SECOND: Duration = Duration::from_secs(1);

fn start() -> Timestamp {
    Timestamp::from_rfc3339("2026-11-21T10:30:00Z").unwrap()
}

async fn enqueue(db: &Db, job: &Job, at: Timestamp) -> JobId {
    let mut tx = db.begin().await.unwrap();
    let id = jobs::enqueue(&mut tx, job.clone(), at).await.unwrap();
    tx.commit().await.unwrap();
    id
}

/// Claims jobs. Returns each with its attempt.
async fn claims(db: &Db, owner: &str, want: usize, now: Timestamp) -> Vec<(JobId, i64)> {
    let claims = turn(db, owner, &[], want, LEASE, now).await.unwrap().claims;
    claims.into_iter().map(|claim| (claim.id, claim.attempt)).collect()
}

async fn report(db: &Db, owner: &str, (id, attempt): (JobId, i64), outcome: Outcome, now: Timestamp) {
    turn(db, owner, &[Report { id, attempt, tries: MAX_ATTEMPTS, when_parked: None, outcome }], 0, LEASE, now)
        .await
        .unwrap();
}

async fn every_kind_of_job_is_claimed_as_it_was_queued(test: TestDb) {
    let (message, topic) = (MessageId(7), TopicId(8));
    let causes = [
        Cause::MessageEdited { message },
        Cause::MessageEdited { message },
        Cause::MessageDeleted { message },
        Cause::StarsChanged { message, by: None },
        Cause::StarsChanged { message, by: Some(StarredBy { user: UserId(3), starred: true, at: start() }) },
        Cause::TopicStarted { topic },
        Cause::TopicChanged { topic },
        Cause::TopicDeleted { topic },
    ];
    let mut all: Vec<Job> = causes.iter().map(|&cause| Job::from(cause)).collect();
    all.extend(causes.map(|cause| Job::Task(Task::React { reactor: "live".into(), cause })));
    all.push(Job::Task(Task::GroupChanged { group: GroupId(9) }));
    all.push(Job::Task(Task::ImageUploaded { file: FileId(10) }));
    all.push(Job::Task(Task::PictureReplaced { digest: "ab".into() }));
    all.push(Job::Task(Task::EmailReceived { email: IncomingEmailId(11) }));
    all.push(Job::Task(Task::EmailGivenUp { email: IncomingEmailId(11) }));
    all.push(Job::Task(Task::Sweep { slot: "2026-11-21T10".into() }));
    for job in &all {
        enqueue(&test.db, job, start()).await;
    }
    let turn = turn(&test.db, "one", &[], 100, LEASE, start()).await.unwrap();
    assert_eq!(turn.claims.into_iter().map(|claim| claim.job).collect::<Vec<_>>(), all);
    assert!(!turn.more);
}

async fn a_job_of_a_rolled_back_transaction_does_not_exist(test: TestDb) {
    let mut tx = test.db.begin().await.unwrap();
    jobs::enqueue(&mut tx, edited(1), start()).await.unwrap();
    drop(tx);
    enqueue(&test.db, &edited(2), start()).await;
    assert_eq!(only_row(&test.db).await.payload, r#"{"message":2}"#);
}

async fn jobs_are_claimed_in_order_of_due_time_and_not_early(test: TestDb) {
    let third = enqueue(&test.db, &edited(3), start().plus(2 * SECOND)).await;
    let first = enqueue(&test.db, &edited(1), start()).await;
    let second = enqueue(&test.db, &edited(2), start()).await;
    assert_eq!(claims(&test.db, "one", 1, start().minus(SECOND)).await, []);
    assert_eq!(claims(&test.db, "one", 1, start()).await, [(first, 1)]);
    assert_eq!(claims(&test.db, "two", 9, start().plus(SECOND)).await, [(second, 1)]);
    assert!(!store::is_due(&test.db, start().plus(SECOND)).await.unwrap());
    assert_eq!(claims(&test.db, "two", 9, start().plus(2 * SECOND)).await, [(third, 1)]);
}

async fn an_expired_lease_is_taken_over_and_a_late_report_is_ignored(test: TestDb) {
    let id = enqueue(&test.db, &edited(1), start()).await;
    assert_eq!(claims(&test.db, "old", 1, start()).await, [(id, 1)]);
    assert_eq!(claims(&test.db, "new", 1, start().plus(LEASE / 2)).await, []);
    let later = start().plus(LEASE);
    assert_eq!(claims(&test.db, "new", 1, later).await, [(id, 2)]);
    let held = only_row(&test.db).await;
    for outcome in [Outcome::Done, Outcome::NotBegun, Outcome::Failed("late".into())] {
        report(&test.db, "old", (id, 1), outcome, later).await;
        assert_eq!(only_row(&test.db).await, held);
    }
    assert_eq!(jobs::renew(&test.db, "old", &[(id, 1)], LEASE, later).await.unwrap(), 0);
    // An earlier attempt of the same worker is as outdated as that of another one.
    report(&test.db, "new", (id, 1), Outcome::Done, later).await;
    assert_eq!(only_row(&test.db).await, held);
    report(&test.db, "new", (id, 2), Outcome::Done, later).await;
    assert_eq!(store::outstanding(&test.db).await.unwrap(), 0);
}

async fn a_renewed_lease_stays_valid(test: TestDb) {
    let id = enqueue(&test.db, &edited(1), start()).await;
    assert_eq!(claims(&test.db, "one", 1, start()).await, [(id, 1)]);
    assert_eq!(jobs::renew(&test.db, "one", &[(id, 1)], LEASE, start().plus(LEASE / 2)).await.unwrap(), 1);
    assert_eq!(claims(&test.db, "two", 1, start().plus(LEASE)).await, []);
    assert_eq!(claims(&test.db, "two", 1, start().plus(LEASE * 3 / 2)).await, [(id, 2)]);
}

async fn a_failed_job_is_retried_with_growing_delays_until_it_is_parked(test: TestDb) {
    let id = enqueue(&test.db, &edited(1), start()).await;
    let mut now = start();
    for attempt in 1..=MAX_ATTEMPTS {
        assert_eq!(claims(&test.db, "one", 1, now).await, [(id, attempt)]);
        report(&test.db, "one", (id, attempt), Outcome::Failed(format!("failure {attempt}")), now).await;
        let row = only_row(&test.db).await;
        assert_eq!(row.last_error.as_deref(), Some(&*format!("failure {attempt}")));
        if attempt == MAX_ATTEMPTS {
            assert_eq!(row.state, "failed");
            break;
        }
        let wait = row.run_at.since(now);
        let doubled = SECOND * (1 << (attempt - 1));
        assert!(wait >= doubled && wait <= doubled * 5 / 4, "{wait:?} after {attempt}");
        assert_eq!(claims(&test.db, "one", 1, row.run_at.minus(Duration::from_micros(1))).await, []);
        now = row.run_at;
    }
    assert_eq!(claims(&test.db, "one", 1, now.plus(999_999 * SECOND)).await, []);
    assert!(backoff(id, 1_000) >= 300 * SECOND && backoff(id, 1_000) <= 375 * SECOND);
    assert_ne!(backoff(JobId(1), 1), backoff(JobId(2), 1));
}

async fn an_email_that_cannot_be_sent_is_retried_for_a_day(test: TestDb) {
    let job = Job::Task(Task::SendEmail { email: EmailId(1) });
    let (id, tries) = (enqueue(&test.db, &job, start()).await, job.tries());
    let mut now = start();
    for attempt in 1..=tries {
        assert_eq!(claims(&test.db, "one", 1, now).await, [(id, attempt)]);
        let outcome = Outcome::Failed("421 later".into());
        let report = Report { id, attempt, tries, when_parked: None, outcome };
        turn(&test.db, "one", &[report], 0, LEASE, now).await.unwrap();
        let row = only_row(&test.db).await;
        assert_eq!(row.state == "failed", attempt == tries);
        now = now.max(row.run_at);
    }
    assert!(now.since(start()) > Duration::from_secs(24 * 3_600));
}

async fn an_unstarted_job_is_returned_without_counting_an_attempt(test: TestDb) {
    let id = enqueue(&test.db, &edited(1), start()).await;
    assert_eq!(claims(&test.db, "one", 1, start()).await, [(id, 1)]);
    report(&test.db, "one", (id, 1), Outcome::NotBegun, start()).await;
    assert_eq!(claims(&test.db, "two", 1, start()).await, [(id, 1)]);
}

async fn an_unreadable_job_is_parked_and_the_rest_runs(test: TestDb) {
    let mut tx = test.db.begin().await.unwrap();
    store::insert(&mut tx, "paint_the_fence", "{}", start(), start()).await.unwrap();
    store::insert(&mut tx, "message_edited", "{not json", start(), start()).await.unwrap();
    store::insert(&mut tx, "message_edited", r#"{"topic":1}"#, start(), start()).await.unwrap();
    store::insert(&mut tx, "message_edited", "[1]", start(), start()).await.unwrap();
    tx.commit().await.unwrap();
    let good = enqueue(&test.db, &edited(1), start()).await;
    let mut claimed = Vec::new();
    loop {
        let turn = turn(&test.db, "one", &[], 1, LEASE, start()).await.unwrap();
        claimed.extend(turn.claims.iter().map(|claim| claim.id));
        if !turn.more {
            break;
        }
    }
    assert_eq!(claimed, [good]);
    let parked = store::page(&test.db, "failed", None, 10).await.unwrap();
    assert_eq!(parked.len(), 4);
    assert!(parked.iter().all(|row| row.last_error.as_deref().unwrap().starts_with("cannot be read: ")));
    assert!(parked[3].last_error.as_deref().unwrap().contains("paint_the_fence"));
}

async fn a_job_that_crashes_its_worker_each_time_is_parked(test: TestDb) {
    let id = enqueue(&test.db, &edited(1), start()).await;
    let mut now = start();
    for attempt in 1..=MAX_ATTEMPTS {
        assert_eq!(claims(&test.db, "one", 1, now).await, [(id, attempt)]);
        now = now.plus(LEASE);
    }
    assert_eq!(claims(&test.db, "one", 1, now).await, []);
    assert_eq!(only_row(&test.db).await.state, "failed");
}

async fn running_jobs_can_be_reclaimed_at_once(test: TestDb) {
    let id = enqueue(&test.db, &edited(1), start()).await;
    assert_eq!(claims(&test.db, "dead", 1, start()).await, [(id, 1)]);
    assert_eq!(jobs::take_back(&test.db, start()).await.unwrap(), 1);
    assert_eq!(claims(&test.db, "one", 1, start()).await, [(id, 2)]);
}

async fn a_scheduled_job_is_queued_once_across_processes(test: TestDb) {
    let other = test.another().await;
    let ticks = tokio::join!(
        jobs::tick(&test.db, start()),
        jobs::tick(&other, start()),
        jobs::tick(&test.db, start()),
        jobs::tick(&other, start()),
    );
    let ticks = [ticks.0, ticks.1, ticks.2, ticks.3].map(Result::unwrap);
    assert_eq!(ticks.iter().filter(|queued| **queued).count(), 1);
    assert_eq!(only_row(&test.db).await.payload, r#"{"slot":"2026-11-21T10"}"#);

    let clock = Clock::Manual(std::sync::Arc::new(start().0.into()));
    drain(&test.db, &clock, async |_| Ok::<(), String>(())).await.unwrap();
    assert!(!jobs::tick(&other, start()).await.unwrap(), "the slot is over although its job is gone");
    assert!(jobs::tick(&other, start().plus(3600 * SECOND)).await.unwrap());
    assert!(!jobs::tick(&test.db, start()).await.unwrap(), "a clock that is behind opens no old slot");
    assert_eq!(only_row(&test.db).await.payload, r#"{"slot":"2026-11-21T11"}"#);
    other.close().await;
}

async fn a_job_key_is_free_again_when_its_job_is_done(test: TestDb) {
    for expected in [true, false] {
        let mut tx = test.db.begin().await.unwrap();
        assert_eq!(jobs::enqueue_unique(&mut tx, "key", edited(1), start()).await.unwrap(), expected);
        tx.commit().await.unwrap();
    }
    let id = only_row(&test.db).await.id;
    assert_eq!(claims(&test.db, "one", 1, start()).await, [(id, 1)]);
    report(&test.db, "one", (id, 1), Outcome::Done, start()).await;
    let mut tx = test.db.begin().await.unwrap();
    assert!(jobs::enqueue_unique(&mut tx, "key", edited(1), start()).await.unwrap());
    tx.commit().await.unwrap();
}

async fn an_admin_sees_counts_and_pages_and_may_retry_or_remove(test: TestDb) {
    let db = &test.db;
    let mut tx = db.begin().await.unwrap();
    for _ in 0..3 {
        store::insert(&mut tx, "unknown", "{}", start(), start()).await.unwrap();
    }
    tx.commit().await.unwrap();
    assert_eq!(store::waiting_since(db, start().plus(SECOND)).await.unwrap(), Some(start()));
    claims(db, "one", 3, start()).await;
    enqueue(db, &edited(1), start().plus(SECOND)).await;
    assert_eq!(store::waiting_since(db, start()).await.unwrap(), None);
    assert_eq!(store::counts(db).await.unwrap(), store::Counts { ready: 1, running: 0, failed: 3 });

    let first = store::page(db, "failed", None, 2).await.unwrap();
    let second = store::page(db, "failed", Some(first[1].id), 2).await.unwrap();
    assert!(first.len() == 2 && second.len() == 1 && first[0].id > first[1].id && first[1].id > second[0].id);

    let mut tx = db.begin().await.unwrap();
    assert!(store::retry(&mut tx, first[0].id, start()).await.unwrap());
    assert!(!store::retry(&mut tx, first[0].id, start()).await.unwrap());
    assert!(store::retry(&mut tx, second[0].id, start()).await.unwrap());
    assert!(store::remove(&mut tx, first[0].id).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(store::page(db, "ready", None, 9).await.unwrap().iter().filter(|row| row.attempt == 0).count(), 2);
    assert_eq!(store::counts(db).await.unwrap().failed, 1);
}

async fn drain_runs_follow_up_jobs_and_reports_failures(test: TestDb) {
    queue(&test.db, [1, 2, 3]).await;
    let failures = drain(&test.db, &Clock::System, async |jobs| match jobs[..] {
        [Job::Happened(Cause::MessageEdited { message: MessageId(2) })] => Err("no".to_owned()),
        [Job::Happened(Cause::MessageEdited { message: MessageId(message @ 1..=3) })] => {
            queue(&test.db, [message + 10]).await;
            Ok(())
        }
        _ => Ok(()),
    })
    .await
    .unwrap();
    assert_eq!(failures, ["[Happened(MessageEdited { message: MessageId(2) })]: no"]);
    assert_eq!(only_row(&test.db).await.payload, r#"{"message":2}"#);
}

async fn a_clock_that_is_set_back_delays_no_job(test: TestDb) {
    let (before, now) = (start(), start().minus(60 * 60 * SECOND));
    // One job was queued, one had failed, and one was running in a process that is gone.
    enqueue(&test.db, &edited(1), before).await;
    let failed = claims(&test.db, "one", 1, before).await[0];
    report(&test.db, "one", failed, Outcome::Failed("no".into()), before).await;
    enqueue(&test.db, &edited(2), before).await;
    assert_eq!(claims(&test.db, "one", 1, before).await.len(), 1);
    enqueue(&test.db, &edited(3), before).await;
    assert_eq!(claims(&test.db, "two", 3, now).await, [], "the clock has to reach their times");
    assert_eq!(jobs::after_clock_change(&test.db, now).await.unwrap(), 3);
    let claimed = claims(&test.db, "two", 3, now).await;
    assert_eq!(claimed.len(), 3);
    // Their new leases and retries are not touched.
    report(&test.db, "two", claimed[0], Outcome::Failed("no".into()), now).await;
    assert_eq!(jobs::after_clock_change(&test.db, now).await.unwrap(), 0);
    assert_eq!(claims(&test.db, "three", 3, now).await, []);
    assert_eq!(claims(&test.db, "three", 1, now.plus(5 * SECOND)).await, [(claimed[0].0, claimed[0].1 + 1)]);
    // A small step: a job that was queued a minute ago.
    report(&test.db, "three", (claimed[0].0, claimed[0].1 + 1), Outcome::Done, now).await;
    for held in &claimed[1..] {
        report(&test.db, "two", *held, Outcome::Done, now).await;
    }
    // What is planned for later keeps its time.
    let mut tx = test.db.begin().await.unwrap();
    jobs::plan(&mut tx, edited(5), now.minus(120 * SECOND), now.plus(240 * SECOND)).await.unwrap();
    jobs::plan(&mut tx, edited(6), now.minus(120 * SECOND), now.plus(86_400 * SECOND)).await.unwrap();
    tx.commit().await.unwrap();
    enqueue(&test.db, &edited(4), now).await;
    let earlier = now.minus(60 * SECOND);
    assert_eq!(jobs::after_clock_change(&test.db, earlier).await.unwrap(), 1);
    assert_eq!(claims(&test.db, "two", 1, earlier).await.len(), 1);
}

async fn a_job_is_retried_until_the_bus_is_back(test: TestDb) {
    enqueue(&test.db, &edited(1), start()).await;
    let mut now = start();
    for _ in 0..3 * MAX_ATTEMPTS {
        let claimed = claims(&test.db, "one", 1, now).await;
        assert_eq!(claimed.len(), 1, "it is not parked");
        report(&test.db, "one", claimed[0], Outcome::Unavailable, now).await;
        assert_eq!(claims(&test.db, "one", 1, now).await, [], "it does not run in a circle");
        now = now.plus(5 * SECOND);
    }
    assert_eq!(claims(&test.db, "one", 1, now).await[0].1, 1, "no try has counted");
}
