//! Exports: what they contain, and that an import and a second export give the same bytes.

use std::io::Read;
use std::path::Path;
use std::time::Duration;

use domain::Error;
use domain::backup::folder::{self, Drawing, FolderMessage};
use domain::backup::{self, export};
use domain::import::demo;
use domain::messages::{self, NewAttachment, Target, polls, stars, submit_with};
use domain::model::{Group, GroupKind, LogAction};
use domain::policy::Viewer;
use domain::store::{DatabaseUrl, Db};
use domain::testing::{TestForum, draft};
use serde_json::json;
use tempfile::TempDir;
use zip::ZipArchive;

use crate::id;

stories!(
    exporting_an_imported_export_gives_the_same_bytes,
    a_public_export_contains_only_what_anyone_can_read,
    an_export_of_a_group_contains_only_this_group,
    an_export_can_only_be_imported_into_an_empty_forum,
    admins_can_export_their_group_and_readers_a_public_one,
    a_folder_contains_a_page_per_topic_and_only_what_may_be_read,
    a_long_topic_has_several_pages_in_a_folder,
);

/// All text of an archive.
fn text(file: &Path) -> String {
    let mut zip = ZipArchive::new(std::fs::File::open(file).unwrap()).unwrap();
    let mut text = String::new();
    for number in 0..zip.len() {
        zip.by_index(number).unwrap().read_to_string(&mut text).unwrap();
    }
    text
}

async fn exported(forum: &TestForum, group: Option<&str>, is_public: bool, file: &Path) {
    export::make(&forum.db.url, &forum.cx.files, group, is_public, file, |_, _| {}).await.unwrap();
}

async fn imported(forum: &TestForum, file: &Path) -> domain::Result<backup::Manifest> {
    export::import(&forum.db.url, &forum.cx.files, file, |_, _| {}).await
}

async fn empty(postgres: bool) -> TestForum {
    let forum = if postgres { TestForum::postgres().await } else { TestForum::sqlite().await };
    forum.cx.db.close().await;
    forum
}

/// A public and a private group, with deleted and edited messages in both. Each text has its own word.
async fn groups(forum: &TestForum) -> (Viewer, Group, Group) {
    let (ada, ben, cid) = (forum.person("ada").await, forum.person("ben").await, forum.person("cid").await);
    forum.execute("update users set email = username || '@secret.example'").await;
    let open = forum.group(ada, "Open", GroupKind::Public).await;
    let hidden = forum.group(ben, "Hidden", GroupKind::Private).await;
    forum.admit(&open, &[cid]).await;
    forum.admit(&hidden, &[ada]).await;
    for (group, who, word) in [(&open, ada, "sparrow"), (&hidden, ben, "vault")] {
        let topic = forum.topic(who, group, &format!("About {word}"), &format!("First {word}")).await.topic;
        let edited = forum.post(who, topic, &format!("Draft of {word}")).await.id;
        messages::edit(&forum.cx, who, edited, format!("Final {word}")).await.unwrap();
        let deleted = forum.post(who, topic, &format!("Regret {word}")).await.id;
        stars::toggle(&forum.cx, ada, edited).await.unwrap();
        for anonymous in [false, true] {
            let data = json!({"question": format!("When {word}?"), "options": ["Soon", "Now"], "anonymous": anonymous});
            let poll = NewAttachment { kind: "poll".into(), version: None, data };
            let poll = submit_with(&forum.cx, who, Target::Topic(topic), draft("Vote"), Some(poll)).await.unwrap().id;
            polls::vote(&forum.cx, ada, poll, &[1]).await.unwrap();
        }
        messages::delete(&forum.cx, who, deleted).await.unwrap();
    }
    let gone = forum.topic(ada, &open, "Lost title", "Lost text").await.topic;
    domain::topics::delete(&forum.cx, ada, gone).await.unwrap();
    // Open pages learn of votes after a second.
    forum.pass(Duration::from_secs(2));
    forum.drain().await;
    (ada, open, hidden)
}

