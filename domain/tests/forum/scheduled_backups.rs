//! Backups on a schedule.

use crate::backups::{files, why};
use domain::admin;
use domain::backup::schedule::{self, Schedule};
use domain::backup::{self, Passphrase};
use domain::testing::TestForum;
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;

stories! {
    one_process_makes_each_scheduled_backup_and_old_ones_are_deleted,
    a_scheduled_backup_that_fails_is_reported_and_tried_again,
}

fn schedule_in(folder: &Path) -> Schedule {
    Schedule { folder: folder.to_owned(), every_hours: 6, keep: 2, passphrase: Passphrase::new("some words") }
}

async fn one_process_makes_each_scheduled_backup_and_old_ones_are_deleted(forum: TestForum) {
    let folder = TempDir::new().unwrap();
    let (schedule, other) = (schedule_in(folder.path()), forum.another().await);
    std::fs::write(folder.path().join("klatch-mine.zip"), "").unwrap();
    let mut made = Vec::new();
    for _ in 0..3 {
        let (one, two) = tokio::join!(schedule::tick(&forum.cx, &schedule), schedule::tick(&other, &schedule));
        let (one, two) = (one.unwrap(), two.unwrap());
        assert!(one.is_some() != two.is_some(), "{one:?} {two:?}");
        made.extend(one.or(two));
        assert_eq!(schedule::tick(&forum.cx, &schedule).await.unwrap(), None, "it is not due again");
        forum.pass(Duration::from_secs(6 * 3_600));
    }
    assert_eq!(files(folder.path()), [made[1].clone(), made[2].clone(), folder.path().join("klatch-mine.zip")]);
    assert!(std::fs::read(&made[2]).unwrap().starts_with(b"klatch sealed"));
    let said = why(backup::verify(&made[2], None, |_, _| {}).await);
    assert!(said.contains("it is encrypted"), "{said}");
    let said = why(backup::verify(&made[2], Passphrase::new("other words"), |_, _| {}).await);
    assert!(said.contains("the passphrase is wrong"), "{said}");
    backup::verify(&made[2], Passphrase::new("some words\n"), |_, _| {}).await.unwrap();
    let health = admin::health::check(&forum.cx).await;
    assert_eq!((health.backup, health.backup_age), (None, Some(Duration::from_secs(6 * 3_600))));
}

async fn a_scheduled_backup_that_fails_is_reported_and_tried_again(forum: TestForum) {
    forum.catch_up().await;
    let folder = TempDir::new().unwrap();
    let in_the_way = folder.path().join("backups");
    std::fs::write(&in_the_way, "a file").unwrap();
    let schedule = schedule_in(&in_the_way);
    why(schedule::tick(&forum.cx, &schedule).await);
    let health = admin::health::check(&forum.another().await).await;
    assert!(health.backup.as_ref().unwrap().to_string().contains("cannot create the folder"), "{health:?}");
    assert!(health.is_ready(), "pages do without backups");
    assert_eq!(schedule::tick(&forum.cx, &schedule).await.unwrap(), None, "not at once");
    std::fs::remove_file(&in_the_way).unwrap();
    forum.pass(Duration::from_secs(3_600));
    schedule::tick(&forum.cx, &schedule).await.unwrap().unwrap();
    let health = admin::health::check(&forum.another().await).await;
    assert_eq!((health.backup, health.backup_age), (None, Some(Duration::ZERO)));
    // Nobody makes the next ones.
    forum.pass(Duration::from_secs(14 * 3_600));
    let late = admin::health::check(&forum.another().await).await.backup.unwrap().to_string();
    assert!(late.contains("14 hours old"), "{late}");
    schedule::keep(forum.cx.clone(), None, async {}).await;
    assert_eq!(admin::health::check(&forum.another().await).await.backup, None, "none are scheduled");
}
