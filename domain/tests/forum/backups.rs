//! Backups: every table, from either database into either, while the forum is used.

use domain::backup::{self, Manifest, Order, restore};
use domain::import::demo;
use domain::model::GroupKind;
use domain::platform::secrets::SecretKey;
use domain::store::backup::{Kind, LEFT_OUT, Snapshot, TABLES, Target};
use domain::store::{DatabaseUrl, Db};
use domain::testing::{TestDb, TestForum};
use domain::time::Timestamp;
use domain::{Error, messages};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

stories! {
    every_table_is_backed_up_or_left_out_on_purpose,
    a_backup_restores_the_same_rows_into_either_database,
    a_backup_is_consistent_and_does_not_block_posting,
    a_backup_is_not_restored_into_a_database_with_data,
    ids_of_deleted_rows_are_not_used_again_after_a_restore,
    a_backup_of_an_older_schema_is_restored_and_then_migrated,
    exactly_one_backup_is_made_before_a_migration,
}

const KEY: &str = "a key that only tests are signed with";

/// A row for each table that the demo leaves empty. The values are such that an inexact copy would change them.
const ROWS: &[&str] = &[
    "insert into former_memberships (group_id, user_id, role, created_at, read_before, sees_from, level)
     select group_id, user_id, role, created_at, read_before, created_at, 'muted' from memberships order by group_id, user_id limit 1",
    "insert into former_settings (group_id, number, name, description, kind, category, slow_seconds, first_held, replaced_at, replaced_by)
     select id, 7, 'Größe', 'line\nbreak', kind, category, 9007199254740993, 3, created_at, creator_id from groups order by id limit 1",
    "insert into files (owner_id, sha256, size, kind, name, width, height, state, created_at) select id, 'ab', 9007199254740993, 'image/jpeg', 'Ä.jpg', 3, null, 'ready', created_at from users order by id limit 1",
    "insert into message_files (file_id, message_id) select max(f.id), min(m.id) from files f, messages m",
    "update users set language = 'de' where username_lower = (select min(username_lower) from users)",
    "insert into former_names (username_lower, username_key, user_id) select 'zoë', null, min(id) from users",
    "insert into second_steps (user_id, secret, created_at, used_step) select id, 'ff00', created_at, 9007199254740993 from users order by id limit 1",
    "insert into api_tokens (user_id, name, digest, scopes, created_at) select id, 'A program', 'Ab', 'read', created_at from users order by id limit 1",
    "insert into bots (user_id, owner_id, group_id, created_at) select max(id), min(id), null, min(created_at) from users",
    "insert into incoming_hooks (bot_id, group_id, topic_id, name, digest, signing_secret, created_at) select creator_id, group_id, id, 'Build', 'Ab', null, created_at from topics order by id limit 1",
    "insert into webhooks (group_id, name, url, secret, events, created_at, failures) select null, 'Ärger', 'https://example.org/', 'ff00', 'message.posted', created_at, 9007199254740993 from users order by id limit 1",
    "insert into external_auditors (name, url, secret, timeout_ms, fails_closed, created_at) select 'Check', 'https://example.org/', 'ff00', 2000, true, created_at from users order by id limit 1",
    "insert into recovery_codes (user_id, digest) select min(id), 'Ab' from users",
    "insert into recovery_codes (user_id, digest) select min(id), 'aB' from users",
    "insert into ignores (user_id, ignored_id, created_at) select min(id), max(id), min(created_at) from users",
    "insert into push_preferences (user_id, mentions, replies, directs, followed) select min(id), true, false, true, false from users",
    "insert into site_pages (slug, version, raw, author_id, created_at, asks_again) select 'rules', 1, '# Ärger', id, created_at, true from users order by id limit 1",
    "insert into acceptances (user_id, slug, version, accepted_at) select id, 'rules', 1, created_at from users order by id limit 1",
    "insert into site_invitations (inviter_id, token, created_at, expires_at, uses_left) select id, 'one', created_at, created_at, 3 from users order by id limit 1",
    "insert into former_slugs (slug, group_id, created_at) select 'ä-place', id, created_at from groups order by id limit 1",
    "insert into group_bans (group_id, user_id, by_id, reason, created_at) select min(g.id), max(u.id), min(u.id), 'tab\tand \"quote\"', min(u.created_at) from groups g cross join users u",
    "insert into join_requests (group_id, user_id, message, created_at) select min(g.id), max(u.id), 'line\nbreak \\ and \u{2028}', min(u.created_at) from groups g cross join users u",
    "insert into invitations (group_id, inviter_id, token, role, created_at, expires_at, uses_left) select min(g.id), min(u.id), 'two', null, min(u.created_at), max(u.created_at), 1 from groups g cross join users u",
    "insert into invited (group_id, user_id, inviter_id, created_at) select min(g.id), max(u.id), min(u.id), min(u.created_at) from groups g cross join users u",
    "insert into email_settings (user_id, quiet_from, quiet_to, mentions_since, directs_until, followed_until, activity_until, bouncing_at)
     select id, 22, 7, created_at, created_at, created_at, created_at, created_at from users
     where id not in (select user_id from email_settings) order by id limit 1",
    "insert into letters (kind, user_id, address, created_at, expires_at) select 'confirm', null, 'a@example.org', created_at, created_at from users order by id limit 1",
    "update groups set takes_email = true where id in (select min(id) from groups)",
    "insert into incoming_emails (user_id, digest, sender, recipient, raw, outcome, received_at) select id, 'Ab', '', 'reply+Ä@in.example', 'ZoÃ«\nline', 'waiting', created_at from users order by id limit 1",
    "insert into former_topics (group_id, slug, topic_id) select group_id, 'before', id from topics order by id limit 1",
    "insert into topic_events (topic_id, after_seq, actor_id, what, created_at, other_id) select id, 1, creator_id, 'moved', created_at, id from topics order by id limit 1",
    "insert into topic_levels (user_id, topic_id, level) select creator_id, id, 'muted' from topics order by id limit 1",
    "insert into reads (user_id, topic_id, read_seq, updated_at) select creator_id, id, 1, created_at from topics order by id limit 1 on conflict do nothing",
    "insert into former_texts (message_id, number, raw, written_at, written_by) select id, 1, '{\"a\": [1, null]} \u{1f41d}', created_at, author_id from messages order by id limit 1",
    "insert into stars (message_id, user_id, created_at) select id, author_id, created_at from messages order by id limit 1 on conflict do nothing",
    "update messages set previews = '[{\"url\":\"https://a.example/\",\"title\":\"Größe \u{1f41d}\",\"site\":\"a.example\"}]' where id = (select max(id) from messages)",
    "insert into bookmarks (user_id, message_id, created_at) select author_id, id, created_at from messages order by id limit 1",
    "insert into poll_votes (message_id, user_id, choice, anonymous, created_at) select id, author_id, 19, true, created_at from messages order by id limit 1",
    "insert into kinds (owner_id, name, version, layout, title, fields, schema, created_at, retired_at) select id, 'build', 2, 'card', 'Größe {n}', '[\"n\"]', '{\"type\":\"object\"}', created_at, null from users order by id limit 1",
    "insert into mentions (message_id, user_id, read_at) select id, author_id, null from messages order by id limit 1 on conflict do nothing",
    "insert into rules (name, kind, body, in_text, in_title, in_links, in_names, new_days, new_messages, deed, explanation, creator_id, created_at, enabled_at) select 'A rule', 'words', 'word', true, false, true, false, 3, 4, 'hold', '', id, created_at, null from users order by id limit 1",
    "insert into held (author_id, group_id, title, raw, why, created_at) select min(u.id), min(g.id), '', 'waits', 'rule', min(u.created_at) from groups g cross join users u",
    "insert into reports (message_id, user_id, grounds, words, created_at) select id, null, 'rule', 'A rule', created_at from messages order by id limit 1",
    "insert into audit_log (created_at, what, user_id) select created_at, 'job_dropped', id from users order by id limit 1",
    "insert into log_redactions (entry_id, by_id, created_at) select min(a.id), min(u.id), min(u.created_at) from audit_log a cross join users u",
    "insert into notices (user_id, kind, reason, created_at) select id, 'warning', 'why', created_at from users order by id limit 1",
    "insert into removals (user_id, by_id, reason, created_at, topics_done) select max(id), min(id), '', min(created_at), true from users",
    "insert into removed_messages (removal_id, message_id, deleted_at, own) select (select max(id) from removals), id, created_at, true from messages order by id limit 1",
    "insert into removed_topics (removal_id, topic_id, deleted_at) select (select max(id) from removals), id, created_at from topics order by id limit 1",
    "insert into imported (source, kind, foreign_id, id) values ('other', 'topic', 'B', 2)",
    "insert into import_warnings (source, warning, count, example) values ('other', 'Twice', 2, 'message 7')",
    "insert into old_addresses (path, topic_id, message_id) select '/t/7/1', topic_id, id from messages order by id limit 1",
    "insert into claims (email, user_id) select 'zoë@example.org', id from users order by id limit 1",
    "insert into imported (source, kind, foreign_id, id) values ('other', 'topic', 'a', 1)",
    "insert into counted_groups (day, group_id, messages) select 20000, min(id), 5 from groups",
    "insert into counted_days (day, messages, people, accounts) values (20000, 5, 2, 1)",
    "insert into samples (at, hour, jobs_waiting, jobs_failed, database_bytes, delivered) select created_at, 480000, 0, 0, 4096, 0 from users order by id limit 1",
    "insert into settings (name, value) values ('welcome', 'yes')",
    "update users set avatar = 'ab' where id = (select min(id) from users)",
    "update groups set picture = 'ab' where id = (select min(id) from groups)",
    "insert into jobs (kind, payload, state, attempt, run_at, owner, created_at) select 'sweep', '{\"slot\":\"2026-11-21T10\"}', 'running', 1, created_at, 'somebody', created_at from users order by id limit 1",
];

