//! Files move from one storage to another.

use std::time::SystemTime;

use domain::Error;
use domain::admin::logo;
use domain::files::{self, migrate};
use domain::model::{FileRow, FileState, LOGO_SIZE, PICTURE_SIZES, picture_key};
use domain::people::{accounts, avatars};
use domain::platform::storage::Files;
use domain::site;
use domain::testing::TestForum;
use tempfile::TempDir;

use crate::bucket::{Fault, Service};
use crate::storage::{bytes, upload};
use crate::{hostile_files, id};

stories! {
    files_move_to_a_bucket_and_back_while_the_forum_is_used,
    damaged_bytes_are_not_moved,
}

async fn files_move_to_a_bucket_and_back_while_the_forum_is_used(mut forum: TestForum) {
    forum.limit(|limits| (limits.files_per_day, limits.files_per_day_while_new) = (0, 0));
    let service = Service::any().await;
    let (from, to) = (forum.cx.files.clone(), service.files());
    let mira = forum.person("mira").await;
    let mut all = Vec::new();
    for nth in 0..12 {
        all.push(upload(&forum, mira, "notes.txt", format!("Notes {nth}").as_bytes()).await.unwrap());
    }
    all.push(upload(&forum, mira, "same.txt", b"Notes 1").await.unwrap());
    let image = upload(&forum, mira, "one.png", &hostile_files::png(600, 300)).await.unwrap();
    forum.drain().await;
    all.push(files::find(&forum.cx, mira, image.id).await.unwrap().file);
    avatars::set(&forum.cx, id(mira), hostile_files::png(300, 300)).await.unwrap();
    let avatar = accounts::own(&forum.cx, id(mira)).await.unwrap().avatar;
    logo::set(&forum.cx, forum.site_admin("boss").await, hostile_files::png(600, 100)).await.unwrap();
    let logo_digest = site::current(&forum.cx).await.logo.clone().unwrap().digest;
    let mut others = PICTURE_SIZES.map(|size| picture_key(&avatar, size)).to_vec();
    others.push(picture_key(&logo_digest, LOGO_SIZE));
    // Its job has not run yet.
    let waiting = upload(&forum, mira, "two.png", &hostile_files::png(500, 300)).await.unwrap();
    others.push(waiting.sha256.clone());
    // A service elsewhere has no faults.
    let is_ours = std::env::var("KLATCH_TEST_S3_ENDPOINT").is_err();
    if is_ours {
        service.fails(Fault::RefusesAfter(20));
        assert!(matches!(migrate::migrate(&forum.cx, &to, |_, _| {}).await, Err(Error::Storage(_))));
        service.works();
    }
    let mut progress = Vec::new();
    let moved = migrate::migrate(&forum.cx, &to, |done, total| progress.push((done, total))).await.unwrap();
    assert_eq!((progress.first(), progress.last()), (Some(&(1, 15)), Some(&(15, 15))));
    assert!(moved.problems.is_empty() && (!is_ours || moved.known > 0), "{moved:?}");
    let again = migrate::migrate(&forum.cx, &to, |_, _| {}).await.unwrap();
    assert_eq!((again.copied, again.bytes), (0, 0), "everything is there");
    let same = async |one: &Files, other: &Files| {
        for key in all.iter().flat_map(FileRow::keys).chain(others.iter().cloned()) {
            let copy = bytes(other, &key).await;
            assert!(copy.is_some() && copy == bytes(one, &key).await, "{key}");
        }
    };
    same(&from, &to).await;
    // What changed meanwhile comes with the last run, after which the forum uses the new place.
    let late = upload(&forum, mira, "late.txt", b"Late").await.unwrap();
    let moved = migrate::migrate(&forum.cx, &to, |_, _| {}).await.unwrap();
    assert_eq!((moved.copied, moved.bytes), (1, 4));
    forum.cx.files = to.clone();
    assert_eq!(bytes(&forum.cx.files, &late.sha256).await.unwrap(), b"Late");
    let folder = TempDir::new().unwrap();
    let back = Files::folder(folder.path().join("files"));
    migrate::migrate(&forum.cx, &back, |_, _| {}).await.unwrap();
    same(&to, &back).await;
    forum.cx.files = back;
    forum.drain().await;
    assert_eq!(files::find(&forum.cx, mira, waiting.id).await.unwrap().file.state, FileState::Ready);
}

async fn damaged_bytes_are_not_moved(mut forum: TestForum) {
    let service = Service::open().await;
    forum.cx.files = service.files();
    let mira = forum.person("mira").await;
    let (good, bad, lost) = (
        upload(&forum, mira, "good.txt", b"good").await.unwrap(),
        upload(&forum, mira, "bad.txt", b"bad").await.unwrap(),
        upload(&forum, mira, "lost.txt", b"lost").await.unwrap(),
    );
    service.place(&bad.sha256, b"odd", SystemTime::now());
    forum.cx.files.delete(&lost.sha256).await.unwrap();
    let folder = TempDir::new().unwrap();
    let to = Files::folder(folder.path().join("files"));
    let mut moved = migrate::migrate(&forum.cx, &to, |_, _| {}).await.unwrap();
    moved.problems.sort();
    assert_eq!((moved.copied, moved.problems.len()), (1, 2), "{moved:?}");
    assert!(moved.problems[0].contains("bad.txt") && moved.problems[0].contains("damaged"), "{moved:?}");
    assert!(moved.problems[1].contains("lost.txt") && moved.problems[1].contains("missing"), "{moved:?}");
    assert_eq!(bytes(&to, &good.sha256).await.unwrap(), b"good");
    assert_eq!(bytes(&to, &bad.sha256).await, None);
    assert_eq!(std::fs::read_dir(folder.path().join("files/arriving")).unwrap().count(), 0, "nothing is left");
    // The new place stores other bytes than it was sent.
    let spoiled = Service::open().await;
    spoiled.fails(Fault::Spoils);
    let error = migrate::migrate(&forum.cx, &spoiled.files(), |_, _| {}).await.unwrap_err();
    assert!(error.to_string().contains("other bytes"), "{error}");
    assert!(spoiled.names().is_empty());
    forum.drain().await;
}
