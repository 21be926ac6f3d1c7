//! Imports on SQLite and on Postgres, from archives that each test builds.
//!
//! `KLATCH_TEST_DATABASE_URL` names a Postgres whose user may create databases, `KLATCH_TEST_REDIS_URL` a Redis.
//! Without them that half fails.

#![allow(clippy::unwrap_used)]

use domain::topics::placed;
use std::io::Cursor;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use domain::admin::doctor;
use domain::import::{self, Count, ImportWarning, Options, Progress, Report, demo};
use domain::live::unread;
use domain::messages::{Window, mentions};
use domain::model::{GroupKind, TopicId};
use domain::policy::Viewer;
use domain::search::Question;
use domain::store::{DatabaseUrl, Db};
use domain::testing::{TestForum, wait_for};
use domain::time::Timestamp;
use domain::{groups, messages, topics};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Row};

/// Makes two tests of each function, one per database.
macro_rules! stories {
    ($($name:ident),* $(,)?) => {
        mod sqlite { $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { super::$name(domain::testing::TestForum::sqlite().await).await }
        )* }
        mod postgres { $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { super::$name(domain::testing::TestForum::postgres().await).await }
        )* }
    };
}

mod claims;
mod discourse;
mod others;
mod slack;
mod typed;
mod zulip;

stories!(
    an_archive_keeps_its_ids_times_and_addresses,
    broken_entries_are_left_out_and_counted,
    people_and_groups_are_imported_as_their_files_say,
    an_import_never_overwrites_existing_rows,
    a_stopped_import_resumes_with_the_same_result,
    lines_become_topics_replies_and_mentions,
    lines_too_long_are_left_out_and_long_titles_shortened,
    a_stopped_import_of_lines_resumes_with_the_same_result,
    the_demo_fills_an_empty_forum,
);

const NOON: f64 = 1_300_000_000.25;

fn write(path: &Path, value: &Value) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, value.to_string()).unwrap();
}

fn topic(id: i64, group: i64, slug: &str, creator: i64, at: f64) -> Value {
    json!({"id": id, "group_id": group, "name": format!("About {slug}"), "slug": slug, "creator_id": creator, "date_created": at})
}

fn message(id: i64, user: i64, at: f64, text: &str) -> Value {
    json!({"id": id, "group_id": 0, "topic_id": 0, "user_id": user, "date_created": at, "message": text, "stars": []})
}

/// Writes a valid archive of two groups.
fn small(dir: &Path) {
    let groups = dir.join("groups");
    write(
        &groups.join("tea-house/topics.json"),
        &json!([topic(21, 7, "oolong", 3, NOON + 5.0), topic(22, 7, "cups", 4, NOON)]),
    );
    let mut starred = message(103, 4, NOON + 20.0, "Two minutes, not @user3's five.");
    starred["stars"] = json!([{"user_id": 9, "date_created": NOON + 60.0}]);
    // Not in the order of time.
    write(
        &groups.join("tea-house/oolong/messages.json"),
        &json!([starred, message(105, 3, NOON + 10.0, "How long does it *draw*?")]),
    );
    write(&groups.join("tea-house/cups/messages.json"), &json!([]));
    write(&groups.join("Old_Maps/topics.json"), &json!([topic(30, 8, "-legends", 3, NOON + 1.0)]));
    write(&groups.join("Old_Maps/-legends/messages.json"), &json!([message(104, 3, NOON + 2.0, "Here be dragons")]));
}

async fn rows(forum: &TestForum, statement: &str) -> Vec<String> {
    let statement = AssertSqlSafe(statement.to_owned());
    match &forum.cx.db {
        Db::Postgres(pool, _) => {
            sqlx::query(statement).fetch_all(pool).await.unwrap().iter().map(|row| row.get(0)).collect()
        }
        Db::Sqlite(db) => {
            sqlx::query(statement).fetch_all(db.readers()).await.unwrap().iter().map(|row| row.get(0)).collect()
        }
    }
}

