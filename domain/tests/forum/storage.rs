//! The storage of files: in a bucket as in a folder, and when it fails.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use domain::Error;
use domain::admin::doctor;
use domain::files;
use domain::messages::delete;
use domain::model::{FileRow, FileState, GroupKind, keys_of_digest};
use domain::platform::jobs::Task;
use domain::platform::storage::{Bucket, Files, Times};
use domain::policy::Viewer;
use domain::testing::{DRAW, TestForum};
use tempfile::TempDir;
use tokio::sync::{Barrier, Notify};

use crate::bucket::{Fault, Service};
use crate::waiting::At;
use crate::{hostile_files, tables, waiting};

stories! {
    files_are_kept_in_a_bucket_as_in_a_folder,
    a_bucket_with_a_wrong_key_is_reported,
    while_the_storage_fails_no_file_is_half_there,
    a_slow_or_broken_answer_is_no_file,
    bytes_that_are_stored_anew_survive_the_deletion_of_the_same_bytes,
    bytes_without_a_file_are_swept_after_a_day,
    an_interrupted_deletion_is_finished,
    unused_files_can_be_deleted_by_their_owner,
    all_names_of_a_file_are_deleted_at_once,
}

const DAY: Duration = Duration::from_secs(25 * 3_600);

pub async fn upload(forum: &TestForum, who: Viewer, name: &str, bytes: &[u8]) -> domain::Result<FileRow> {
    let mut upload = files::begin(&forum.cx, who).await?;
    for piece in bytes.chunks(1_000_000) {
        upload.write(piece).await?;
    }
    upload.finish(&forum.cx, name).await
}

async fn sweep(forum: &TestForum) {
    domain::reactors::run(&forum.cx, &DRAW, Task::Sweep { slot: "now".into() }).await.unwrap();
}

pub async fn bytes(files: &Files, key: &str) -> Option<Vec<u8>> {
    match files.open(key).await.unwrap() {
        Some(stored) => Some(stored.read().await.unwrap()),
        None => None,
    }
}

async fn counts(forum: &TestForum) -> Vec<Vec<i64>> {
    tables::ints(forum, "select (select count(*) from files), (select count(*) from file_claims)").await
}

/// Some bytes that differ from each other.
fn noise(len: usize) -> Vec<u8> {
    (0..len).map(|nth| (nth.wrapping_mul(2_654_435_761) >> 13) as u8).collect()
}

async fn files_are_kept_in_a_bucket_as_in_a_folder(mut forum: TestForum) {
    let service = Service::any().await;
    forum.cx.files = service.files();
    forum.cx.files.check().await.unwrap();
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    // It has several pieces.
    let large = noise((9 << 20) + 7);
    let notes = upload(&forum, mira, "notes.bin", &large).await.unwrap();
    let image = upload(&forum, mira, "one.png", &hostile_files::png(600, 300)).await.unwrap();
    forum.drain_twice().await;
    assert!(bytes(&forum.cx.files, &notes.sha256).await.unwrap() == large);
    let image = files::find(&forum.cx, mira, image.id).await.unwrap().file;
    for key in image.keys() {
        assert_eq!(
            forum.cx.files.size(&key).await.unwrap(),
            bytes(&forum.cx.files, &key).await.map(|all| all.len() as u64)
        );
    }
    assert_eq!(bytes(&forum.cx.files, &image.sha256).await, None, "the original is gone");
    let names = forum.cx.files.names(None).await.unwrap();
    let mut keys: Vec<String> = names.found.into_iter().map(|listed| listed.key).collect();
    keys.sort();
    let mut expected = image.keys();
    expected.push(notes.sha256.clone());
    expected.sort();
    assert_eq!((keys, names.next), (expected, None));
    let posted =
        forum.topic(mira, &garden, "Files", &format!("{} {}", notes.markup(""), image.markup("A picture"))).await;
    delete(&forum.cx, mira, posted.id).await.unwrap();
    forum.pass(31 * DAY);
    sweep(&forum).await;
    sweep(&forum).await;
    assert!(forum.cx.files.names(None).await.unwrap().found.is_empty());
    assert_eq!(counts(&forum).await, [[0, 0]]);
    forum.drain().await;
    assert_eq!(doctor::examine(&forum.cx).await.unwrap().drift, Vec::<String>::new());
}

