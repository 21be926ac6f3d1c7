//! Files in exports, folders, backups and downloads of one's own data.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use domain::Error;
use domain::backup::folder::{self, Drawing};
use domain::backup::{self, export};
use domain::files;
use domain::messages::{delete, edit};
use domain::model::{FileRow, Group, GroupKind};
use domain::people::{avatars, export_archive};
use domain::platform::secrets::SecretKey;
use domain::platform::storage::Files;
use domain::policy::Viewer;
use domain::store::{DatabaseUrl, Db};
use domain::testing::TestForum;
use domain::time::Timestamp;
use futures_util::TryStreamExt;
use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::{Notify, Semaphore};
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::bucket::Service;
use crate::storage::{bytes, upload};
use crate::waiting::At;
use crate::{hostile_files, id, waiting};

stories! {
    an_export_has_the_files_in_its_messages_and_survives_a_round_trip,
    a_forged_export_brings_no_other_files,
    a_folder_shows_copies_of_its_files,
    a_backup_is_restored_into_either_storage,
    a_download_of_ones_own_data_has_ones_files,
    nobody_waits_for_an_archive_that_copies_files,
}

pub type Entries = BTreeMap<String, Vec<u8>>;

fn entries(archive: impl Read + std::io::Seek) -> Entries {
    let mut zip = ZipArchive::new(archive).unwrap();
    let mut entries = Entries::new();
    for number in 0..zip.len() {
        let mut entry = zip.by_index(number).unwrap();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        let name = entry.name().unwrap().into_owned();
        // Files are stored as they are, whatever they consist of.
        assert!(!name.starts_with("files/") || entry.compression() == CompressionMethod::Stored, "{name}");
        entries.insert(name, bytes);
    }
    entries
}

pub fn of(file: &Path) -> Entries {
    entries(std::fs::File::open(file).unwrap())
}

/// The names of the files in an archive.
pub fn keys(entries: &Entries) -> Vec<&str> {
    entries.keys().filter_map(|name| name.strip_prefix("files/")).collect()
}

struct Told {
    mira: Viewer,
    open: Group,
    /// In messages: of the public group, of its former texts, of its deleted messages, of the private group, of none.
    shown: FileRow,
    image: FileRow,
    former: FileRow,
    deleted: FileRow,
    hidden: FileRow,
    unused: FileRow,
}

async fn told(forum: &TestForum) -> Told {
    let (mira, noor) = (forum.person("mira").await, forum.person("noor").await);
    let open = forum.group(mira, "Open", GroupKind::Public).await;
    let den = forum.group(mira, "Den", GroupKind::Private).await;
    forum.admit(&open, &[noor]).await;
    let text = async |name: &str| upload(forum, mira, name, format!("Text of {name}").as_bytes()).await.unwrap();
    let shown = text("shown.html").await;
    let (former, deleted, hidden) = (text("former.txt").await, text("deleted.txt").await, text("hidden.txt").await);
    let unused = text("unused.txt").await;
    let image = upload(forum, noor, "cat.png", &hostile_files::png(600, 300)).await.unwrap();
    forum.drain().await;
    let image = files::find(&forum.cx, noor, image.id).await.unwrap().file;
    let topic = forum.topic(mira, &open, "Files", &shown.markup("")).await.topic;
    // Somebody else's file in a text opens it for nobody.
    forum.post(noor, topic, &format!("{} {}", image.markup("A cat"), unused.markup(""))).await;
    let edited = forum.post(mira, topic, &former.markup("")).await.id;
    edit(&forum.cx, mira, edited, "Nothing".to_owned()).await.unwrap();
    let gone = forum.post(mira, topic, &deleted.markup("")).await.id;
    delete(&forum.cx, mira, gone).await.unwrap();
    forum.topic(mira, &den, "Secret", &hidden.markup("")).await;
    forum.drain().await;
    Told { mira, open, shown, image, former, deleted, hidden, unused }
}

pub async fn exported(forum: &TestForum, is_public: bool, file: &Path) {
    export::make(&forum.db.url, &forum.cx.files, None, is_public, file, |_, _| {}).await.unwrap();
}

pub async fn empty(postgres: bool) -> TestForum {
    let forum = if postgres { TestForum::postgres().await } else { TestForum::sqlite().await };
    forum.cx.db.close().await;
    forum
}