/// Returns everything that an import may write, as text.
async fn tables(forum: &TestForum) -> Vec<String> {
    let mut all = Vec::new();
    for statement in [
        "select concat_ws('|', id, username, username_key, name, password_hash, created_at) from users order by id",
        "select concat_ws('|', id, slug, name, kind, creator_id, created_at) from groups order by id",
        "select concat_ws('|', group_id, user_id, role, created_at) from memberships order by group_id, user_id",
        "select concat_ws('|', id, group_id, slug, name, creator_id, created_at, last_seq, last_message_at) from topics order by id",
        "select concat_ws('|', id, topic_id, seq, author_id, created_at, raw, nodes, reply_to) from messages order by topic_id, seq",
        "select concat_ws('|', message_id, user_id, created_at) from stars order by message_id, user_id",
        "select concat_ws('|', source, kind, foreign_id, id) from imported order by source, kind, foreign_id",
    ] {
        all.extend(rows(forum, statement).await);
    }
    all
}

async fn convore(forum: &TestForum, dir: &Path) -> Report {
    import::convore(&forum.cx, dir, |_| {}).await.unwrap()
}

/// What of a count most tests compare: the rows in the forum, and the new ones.
fn of(count: Count) -> (u64, u64) {
    assert_eq!(count.read, count.new + count.there + count.changed + count.left_out, "{count:?}");
    (count.total, count.new)
}

fn count(total: u64, new: u64) -> (u64, u64) {
    (total, new)
}

/// Asserts that the import notifies nobody (no job, no mention), and that the doctor finds nothing.
async fn is_quiet(forum: &TestForum) {
    assert!(rows(forum, "select kind from jobs").await.is_empty());
    assert!(rows(forum, "select cast(message_id as text) from mentions").await.is_empty());
    let findings = doctor::examine(&forum.cx).await.unwrap();
    assert!(findings.drift.is_empty(), "{findings:?}");
}

/// Waits until a search finds this many. The index includes only changes older than every open transaction on the
/// server, and a run that was dropped may hold the index a moment longer.
async fn will_find(forum: &TestForum, words: &str, hits: usize) {
    wait_for(words, || async {
        domain::search::catch_up(&forum.cx).await.unwrap();
        finds(forum, words).await == hits
    })
    .await;
}

async fn finds(forum: &TestForum, words: &str) -> usize {
    let question = Question { words: words.to_owned(), limit: 50, ..Default::default() };
    domain::search::ask(&forum.cx, Viewer::Anonymous, question).await.unwrap().total
}

async fn an_archive_keeps_its_ids_times_and_addresses(forum: TestForum) {
    let dir = tempfile::tempdir().unwrap();
    small(dir.path());
    let report = convore(&forum, dir.path()).await;
    assert_eq!((of(report.groups), of(report.topics), of(report.messages)), (count(2, 2), count(3, 3), count(3, 3)));
    assert_eq!((of(report.stars), of(report.people), report.resumed), (count(1, 1), count(3, 3), false));
    assert_eq!(report.warnings.iter().count(), 0, "{report}");
    assert!(report.searchable);

    let cx = &forum.cx;
    let group = groups::by_slug(cx, Viewer::Anonymous, "tea-house").await.unwrap().group;
    assert_eq!(
        (group.id.0, group.name.as_str(), group.kind, group.creator_id.0),
        (7, "Tea house", GroupKind::Public, 4)
    );
    assert_eq!(group.created_at, Timestamp::from_unix_seconds(NOON));
    let found = topics::by_slug(cx, Viewer::Anonymous, &group.slug, "oolong").await.unwrap();
    assert_eq!(
        (found.topic.id.0, found.topic.last_seq, found.topic.last_message_at),
        (21, 2, Timestamp::from_unix_seconds(NOON + 20.0))
    );
    let page = messages::page(cx, Viewer::Anonymous, &found, Window::At(1)).await.unwrap().messages;
    assert_eq!(page.iter().map(|m| (m.seq, m.id.0)).collect::<Vec<_>>(), [(1, 105), (2, 103)]);
    assert_eq!(page[1].stars[0].username, "user9");
    assert_eq!(page[1].mentions.len(), 1);
    let silent = topics::by_slug(cx, Viewer::Anonymous, &group.slug, "cups").await.unwrap().topic;
    assert_eq!((silent.last_seq, silent.last_message_at), (0, silent.created_at));
    assert!(groups::by_slug(cx, Viewer::Anonymous, "Old_Maps").await.is_ok());
    will_find(&forum, "dragons", 1).await;
    will_find(&forum, "cups", 1).await;
    is_quiet(&forum).await;

    let before = tables(&forum).await;
    let again = convore(&forum, dir.path()).await;
    assert!(again.resumed);
    assert_eq!((of(again.messages), of(again.people), of(again.stars)), (count(3, 0), count(3, 0), count(1, 0)));
    assert_eq!(tables(&forum).await, before);

    // New ids are above all imported ones.
    let mira = forum.person("mira").await;
    let own = forum.group(mira, "Kites", GroupKind::Public).await;
    let posted = forum.topic(mira, &own, "Wind", "Today!").await;
    assert!(own.id.0 > 8 && posted.topic.0 > 30 && posted.id.0 > 105);
}