/// Fills every table that a backup contains.
async fn fill(forum: &TestForum) {
    demo::fill(&forum.cx).await.unwrap();
    forum.drain().await;
    for row in ROWS {
        forum.execute(row).await;
    }
}

fn order(file: &Path) -> Order {
    Order {
        file: file.to_owned(),
        secret: SecretKey::new(KEY).unwrap(),
        previous: None,
        passphrase: None,
        files: None,
        now: Timestamp(0),
    }
}

async fn back_up(url: &DatabaseUrl, file: &Path) -> Manifest {
    backup::make(url, order(file), |_, _| {}).await.unwrap()
}

async fn restored(file: &Path, url: &DatabaseUrl) -> Result<Manifest, Error> {
    let verified = restore::open(file, None).await?;
    restore::check_target(url, &verified).await?;
    restore::fill(url, verified, |_, _| {}).await
}

/// A database without tables.
async fn bare(postgres: bool) -> TestDb {
    let test = if postgres { TestDb::postgres().await } else { TestDb::sqlite().await };
    if let Db::Postgres(pool, _) = &test.db {
        for statement in ["drop schema public cascade", "create schema public"] {
            sqlx::query(statement).execute(pool).await.unwrap();
        }
    }
    test.db.close().await;
    if let DatabaseUrl::Sqlite(path) = &test.url {
        for end in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{}{end}", path.display()));
        }
    }
    test
}

