//! Lines that say what they are: everything that a record can hold, and files of a later month.

use std::io::Cursor;

use domain::import::{self, Count, ImportWarning, Options, Report};
use domain::model::GroupKind;
use domain::testing::TestForum;
use serde_json::{Value, json};

use crate::{is_quiet, made_up, of, rows, stop_after, tables, will_find};

stories!(
    every_kind_of_line_is_imported_and_reported,
    a_dry_run_writes_nothing_and_reports_the_same,
    a_file_of_the_next_month_adds_and_changes,
    messages_deleted_in_the_forum_stay_deleted,
    topics_are_imported_into_an_existing_group,
    private_content_is_not_imported_into_a_public_group,
    former_members_of_a_private_group_do_not_regain_access,
    characters_that_the_database_cannot_store_are_removed,
    a_stopped_import_of_typed_lines_reports_everything_in_the_end,
    a_matching_email_address_maps_to_the_existing_account,
    a_forgotten_source_is_imported_anew,
);

fn at(minute: u32) -> String {
    format!("2021-05-06T07:{:02}:{:02}Z", minute / 60 % 60, minute % 60)
}

/// A small forum with something of everything.
fn lines() -> Vec<Value> {
    vec![
        json!({"type": "person", "id": "p1", "username": "ann", "name": "Ann Example", "email": "ann@example.org", "bio": "Kites",
               "web": "https://ann.example.org/", "created_at": at(1)}),
        json!({"type": "person", "id": 2, "username": "bo", "name": "Bo Example"}),
        json!({"type": "group", "id": "g1", "name": "Kites", "slug": "kites", "description": "All that flies", "kind": "closed",
               "creator": "p1", "created_at": at(2)}),
        json!({"type": "group", "id": "g2", "name": "Empty", "creator": "p1", "archived_at": at(90)}),
        json!({"type": "membership", "group": "g1", "person": 2, "role": "moderator", "at": at(3)}),
        json!({"type": "topic", "id": "t1", "group": "g1", "title": "Strings", "slug": "strings", "created_at": at(4),
               "resolved_at": at(50), "locked_at": at(51), "addresses": ["/t/strings/1/"]}),
        json!({"type": "topic", "id": "t2", "group": "g1", "title": "Nobody wrote here", "creator": 2, "created_at": at(5)}),
        json!({"type": "message", "id": "m1", "topic": "t1", "author": "p1", "created_at": at(10), "text": "Which string? @bo, @**Bo Example** and @**2**",
               "stars": [{"person": 2, "at": at(11)}, {"person": 2}], "edited_at": at(12),
               "former": [{"text": "Witch string?", "at": at(10)}], "addresses": ["/t/1/1"]}),
        json!({"type": "message", "id": "m2", "topic": "t1", "author": 2, "created_at": at(20), "html": "<p>A <b>thin</b> one</p>",
               "reply_to": "m1", "files": [{"name": "string.png", "url": "https://files.example.org/string.png"}]}),
        json!({"type": "message", "id": "m3", "topic": "t1", "author": "p1", "created_at": at(30), "text": "Wrong place", "deleted_at": at(31)}),
        json!({"type": "message", "id": "m4", "topic": "t9", "author": "p1", "created_at": at(32), "text": "No such topic"}),
        json!({"type": "message", "id": "m5", "topic": "t1", "author": "p7", "created_at": at(33), "text": "From a stranger", "reply_to": "m6"}),
        json!({"type": "message", "id": "m6", "topic": "t1", "author": "p1", "created_at": at(34), "text": "Answered before it was asked"}),
        json!({"type": "massage"}),
    ]
}

pub(crate) fn text(lines: &[Value]) -> String {
    lines.iter().map(Value::to_string).collect::<Vec<_>>().join("\n")
}

async fn run(forum: &TestForum, lines: &[Value], options: &Options) -> Report {
    import::jsonl(&forum.cx, Cursor::new(text(lines)), options, |_| {}).await.unwrap()
}

fn counted(count: Count) -> (u64, u64, u64, u64, u64) {
    of(count);
    (count.read, count.new, count.there, count.changed, count.left_out)
}