async fn broken_entries_are_left_out_and_counted(forum: TestForum) {
    let dir = tempfile::tempdir().unwrap();
    small(dir.path());
    let groups = dir.path().join("groups");
    std::fs::create_dir_all(groups.join("shredded")).unwrap();
    std::fs::write(groups.join("shredded/topics.json"), "[{\"id\": 1, ").unwrap();
    write(
        &groups.join("odd/topics.json"),
        &json!([
            {"id": 40, "group_id": 9, "name": "", "slug": "", "creator_id": 3, "date_created": NOON},
            {"id": 41, "group_id": 9, "name": "Gone", "slug": "gone", "creator_id": 3, "date_created": 1e300},
            {"id": 41, "group_id": 9, "name": "Twice", "slug": "twice", "creator_id": 3, "date_created": NOON},
            {"id": 42, "group_id": 9, "name": "Same place", "slug": "gone", "creator_id": 3, "date_created": NOON},
            {"name": "No id"},
            topic(43, 9, "../tea-house/oolong", 3, NOON),
        ]),
    );
    write(
        &groups.join("odd/messages.json"),
        &json!([
            message(200, 3, NOON, "a\u{0}b"),
            message(200, 3, NOON + 1.0, "the id again"),
            message(105, 3, NOON + 2.0, "an id of another topic"),
            message(-5, 3, -1.0, "an id that none can be"),
            {"id": 201, "user_id": 3},
            message(202, 3, NOON + 3.0, &"long ".repeat(9_000)),
        ]),
    );
    std::fs::create_dir_all(groups.join("help/halves")).unwrap();
    write(&groups.join("help/topics.json"), &json!([topic(50, 10, "halves", 3, NOON)]));
    std::fs::write(
        groups.join("help/halves/messages.json"),
        b"[{\"id\": \"300\", \"user_id\": \"3\", \"date_created\": 1.3e9, \"message\": \"\\ud83d \xff\"}]",
    )
    .unwrap();
    let report = convore(&forum, dir.path()).await;
    let met = |warning| report.warnings.count(warning);
    for (warning, times) in [
        (ImportWarning::Unreadable, 1),
        (ImportWarning::NobodysGroup, 1),
        (ImportWarning::NoMessagesFile, 3),
        (ImportWarning::BadRecord, 2),
        (ImportWarning::NotUtf8, 1),
        (ImportWarning::Twice, 2),
        (ImportWarning::ImpossibleTime, 2),
        (ImportWarning::NulCharacter, 1),
        (ImportWarning::EmptyName, 1),
        (ImportWarning::EmptySlug, 1),
        (ImportWarning::MessageIdTaken, 1),
        (ImportWarning::LongMessage, 1),
        (ImportWarning::SlugChanged, 3),
    ] {
        assert_eq!(met(warning), times, "{warning}\n{report}");
    }
    assert_eq!((of(report.groups), of(report.topics), of(report.messages)), (count(4, 4), count(8, 8), count(8, 8)));
    let slugs = rows(&forum, "select slug from topics where group_id = 9 order by slug").await;
    assert_eq!(slugs, ["gone", "gone-2", "tea-house-oolong", "topic-40"]);
    assert!(rows(&forum, "select slug from groups where id = 10").await[0].starts_with("help-"));
    let halves = rows(&forum, "select raw from messages where id = 300").await;
    assert_eq!(halves, ["\u{fffd} \u{fffd}"]);
    let odd = rows(&forum, "select raw from messages where topic_id = 40 order by seq").await;
    assert!(odd.contains(&"ab".to_owned()) && odd.len() == 4);
    is_quiet(&forum).await;
    let before = tables(&forum).await;
    convore(&forum, dir.path()).await;
    assert_eq!(tables(&forum).await, before);
}