async fn an_export_has_the_files_in_its_messages_and_survives_a_round_trip(forum: TestForum) {
    let told = told(&forum).await;
    let folder = TempDir::new().unwrap();
    let is_postgres = matches!(forum.db.url, DatabaseUrl::Postgres(_));
    for is_public in [true, false] {
        let first = folder.path().join(format!("first-{is_public}.zip"));
        exported(&forum, is_public, &first).await;
        let all = of(&first);
        let mut expected: Vec<String> = told.image.keys();
        expected.push(told.shown.sha256.clone());
        if !is_public {
            expected.extend([&told.former, &told.deleted, &told.hidden].map(|file| file.sha256.clone()));
        }
        expected.sort();
        assert_eq!(keys(&all), expected, "public: {is_public}");
        assert_eq!(all[&format!("files/{}", told.shown.sha256)], b"Text of shown.html");
        let rows = String::from_utf8(all["tables/files.jsonl"].clone()).unwrap();
        assert_eq!(rows.contains("hidden.txt"), !is_public);
        assert!(!rows.contains("unused.txt"), "no message of its uploader shows it");
        for postgres in [is_postgres, !is_postgres] {
            let mut other = empty(postgres).await;
            export::import(&other.db.url, &other.cx.files, &first, |_, _| {}).await.unwrap();
            let second = folder.path().join(format!("second-{is_public}-{postgres}.zip"));
            exported(&other, is_public, &second).await;
            assert!(std::fs::read(&second).unwrap() == std::fs::read(&first).unwrap(), "{is_public} {postgres}");
            // The addresses in the texts lead to the same files as before.
            other.cx.db = Db::connect(&other.db.url, 4).await.unwrap();
            let found = files::find(&other.cx, Viewer::Anonymous, told.shown.id).await.unwrap();
            assert_eq!(bytes(&other.cx.files, &found.file.key(None)).await.unwrap(), b"Text of shown.html");
            assert!(matches!(files::find(&other.cx, Viewer::Anonymous, told.hidden.id).await, Err(Error::NotFound)));
            other.cx.db.close().await;
        }
    }
    // What a reader downloads of the group is what they can open.
    let (_, file) = export::download(&forum.cx, forum.person("omar").await, told.open.id).await.unwrap();
    let all = entries(file);
    let files = keys(&all);
    assert!(files.contains(&&*told.shown.sha256) && !files.contains(&&*told.former.sha256), "{files:?}");
    forum.drain().await;
}

/// Writes an archive with these entries, and a manifest that fits them.
pub fn forge(entries: &Entries, file: &Path) {
    let mut manifest: Value = serde_json::from_slice(&entries["manifest.json"]).unwrap();
    let describe = |(name, bytes): (&String, &Vec<u8>)| {
        let rows = if name.ends_with(".jsonl") { bytes.iter().filter(|byte| **byte == b'\n').count() } else { 0 };
        let sha256 = domain::model::hex::hex(&<sha2::Sha256 as sha2::Digest>::digest(bytes));
        serde_json::json!({"name": name, "rows": rows, "bytes": bytes.len(), "sha256": sha256})
    };
    let described: Vec<Value> = entries.iter().filter(|(name, _)| *name != "manifest.json").map(describe).collect();
    manifest["entries"] = Value::from(described);
    let mut zip = ZipWriter::new(std::fs::File::create(file).unwrap());
    for (name, bytes) in entries {
        zip.start_file(&**name, zip::write::SimpleFileOptions::default()).unwrap();
        let manifest = manifest.to_string();
        zip.write_all(if name == "manifest.json" { manifest.as_bytes() } else { bytes }).unwrap();
    }
    zip.finish().unwrap();
}