pub fn why<T>(result: Result<T, Error>) -> String {
    match result {
        Ok(_) => panic!("it worked"),
        Err(error) => error.to_string(),
    }
}

async fn every_table_is_backed_up_or_left_out_on_purpose(forum: TestForum) {
    let mut snapshot = Snapshot::of(&forum.cx.db).await.unwrap();
    let all: BTreeSet<String> = snapshot.all_tables().await.unwrap().into_iter().collect();
    let listed: Vec<&str> =
        TABLES.iter().map(|table| table.name).chain(LEFT_OUT.iter().map(|(name, _)| *name)).collect();
    let named: BTreeSet<String> = listed.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(listed.len(), named.len(), "no table is listed twice");
    assert_eq!(all, named, "a migration that adds a table also adds it to a list in domain/store/src/backup/mod.rs");
    for table in TABLES {
        let columns = snapshot.columns(table.name).await.unwrap();
        for key in table.key {
            assert!(columns.iter().any(|column| column.name == *key), "{}.{key}", table.name);
        }
    }
    // The rows of the fixture are in every table, so the other tests here are about all of them.
    fill(&forum).await;
    let folder = TempDir::new().unwrap();
    let manifest = back_up(&forum.db.url, &folder.path().join("all.zip")).await;
    for entry in &manifest.entries {
        assert!(entry.table().is_none() || entry.rows > 0, "{} has no row in the fixture", entry.name);
    }
}

#[tokio::test]
async fn both_databases_have_the_same_columns() {
    let (sqlite, postgres) = (TestDb::sqlite().await, TestDb::postgres().await);
    let (mut one, mut other) = (Snapshot::of(&sqlite.db).await.unwrap(), Snapshot::of(&postgres.db).await.unwrap());
    for table in TABLES {
        let plain = |columns: Vec<domain::store::backup::Column>| -> BTreeMap<String, Kind> {
            // SQLite has integers for times.
            let kind = |kind| if kind == Kind::Time { Kind::Integer } else { kind };
            columns.into_iter().map(|column| (column.name, kind(column.kind))).collect()
        };
        let columns = plain(one.columns(table.name).await.unwrap());
        assert!(!columns.is_empty(), "{}", table.name);
        assert_eq!(columns, plain(other.columns(table.name).await.unwrap()), "{}", table.name);
    }
}