async fn people_and_groups_are_imported_as_their_files_say(forum: TestForum) {
    let dir = tempfile::tempdir().unwrap();
    small(dir.path());
    let users = json!({"users": [
        {"id": 3, "username": "Bill", "name": "Bill Example", "bio": "Leaves", "pic": null, "location": "Here", "web": "https://example.org/", "date_joined": NOON - 9.0},
        {"id": 4, "username": "b1ll", "web": "javascript:alert(1)"},
        {"id": 5, "username": "BILL"},
        {"id": 6, "username": "sp ace!"},
    ]});
    write(&dir.path().join("users.json"), &users);
    let listed = json!([
        {"id": 7, "slug": "tea-house", "name": "The tea house", "description": "Hot water", "kind": "private", "creator_id": 3, "date_created": NOON - 5.0,
         "members": [{"user_id": 3, "date_created": NOON}, {"user_id": 6, "date_created": NOON}]},
        {"id": 11, "slug": "empty", "name": "Empty", "description": "", "kind": "public", "creator_id": 5, "date_created": NOON, "members": []},
    ]);
    write(&dir.path().join("groups.json"), &listed);
    write(
        &dir.path().join("groups/tea-house/cups/messages.json"),
        &json!([message(106, 4, NOON + 1.0, "@bill and @BILL, who are one, and @b1ll, and _@sp_")]),
    );
    let report = convore(&forum, dir.path()).await;
    assert_eq!(of(report.groups), count(3, 3));
    let people =
        rows(&forum, "select concat_ws('|', id, username, coalesce(username_key, '-'), web) from users order by id")
            .await;
    assert_eq!(people[0], "3|Bill|blll|https://example.org/");
    assert_eq!(people[1], "4|b1ll|-|");
    assert!(people[2].starts_with("5|BILL_2|"), "{people:?}");
    assert!(people[3].starts_with("6|sp_ace|"), "{people:?}");
    assert_eq!(
        (report.warnings.count(ImportWarning::LookAlike), report.warnings.count(ImportWarning::NameChanged)),
        (1, 2)
    );
    assert!(groups::by_slug(&forum.cx, Viewer::Anonymous, "tea-house").await.is_err());
    let members =
        rows(&forum, "select concat_ws('|', user_id, role) from memberships where group_id = 7 order by user_id").await;
    assert_eq!(members, ["3|admin", "6|member"]);
    let nodes = rows(&forum, "select cast(nodes as text) from messages where id = 106").await;
    assert_eq!(nodes[0].matches("/users/").count(), 3, "{nodes:?}");
    is_quiet(&forum).await;
}

async fn an_import_never_overwrites_existing_rows(forum: TestForum) {
    let mira = forum.person("mira").await;
    let own = forum.group(mira, "Tea house", GroupKind::Public).await;
    let posted = forum.topic(mira, &own, "Mine", "I was here first").await;
    forum.drain().await;
    let (user, group) = (mira.id().unwrap().0, own.id.0);
    let dir = tempfile::tempdir().unwrap();
    let groups = dir.path().join("groups");
    write(&groups.join("tea-house/topics.json"), &json!([topic(posted.topic.0, group, "mine", user, NOON)]));
    write(
        &groups.join("tea-house/mine/messages.json"),
        &json!([message(posted.id.0, user, NOON, "I was there before"), message(900, 901, NOON, "@mira")]),
    );
    write(&dir.path().join("users.json"), &json!({"users": [{"id": user, "username": "Mira"}]}));
    let report = convore(&forum, dir.path()).await;
    for warning in [
        ImportWarning::UserIdTaken,
        ImportWarning::GroupIdTaken,
        ImportWarning::TopicIdTaken,
        ImportWarning::MessageIdTaken,
        ImportWarning::NameChanged,
        ImportWarning::SlugChanged,
    ] {
        assert_eq!(report.warnings.count(warning), 1, "{warning}\n{report}");
    }
    let kept = placed::show(&forum.cx, mira, posted.id).await.unwrap();
    assert_eq!((kept.message.author.username.as_str(), kept.group.slug.as_str()), ("mira", "tea-house"));
    let theirs = groups::by_slug(&forum.cx, Viewer::Anonymous, "tea-house-2").await.unwrap().group;
    let found = topics::by_slug(&forum.cx, Viewer::Anonymous, &theirs.slug, "mine").await.unwrap();
    let page = messages::page(&forum.cx, Viewer::Anonymous, &found, Window::At(1)).await.unwrap().messages;
    assert_eq!(page[0].author.username, "Mira_2");
    // A mention means the user who had the name in the old forum.
    assert_eq!(page[1].mentions, [page[0].author.id]);
    let before = tables(&forum).await;
    convore(&forum, dir.path()).await;
    assert_eq!(tables(&forum).await, before);
}

