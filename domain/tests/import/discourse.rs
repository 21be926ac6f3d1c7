//! The JSON of topics of Discourse, and the addresses that they had.

use std::path::Path;

use domain::Error;
use domain::import::{self, ImportWarning, Report};
use domain::policy::Viewer;
use domain::testing::TestForum;
use domain::topics::old_addresses;
use serde_json::{Value, json};

use crate::{is_quiet, made_up, of, rows, tables, will_find, write};

stories!(
    posts_replies_and_states_of_topics_are_kept,
    old_addresses_lead_to_what_the_viewer_may_see,
    a_backup_of_discourse_is_read_with_its_likes,
    the_edits_in_a_backup_become_earlier_texts,
    a_category_without_a_description_becomes_private,
);

fn post(id: i64, number: i64, user: i64, minute: i64, cooked: &str) -> Value {
    let at = format!("2021-05-06T07:{minute:02}:00.000Z");
    json!({"id": id, "post_number": number, "user_id": user, "username": format!("user{user}x"), "name": "", "created_at": at, "updated_at": at,
           "cooked": cooked, "post_type": 1, "version": 1, "reply_to_post_number": null, "actions_summary": [], "accepted_answer": false})
}

fn topic(dir: &Path, id: i64, category: i64, posts: Vec<Value>, more: Value) {
    let stream: Vec<i64> = posts.iter().filter_map(|post| post["id"].as_i64()).collect();
    let mut file = json!({"id": id, "title": format!("Topic {id}"), "slug": format!("topic-{id}"), "category_id": category, "created_at": "2021-05-06T07:00:00.000Z",
                          "last_posted_at": "2021-05-06T07:30:00.000Z", "archetype": "regular", "visible": true, "closed": false, "archived": false,
                          "pinned": false, "details": {"created_by": {"id": 5}}, "post_stream": {"posts": posts, "stream": stream}});
    for (key, value) in more.as_object().unwrap() {
        file[key] = value.clone();
    }
    write(&dir.join(format!("topic-{id}.{id}.json")), &file);
}

fn forum_of_kites(dir: &Path) {
    write(
        &dir.join("categories.json"),
        &json!({"category_list": {"categories": [{"id": 9, "name": "Kites & wind", "slug": "kites", "description_text": "All that flies"},
                                                  {"id": 10, "name": "Staff", "slug": "staff", "read_restricted": true}]}}),
    );
    let mut question = post(41, 1, 5, 1, "<p>Which <b>string</b>?</p>");
    question["actions_summary"] = json!([{"id": 2, "count": 3}, {"id": 3, "count": 1}]);
    let mut answer = post(
        42,
        2,
        6,
        2,
        "<aside class=\"quote\" data-username=\"user5x\"><div class=\"title\">user5x:</div><blockquote><p>Which</p></blockquote></aside><p>A thin one</p>",
    );
    answer["reply_to_post_number"] = json!(1);
    answer["accepted_answer"] = json!(true);
    answer["version"] = json!(2);
    let mut notice = post(43, 3, 5, 3, "");
    (notice["post_type"], notice["action_code"]) = (json!(3), json!("closed.enabled"));
    let mut hidden = post(44, 4, 7, 4, "<p>This post was flagged</p>");
    hidden["hidden"] = json!(true);
    let mut lost = post(45, 5, 6, 5, "<p>To nobody</p>");
    lost["reply_to_post_number"] = json!(99);
    topic(
        dir,
        17,
        9,
        vec![question, answer, notice, hidden, lost, json!({"id": 46})],
        json!({"closed": true, "pinned": true, "pinned_at": "2021-05-06T07:09:00.000Z"}),
    );
    topic(dir, 18, 10, vec![post(51, 1, 5, 6, "<p>For moderators</p>")], json!({"visible": false}));
    topic(dir, 19, 9, vec![post(61, 1, 5, 7, "<p>psst</p>")], json!({"archetype": "private_message"}));
    topic(
        dir,
        20,
        9,
        vec![post(71, 1, 5, 8, "<p>Long</p>")],
        json!({"post_stream": {"posts": [post(71, 1, 5, 8, "<p>Long</p>")], "stream": [71, 72, 73]}}),
    );
}