async fn every_kind_of_line_is_imported_and_reported(forum: TestForum) {
    let report = run(&forum, &lines(), &made_up()).await;
    assert_eq!(counted(report.people), (3, 3, 0, 0, 0), "{report}");
    assert_eq!(counted(report.groups), (2, 2, 0, 0, 0), "{report}");
    assert_eq!(counted(report.memberships), (1, 1, 0, 0, 0), "{report}");
    assert_eq!(counted(report.topics), (2, 2, 0, 0, 0), "{report}");
    assert_eq!(counted(report.states), (2, 2, 0, 0, 0), "{report}");
    // The line of an unknown type counts as a message.
    assert_eq!(counted(report.messages), (7, 5, 0, 0, 2), "{report}");
    assert_eq!(counted(report.replies), (2, 2, 0, 0, 0), "{report}");
    assert_eq!(counted(report.stars), (2, 1, 0, 0, 1), "{report}");
    assert_eq!(counted(report.files), (1, 1, 0, 0, 0), "{report}");
    assert_eq!(counted(report.edits), (1, 1, 0, 0, 0), "{report}");
    for warning in [
        ImportWarning::BadRecord,
        ImportWarning::UnknownPlace,
        ImportWarning::UnknownPerson,
        ImportWarning::SecondReaction,
    ] {
        assert_eq!(report.warnings.count(warning), 1, "{warning}\n{report}");
    }
    let groups =
        "select concat_ws('|', slug, name, description, kind, archived_at is not null) from groups order by slug";
    let groups = rows(&forum, groups).await;
    assert!(groups[1].starts_with("kites|Kites|All that flies|closed|"), "{groups:?}");
    let members = "select concat_ws('|', u.username, m.role) from memberships m join users u on u.id = m.user_id
                   join groups g on g.id = m.group_id where g.slug = 'kites' order by u.username";
    assert_eq!(rows(&forum, members).await, ["ann|admin", "bo|moderator", "p7|member"]);
    let said =
        "select concat_ws('|', m.seq, u.username, m.raw, case when m.deleted_at is null then '' else 'deleted' end)
                from messages m join users u on u.id = m.author_id order by m.seq";
    assert_eq!(
        rows(&forum, said).await,
        [
            "1|ann|Which string? @bo, @bo and @bo|",
            "2|bo|A **thin** one\n\n[string.png](https://files.example.org/string.png)|",
            "3|ann|Wrong place|deleted",
            "4|p7|From a stranger|",
            "5|ann|Answered before it was asked|",
        ]
    );
    let answers =
        "select concat_ws('|', a.seq, q.seq) from messages a join messages q on q.id = a.reply_to order by a.seq";
    assert_eq!(rows(&forum, answers).await, ["2|1", "4|5"]);
    assert_eq!(rows(&forum, "select raw from former_texts").await, ["Witch string?"]);
    let states = "select concat_ws('|', slug, resolved_at is not null, locked_at is not null, pinned_at is not null) from topics order by slug";
    let states = rows(&forum, states).await;
    assert!(states[1] == "strings|t|t|f" || states[1] == "strings|1|1|0", "{states:?}");
    // Their account is as old as their first trace.
    let since = "select cast(count(*) as text) from users u where created_at <= (select min(created_at) from messages m where m.author_id = u.id)";
    assert_eq!(rows(&forum, since).await, ["3"]);
    assert_eq!(rows(&forum, "select email from claims").await, ["ann@example.org"]);
    assert!(rows(&forum, "select email from users where email is not null").await.is_empty());
    is_quiet(&forum).await;
    // A closed group shows nothing to strangers.
    will_find(&forum, "string", 0).await;

    let before = tables(&forum).await;
    let again = run(&forum, &lines(), &made_up()).await;
    assert_eq!(tables(&forum).await, before);
    assert!(again.resumed);
    assert_eq!(counted(again.messages), (7, 0, 5, 0, 2), "{again}");
    assert_eq!(counted(again.memberships), (1, 0, 1, 0, 0), "{again}");
    assert_eq!(counted(again.replies), (2, 0, 2, 0, 0), "{again}");
    assert_eq!(counted(again.stars), (2, 0, 1, 0, 1), "{again}");
    // What the first run noted is reported again.
    assert_eq!(again.warnings.count(ImportWarning::UnknownPerson), 1, "{again}");
}