async fn exporting_an_imported_export_gives_the_same_bytes(forum: TestForum) {
    demo::fill(&forum.cx).await.unwrap();
    groups(&forum).await;
    let folder = TempDir::new().unwrap();
    let file = |name: &str| folder.path().join(name);
    let is_postgres = matches!(forum.db.url, DatabaseUrl::Postgres(_));
    for is_public in [false, true] {
        let first = file(&format!("first-{is_public}.zip"));
        exported(&forum, None, is_public, &first).await;
        exported(&forum, None, is_public, &file(&format!("again-{is_public}.zip"))).await;
        let bytes = std::fs::read(&first).unwrap();
        assert_eq!(std::fs::read(file(&format!("again-{is_public}.zip"))).unwrap(), bytes);
        for postgres in [is_postgres, !is_postgres] {
            let other = empty(postgres).await;
            imported(&other, &first).await.unwrap();
            let second = file(&format!("second-{is_public}-{postgres}.zip"));
            exported(&other, None, is_public, &second).await;
            assert!(std::fs::read(&second).unwrap() == bytes, "public: {is_public}, postgres: {postgres}");
            let db = Db::connect(&other.db.url, 2).await.unwrap();
            assert_eq!(domain::store::topics::misnumbered(&db).await.unwrap(), []);
            // New rows get new ids.
            let mut tx = db.begin().await.unwrap();
            let new =
                domain::store::people::users::insert(&mut tx, "newcomer", "newcomer", None, "-", false, forum.cx.now());
            new.await.unwrap().unwrap();
            tx.commit().await.unwrap();
            db.close().await;
        }
    }
}

async fn a_public_export_contains_only_what_anyone_can_read(forum: TestForum) {
    groups(&forum).await;
    let folder = TempDir::new().unwrap();
    let (public, complete) = (folder.path().join("public.zip"), folder.path().join("complete.zip"));
    exported(&forum, None, true, &public).await;
    exported(&forum, None, false, &complete).await;
    let (public, complete) = (text(&public), text(&complete));
    for word in ["About sparrow", "Final sparrow", "\\\"question\\\":\\\"When sparrow?\\\""] {
        assert!(public.contains(word) && complete.contains(word), "{word}");
    }
    for word in [
        "vault",
        "tables/former_topics",
        "tables/former_texts",
        "tables/poll_votes",
        "Draft of sparrow",
        "Regret sparrow",
        "Lost t",
        "\"ben\"",
        "\"cid\"",
    ] {
        assert!(!public.contains(word), "{word}: {public}");
        assert!(complete.contains(word), "{word}");
    }
    assert!(complete.contains("\"anonymous\":false") && !complete.contains("\"anonymous\":true"), "{complete}");
    for word in ["secret.example", "argon2", "password", "is_admin"] {
        assert!(!public.contains(word) && !complete.contains(word), "{word}");
    }
}

async fn an_export_of_a_group_contains_only_this_group(forum: TestForum) {
    let (_, open, hidden) = groups(&forum).await;
    let folder = TempDir::new().unwrap();
    let (file, other) = (folder.path().join("open.zip"), folder.path().join("hidden.zip"));
    exported(&forum, Some(&open.slug), false, &file).await;
    let all = text(&file);
    assert!(all.contains("Draft of sparrow") && !all.contains("vault"), "{all}");
    exported(&forum, Some(&hidden.slug), false, &other).await;
    let all = text(&other);
    assert!(all.contains("Draft of vault") && !all.contains("sparrow") && !all.contains("\"cid\""), "{all}");
    let new = empty(false).await;
    imported(&new, &other).await.unwrap();
    let again = folder.path().join("again.zip");
    exported(&new, Some(&hidden.slug), false, &again).await;
    assert!(std::fs::read(&again).unwrap() == std::fs::read(&other).unwrap());
    for (slug, is_public, words) in
        [(&*hidden.slug, true, "is not public"), ("nowhere", false, "no group with the URL `nowhere`")]
    {
        let made = export::make(
            &forum.db.url,
            &forum.cx.files,
            Some(slug),
            is_public,
            &folder.path().join("none.zip"),
            |_, _| {},
        )
        .await;
        let Err(error) = made else { panic!("{words}") };
        assert!(error.to_string().contains(words), "{error}");
    }
    assert!(!folder.path().join("none.zip").exists());
}

