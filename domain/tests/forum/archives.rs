//! Archives that somebody made to do harm, or that were damaged: each is refused, and nothing is changed.

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};

use domain::backup::{self, Order, Passphrase, restore};
use domain::platform::secrets::SecretKey;
use domain::store::DatabaseUrl;
use domain::store::backup::Target;
use domain::testing::TestForum;
use domain::time::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

stories!(
    an_archive_with_foreign_missing_or_repeated_entries_is_refused,
    an_archive_with_damaged_contents_is_refused,
    an_archive_of_a_newer_version_is_refused,
    an_archive_that_grows_without_end_is_refused,
    an_archive_with_inconsistent_rows_leaves_the_database_empty,
    an_encrypted_archive_is_refused_without_its_passphrase,
);

/// The entries of an archive.
type Entries = BTreeMap<String, Vec<u8>>;

/// A backup, and an empty forum to fill with it.
struct Scene {
    folder: TempDir,
    entries: Entries,
    empty: TestForum,
}

async fn scene(forum: &TestForum) -> Scene {
    forum.person("ada").await;
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("good.zip");
    backup::make(&forum.db.url, order(&file), |_, _| {}).await.unwrap();
    let is_postgres = matches!(forum.db.url, DatabaseUrl::Postgres(_));
    let empty = if is_postgres { TestForum::postgres().await } else { TestForum::sqlite().await };
    empty.cx.db.close().await;
    Scene { entries: read(&file), folder, empty }
}

fn order(file: &Path) -> Order {
    let secret = SecretKey::new("a key that only tests are signed with").unwrap();
    Order { file: file.to_owned(), secret, previous: None, passphrase: None, now: Timestamp(0) }
}

fn read(file: &Path) -> Entries {
    let mut zip = ZipArchive::new(std::fs::File::open(file).unwrap()).unwrap();
    let mut entries = Entries::new();
    for number in 0..zip.len() {
        let mut entry = zip.by_index(number).unwrap();
        let (name, mut bytes) = (entry.name().unwrap().into_owned(), Vec::new());
        entry.read_to_end(&mut bytes).unwrap();
        entries.insert(name, bytes);
    }
    entries
}