async fn a_dry_run_writes_nothing_and_reports_the_same(forum: TestForum) {
    let before = tables(&forum).await;
    let dry = run(&forum, &lines(), &Options { dry_run: true, ..made_up() }).await;
    assert_eq!(tables(&forum).await, before);
    assert!(rows(&forum, "select warning from import_warnings").await.is_empty());
    assert!(rows(&forum, "select path from old_addresses").await.is_empty());
    assert!(dry.to_string().contains("nothing was written"));
    let real = run(&forum, &lines(), &made_up()).await;
    for ((what, dry), (_, real)) in dry.counts().into_iter().zip(real.counts()) {
        assert_eq!(counted(dry), counted(real), "{what}");
    }
    let warned = |report: &Report| report.warnings.iter().map(|(what, count, _)| (what, count)).collect::<Vec<_>>();
    assert_eq!(warned(&dry), warned(&real));
}

async fn a_file_of_the_next_month_adds_and_changes(forum: TestForum) {
    run(&forum, &lines(), &made_up()).await;
    let mut next = lines();
    let line = |next: &mut Vec<Value>, id: &str| next.iter().position(|line| line["id"] == id).unwrap();
    let (m1, m6, t1) = (line(&mut next, "m1"), line(&mut next, "m6"), line(&mut next, "t1"));
    next[m1]["text"] = json!("Which line?");
    next[m1]["edited_at"] = json!(at(70));
    next[m6]["stars"] = json!([{"person": 2, "at": at(71)}]);
    next[t1].as_object_mut().unwrap().remove("locked_at");
    next.push(json!({"type": "message", "id": "m8", "topic": "t1", "author": "p1", "created_at": at(80), "text": "A month later", "reply_to": "m1"}));
    let report = run(&forum, &next, &made_up()).await;
    assert_eq!(counted(report.messages), (8, 1, 3, 2, 2), "{report}");
    assert_eq!(counted(report.topics), (2, 0, 1, 1, 0), "{report}");
    assert_eq!((report.stars.new, report.replies.new), (1, 1), "{report}");
    assert_eq!(
        rows(&forum, "select raw from messages where seq in (1, 6) order by seq").await,
        ["Which line?", "A month later"]
    );
    let former = rows(&forum, "select raw from former_texts order by number").await;
    assert_eq!(former, ["Witch string?", "Which string? @bo, @bo and @bo"]);
    assert_eq!(
        rows(&forum, "select slug from topics where resolved_at is not null and locked_at is null").await,
        ["strings"]
    );
    assert_eq!(rows(&forum, "select cast(count(*) as text) from stars").await, ["2"]);
    is_quiet(&forum).await;
    let again = run(&forum, &next, &made_up()).await;
    assert_eq!(counted(again.messages), (8, 0, 6, 0, 2), "{again}");
}

async fn messages_deleted_in_the_forum_stay_deleted(forum: TestForum) {
    run(&forum, &lines(), &made_up()).await;
    forum.execute("update messages set deleted_at = created_at, deleted_by = author_id where seq = 1").await;
    let mut next = lines();
    next.iter_mut().find(|line| line["id"] == "m1").unwrap()["text"] = json!("Back again?");
    let report = run(&forum, &next, &made_up()).await;
    assert_eq!(report.warnings.count(ImportWarning::KeptDeleted), 1, "{report}");
    assert_eq!(rows(&forum, "select raw from messages where seq = 1 and deleted_at is not null").await.len(), 1);
    assert!(rows(&forum, "select raw from messages where raw like 'Back%'").await.is_empty());
}

async fn topics_are_imported_into_an_existing_group(forum: TestForum) {
    let mira = forum.person("mira").await;
    let own = forum.group(mira, "Flying things", GroupKind::Closed).await;
    let options = Options { into: Some(own.slug.clone()), ..made_up() };
    let report = run(&forum, &lines(), &options).await;
    assert_eq!(counted(report.groups), (2, 0, 2, 0, 0), "{report}");
    assert_eq!(rows(&forum, "select slug from groups").await, ["flying-things"]);
    assert_eq!(rows(&forum, "select slug from topics order by slug").await, ["nobody-wrote-here", "strings"]);
    // A role in the old forum is none here.
    let roles = "select concat_ws('|', u.username, m.role) from memberships m join users u on u.id = m.user_id order by u.username";
    assert_eq!(rows(&forum, roles).await, ["ann|member", "bo|member", "mira|admin", "p7|member"]);
    let nowhere = Options { into: Some("nowhere".into()), ..made_up() };
    let error = import::jsonl(&forum.cx, Cursor::new(String::new()), &nowhere, |_| {}).await.unwrap_err();
    assert!(error.to_string().contains("nowhere"), "{error}");
}

