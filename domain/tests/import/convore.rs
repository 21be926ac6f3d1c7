//! Archives of Convore.

use domain::import::{self, ImportWarning, Report};
use domain::messages::Window;
use domain::model::{GroupKind, TopicId};
use domain::policy::Viewer;
use domain::store::DatabaseUrl;
use domain::testing::TestForum;
use domain::time::Timestamp;
use domain::topics::placed;
use domain::{groups, messages, topics};
use serde_json::{Value, json};
use std::path::Path;

use crate::{count, is_quiet, of, rows, stop_after, tables, will_find, write};

stories!(
    an_archive_keeps_its_ids_times_and_addresses,
    broken_entries_are_left_out_and_counted,
    people_and_groups_are_imported_as_their_files_say,
    an_import_never_overwrites_existing_rows,
    a_stopped_import_resumes_with_the_same_result,
);

const NOON: f64 = 1_300_000_000.25;

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

async fn convore(forum: &TestForum, dir: &Path) -> Report {
    import::convore(&forum.cx, dir, |_| {}).await.unwrap()
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
