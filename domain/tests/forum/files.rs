//! Uploaded files: who may read them, what becomes of images, and when they are deleted.

use std::time::Duration;

use domain::Error;
use domain::files::{self, Found};
use domain::messages::{delete, edit, wikis};
use domain::model::{FileRow, GroupKind};
use domain::platform::jobs::Task;
use domain::policy::Viewer;
use domain::testing::{DRAW, TestForum};

use crate::{hostile_files, tables};

stories! {
    everyone_who_reads_a_message_reads_its_file,
    a_foreign_file_in_a_message_opens_it_for_nobody,
    editing_a_wiki_opens_and_destroys_no_file_of_others,
    the_same_bytes_are_stored_once_and_deleted_with_the_last_message,
    an_edit_takes_a_file_out_of_a_message,
    uploads_have_limits,
    hostile_files_are_refused_or_only_downloaded,
}

async fn upload(forum: &TestForum, who: Viewer, name: &str, bytes: &[u8]) -> domain::Result<FileRow> {
    let mut upload = files::begin(&forum.cx, who).await?;
    for piece in bytes.chunks(1_000_000) {
        upload.write(piece).await?;
    }
    upload.finish(&forum.cx, name).await
}

async fn reads(forum: &TestForum, who: Viewer, file: &FileRow) -> Option<bool> {
    match files::find(&forum.cx, who, file.id).await {
        Ok(Found { is_public, .. }) => Some(is_public),
        Err(Error::NotFound) => None,
        Err(error) => panic!("{error}"),
    }
}

async fn is_stored(forum: &TestForum, key: &str) -> bool {
    forum.cx.files.open(key).await.unwrap().is_some()
}

async fn sweep(forum: &TestForum) {
    domain::reactors::run(&forum.cx, &DRAW, Task::Sweep { slot: "now".into() }).await.unwrap();
}

const DAY: Duration = Duration::from_secs(25 * 3_600);

async fn everyone_who_reads_a_message_reads_its_file(forum: TestForum) {
    let (mira, noor, omar) = (forum.person("mira").await, forum.person("noor").await, forum.person("omar").await);
    let (garden, den) =
        (forum.group(mira, "Garden", GroupKind::Public).await, forum.group(mira, "Den", GroupKind::Private).await);
    forum.admit(&den, &[noor]).await;
    let file = upload(&forum, mira, "notes.txt", b"Some notes").await.unwrap();
    assert_eq!((file.name.as_str(), file.size, file.kind.as_str()), ("notes.txt", 10, "application/octet-stream"));
    let everyone = [mira, noor, omar, Viewer::Anonymous];
    let seen = async || {
        let mut seen = Vec::new();
        for who in everyone {
            seen.push(reads(&forum, who, &file).await);
        }
        seen
    };
    assert_eq!(seen().await, [Some(false), None, None, None]);
    let posted = forum.topic(mira, &den, "Notes", &file.markup("")).await;
    assert_eq!(seen().await, [Some(false), Some(false), None, None]);
    let public = forum.topic(mira, &garden, "Notes", &file.markup("")).await;
    assert_eq!(seen().await, [Some(true); 4]);
    delete(&forum.cx, mira, public.id).await.unwrap();
    assert_eq!(seen().await, [Some(false), Some(false), None, None]);
    domain::groups::leave(&forum.cx, noor, den.id).await.unwrap();
    assert_eq!(seen().await, [Some(false), None, None, None]);
    delete(&forum.cx, mira, posted.id).await.unwrap();
    assert_eq!(seen().await, [Some(false), None, None, None]);
    forum.drain().await;
}

async fn a_foreign_file_in_a_message_opens_it_for_nobody(forum: TestForum) {
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let file = upload(&forum, mira, "secret.txt", b"A secret").await.unwrap();
    let topic = forum.topic(noor, &garden, "Mine now", &file.markup("")).await;
    assert_eq!(reads(&forum, noor, &file).await, None);
    assert_eq!(reads(&forum, Viewer::Anonymous, &file).await, None);
    edit(&forum.cx, noor, topic.id, format!("Again {}", file.markup(""))).await.unwrap();
    assert_eq!(reads(&forum, noor, &file).await, None);
    forum.drain().await;
}

async fn editing_a_wiki_opens_and_destroys_no_file_of_others(forum: TestForum) {
    let cx = &forum.cx;
    let (ann, mallory) = (forum.person("ann").await, forum.person("mallory").await);
    let garden = forum.group(ann, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[mallory]).await;
    let secret = upload(&forum, ann, "secret.txt", b"A secret").await.unwrap();
    let shown = upload(&forum, ann, "shown.txt", b"For all").await.unwrap();
    let text = format!("Plan {}", shown.markup(""));
    let of_ann = forum.topic(ann, &garden, "Plan", &text).await;
    let of_mallory = forum.topic(mallory, &garden, "Trap", &format!("Fix the typpo {}", secret.markup(""))).await;
    wikis::set(cx, ann, of_ann.id, true).await.unwrap();
    wikis::set(cx, mallory, of_mallory.id, true).await.unwrap();
    // Neither an edit of her wiki nor her edit of another opens her file.
    edit(cx, mallory, of_ann.id, format!("{text} {}", secret.markup(""))).await.unwrap();
    edit(cx, ann, of_ann.id, format!("{text} and {}", secret.markup(""))).await.unwrap();
    edit(cx, ann, of_mallory.id, format!("Fix the typo {}", secret.markup(""))).await.unwrap();
    assert_eq!(reads(&forum, mallory, &secret).await, None);
    assert_eq!(reads(&forum, Viewer::Anonymous, &shown).await, Some(true));
    // What an edit removes is hidden, but restoring the text shows it again.
    edit(cx, mallory, of_ann.id, "Nothing".to_owned()).await.unwrap();
    forum.pass(2 * DAY);
    sweep(&forum).await;
    assert_eq!(reads(&forum, mallory, &shown).await, None);
    edit(cx, mallory, of_ann.id, text).await.unwrap();
    assert_eq!(reads(&forum, mallory, &shown).await, Some(true));
    forum.drain().await;
}