async fn an_export_can_only_be_imported_into_an_empty_forum(forum: TestForum) {
    let (ada, open, _) = groups(&forum).await;
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("export.zip");
    exported(&forum, None, false, &file).await;
    forum.cx.db.close().await;
    let Err(error) = imported(&forum, &file).await else { panic!("it is not empty") };
    assert!(error.to_string().contains("already has a forum"), "{error}");
    let Err(error) = backup::restore::open(&file, None).await else { panic!("it is no backup") };
    assert!(error.to_string().contains("klatch import klatch"), "{error}");
    backup::verify(&file, None, |_, _| {}).await.unwrap();
    let new = empty(matches!(forum.db.url, DatabaseUrl::Postgres(_))).await;
    imported(&new, &file).await.unwrap();
    let db = Db::connect(&new.db.url, 2).await.unwrap();
    let found = domain::store::groups::by_slug(&db, &open.slug, Some(id(ada))).await.unwrap().unwrap();
    assert_eq!((found.group.id, found.group.name), (open.id, open.name));
    db.close().await;
}

/// Renders pages as plain text.
const DRAWING: Drawing = Drawing {
    index: |index| Ok(index.groups.iter().map(|group| format!("{} {}\n", group.name, group.topics)).collect()),
    group: |page| Ok(page.topics.iter().map(|topic| format!("{}\n", topic.name)).collect()),
    topic: |page| {
        let line =
            |message: &FolderMessage| format!("{}: {}\n", message.author, message.markup.as_deref().unwrap_or("gone"));
        Ok(page.messages.iter().map(line).collect())
    },
    search: |site| Ok(site.to_owned()),
    style: "",
    script: "",
};

async fn written(forum: &TestForum, folder: &Path, is_public: bool) -> u64 {
    let order = folder::Order {
        folder,
        group: None,
        is_public,
        site: "Test",
        base_url: "https://forum.example",
        drawing: DRAWING,
        files: &forum.cx.files,
    };
    folder::make(&forum.db.url, order).await.unwrap()
}

/// The names of the files of a folder, and all of their text.
fn files(folder: &Path) -> (Vec<String>, String) {
    let mut names: Vec<String> =
        std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    let text = names.iter().map(|name| std::fs::read_to_string(folder.join(name)).unwrap()).collect();
    (names, text)
}