async fn discourse(forum: &TestForum, dir: &Path) -> Report {
    import::discourse(&forum.cx, dir, &made_up(), |_| {}).await.unwrap()
}

async fn posts_replies_and_states_of_topics_are_kept(forum: TestForum) {
    let dir = tempfile::tempdir().unwrap();
    forum_of_kites(dir.path());
    let report = discourse(&forum, dir.path()).await;
    assert_eq!((of(report.groups), of(report.people)), ((2, 2), (3, 3)), "{report}");
    assert_eq!((report.topics.read, report.topics.new, report.topics.left_out), (4, 3, 1), "{report}");
    // Left out: a notice, a broken post, a private message, and two that the file lacks.
    assert_eq!((report.messages.read, report.messages.new, report.messages.left_out), (11, 6, 5), "{report}");
    assert_eq!((report.replies.new, report.replies.left_out, report.edits.new), (1, 1, 1), "{report}");
    assert_eq!((report.stars.left_out, report.warnings.count(ImportWarning::NobodysReaction)), (3, 3), "{report}");
    assert_eq!((report.states.new, report.states.left_out), (3, 1), "{report}");
    for (warning, times) in [
        (ImportWarning::Hidden, 1),
        (ImportWarning::NotInFile, 2),
        (ImportWarning::Private, 2),
        (ImportWarning::Unlisted, 1),
        (ImportWarning::UnknownReply, 1),
        (ImportWarning::BadRecord, 1),
    ] {
        assert_eq!(report.warnings.count(warning), times, "{warning}\n{report}");
    }
    let states = "select name from topics where locked_at is not null and pinned_at is not null and resolved_at is not null and archived_at is null";
    assert_eq!(rows(&forum, states).await, ["Topic 17"]);
    let groups = rows(&forum, "select concat_ws('|', name, kind) from groups order by name").await;
    assert_eq!(groups, ["Kites & wind|public", "Staff|private"]);
    assert_eq!(rows(&forum, "select slug from groups where kind = 'public'").await, ["kites"]);
    assert!(rows(&forum, "select slug from groups where kind = 'private'").await[0].len() > "staff-".len());
    let said = "select concat_ws('|', m.seq, m.raw) from messages m join topics t on t.id = m.topic_id where t.slug = 'topic-17' and m.deleted_at is null order by m.seq";
    assert_eq!(rows(&forum, said).await, ["1|Which **string**?", "2|> @user5x:\n> Which\n\nA thin one", "4|To nobody"]);
    will_find(&forum, "thin", 1).await;
    will_find(&forum, "moderators", 0).await;
    is_quiet(&forum).await;
    let before = tables(&forum).await;
    let again = discourse(&forum, dir.path()).await;
    assert_eq!((again.messages.there, again.messages.left_out), (6, 5), "{again}");
    assert_eq!(tables(&forum).await, before);
}

async fn old_addresses_lead_to_what_the_viewer_may_see(forum: TestForum) {
    let dir = tempfile::tempdir().unwrap();
    forum_of_kites(dir.path());
    discourse(&forum, dir.path()).await;
    let lead = async |path: &'static str| old_addresses::lead(&forum.cx, Viewer::Anonymous, path).await;
    assert_eq!(lead("/t/topic-17/17").await.unwrap(), "/kites/topic-17/");
    let answer = lead("/t/whatever/17/2/").await.unwrap();
    assert!(answer.starts_with("/kites/topic-17/?at=2#m"), "{answer}");
    assert_eq!(lead("/p/42").await.unwrap(), answer);
    // A private group's topic is answered as one that does not exist.
    for hidden in ["/t/topic-18/18", "/t/18/1", "/t/99", "/p/99", "/t/topic-18"] {
        assert!(matches!(lead(hidden).await, Err(Error::NotFound)), "{hidden}");
    }
    let admin = forum.site_admin("mira").await;
    let ours = rows(&forum, "select cast(id as text) from messages where seq = 1 order by id limit 1").await;
    let id = domain::model::MessageId(ours[0].parse().unwrap());
    let own = old_addresses::of_message(&forum.cx, admin, "kites", "topic-17", id).await.unwrap();
    assert!(own.ends_with(&format!("#m{id}")), "{own}");
}