async fn private_content_is_not_imported_into_a_public_group(forum: TestForum) {
    let mira = forum.person("mira").await;
    let own = forum.group(mira, "Flying things", GroupKind::Public).await;
    forum.execute("update users set email = 'ann@example.org'").await;
    let mut all = lines();
    all.push(json!({"type": "topic", "id": "t3", "group": "g2", "title": "For all"}));
    all.push(
        json!({"type": "message", "id": "m7", "topic": "t3", "author": "p1", "created_at": at(40), "text": "Hello"}),
    );
    all.push(json!({"type": "membership", "group": "g2", "person": "p1", "left": true}));
    let report = run(&forum, &all, &Options { into: Some(own.slug.clone()), ..made_up() }).await;
    assert_eq!(counted(report.groups), (2, 0, 1, 0, 1), "{report}");
    assert_eq!(report.warnings.count(ImportWarning::Private), 1, "{report}");
    assert_eq!(rows(&forum, "select raw from messages").await, ["Hello"]);
    // Mira, who is `p1` there, is a member here by herself.
    assert_eq!(report.warnings.count(ImportWarning::Departure), 1, "{report}");
    assert_eq!(rows(&forum, "select role from memberships").await, ["admin"]);
}

async fn former_members_of_a_private_group_do_not_regain_access(forum: TestForum) {
    let said = |id: &str, author: &str, minute: u32| json!({"type": "message", "id": id, "topic": "t", "author": author, "created_at": at(minute), "text": id});
    let all = [
        json!({"type": "person", "id": "ann", "username": "ann"}),
        json!({"type": "person", "id": "bo", "username": "bo"}),
        json!({"type": "person", "id": "cy", "username": "cy"}),
        json!({"type": "group", "id": "g", "name": "Board", "kind": "private", "creator": "ann", "created_at": at(1)}),
        json!({"type": "membership", "group": "g", "person": "bo", "at": at(2)}),
        json!({"type": "topic", "id": "t", "group": "g", "title": "Money"}),
        said("1", "ann", 3),
        said("2", "bo", 4),
        said("3", "cy", 5),
        json!({"type": "membership", "group": "g", "person": "ann", "at": at(6), "left": true}),
    ];
    run(&forum, &all, &made_up()).await;
    let members = "select concat_ws('|', u.username, m.role) from memberships m join users u on u.id = m.user_id order by u.username";
    // Ann made the group and left it. Cy wrote, but nothing says that Cy is still a member.
    assert_eq!(rows(&forum, members).await, ["bo|member"]);
    let later = [said("4", "ann", 7), said("5", "cy", 8)];
    run(&forum, &[&all[..], &later[..]].concat(), &made_up()).await;
    assert_eq!(rows(&forum, members).await, ["bo|member"]);
    assert_eq!(rows(&forum, "select cast(count(*) as text) from messages").await, ["5"]);
}

async fn characters_that_the_database_cannot_store_are_removed(forum: TestForum) {
    let all = [
        json!({"type": "person", "id": "a\0", "username": "ann", "name": "Ann\0 \u{202e}Example", "location": "x".repeat(200), "bio": "Kites\0"}),
        json!({"type": "group", "id": "g\0", "name": "Kites\0\u{202e}\nand wind", "description": "All\0 that flies", "creator": "a\0"}),
        json!({"type": "topic", "id": "t\0", "group": "g\0", "title": "Which\0\u{7}\u{202e} string", "addresses": ["/a\0"]}),
        json!({"type": "message", "id": "m\0", "topic": "t\0", "author": "a\0", "created_at": at(1), "text": "A thin\0 one",
               "addresses": ["/b\0"], "stars": [{"person": "b\0"}], "reply_to": "m9\0"}),
    ];
    let report = run(&forum, &all, &made_up()).await;
    assert_eq!(counted(report.messages), (1, 1, 0, 0, 0), "{report}");
    assert_eq!(report.warnings.count(ImportWarning::TooLong), 1, "{report}");
    let groups = rows(&forum, "select concat_ws('|', name, description) from groups").await;
    assert_eq!(groups, ["Kites and wind|All that flies"]);
    let people = rows(&forum, "select concat_ws('|', name, bio) from users where username = 'ann'").await;
    assert_eq!(people, ["Ann Example|Kites"]);
    assert_eq!(rows(&forum, "select name from topics").await, ["Which string"]);
    assert!(rows(&forum, "select path from old_addresses").await.is_empty());
}