async fn a_folder_contains_a_page_per_topic_and_only_what_may_be_read(forum: TestForum) {
    let (ada, open, _) = groups(&forum).await;
    let topic = forum.topic(ada, &open, "Names", "Hello @ben").await.topic;
    forum.drain().await;
    let folder = TempDir::new().unwrap();
    let (public, complete) = (folder.path().join("public"), folder.path().join("complete"));
    assert_eq!(written(&forum, &public, true).await, 5);
    assert_eq!(written(&forum, &complete, false).await, 9);
    let (names, text) = files(&public);
    assert!(
        names.contains(&format!("topic-{topic}.html")) && names.contains(&format!("group-{}.html", open.id)),
        "{names:?}"
    );
    assert!(text.contains("Final sparrow") && text.contains("ada: gone") && text.contains("Open 2"), "{text}");
    assert!(text.contains("href=\"https://forum.example/users/ben/\""), "links lead to the forum: {text}");
    for word in ["vault", "Draft of", "Regret", "Lost t", "secret.example"] {
        assert!(!text.contains(word), "{word}");
    }
    let (_, text) = files(&complete);
    assert!(text.contains("Final vault") && !text.contains("Regret") && !text.contains("Lost t"), "{text}");
    let order = folder::Order {
        folder: &public,
        group: None,
        is_public: true,
        site: "",
        base_url: "",
        drawing: DRAWING,
        files: &forum.cx.files,
    };
    let Err(error) = folder::make(&forum.db.url, order).await else { panic!("it exists") };
    assert!(error.to_string().contains("already exists"), "{error}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2, "nothing unfinished stays");
}

async fn a_long_topic_has_several_pages_in_a_folder(forum: TestForum) {
    let ada = forum.person("ada").await;
    let group = forum.group(ada, "Open", GroupKind::Public).await;
    let topic = forum.topic(ada, &group, "Long", "Number 0").await.topic;
    let other = forum.topic(ada, &group, "Short", "Other").await.topic;
    for number in 1..=folder::PAGE {
        forum.post(ada, topic, &format!("Number {number}")).await;
    }
    let temporary = TempDir::new().unwrap();
    let folder = temporary.path().join("pages");
    assert_eq!(written(&forum, &folder, true).await, folder::PAGE as u64 + 2);
    let lines = |name: String| {
        std::fs::read_to_string(folder.join(name)).unwrap().lines().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(lines(format!("topic-{topic}.html")).len(), folder::PAGE);
    assert_eq!(lines(format!("topic-{topic}-2.html")), [format!("ada: Number {}", folder::PAGE)]);
    assert_eq!(lines(format!("topic-{other}.html")), ["ada: Other"]);
    let search = std::fs::read_to_string(folder.join("search-0.js")).unwrap();
    assert!(search.contains(&format!("\"topic-{topic}-2.html#m")), "the search knows the pages");
}

async fn admins_can_export_their_group_and_readers_a_public_one(forum: TestForum) {
    let (ana, ben, cai) = (forum.person("ana").await, forum.person("ben").await, forum.person("cai").await);
    let (open, closed) =
        (forum.group(ana, "Open", GroupKind::Public).await, forum.group(ana, "Closed", GroupKind::Closed).await);
    forum.admit(&closed, &[ben]).await;
    forum.topic(ana, &open, "Herons", "By the river").await;
    let gone = forum.topic(ana, &open, "Gone", "Deleted words").await;
    messages::delete(&forum.cx, ana, gone.id).await.unwrap();
    forum.topic(ana, &closed, "Owls", "At night").await;
    let download = async |who: Viewer, group: &Group| {
        let (found, file) = export::download(&forum.cx, who, group.id).await?;
        assert_eq!(found.id, group.id);
        let mut zip = ZipArchive::new(file).unwrap();
        let mut text = String::new();
        for number in 0..zip.len() {
            zip.by_index(number).unwrap().read_to_string(&mut text).unwrap();
        }
        Ok::<_, Error>(text)
    };
    let public = download(cai, &open).await.unwrap();
    assert!(public.contains("By the river") && !public.contains("Deleted words") && !public.contains("At night"));
    let complete = download(ana, &open).await.unwrap();
    assert!(complete.contains("By the river") && complete.contains("Deleted words") && !complete.contains("At night"));
    assert!(download(ana, &closed).await.unwrap().contains("At night"));
    // Members get what they can read, and only admins leave an entry in the log.
    let lost = forum.topic(ana, &closed, "Bats", "Lost words").await;
    let edited = forum.topic(ana, &closed, "Mice", "Draft").await.id;
    messages::edit(&forum.cx, ana, edited, "Final".to_owned()).await.unwrap();
    messages::delete(&forum.cx, ana, lost.id).await.unwrap();
    let readable = download(ben, &closed).await.unwrap();
    assert!(readable.contains("At night") && readable.contains("Final") && readable.contains("group, readable"));
    assert!(!readable.contains("Lost words") && !readable.contains("Draft") && !readable.contains("By the river"));
    for (group, exports) in [(&open, 1), (&closed, 1)] {
        let (_, page) = domain::moderation::log::of_group(&forum.cx, ana, group.id, None, None).await.unwrap();
        let logged = page.lines.iter().filter(|line| line.what == LogAction::GroupExported).count();
        assert_eq!(logged, exports, "{}", group.name);
    }
    assert!(matches!(download(cai, &closed).await, Err(Error::SignedOut | Error::Forbidden(_))));
    assert!(matches!(download(Viewer::Anonymous, &open).await, Err(Error::SignedOut)));
}