/// The rows of a table, as a dump has them.
fn copy(table: &str, columns: &str, rows: &[&str]) -> String {
    format!("--\n\nCOPY public.{table} ({columns}) FROM stdin;\n{}\n\\.\n\n", rows.join("\n"))
}

fn dump() -> String {
    let at = "2021-05-06 07:08:09.5";
    let post = |id: i64, topic: i64, number: i64, user: &str, raw: &str, rest: &str| {
        format!(
            "{id}\t{user}\t{topic}\t{number}\t{raw}\t<p>cooked</p>\t2021-05-06 07:{:02}:00\t2021-05-06 08:00:00\t{rest}",
            id % 60
        )
    };
    // In the order of the database, which is none.
    let posts = [
        post(43, 17, 3, "6", "Nothing is like\\tit", "\\N\t1\t1\tf\tf\t\\N"),
        post(51, 18, 1, "5", "psst", "\\N\t1\t1\tf\tf\t\\N"),
        post(41, 17, 1, "5", "Which **string**?\\n\\n[quote=\"bo\"]\\nthin\\n[/quote]", "\\N\t1\t2\tf\tf\t\\N"),
        post(42, 17, 2, "6", "A thin one", "1\t1\t1\tf\tf\t\\N"),
        post(44, 17, 4, "\\N", "Gone", "\\N\t1\t1\tf\tf\t2021-05-06 09:00:00"),
        "broken".to_owned(),
    ];
    let posts: Vec<&str> = posts.iter().map(String::as_str).collect();
    [
        "-- PostgreSQL database dump\nSET client_encoding = 'UTF8';\n".to_owned(),
        copy("categories", "id, name, slug, description, read_restricted, created_at", &[&format!("9\tKites\tkites\t<p>All that <b>flies</b></p>\tf\t{at}")]),
        copy("post_actions", "id, post_id, user_id, post_action_type_id, created_at, deleted_at", &[
            &format!("1\t42\t5\t2\t{at}\t\\N"), &format!("2\t42\t6\t2\t{at}\t{at}"), &format!("3\t42\t6\t3\t{at}\t\\N"),
        ]),
        copy("posts", "id, user_id, topic_id, post_number, raw, cooked, created_at, updated_at, reply_to_post_number, post_type, version, hidden, user_deleted, deleted_at", &posts),
        copy("topic_custom_fields", "id, topic_id, name, value", &["1\t17\taccepted_answer_post_id\t42"]),
        copy("topics", "id, title, slug, category_id, user_id, created_at, last_posted_at, archetype, closed, archived, visible, pinned_at, deleted_at", &[
            &format!("17\tStrings\tstrings\t9\t5\t{at}\t{at}\tregular\tt\tf\tt\t\\N\t\\N"),
            &format!("18\tpsst\tpsst\t\\N\t5\t{at}\t{at}\tprivate_message\tf\tf\tt\t\\N\t\\N"),
        ]),
        copy("user_emails", "id, user_id, email, \"primary\"", &["1\t5\tann@example.org\tt", "2\t6\tbo@example.org\tt"]),
        copy("users", "id, username, name, created_at", &[&format!("5\tann\tAnn Example\t{at}"), &format!("6\tbo\t\\N\t{at}"), &format!("-1\tsystem\tsystem\t{at}")]),
    ]
    .concat()
}