async fn a_bucket_with_a_wrong_key_is_reported(mut forum: TestForum) {
    let service = Service::open().await;
    let mira = forum.person("mira").await;
    let wrong = Bucket { secret_key: "another secret".into(), ..service.bucket() };
    forum.cx.files = service.files_of(&wrong);
    assert!(matches!(upload(&forum, mira, "a.txt", b"bytes").await, Err(Error::Storage(_))));
    let drift = doctor::examine(&forum.cx).await.unwrap().drift;
    assert!(
        drift.iter().any(|found| found.contains("KLATCH_FILES") && found.contains("SignatureDoesNotMatch")),
        "{drift:?}"
    );
    assert!(!format!("{drift:?} {:?}", forum.cx.files).contains("another secret"));
    let other = Bucket { name: "no-such-bucket".into(), ..service.bucket() };
    assert!(service.files_of(&other).open("abc").await.is_err(), "a missing bucket is no missing file");
    forum.cx.files = service.files();
    upload(&forum, mira, "a.txt", b"bytes").await.unwrap();
    // One connection serves many requests.
    let before = service.connections();
    for _ in 0..5 {
        assert!(forum.cx.files.open("abc").await.unwrap().is_none());
    }
    assert!(service.connections() <= before + 1);
    forum.drain().await;
}

async fn while_the_storage_fails_no_file_is_half_there(mut forum: TestForum) {
    let service = Service::open().await;
    forum.cx.files = service.files();
    let mira = forum.person("mira").await;
    let file = upload(&forum, mira, "kept.txt", b"kept").await.unwrap();
    let image = upload(&forum, mira, "one.png", &hostile_files::png(600, 300)).await.unwrap();
    for fault in [Fault::Refuses, Fault::RefusesAfter(2)] {
        service.fails(fault);
        let failed = upload(&forum, mira, "large.bin", &noise((17 << 20) + 1)).await;
        assert!(matches!(failed, Err(Error::Storage(_))), "{fault:?}");
        assert_eq!(counts(&forum).await, [[2, 0]], "{fault:?}");
    }
    // The job of the image waits for the storage, and the sweep goes on without it.
    let failed = domain::reactors::run(&forum.cx, &DRAW, Task::ImageUploaded { file: image.id }).await;
    assert!(failed.is_err_and(|error| error.is_unavailable()));
    sweep(&forum).await;
    assert!(matches!(forum.cx.files.open(&file.sha256).await, Err(Error::Storage(_))));
    service.works();
    forum.drain().await;
    assert_eq!(bytes(&forum.cx.files, &file.sha256).await.unwrap(), b"kept");
    assert_eq!(files::find(&forum.cx, mira, image.id).await.unwrap().file.state, FileState::Ready);
    let again = upload(&forum, mira, "large.bin", &noise((17 << 20) + 1)).await.unwrap();
    assert_eq!(forum.cx.files.size(&again.sha256).await.unwrap(), Some((17 << 20) + 1));
    // Nothing listens there.
    let gone = Bucket { endpoint: Bucket::parse_endpoint("http://127.0.0.1:1"), ..service.bucket() };
    forum.cx.files = service.files_of(&gone);
    assert!(matches!(upload(&forum, mira, "a.txt", b"bytes").await, Err(Error::Storage(_))));
    assert_eq!(counts(&forum).await, [[3, 0]]);
    forum.drain().await;
}