async fn the_same_bytes_are_stored_once_and_deleted_with_the_last_message(forum: TestForum) {
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[noor]).await;
    let png = hostile_files::png(600, 300);
    let one = upload(&forum, mira, "one.png", &png).await.unwrap();
    assert_eq!((one.pixels(), one.kind.as_str(), one.name.as_str()), (Some((600, 300)), "image/webp", "one.webp"));
    forum.drain_twice().await;
    let other = upload(&forum, noor, "other.png", &png).await.unwrap();
    assert_eq!(one.sha256, other.sha256);
    let keys = one.keys();
    for key in &keys {
        assert!(is_stored(&forum, key).await, "{key}");
    }
    assert!(!is_stored(&forum, &one.sha256).await, "the original is gone, with what was hidden in it");
    let (first, second) = (
        forum.topic(mira, &garden, "One", &one.markup("A picture")).await,
        forum.topic(noor, &garden, "Other", &other.markup("")).await,
    );
    forum.pass(DAY);
    sweep(&forum).await;
    assert_eq!(reads(&forum, Viewer::Anonymous, &one).await, Some(true));
    for (message, who) in [(first.id, mira), (second.id, noor)] {
        assert!(is_stored(&forum, &keys[0]).await);
        delete(&forum.cx, who, message).await.unwrap();
        // It can be restored for a while.
        sweep(&forum).await;
        assert!(is_stored(&forum, &keys[0]).await);
        forum.pass(31 * DAY);
        sweep(&forum).await;
    }
    for key in &keys {
        assert!(!is_stored(&forum, key).await, "{key}");
    }
    assert_eq!(tables::ints(&forum, "select count(*) from files").await, [[0]]);
    forum.drain().await;
}

async fn an_edit_takes_a_file_out_of_a_message(forum: TestForum) {
    let mira = forum.person("mira").await;
    let garden = forum.group(mira, "Garden", GroupKind::Public).await;
    let file = upload(&forum, mira, "wrong.txt", b"The wrong one").await.unwrap();
    let topic = forum.topic(mira, &garden, "Here", &file.markup("")).await;
    assert_eq!(reads(&forum, Viewer::Anonymous, &file).await, Some(true));
    edit(&forum.cx, mira, topic.id, "Nothing".to_owned()).await.unwrap();
    assert_eq!(reads(&forum, Viewer::Anonymous, &file).await, None);
    edit(&forum.cx, mira, topic.id, file.markup("")).await.unwrap();
    assert_eq!(reads(&forum, Viewer::Anonymous, &file).await, Some(true));
    forum.drain().await;
}

async fn uploads_have_limits(mut forum: TestForum) {
    forum.limit(|limits| (limits.file_megabytes, limits.files_per_day, limits.file_megabytes_per_day) = (1, 3, 2));
    let mira = forum.person("mira").await;
    let why = |result: domain::Result<FileRow>| match result {
        Err(Error::Invalid(fields)) => fields.get("file").expect("an error of the file").to_string(),
        other => panic!("{other:?}"),
    };
    assert_eq!(why(upload(&forum, mira, "a", &vec![1; (1 << 20) + 1]).await), "Files can have at most 1 MB.");
    assert!(why(upload(&forum, mira, "a", &[]).await).contains("empty"));
    upload(&forum, mira, "a", &vec![1; 1 << 20]).await.unwrap();
    assert!(matches!(upload(&forum, mira, "a", &[1]).await, Err(Error::TooMany(_))));
    let noor = forum.person("noor").await;
    for byte in [2, 3] {
        upload(&forum, noor, "b", &vec![byte; 1 << 20]).await.unwrap();
    }
    assert!(why(upload(&forum, noor, "b", &[1]).await).contains("2 MB a day"));
    assert!(matches!(upload(&forum, Viewer::Anonymous, "a", &[1]).await, Err(Error::SignedOut)));
}

async fn hostile_files_are_refused_or_only_downloaded(mut forum: TestForum) {
    forum.limit(|limits| (limits.files_per_day, limits.files_per_day_while_new) = (0, 0));
    let mira = forum.person("mira").await;
    for (name, bytes) in hostile_files::all() {
        let file = match upload(&forum, mira, name, &bytes).await {
            Err(Error::Invalid(fields)) => {
                assert!(fields.get("file").is_some(), "{name}");
                continue;
            }
            other => other.unwrap_or_else(|error| panic!("{name}: {error}")),
        };
        forum.drain().await;
        match files::find(&forum.cx, mira, file.id).await {
            // Only the job finds that the pixels are damaged.
            Err(Error::NotFound) => continue,
            found => drop(found.unwrap_or_else(|error| panic!("{name}: {error}"))),
        }
        let key = file.key(None);
        let served = forum.cx.files.open(&key).await.unwrap().expect("its bytes").read().await.unwrap();
        let is_image = file.kind.starts_with("image/");
        assert_eq!(is_image, file.pixels().is_some(), "{name}");
        assert!(!file.kind.contains("html") && !file.kind.contains("svg") && !file.kind.contains("text"), "{name}");
        if is_image {
            // What is shown was written by us.
            assert!(!served.windows(7).any(|part| part.eq_ignore_ascii_case(b"<script")), "{name}");
            assert!(!served.windows(6).any(|part| part == b"secret"), "{name}");
        }
    }
}