async fn a_backup_of_discourse_is_read_with_its_likes(forum: TestForum) {
    let dir = tempfile::tempdir().unwrap();
    let plain = dir.path().join("dump.sql");
    std::fs::write(&plain, dump()).unwrap();
    let report = discourse(&forum, &plain).await;
    assert_eq!((of(report.people), of(report.groups), of(report.topics)), ((3, 3), (1, 1), (1, 1)), "{report}");
    assert_eq!((report.messages.read, report.messages.new, report.messages.left_out), (6, 4, 2), "{report}");
    assert_eq!((report.stars.new, report.replies.new, report.edits.new, report.states.new), (1, 1, 1, 2), "{report}");
    let said = "select concat_ws('|', m.seq, u.username, m.raw) from messages m join users u on u.id = m.author_id order by m.seq";
    let said = rows(&forum, said).await;
    assert_eq!(said[0], "1|ann|Which **string**?\n\n> @bo:\n> thin");
    assert_eq!((said[1].as_str(), said[2].as_str()), ("2|bo|A thin one", "3|bo|Nothing is like\tit"));
    assert_eq!(rows(&forum, "select raw from messages where deleted_at is not null").await, ["Gone"]);
    assert_eq!(
        rows(&forum, "select name from topics where resolved_at is not null and locked_at is not null").await,
        ["Strings"]
    );
    assert_eq!(rows(&forum, "select description from groups").await, ["All that **flies**"]);
    assert_eq!(rows(&forum, "select email from claims order by email").await, ["ann@example.org", "bo@example.org"]);
    is_quiet(&forum).await;
    // The same, compressed, has nothing new.
    let before = tables(&forum).await;
    let file = dir.path().join("dump.sql.gz");
    let mut packed = flate2::write::GzEncoder::new(std::fs::File::create(&file).unwrap(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packed, dump().as_bytes()).unwrap();
    packed.finish().unwrap();
    assert_eq!(discourse(&forum, &file).await.messages.there, 4);
    assert_eq!(tables(&forum).await, before);
}

async fn the_edits_in_a_backup_become_earlier_texts(forum: TestForum) {
    let dir = tempfile::tempdir().unwrap();
    let plain = dir.path().join("dump.sql");
    let row = |id: i64, post: i64, number: i64, yaml: &str, minute: i64, hidden: &str| {
        let yaml = format!("---\n{yaml}").replace('\\', "\\\\").replace('\n', "\\n");
        format!("{id}\t5\t{post}\t{yaml}\t{number}\t2021-05-06 07:{minute}:00\t{hidden}")
    };
    let rows_of_edits = [
        // In no order, as the posts.
        row(2, 41, 3, "raw:\n- \"Which string? \\U0001F41D\"\n- Which **string**?\n", 58, "f"),
        row(1, 41, 2, "edit_reason:\n- \n- typo\nraw:\n- |-\n  Witch\n\n  string?\n- Which string?\n", 55, "f"),
        row(3, 42, 2, "title:\n- Strngs\n- Strings\n", 56, "f"),
        row(4, 43, 2, "raw:\n- Removed by a moderator\n- Nothing is like it\n", 57, "t"),
        row(5, 999, 2, "raw:\n- Of no post\n- Of none\n", 57, "f"),
        "broken".to_owned(),
    ];
    let rows_of_edits: Vec<&str> = rows_of_edits.iter().map(String::as_str).collect();
    let columns = "id, user_id, post_id, modifications, number, created_at, hidden";
    std::fs::write(&plain, dump() + &copy("post_revisions", columns, &rows_of_edits)).unwrap();
    let report = discourse(&forum, &plain).await;
    assert_eq!((report.messages.new, report.edits.new), (4, 1), "{report}");
    let earlier = "select concat_ws('|', m.seq, f.number, f.raw) from former_texts f join messages m on m.id = f.message_id order by m.seq, f.number";
    assert_eq!(rows(&forum, earlier).await, ["1|1|Witch\n\nstring?", "1|2|Which string? \u{1f41d}"]);
    let texts = "select raw from messages where seq = 1 and edited_at is not null";
    assert_eq!(rows(&forum, texts).await, ["Which **string**?\n\n> @bo:\n> thin"]);
    is_quiet(&forum).await;
    let before = tables(&forum).await;
    assert_eq!(discourse(&forum, &plain).await.messages.there, 4);
    assert_eq!(tables(&forum).await, before);
}

async fn a_category_without_a_description_becomes_private(forum: TestForum) {
    let dir = tempfile::tempdir().unwrap();
    topic(dir.path(), 17, 44, vec![post(41, 1, 5, 1, "<p>Perhaps for moderators</p>")], json!({}));
    topic(dir.path(), 18, 0, vec![post(51, 1, 5, 2, "<p>For everybody</p>")], json!({}));
    let report = discourse(&forum, dir.path()).await;
    assert_eq!(report.warnings.count(ImportWarning::UnknownReaders), 1, "{report}");
    let groups = rows(&forum, "select concat_ws('|', name, kind) from groups order by name").await;
    assert_eq!(groups, ["Category 44|private", "Uncategorized|public"]);
    // Nothing says who may read it, so its authors do not become members.
    let members = "select g.name from memberships m join groups g on g.id = m.group_id";
    assert_eq!(rows(&forum, members).await, ["Uncategorized"]);
}