async fn a_forged_export_brings_no_other_files(forum: TestForum) {
    let told = told(&forum).await;
    let folder = TempDir::new().unwrap();
    let honest = folder.path().join("honest.zip");
    exported(&forum, true, &honest).await;
    let honest = of(&honest);
    let key = format!("files/{}", told.shown.sha256);
    let image = format!("files/{}.full", told.image.sha256);
    let changed = |name: &str, bytes: &[u8]| {
        let mut entries = honest.clone();
        entries.insert(name.to_owned(), bytes.to_vec());
        entries
    };
    let rows = String::from_utf8(honest["tables/files.jsonl"].clone()).unwrap();
    let other = new_empty(&forum).await;
    for (forged, why) in [
        (changed(&key, b"Other text"), "other bytes"),
        (changed(&image, b"<svg onload=\"alert(1)\">"), "other bytes"),
        (changed(&format!("files/{}", "ab".repeat(32)), b"no row"), "belongs to no file"),
        (changed("files/../../etc/passwd", b"root"), "unknown entry"),
        (changed("tables/files.jsonl", rows.replace("application/octet-stream", "text/html").as_bytes()), "text/html"),
        (changed("tables/files.jsonl", rows.replace("shown.html", "../shown.html").as_bytes()), "the name"),
        (changed("tables/files.jsonl", rows.replace("\"ready\"", "\"waiting\"").as_bytes()), "the state"),
    ] {
        let file = folder.path().join("forged.zip");
        forge(&forged, &file);
        let error = export::import(&other.db.url, &other.cx.files, &file, |_, _| {}).await.unwrap_err();
        assert!(error.to_string().contains(why), "{why}: {error}");
    }
    let file = folder.path().join("again.zip");
    forge(&honest, &file);
    export::import(&other.db.url, &other.cx.files, &file, |_, _| {}).await.unwrap();
    assert!(bytes(&other.cx.files, &told.shown.sha256).await.is_some());
}

async fn new_empty(like: &TestForum) -> TestForum {
    empty(matches!(like.db.url, DatabaseUrl::Postgres(_))).await
}

/// Renders the messages of a topic as they are.
const DRAWING: Drawing = Drawing {
    index: |_| Ok(String::new()),
    group: |_| Ok(String::new()),
    topic: |page| Ok(page.messages.iter().filter_map(|message| message.markup.clone()).collect()),
    search: |_| Ok(String::new()),
    style: "",
    script: "",
};

/// Makes a folder of pages.
async fn pages(forum: &TestForum, folder: &Path, is_public: bool, files: &Files) -> domain::Result<()> {
    let (group, site, base_url) = (None, "Test", "https://forum.example");
    let order = folder::Order { folder, group, is_public, site, base_url, drawing: DRAWING, files };
    folder::make(&forum.db.url, order).await.map(drop)
}

async fn a_folder_shows_copies_of_its_files(forum: TestForum) {
    let told = told(&forum).await;
    let temporary = TempDir::new().unwrap();
    let at = temporary.path().join("pages");
    pages(&forum, &at, true, &forum.cx.files).await.unwrap();
    let mut copies = Vec::new();
    let mut pages = String::new();
    for file in std::fs::read_dir(&at).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        if name.starts_with("topic-") {
            pages += &std::fs::read_to_string(at.join(&name)).unwrap();
        } else if name.starts_with("file-") {
            copies.push(name);
        }
    }
    copies.sort();
    let (page, cat) = (format!("file-{}.bin", told.shown.id), format!("file-{}.webp", told.image.id));
    let mut expected = vec![page.clone(), cat.clone()];
    expected.sort();
    // A page that somebody uploaded is no page of the folder.
    assert_eq!(copies, expected);
    assert_eq!(std::fs::read(at.join(&page)).unwrap(), b"Text of shown.html");
    assert_eq!(std::fs::read(at.join(&cat)).unwrap(), bytes(&forum.cx.files, &told.image.key(None)).await.unwrap());
    assert!(pages.contains(&format!("href=\"{page}\"")) && pages.contains(&format!("src=\"{cat}\"")), "{pages}");
    let foreign = format!("href=\"https://forum.example/-/files/{}/unused.txt\"", told.unused.id);
    assert!(pages.contains(&foreign) && !pages.contains("hidden"), "{pages}");
}