async fn a_slow_or_broken_answer_is_no_file(mut forum: TestForum) {
    let service = Service::open().await;
    let hasty = Bucket {
        times: Times { answer: Duration::from_millis(300), sending: Duration::from_millis(300) },
        ..service.bucket()
    };
    forum.cx.files = service.files();
    let mira = forum.person("mira").await;
    let file = upload(&forum, mira, "kept.txt", &noise(200_000)).await.unwrap();
    service.fails(Fault::Hangs);
    forum.cx.files = service.files_of(&hasty);
    let error = forum.cx.files.open(&file.sha256).await.unwrap_err();
    assert!(error.to_string().contains("did not respond"), "{error}");
    assert!(matches!(upload(&forum, mira, "a.txt", b"bytes").await, Err(Error::Storage(_))));
    assert!(forum.cx.files.names(None).await.is_err());
    service.fails(Fault::Cuts);
    forum.cx.files = service.files();
    let stored = forum.cx.files.open(&file.sha256).await.unwrap().expect("its bytes");
    assert!(matches!(stored.read().await, Err(Error::Storage(_))), "half of them are no file");
    service.works();
    assert!(bytes(&forum.cx.files, &file.sha256).await.is_some());
    assert_eq!(counts(&forum).await, [[1, 0]]);
    forum.drain().await;
}