/// Runs an import until it reported `times` writes, then drops it.
async fn stop_after<F: Future<Output = domain::Result<Report>>>(
    times: usize,
    begin: impl FnOnce(Box<dyn FnMut(Progress)>) -> F,
) -> bool {
    let (left, stop) = (Arc::new(AtomicUsize::new(times)), Arc::new(tokio::sync::Notify::new()));
    let bell = stop.clone();
    let told = move |progress: Progress| {
        if progress.done > 0 && left.fetch_sub(1, Ordering::SeqCst) == 1 {
            bell.notify_one();
        }
    };
    tokio::select! {
        biased;
        () = stop.notified() => false,
        done = begin(Box::new(told)) => {
            done.unwrap();
            true
        }
    }
}

async fn a_stopped_import_resumes_with_the_same_result(forum: TestForum) {
    let dir = tempfile::tempdir().unwrap();
    small(dir.path());
    // A topic that takes three transactions, and two that share one.
    let groups = dir.path().join("groups");
    write(
        &groups.join("relay/topics.json"),
        &json!([topic(60, 12, "long", 3, NOON), topic(61, 12, "a", 3, NOON), topic(62, 12, "b", 3, NOON)]),
    );
    let long = |range: std::ops::Range<i64>| {
        Value::Array(range.map(|n| message(1_000 + n, 3 + n % 5, NOON + (n % 977) as f64, "tick @user4")).collect())
    };
    write(&groups.join("relay/long/messages.json"), &long(0..9_000));
    write(&groups.join("relay/a/messages.json"), &long(20_000..21_500));
    write(&groups.join("relay/b/messages.json"), &long(30_000..31_500));

    let whole = match forum.db.url {
        DatabaseUrl::Sqlite(_) => TestForum::sqlite().await,
        DatabaseUrl::Postgres(_) => TestForum::postgres().await,
    };
    convore(&whole, dir.path()).await;
    let expected = tables(&whole).await;
    let mut runs = 0;
    for times in 1.. {
        runs += 1;
        if stop_after(times, |told| import::convore(&forum.cx, dir.path(), told)).await {
            break;
        }
        let access = rows(&forum, "select cast(count(*) as text) from messages").await;
        let noted =
            rows(&forum, "select cast(coalesce(sum(id), 0) as text) from imported where kind = 'messages'").await;
        assert_eq!(access, noted);
    }
    assert!(runs > 3, "stopped {runs} times");
    let report = import::convore(&forum.cx, dir.path(), |_| {}).await.unwrap();
    assert_eq!(
        (of(report.messages), of(report.topics), of(report.groups)),
        (count(12_003, 0), count(6, 0), count(3, 0))
    );
    let seqs = rows(
        &forum,
        "select cast(count(distinct seq) as text) from messages where topic_id = 60 and seq between 1 and 9000",
    )
    .await;
    assert_eq!(seqs, ["9000"]);
    assert!(tables(&forum).await == expected, "the tables differ");
    is_quiet(&forum).await;
    let found = topics::find(&forum.cx, Viewer::Anonymous, TopicId(60)).await.unwrap();
    let page = messages::page(&forum.cx, Viewer::Anonymous, &found, Window::At(4_500)).await.unwrap().messages;
    assert!(page.is_sorted_by_key(|m| (m.created_at, m.id)));
    will_find(&forum, "tick", 12_000).await;
    // Six topics are called so, and their messages are found by that too.
    will_find(&forum, "about", 12_009).await;
}

fn line(id: i64, group: &str, topic: &str, author: &str, second: i64, text: &str) -> Value {
    json!({"id": id.to_string(), "group": group, "topic": topic, "author": author, "text": text,
           "created_at": format!("2020-03-01T{:02}:{:02}:{:02}Z", second / 3_600, second / 60 % 60, second % 60)})
}