async fn a_stopped_import_of_typed_lines_reports_everything_in_the_end(forum: TestForum) {
    let mut many = lines();
    for n in 0..9_000_u32 {
        many.push(json!({"type": "message", "id": format!("x{n}"), "topic": "t1", "author": if n % 2 == 0 { "p1" } else { "p8" },
                         "created_at": format!("2021-06-01T{:02}:{:02}:{:02}Z", n / 3_600, n / 60 % 60, n % 60), "text": "tick",
                         "reply_to": format!("x{}", 8_999 - n), "stars": [{"person": 2}]}));
    }
    let whole = match forum.db.url {
        domain::store::DatabaseUrl::Sqlite(_) => TestForum::sqlite().await,
        domain::store::DatabaseUrl::Postgres(_) => TestForum::postgres().await,
    };
    let expected = run(&whole, &many, &made_up()).await;
    let (text, options) = (text(&many), made_up());
    let mut stopped = 0;
    for times in 1.. {
        if stop_after(times, |told| import::jsonl(&forum.cx, Cursor::new(text.clone()), &options, told)).await {
            break;
        }
        stopped += 1;
    }
    assert!(stopped > 1, "stopped {stopped} times");
    let report = run(&forum, &many, &made_up()).await;
    for ((what, count), (_, expected)) in report.counts().into_iter().zip(expected.counts()) {
        assert_eq!((count.read, count.left_out), (expected.read, expected.left_out), "{what}\n{report}");
        assert_eq!(count.new, 0, "{what}");
    }
    let warned = |report: &Report| report.warnings.iter().map(|(what, count, _)| (what, count)).collect::<Vec<_>>();
    assert_eq!(warned(&report), warned(&expected));
    let replies = "select cast(count(*) as text) from messages where reply_to is not null";
    assert_eq!(rows(&forum, replies).await, rows(&whole, replies).await);
    is_quiet(&forum).await;
}

async fn a_matching_email_address_maps_to_the_existing_account(forum: TestForum) {
    let mira = forum.person("mira").await;
    let statement = "update users set email = 'Ann@Example.org'";
    forum.execute(statement).await;
    let report = run(&forum, &lines(), &made_up()).await;
    assert_eq!(report.warnings.count(ImportWarning::SameAddress), 1, "{report}");
    let authors = "select distinct u.username from messages m join users u on u.id = m.author_id order by u.username";
    assert_eq!(rows(&forum, authors).await, ["bo", "mira", "p7"]);
    assert!(rows(&forum, "select email from claims").await.is_empty());
    assert!(mira.id().is_some());
}

async fn a_forgotten_source_is_imported_anew(forum: TestForum) {
    run(&forum, &lines(), &made_up()).await;
    let sources = import::sources(&forum.cx).await.unwrap();
    assert_eq!(sources.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["jsonl:made-up"]);
    assert_eq!(import::forget(&forum.cx, "jsonl:made-up").await.unwrap(), sources[0].1);
    assert_eq!(import::forget(&forum.cx, "jsonl:made-up").await.unwrap(), 0);
    assert_eq!(rows(&forum, "select cast(count(*) as text) from messages").await, ["5"]);
    // Addresses of the old forum still lead there.
    assert_eq!(rows(&forum, "select path from old_addresses order by path").await, ["/t/1", "/t/1/1"]);
    let report = run(&forum, &lines(), &made_up()).await;
    assert_eq!(counted(report.messages), (7, 5, 0, 0, 2), "{report}");
    assert!(!report.resumed);
}
