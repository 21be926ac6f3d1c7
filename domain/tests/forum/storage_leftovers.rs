//! What interrupted work leaves in the storage of files, and who removes it.

use std::time::{Duration, SystemTime};

use domain::platform::jobs::Task;
use domain::platform::storage::Files;
use domain::testing::{DRAW, TestForum, wait_for};
use tempfile::TempDir;

use crate::bucket::{Fault, Service};

stories! {
    the_pieces_of_a_canceled_upload_are_removed,
    what_interrupted_checks_and_copies_left_is_swept_after_a_day,
}

async fn the_pieces_of_a_canceled_upload_are_removed(forum: TestForum) {
    let service = Service::open().await;
    let files = service.files();
    let path = files.arriving().await.unwrap().join("large");
    std::fs::write(&path, vec![7; 17 << 20]).unwrap();
    let key = "ab".repeat(32);
    // The upload begins, one piece is stored, and nobody hears of the next.
    service.fails(Fault::HangsAfter(2));
    tokio::select! {
        stored = files.put(&key, &path) => panic!("nothing answers: {stored:?}"),
        () = wait_for("two pieces", || async { service.pieces() == 2 }) => {}
    }
    wait_for("their end", || async { service.pieces() == 0 }).await;
    assert!(service.names().is_empty());
    service.works();
    files.put(&key, &path).await.unwrap();
    assert_eq!((service.names(), service.pieces()), (vec![key], 0));
    forum.drain().await;
}

async fn what_interrupted_checks_and_copies_left_is_swept_after_a_day(mut forum: TestForum) {
    let (old, now) = (SystemTime::now() - Duration::from_secs(25 * 3_600), SystemTime::now());
    let (check, copy) = (format!("check{}", "0a".repeat(16)), format!("{}.12.0a.part", "cd".repeat(32)));
    let newer = format!("check{}", "0b".repeat(16));
    let folder = TempDir::new().unwrap();
    forum.cx.files = Files::folder(folder.path().to_owned());
    for (key, at) in [(&check, old), (&copy, old), (&newer, now)] {
        let arriving = forum.cx.files.arriving().await.unwrap().join("new");
        std::fs::write(&arriving, b"left").unwrap();
        forum.cx.files.put(key, &arriving).await.unwrap();
        let stored = folder.path().join(&key[..2]).join(&key[2..]);
        std::fs::File::options().write(true).open(stored).unwrap().set_modified(at).unwrap();
    }
    let service = Service::open().await;
    service.place(&check, b"left", old);
    service.place(&newer, b"left", now);
    let of_folder = std::mem::replace(&mut forum.cx.files, service.files());
    for files in [service.files(), of_folder] {
        forum.cx.files = files;
        domain::reactors::run(&forum.cx, &DRAW, Task::Sweep { slot: "now".into() }).await.unwrap();
        let mut left = Vec::new();
        let mut from = None;
        loop {
            let names = forum.cx.files.names(from.as_deref()).await.unwrap();
            left.extend(names.found.into_iter().map(|listed| listed.key));
            from = names.next;
            if from.is_none() {
                break;
            }
        }
        assert_eq!(left, std::slice::from_ref(&newer));
    }
    forum.drain().await;
}