fn made_up() -> Options {
    Options { source: "made-up".into(), ..Options::default() }
}

async fn jsonl(forum: &TestForum, lines: &[String]) -> Report {
    import::jsonl(&forum.cx, Cursor::new(lines.join("\n")), &made_up(), |_| {}).await.unwrap()
}

async fn lines_become_topics_replies_and_mentions(forum: TestForum) {
    forum.person("ann_example").await;
    let mut answer = line(3, "new people", "Hello!", "Bo Example", 30, "Thanks, @Ann Example, and @**Ann Example**!");
    answer["reply_to"] = json!("1");
    let mut lost = line(4, "new people", "Hello!", "Bo Example", 31, "To nobody");
    lost["reply_to"] = json!(77);
    let mut moved = line(5, "help", "hello?", "Ünal 日", 32, "In a topic with an id");
    moved["topic_id"] = json!(12);
    let lines: Vec<String> = vec![
        line(2, "new people", "hello", "Ann Example", 2, "second by time").to_string(),
        line(1, "new people", "Hello!", "Ann Example", 1, "Welcome").to_string(),
        "{\"broken\":".into(),
        String::new(),
        answer.to_string(),
        lost.to_string(),
        moved.to_string(),
        line(5, "help", "hello?", "Ünal 日", 33, "the id again").to_string(),
    ];
    let report = jsonl(&forum, &lines).await;
    assert_eq!(
        (of(report.groups), of(report.topics), of(report.messages), of(report.people)),
        (count(2, 2), count(3, 3), count(5, 5), count(3, 3))
    );
    for warning in
        [ImportWarning::BadRecord, ImportWarning::Twice, ImportWarning::UnknownReply, ImportWarning::NameChanged]
    {
        assert_eq!(report.warnings.count(warning), 1, "{warning}\n{report}");
    }
    let slugs = rows(&forum, "select slug from topics order by slug").await;
    assert_eq!(slugs, ["hello", "hello", "hello-2"]);
    assert_eq!(rows(&forum, "select slug from groups order by slug").await, ["help-2", "new-people"]);
    let people = rows(&forum, "select concat_ws('|', username, name) from users order by username").await;
    assert_eq!(people, ["ann_example|", "ann_example_2|Ann Example", "bo_example|Bo Example", "unal|Ünal 日"]);
    let answers = "select concat_ws('|', a.raw, q.raw) from messages a join messages q on q.id = a.reply_to";
    assert_eq!(rows(&forum, answers).await, ["Thanks, @ann_example_2, and @ann_example_2!|Welcome"]);
    will_find(&forum, "welcome", 1).await;
    is_quiet(&forum).await;

    let before = tables(&forum).await;
    let again = jsonl(&forum, &lines).await;
    assert!(again.resumed);
    assert_eq!(of(again.messages), count(5, 0));
    assert_eq!(tables(&forum).await, before);
    let mut more = lines;
    let mut late = line(6, "new people", "Hello!", "Ann Example", 90, "Late, but here");
    late["reply_to"] = json!("3");
    more.push(late.to_string());
    assert_eq!(of(jsonl(&forum, &more).await.messages), count(6, 1));
    assert_eq!(rows(&forum, answers).await.len(), 2);
    will_find(&forum, "late", 1).await;
}

async fn lines_too_long_are_left_out_and_long_titles_shortened(forum: TestForum) {
    let lines = vec![
        line(1, "people", "Hello", "Ann Example", 1, "Welcome").to_string(),
        line(2, "people", "Hello", "Ann Example", 2, &"x".repeat(1_000_001)).to_string(),
        line(3, "people", &"long ".repeat(100), "Ann Example", 3, "After it").to_string(),
        line(4, &"wide ".repeat(100), "Hello", "Ann Example", 4, "The last one").to_string(),
    ];
    let report = jsonl(&forum, &lines).await;
    assert_eq!((of(report.messages), report.warnings.count(ImportWarning::BadRecord)), (count(3, 3), 1));
    assert_eq!(report.warnings.count(ImportWarning::TooLong), 2, "{report}");
    let longest = "select cast(max(length(name)) as text) from";
    assert_eq!(rows(&forum, &format!("{longest} topics")).await, ["200"]);
    assert_eq!(rows(&forum, &format!("{longest} groups")).await, ["80"]);
    is_quiet(&forum).await;
}