fn zipped<'a>(entries: impl IntoIterator<Item = (&'a String, &'a Vec<u8>)>) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, bytes) in entries {
        zip.start_file(name, options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// Makes the manifest fit what the entries are now, so that only what the test is about is wrong.
fn sign(entries: &mut Entries) {
    let mut manifest: Value = serde_json::from_slice(&entries["manifest.json"]).unwrap();
    let described = entries.iter().filter(|(name, _)| *name != "manifest.json").map(|(name, bytes)| {
        let rows = bytes.iter().filter(|byte| **byte == b'\n').count();
        let digest: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        json!({"name": name, "rows": rows, "bytes": bytes.len(), "sha256": digest})
    });
    manifest["entries"] = described.collect();
    entries.insert("manifest.json".into(), manifest.to_string().into_bytes());
}

fn change(entries: &mut Entries, change: impl FnOnce(&mut Value)) {
    let mut manifest: Value = serde_json::from_slice(&entries["manifest.json"]).unwrap();
    change(&mut manifest);
    entries.insert("manifest.json".into(), manifest.to_string().into_bytes());
}

impl Scene {
    fn file(&self) -> PathBuf {
        self.folder.path().join("bad.zip")
    }

    /// Restores these bytes, and returns why that is refused. Nothing in the database has changed then.
    async fn refused(&self, bytes: &[u8]) -> String {
        std::fs::write(self.file(), bytes).unwrap();
        let verified = restore::open(&self.file(), None).await;
        let filled = match verified {
            Ok(verified) => restore::fill(&self.empty.db.url, verified, |_, _| {}).await,
            Err(error) => Err(error),
        };
        let Err(error) = filled else { panic!("a bad archive was restored") };
        let mut target = Target::open(&self.empty.db.url).await.unwrap();
        assert_eq!(target.first_with_rows().await.unwrap(), None);
        target.close().await;
        error.to_string()
    }

    async fn must_refuse(&self, entries: &Entries, words: &str) {
        let said = self.refused(&zipped(entries)).await;
        assert!(said.contains(words), "{said:?} does not say {words:?}");
    }

    /// The archive as it was can still be restored.
    async fn end(self) {
        std::fs::write(self.file(), zipped(&self.entries)).unwrap();
        let verified = restore::open(&self.file(), None).await.unwrap();
        restore::fill(&self.empty.db.url, verified, |_, _| {}).await.unwrap();
    }
}

async fn an_archive_with_foreign_missing_or_repeated_entries_is_refused(forum: TestForum) {
    let scene = scene(&forum).await;
    for name in
        ["../../etc/cron.d/x", "/etc/passwd", "tables/../users.jsonl", "tables/sessions.jsonl", "notes.txt", "tables/"]
    {
        let mut entries = scene.entries.clone();
        entries.insert(name.into(), b"{}\n".to_vec());
        scene.must_refuse(&entries, "unknown entry").await;
        sign(&mut entries);
        scene.must_refuse(&entries, "unknown entry").await;
    }
    for name in ["tables/users.jsonl", "secret.key", "manifest.json"] {
        let mut entries = scene.entries.clone();
        entries.remove(name);
        scene.must_refuse(&entries, "is missing").await;
    }
    let mut entries = scene.entries.clone();
    change(&mut entries, |manifest| {
        let first = manifest["entries"][0].clone();
        manifest["entries"].as_array_mut().unwrap().push(first);
    });
    scene.must_refuse(&entries, "twice").await;
    // Two entries of one name: the writer refuses that, so the name is changed in the bytes.
    let mut entries = scene.entries.clone();
    entries.insert("tables/userz.jsonl".into(), b"{}\n".to_vec());
    let text = zipped(&entries).iter().map(|byte| char::from(*byte)).collect::<String>();
    let text = text.replace("tables/userz.jsonl", "tables/users.jsonl");
    let bytes: Vec<u8> = text.chars().map(|c| c as u8).collect();
    let said = scene.refused(&bytes).await;
    assert!(said.contains("two entries with the same name"), "{said}");
    // Without a key there is no backup.
    let mut entries = scene.entries.clone();
    entries.remove("secret.key");
    sign(&mut entries);
    scene.must_refuse(&entries, "no secret key").await;
    scene.end().await;
}

async fn an_archive_with_damaged_contents_is_refused(forum: TestForum) {
    let scene = scene(&forum).await;
    let whole = zipped(&scene.entries);
    for length in [0, 10, whole.len() / 2, whole.len() - 1] {
        scene.refused(&whole[..length]).await;
    }
    scene.refused(b"SQLite format 3\0").await;
    let users = "tables/users.jsonl";
    let lines = scene.entries[users].clone();
    let longer = [&lines[..], &lines[..]].concat();
    let other: Vec<u8> = String::from_utf8(lines.clone()).unwrap().replace("ada", "eve").into_bytes();
    for bytes in [Vec::new(), longer, other, lines[..lines.len() - 1].to_vec()] {
        let mut entries = scene.entries.clone();
        entries.insert(users.into(), bytes);
        scene.refused(&zipped(&entries)).await;
    }
    let mut entries = scene.entries.clone();
    entries.insert("secret.key".into(), b"another key that is long enough to be one".to_vec());
    scene.must_refuse(&entries, "checksum").await;
    for bytes in [&b"not json\n"[..], b"[1]\n", b"{\"id\":1\n", b"\xff\xfe\n", b"\n"] {
        let mut entries = scene.entries.clone();
        entries.insert(users.into(), bytes.to_vec());
        sign(&mut entries);
        scene.must_refuse(&entries, "line 1").await;
    }
    let mut entries = scene.entries.clone();
    entries.insert("manifest.json".into(), b"{\"format\":\"klatch backup\"}".to_vec());
    scene.must_refuse(&entries, "the manifest is damaged").await;
    scene.end().await;
}

async fn an_archive_of_a_newer_version_is_refused(forum: TestForum) {
    let scene = scene(&forum).await;
    for (field, value) in [("schema", json!(9_999)), ("format_version", json!(2))] {
        let mut entries = scene.entries.clone();
        change(&mut entries, |manifest| manifest[field] = value);
        scene.must_refuse(&entries, "created by a newer version of Klatch").await;
    }
    let mut entries = scene.entries.clone();
    change(&mut entries, |manifest| manifest["format"] = json!("klatch export"));
    scene.must_refuse(&entries, "an export, not a backup").await;
    scene.end().await;
}

async fn an_archive_that_grows_without_end_is_refused(forum: TestForum) {
    let scene = scene(&forum).await;
    // 100 MB of one letter, in 100 kB.
    let mut entries = scene.entries.clone();
    let mut large = vec![b' '; 100 << 20];
    large.push(b'\n');
    entries.insert("tables/users.jsonl".into(), large);
    sign(&mut entries);
    scene.must_refuse(&entries, "would decompress to more than").await;
    // The manifest says that it is small.
    change(&mut entries, |manifest| {
        let entry = manifest["entries"].as_array_mut().unwrap().iter_mut();
        entry.for_each(|entry| entry["bytes"] = entry["bytes"].as_u64().unwrap().min(1_000).into());
    });
    scene.must_refuse(&entries, "line 1 does not end").await;
    let mut entries = scene.entries.clone();
    entries.insert("tables/users.jsonl".into(), vec![b' '; 20 << 20]);
    sign(&mut entries);
    scene.must_refuse(&entries, "line 1 is too long").await;
    let mut entries = scene.entries.clone();
    entries.insert("manifest.json".into(), vec![b' '; 2 << 20]);
    scene.must_refuse(&entries, "the manifest is too large").await;
    scene.end().await;
}

async fn an_archive_with_inconsistent_rows_leaves_the_database_empty(forum: TestForum) {
    let scene = scene(&forum).await;
    let users = "tables/users.jsonl";
    let user: Value = serde_json::from_slice(&scene.entries[users]).unwrap();
    let with = |field: &str, value: Value| {
        let mut user = user.clone();
        user[field] = value;
        format!("{user}\n").into_bytes()
    };
    let mut without = user.clone();
    without.as_object_mut().unwrap().remove("bio");
    for (line, words) in [
        (with("password", json!("x")), "columns instead of"),
        (format!("{without}\n").into_bytes(), "columns instead of"),
        (with("bio", json!(7)), "the column bio has a value of the wrong kind"),
        (with("bio", json!("\0")), "the column bio has a value of the wrong kind"),
        (with("is_admin", json!(1)), "the column is_admin has a value of the wrong kind"),
        (with("created_at", json!("2026-11-30")), "the column created_at has a value of the wrong kind"),
        (with("created_at", json!(1.5)), "the column created_at has a value of the wrong kind"),
        (with("username", Value::Null), "a row of `users` is invalid"),
        (with("direct_from", json!("everybody")), "a row of `users` is invalid"),
        ([with("name", json!("")), with("name", json!(""))].concat(), "a row of `users` is invalid"),
    ] {
        let mut entries = scene.entries.clone();
        entries.insert(users.into(), line);
        sign(&mut entries);
        scene.must_refuse(&entries, words).await;
    }
    // A row that names a row that is not there, after others were inserted.
    let mut entries = scene.entries.clone();
    let ignore = json!({"user_id": user["id"], "ignored_id": 999, "created_at": 1});
    entries.insert("tables/ignores.jsonl".into(), format!("{ignore}\n").into_bytes());
    sign(&mut entries);
    scene.must_refuse(&entries, "a row of `ignores` is invalid").await;
    for sequence in [
        json!({"table": "sessions", "last": 1}),
        json!({"table": "users", "last": -1}),
        json!({"table": "users\"; drop", "last": 1}),
    ] {
        let mut entries = scene.entries.clone();
        entries.insert("sequences.jsonl".into(), format!("{sequence}\n").into_bytes());
        sign(&mut entries);
        scene.must_refuse(&entries, "no table with generated ids").await;
    }
    scene.end().await;
}

async fn an_encrypted_archive_is_refused_without_its_passphrase(forum: TestForum) {
    let scene = scene(&forum).await;
    let file = scene.folder.path().join("sealed.zip");
    let sealed = Order { passphrase: Passphrase::new("open sesame"), ..order(&file) };
    backup::make(&forum.db.url, sealed, |_, _| {}).await.unwrap();
    let bytes = std::fs::read(&file).unwrap();
    assert!(!bytes.windows(5).any(|part| part == b"users"), "names are encrypted too");
    let said = scene.refused(&bytes).await;
    assert!(said.contains("--passphrase-file"), "{said}");
    let mut changed = bytes.clone();
    let middle = changed.len() / 2;
    changed[middle] ^= 1;
    for (bytes, passphrase, words) in [
        (&bytes[..], "open barley", "the passphrase is wrong"),
        (&changed[..], "open sesame", "damaged"),
        (&bytes[..bytes.len() - 1], "open sesame", "damaged"),
        (&bytes[..20], "open sesame", "too short"),
    ] {
        std::fs::write(scene.file(), bytes).unwrap();
        let Err(error) = restore::open(&scene.file(), Passphrase::new(passphrase)).await else { panic!("{words}") };
        assert!(error.to_string().contains(words), "{error}");
    }
    let verified = restore::open(&file, Passphrase::new("open sesame")).await.unwrap();
    restore::fill(&scene.empty.db.url, verified, |_, _| {}).await.unwrap();
    assert!(Passphrase::new("short").is_none());
}