async fn a_backup_restores_the_same_rows_into_either_database(forum: TestForum) {
    fill(&forum).await;
    let folder = TempDir::new().unwrap();
    let file = |name: &str| folder.path().join(name);
    let original = back_up(&forum.db.url, &file("original.zip")).await;
    assert_eq!(original.schema, Target::latest_schema());
    for postgres in [false, true] {
        let target = bare(postgres).await;
        let copy = file(if postgres { "postgres.zip" } else { "sqlite.zip" });
        restored(&file("original.zip"), &target.url).await.unwrap();
        // Once more from there into the other kind.
        let again = back_up(&target.url, &copy).await;
        assert_eq!(again.entries, original.entries, "postgres: {postgres}");
        let back = bare(!postgres).await;
        restored(&copy, &back.url).await.unwrap();
        let last = back_up(&back.url, &file(if postgres { "last.zip" } else { "first.zip" })).await;
        assert_eq!(last.entries, original.entries, "postgres: {postgres}");
        let db = Db::connect(&target.url, 2).await.unwrap();
        assert_eq!(domain::store::topics::misnumbered(&db).await.unwrap(), []);
        db.close().await;
    }
}

async fn a_backup_is_consistent_and_does_not_block_posting(forum: TestForum) {
    demo::fill(&forum.cx).await.unwrap();
    let ada = forum.person("ada").await;
    let group = forum.group(ada, "Busy", GroupKind::Public).await;
    let mut topics = Vec::new();
    for number in 0..4 {
        topics.push(forum.topic(ada, &group, &format!("Topic {number}"), "Begins").await.topic);
    }
    let folder = TempDir::new().unwrap();
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let posters = topics.into_iter().map(|topic| {
        let (cx, stopped) = (forum.cx.clone(), stopped.clone());
        tokio::spawn(async move {
            let mut count = 0;
            while !*stopped.borrow() {
                let draft = domain::testing::draft(&format!("Number {count}"));
                messages::submit(&cx, ada, messages::Target::Topic(topic), draft).await.expect("no post is refused");
                count += 1;
            }
            count
        })
    });
    let posters: Vec<_> = posters.collect();
    let mut seen = BTreeSet::new();
    let mut files = Vec::new();
    // Backups are made until one is sure to have started between two posts.
    while seen.len() < 3 {
        let file = folder.path().join(format!("{}.zip", files.len()));
        let manifest = back_up(&forum.db.url, &file).await;
        seen.insert(manifest.entries.iter().find(|entry| entry.table() == Some("messages")).unwrap().rows);
        files.push(file);
    }
    stop.send(true).unwrap();
    let mut posted = 0;
    for poster in posters {
        posted += poster.await.unwrap();
    }
    assert!(posted > 0);
    for file in &files {
        let target = bare(false).await;
        restored(file, &target.url).await.unwrap();
        let db = Db::connect(&target.url, 2).await.unwrap();
        assert_eq!(domain::store::topics::misnumbered(&db).await.unwrap(), [], "counts and messages are of one moment");
        db.close().await;
    }
}

async fn a_backup_is_not_restored_into_a_database_with_data(forum: TestForum) {
    forum.person("ada").await;
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("backup.zip");
    back_up(&forum.db.url, &file).await;
    // On Postgres, the pool of the forum is still connected.
    let is_postgres = matches!(forum.db.url, DatabaseUrl::Postgres(_));
    let said = why(restored(&file, &forum.db.url).await);
    assert!(said.contains(if is_postgres { "stop it first" } else { "already has a forum" }), "{said}");
    forum.cx.db.close().await;
    let said = why(restored(&file, &forum.db.url).await);
    assert!(said.contains("already has a forum (`users` is not empty)"), "{said}");
    // A forum that was only started, with settings and jobs, is empty.
    let empty = if is_postgres { TestForum::postgres().await } else { TestForum::sqlite().await };
    domain::site::id(&empty.cx.db).await.unwrap();
    empty.execute("insert into settings (name, value) values ('slot.sweep', '2026')").await;
    empty.cx.db.close().await;
    restored(&file, &empty.db.url).await.unwrap();
    let copy = back_up(&empty.db.url, &folder.path().join("copy.zip")).await;
    assert_eq!(copy.entries, restore::open(&file, None).await.unwrap().manifest().entries);
    let said = why(backup::make(&empty.db.url, order(&file), |_, _| {}).await);
    assert!(said.contains("already exists"), "{said}");
    let other = Order { secret: SecretKey::new(&"x".repeat(32)).unwrap(), ..order(&folder.path().join("other.zip")) };
    let db = Db::connect(&empty.db.url, 2).await.unwrap();
    let key = SecretKey::new(KEY).unwrap();
    domain::site::secret_key::check(&db, &key, None).await.unwrap();
    db.close().await;
    let said = why(backup::make(&empty.db.url, other.clone(), |_, _| {}).await);
    assert!(said.contains("not the secret key of this forum"), "{said}");
    // While a key is being replaced, the forum's own is backed up.
    let replaced = Order { previous: SecretKey::new(KEY), ..other };
    backup::make(&empty.db.url, replaced, |_, _| {}).await.unwrap();
    let kept = restore::open(&folder.path().join("other.zip"), None).await.unwrap();
    assert_eq!(kept.secret().unwrap().bytes(), KEY.as_bytes());
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert_eq!(left.len(), 3, "no unfinished file stays: {left:?}");
}