async fn a_stopped_import_of_lines_resumes_with_the_same_result(forum: TestForum) {
    let lines: Vec<String> = (0..9_500)
        .map(|n| {
            line(n, ["one", "two"][n as usize % 2], &format!("t{}", n % 40), &format!("P{} Q", n % 30), n, "tock")
                .to_string()
        })
        .collect();
    let text = lines.join("\n");
    let options = made_up();
    let mut stopped = 0;
    for times in 1.. {
        if stop_after(times, |told| import::jsonl(&forum.cx, Cursor::new(text.clone()), &options, told)).await {
            break;
        }
        stopped += 1;
        let access = rows(&forum, "select cast(count(*) as text) from messages").await;
        assert_eq!(access, rows(&forum, "select cast(count(*) as text) from imported where kind = 'message'").await);
    }
    assert!(stopped > 1, "stopped {stopped} times");
    assert_eq!(of(jsonl(&forum, &lines).await.messages), count(9_500, 0));
    let wrong = "select slug from topics t where last_seq <> (select count(*) from messages m where m.topic_id = t.id)";
    assert!(rows(&forum, wrong).await.is_empty());
    let disorder = "select m.raw from messages m join messages n on n.topic_id = m.topic_id and n.seq = m.seq + 1 where n.created_at < m.created_at";
    assert!(rows(&forum, disorder).await.is_empty());
    is_quiet(&forum).await;
    will_find(&forum, "tock", 9_500).await;
}

async fn the_demo_fills_an_empty_forum(forum: TestForum) {
    demo::fill(&forum.cx).await.unwrap();
    let cx = &forum.cx;
    let mira = domain::store::people::users::by_name(&cx.db, "mira").await.unwrap().unwrap();
    assert!(mira.claimed);
    assert_eq!(rows(&forum, "select username from users where password_hash is not null").await, ["mira"]);
    let sidebar = unread::sidebar(cx, mira.id).await.unwrap();
    assert!(sidebar.unread() > 5 && sidebar.mentions > 2, "{sidebar:?}");
    let viewer = Viewer::User { id: mira.id, is_admin: false };
    assert_eq!(
        mentions::list(cx, viewer, None, 50).await.unwrap().0.iter().filter(|(_, unread)| *unread).count() as i64,
        sidebar.mentions
    );
    let nodes = rows(&forum, "select cast(nodes as text) from messages").await.concat();
    let kinds =
        ["text", "username", "url", "code", "code_block", "quote", "emphasis", "strong", "emoji", "topic", "message"];
    for kind in kinds {
        let spaced = [format!("\"type\":\"{kind}\""), format!("\"type\": \"{kind}\"")];
        assert!(spaced.iter().any(|word| nodes.contains(word)), "no {kind}");
    }
    assert!(!nodes.contains("{base}") && !nodes.contains("{first") && !nodes.contains("#m0"));
    let now = cx.now();
    let recent = rows(&forum, "select slug from groups where kind <> 'direct'").await;
    assert_eq!(recent.len(), 5);
    for topic in domain::store::search_log::all_topics(&cx.db, TopicId(0), 100).await.unwrap() {
        assert!(topic.created_at <= now);
    }
    will_find(&forum, "newts", 3).await;
    // Actions done at the end of the import queue jobs, which a worker runs.
    forum.drain().await;
    let findings = doctor::examine(cx).await.unwrap();
    assert!(findings.drift.is_empty(), "{findings:?}");
    let boss = Viewer::User { id: domain::model::UserId(0), is_admin: true };
    assert_eq!(domain::moderation::reports::count_of_site(cx, boss).await.unwrap(), 1);
    assert_eq!(domain::moderation::approval_queue::count_of_site(cx, boss).await.unwrap(), 1);
    assert_eq!(rows(&forum, "select name from rules where enabled_at is not null").await, ["Phone numbers"]);
    let days = domain::admin::statistics::over_time(cx, boss, 30).await.unwrap().days;
    let counted: i64 = days.into_iter().map(|(_, day)| day.messages).sum();
    assert!(counted > 50, "{counted}");
    assert!(demo::fill(cx).await.is_err());
}