async fn bytes_that_are_stored_anew_survive_the_deletion_of_the_same_bytes(mut forum: TestForum) {
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let old = upload(&forum, mira, "old.txt", b"the same").await.unwrap();
    let files = forum.cx.files.clone();
    let (stored, goes_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let gates = (stored.clone(), goes_on.clone());
    let folder = TempDir::new().unwrap();
    forum.cx.files = waiting::before(files.clone(), folder.path(), move |at| {
        let (stored, goes_on) = gates.clone();
        Box::pin(async move {
            if at == At::Stored {
                stored.notify_one();
                goes_on.notified().await;
            }
        })
    });
    forum.pass(2 * DAY);
    let deletes = async {
        stored.notified().await;
        // No message shows the old file for a day.
        sweep(&forum).await;
        assert_eq!(counts(&forum).await, [[0, 1]], "the old file is gone, and the new one is claimed");
        // Other transactions are not held up by the storage.
        forum.person("olga").await;
        goes_on.notify_one();
    };
    let (new, ()) = tokio::join!(upload(&forum, noor, "new.txt", b"the same"), deletes);
    let new = new.unwrap();
    assert_eq!((&new.sha256, bytes(&files, &new.sha256).await.as_deref()), (&old.sha256, Some(&b"the same"[..])));
    sweep(&forum).await;
    assert_eq!(counts(&forum).await, [[1, 0]]);
    assert!(bytes(&files, &new.sha256).await.is_some());
    forum.drain().await;
}

async fn bytes_without_a_file_are_swept_after_a_day(mut forum: TestForum) {
    let service = Service::open().await;
    forum.cx.files = service.files();
    let mira = forum.person("mira").await;
    let file = upload(&forum, mira, "kept.txt", b"kept").await.unwrap();
    let (old, now) = (SystemTime::now() - DAY, SystemTime::now());
    let digest = |byte: u8| format!("{byte:02x}").repeat(32);
    for key in
        [digest(1), format!("{}.full", digest(1)), format!("{}.480", digest(2)), "notes.txt".into(), "check1".into()]
    {
        service.place(&key, b"stray", old);
    }
    service.place(&digest(3), b"it may get a file", now);
    service.place(&file.sha256, b"kept", old);
    sweep(&forum).await;
    let mut left = service.names();
    left.sort();
    let mut expected = vec![digest(3), file.sha256.clone(), "check1".into(), "notes.txt".into()];
    expected.sort();
    assert_eq!(left, expected);
    // As in a folder, whose files have the times of the disk.
    let folder = TempDir::new().unwrap();
    forum.cx.files = Files::folder(folder.path().to_owned());
    for (byte, at) in [(1, old), (3, now)] {
        let path = forum.cx.files.arriving().await.unwrap().join("new");
        std::fs::write(&path, b"stray").unwrap();
        forum.cx.files.put(&digest(byte), &path).await.unwrap();
        let stored = folder.path().join(&digest(byte)[..2]).join(&digest(byte)[2..]);
        std::fs::File::options().write(true).open(stored).unwrap().set_modified(at).unwrap();
    }
    sweep(&forum).await;
    assert_eq!(bytes(&forum.cx.files, &digest(1)).await, None);
    assert!(bytes(&forum.cx.files, &digest(3)).await.is_some());
    forum.drain().await;
}

async fn an_interrupted_deletion_is_finished(mut forum: TestForum) {
    let service = Service::open().await;
    forum.cx.files = service.files();
    let mira = forum.person("mira").await;
    let file = upload(&forum, mira, "gone.txt", b"bytes").await.unwrap();
    service.fails(Fault::Refuses);
    files::delete_unused(&forum.cx, mira, file.id).await.unwrap();
    assert_eq!(counts(&forum).await, [[0, 1]], "the bytes are still claimed");
    service.works();
    // Until the deletion is certain, the same bytes are not stored: a late request would delete them.
    assert!(matches!(upload(&forum, mira, "again.txt", b"bytes").await, Err(Error::Storage(_))));
    forum.pass(Duration::from_secs(3_600));
    sweep(&forum).await;
    assert_eq!(counts(&forum).await, [[0, 0]]);
    assert!(service.names().is_empty());
    upload(&forum, mira, "again.txt", b"bytes").await.unwrap();
    // A claim to store bytes whose process ended holds nobody up, and is forgotten after a day.
    forum
        .execute("insert into file_claims (sha256, deletes, created_at) select sha256, false, created_at from files")
        .await;
    upload(&forum, mira, "once more.txt", b"bytes").await.unwrap();
    forum.pass(DAY);
    sweep(&forum).await;
    sweep(&forum).await;
    assert_eq!(counts(&forum).await, [[0, 0]]);
    forum.drain().await;
}

async fn unused_files_can_be_deleted_by_their_owner(forum: TestForum) {
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let (used, unused) = (
        upload(&forum, mira, "used.txt", b"used").await.unwrap(),
        upload(&forum, mira, "unused.txt", b"unused").await.unwrap(),
    );
    let other = upload(&forum, noor, "same.txt", b"unused").await.unwrap();
    let posted = forum.topic(mira, &garden, "Files", &used.markup("")).await;
    assert!(matches!(files::delete_unused(&forum.cx, noor, unused.id).await, Err(Error::NotFound)));
    assert!(matches!(files::delete_unused(&forum.cx, Viewer::Anonymous, unused.id).await, Err(Error::SignedOut)));
    assert!(matches!(files::delete_unused(&forum.cx, mira, used.id).await, Err(Error::Forbidden(_))));
    domain::messages::edit(&forum.cx, mira, posted.id, "Nothing".to_owned()).await.unwrap();
    assert!(
        matches!(files::delete_unused(&forum.cx, mira, used.id).await, Err(Error::Forbidden(_))),
        "its history shows it"
    );
    files::delete_unused(&forum.cx, mira, unused.id).await.unwrap();
    assert!(matches!(files::delete_unused(&forum.cx, mira, unused.id).await, Err(Error::NotFound)));
    // Somebody else's file has the same bytes.
    assert!(bytes(&forum.cx.files, &other.sha256).await.is_some());
    files::delete_unused(&forum.cx, noor, other.id).await.unwrap();
    for key in keys_of_digest(&other.sha256) {
        assert_eq!(bytes(&forum.cx.files, &key).await, None, "{key}");
    }
    forum.drain().await;
}

async fn all_names_of_a_file_are_deleted_at_once(mut forum: TestForum) {
    let mira = forum.person("mira").await;
    let file = upload(&forum, mira, "a.txt", b"bytes").await.unwrap();
    let (files, all) = (forum.cx.files.clone(), Arc::new(Barrier::new(keys_of_digest(&file.sha256).len())));
    let folder = TempDir::new().unwrap();
    forum.cx.files = waiting::before(files.clone(), folder.path(), move |at| {
        let all = all.clone();
        Box::pin(async move {
            if at == At::Deletes {
                all.wait().await;
            }
        })
    });
    // One after the other, they would wait forever.
    let deleted = tokio::time::timeout(Duration::from_secs(60), files::delete_unused(&forum.cx, mira, file.id)).await;
    deleted.expect("the end").unwrap();
    assert_eq!((bytes(&files, &file.sha256).await, counts(&forum).await), (None, vec![vec![0, 0]]));
    forum.drain().await;
}