async fn ids_of_deleted_rows_are_not_used_again_after_a_restore(forum: TestForum) {
    let first = crate::id(forum.person("ada").await);
    let gone = crate::id(forum.person("ben").await);
    forum.execute("delete from users where username = 'ben'").await;
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("backup.zip");
    back_up(&forum.db.url, &file).await;
    for postgres in [false, true] {
        let target = bare(postgres).await;
        restored(&file, &target.url).await.unwrap();
        let db = Db::connect(&target.url, 2).await.unwrap();
        let mut tx = db.begin().await.unwrap();
        let made = domain::store::people::users::insert(&mut tx, "cid", "cid", None, "-", false, Timestamp(1)).await;
        tx.commit().await.unwrap();
        assert!(made.unwrap().unwrap() > gone && gone > first);
        db.close().await;
    }
}

/// Makes a forum at an older schema, with a person.
async fn older(postgres: bool) -> TestDb {
    let test = bare(postgres).await;
    let mut target = Target::open(&test.url).await.unwrap();
    target.migrate_to(Target::schema_before()).await.unwrap();
    target.begin(false).await.unwrap();
    let columns = target.columns("users").await.unwrap();
    let has = |name: &str| columns.iter().filter(|column| column.name == name).cloned().collect::<Vec<_>>();
    let columns = ["created_at", "id", "username", "username_lower"].map(has).concat();
    let row = r#"[{"created_at":1700000000123457,"id":7,"username":"Old","username_lower":"old"}]"#;
    assert_eq!(target.insert("users", &columns, row).await.unwrap(), 1);
    target.set_sequence("users", 7).await.unwrap();
    target.commit().await.unwrap();
    target.close().await;
    test
}

async fn a_backup_of_an_older_schema_is_restored_and_then_migrated(forum: TestForum) {
    let is_postgres = matches!(forum.db.url, DatabaseUrl::Postgres(_));
    let old = older(is_postgres).await;
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("old.zip");
    let manifest = back_up(&old.url, &file).await;
    assert_eq!(manifest.schema, Target::schema_before());
    for postgres in [false, true] {
        let target = bare(postgres).await;
        restored(&file, &target.url).await.unwrap();
        let db = Db::connect(&target.url, 2).await.unwrap();
        let user = domain::store::people::users::by_name(&db, "old").await.unwrap().unwrap();
        assert_eq!((user.id.0, user.created_at), (7, Timestamp(1_700_000_000_123_457)));
        db.close().await;
        let now = back_up(&target.url, &folder.path().join(format!("now-{postgres}.zip"))).await;
        assert_eq!(now.schema, Target::latest_schema());
    }
    // The empty database of this version cannot take it as it is.
    forum.cx.db.close().await;
    let said = why(restored(&file, &forum.db.url).await);
    assert!(said.contains("delete the empty database"), "{said}");
}

async fn exactly_one_backup_is_made_before_a_migration(forum: TestForum) {
    let folder = TempDir::new().unwrap();
    let folder = folder.path().join("backups");
    let made = async |url: &DatabaseUrl| backup::before_migration(url, &folder, |file| order(&file)).await.unwrap();
    assert_eq!(made(&forum.db.url).await, None, "the schema is the newest");
    let is_postgres = matches!(forum.db.url, DatabaseUrl::Postgres(_));
    assert_eq!(made(&bare(is_postgres).await.url).await, None, "there is nothing yet");
    let old = older(is_postgres).await;
    let file = made(&old.url).await.unwrap();
    assert_eq!(made(&old.url).await, None, "once");
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
    let target = bare(is_postgres).await;
    restored(&file, &target.url).await.unwrap();
    // Several processes that start at once make one.
    std::fs::remove_file(&file).unwrap();
    let (one, other) = tokio::join!(made(&old.url), made(&old.url));
    assert!(one.is_some() || other.is_some());
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
}

pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    files
}