async fn a_backup_is_restored_into_either_storage(mut forum: TestForum) {
    let service = Service::open().await;
    let told = told(&forum).await;
    let folder = TempDir::new().unwrap();
    let mut expected = told.image.keys();
    for file in [&told.shown, &told.former, &told.deleted, &told.hidden, &told.unused] {
        expected.push(file.sha256.clone());
    }
    expected.sort();
    let others = [service.files(), Files::folder(folder.path().join("files"))];
    for (nth, files) in others.into_iter().enumerate() {
        let file = folder.path().join(format!("backup-{nth}.zip"));
        let secret = SecretKey::new("a key that only tests are signed with").unwrap();
        let order = backup::Order {
            file: file.clone(),
            secret,
            previous: None,
            passphrase: None,
            files: Some(forum.cx.files.clone()),
            now: Timestamp(0),
        };
        backup::make(&forum.db.url, order, |_, _| {}).await.unwrap();
        backup::verify(&file, None, |_, _| {}).await.unwrap();
        assert_eq!(keys(&of(&file)), expected);
        let other = new_empty(&forum).await;
        let verified = backup::restore::open(&file, None).await.unwrap();
        let (verified, count) = backup::restore::files(verified, &files).await.unwrap();
        assert_eq!(count, expected.len() as u64);
        backup::restore::fill(&other.db.url, verified, |_, _| {}).await.unwrap();
        for key in &expected {
            assert_eq!(bytes(&files, key).await, bytes(&forum.cx.files, key).await, "{key}");
        }
        // The next backup is made of the bucket.
        forum.cx.files = files;
    }
}

async fn a_download_of_ones_own_data_has_ones_files(forum: TestForum) {
    let told = told(&forum).await;
    avatars::set(&forum.cx, id(told.mira), hostile_files::png(300, 300)).await.unwrap();
    let pieces: Vec<_> = export_archive::download(&forum.cx, id(told.mira)).await.unwrap().try_collect().await.unwrap();
    let all = entries(std::io::Cursor::new(pieces.concat()));
    let data = String::from_utf8(all["data.jsonl"].clone()).unwrap();
    let lines: Vec<Value> = data.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.iter().filter(|line| line["type"] == "file").count(), 5);
    let name = format!("files/{}-unused.txt", told.unused.id);
    assert_eq!(all[&name], b"Text of unused.txt");
    let avatar = image::load_from_memory(&all["avatar.jpg"]).unwrap();
    assert_eq!((avatar.width(), avatar.height()), (192, 192));
    assert_eq!(all.keys().filter(|name| name.starts_with("files/")).count(), 5, "not that of somebody else");
    forum.drain().await;
}

async fn nobody_waits_for_an_archive_that_copies_files(forum: TestForum) {
    told(&forum).await;
    let folder = TempDir::new().unwrap();
    for kind in ["export", "backup", "folder"] {
        let (asked, goes_on) = (Arc::new(Notify::new()), Arc::new(Semaphore::new(0)));
        let gates = (asked.clone(), goes_on.clone());
        let files = waiting::before(forum.cx.files.clone(), folder.path(), move |at| {
            let (asked, goes_on) = gates.clone();
            Box::pin(async move {
                if at == At::Opens {
                    asked.notify_one();
                    goes_on.acquire().await.unwrap().forget();
                }
            })
        });
        let file = folder.path().join(kind);
        let made = async {
            match kind {
                "export" => export::make(&forum.db.url, &files, None, false, &file, |_, _| {}).await.map(drop),
                "folder" => pages(&forum, &file, false, &files).await,
                _ => {
                    let order = backup::Order {
                        file: file.clone(),
                        secret: forum.cx.config.secret.clone(),
                        previous: None,
                        passphrase: None,
                        files: Some(files.clone()),
                        now: forum.cx.now(),
                    };
                    backup::make(&forum.db.url, order, |_, _| {}).await.map(drop)
                }
            }
        };
        let changed = async {
            asked.notified().await;
            // As a migration does, which needs a table for itself. On SQLite, nobody waits for a reader.
            let statement = match &forum.cx.db {
                Db::Postgres(..) => "truncate table link_previews",
                Db::Sqlite(_) => "delete from link_previews",
            };
            let changed = tokio::time::timeout(Duration::from_secs(60), forum.execute(statement)).await;
            changed.expect("nobody holds the table");
            goes_on.add_permits(1_000);
        };
        let (made, ()) = tokio::join!(made, changed);
        made.unwrap();
        if kind == "folder" {
            let mut names = std::fs::read_dir(&file).unwrap().map(|file| file.unwrap().file_name());
            assert!(names.any(|name| name.to_string_lossy().starts_with("file-")), "its files are copied");
            assert!(!file.join("messages.jsonl").exists(), "only pages stay");
        } else {
            assert!(!keys(&of(&file)).is_empty(), "{kind}");
        }
    }
}
