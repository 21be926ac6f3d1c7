//! An export of Slack, as a folder and as a zip file.

use std::io::Write;
use std::path::Path;

use domain::import::{self, ImportWarning, Options, Report};
use domain::testing::TestForum;
use serde_json::json;

use crate::{is_quiet, made_up, of, rows, tables, write};

stories!(
    threads_reactions_and_joins_of_a_channel_are_kept,
    members_of_a_private_channel_become_members_of_a_private_group,
    anything_but_an_export_of_slack_is_refused,
);

fn export(dir: &Path) {
    write(
        &dir.join("users.json"),
        &json!([
            {"id": "U1", "name": "ann.example", "real_name": "Ann Example", "profile": {"email": "ann@example.org", "title": "Kites"}},
            {"id": "U2", "name": "bo", "profile": {"real_name": "Bo Example"}},
            {"id": "U3", "name": "cy", "profile": {}},
        ]),
    );
    write(
        &dir.join("channels.json"),
        &json!([{"id": "C1", "name": "kites", "created": "1600000000", "creator": "U1", "is_archived": false, "members": ["U1", "U2"],
                 "purpose": {"value": "All that *flies*"}, "topic": {"value": ""}}]),
    );
    write(
        &dir.join("kites/2020-09-14.json"),
        &json!([
            {"type": "message", "subtype": "channel_join", "user": "U2", "text": "joined", "ts": "1600000100.000001"},
            {"type": "message", "user": "U1", "text": "Which *string*, <@U2>? &amp; why", "ts": "1600000200.000100", "thread_ts": "1600000200.000100",
             "reactions": [{"name": "wave", "users": ["U2", "U1"], "count": 3}, {"name": "tada", "users": ["U2"], "count": 1}]},
            {"type": "message", "user": "U2", "text": "A thin one", "ts": "1600000300.000100", "thread_ts": "1600000200.000100",
             "edited": {"user": "U2", "ts": "1600000310.000000"}},
            {"type": "message", "subtype": "channel_topic", "user": "U1", "text": "set the topic", "ts": "1600000350.000100"},
            {"type": "message", "user": "U3", "text": "Hello", "ts": "1600000400.000100",
             "files": [{"title": "kite.png", "url_private": "https://files.example.org/kite.png?t=secret"}]},
            {"type": "message", "subtype": "channel_leave", "user": "U3", "text": "left", "ts": "1600000500.000100"},
            {"type": "message", "subtype": "bot_message", "username": "weather", "bot_id": "B1", "text": "", "ts": "1600000600.000100",
             "attachments": [{"title": "Wind", "title_link": "https://wind.example.org/", "text": "Four"}, {"from_url": "https://a.example", "text": "preview"}]},
        ]),
    );
    write(
        &dir.join("kites/2020-10-01.json"),
        &json!([
            {"type": "message", "user": "U1", "text": "October", "ts": "1601510400.000100"},
            {"type": "message", "text": "nobody", "ts": "1601510500.000100"},
            {"user": "U1"},
        ]),
    );
    write(
        &dir.join("D99/2020-10-01.json"),
        &json!([{"type": "message", "user": "U1", "text": "psst", "ts": "1601510400.000100"}]),
    );
}

fn zipped(dir: &Path, file: &Path) {
    let mut zip = zip::ZipWriter::new(std::fs::File::create(file).unwrap());
    let options = zip::write::SimpleFileOptions::default();
    for name in ["users.json", "channels.json", "kites/2020-09-14.json", "kites/2020-10-01.json", "D99/2020-10-01.json"]
    {
        zip.start_file(name, options).unwrap();
        zip.write_all(&std::fs::read(dir.join(name)).unwrap()).unwrap();
    }
    zip.finish().unwrap();
}

async fn slack(forum: &TestForum, path: &Path, options: &Options) -> Report {
    import::slack(&forum.cx, path, options, |_| {}).await.unwrap()
}

async fn threads_reactions_and_joins_of_a_channel_are_kept(forum: TestForum) {
    let dir = tempfile::tempdir().unwrap();
    export(&dir.path().join("export"));
    let report = slack(&forum, &dir.path().join("export"), &made_up()).await;
    assert_eq!(of(report.people), (4, 4), "{report}");
    assert_eq!((of(report.groups), of(report.topics)), ((1, 1), (3, 3)), "{report}");
    // Five messages, a notice, one of nobody, a broken one and one of a conversation.
    assert_eq!((report.messages.read, report.messages.new, report.messages.left_out), (9, 5, 4), "{report}");
    assert_eq!((report.replies.new, report.edits.new, report.files.new), (1, 1, 1), "{report}");
    assert_eq!((report.stars.read, report.stars.new, report.stars.left_out), (4, 2, 2), "{report}");
    assert_eq!((report.memberships.read, report.memberships.new), (3, 3), "{report}");
    for warning in [
        ImportWarning::OwnNotice,
        ImportWarning::NoAuthor,
        ImportWarning::BadRecord,
        ImportWarning::Private,
        ImportWarning::NobodysReaction,
        ImportWarning::SecondReaction,
    ] {
        assert_eq!(report.warnings.count(warning), 1, "{warning}\n{report}");
    }
    let said =
        "select concat_ws('|', t.name, m.seq, u.username, m.raw) from messages m join topics t on t.id = m.topic_id
                join users u on u.id = m.author_id order by m.created_at";
    assert_eq!(
        rows(&forum, said).await,
        [
            "Which string, @bo? & why|1|ann.example|Which **string**, @bo? & why",
            "Which string, @bo? & why|2|bo|A thin one",
            "#kites, September 2020|1|cy|Hello\n\n[kite.png](https://files.example.org/kite.png)",
            "#kites, September 2020|2|weather|[Wind](https://wind.example.org/)\nFour",
            "#kites, October 2020|1|ann.example|October",
        ]
    );
    let members = "select concat_ws('|', u.username, m.role) from memberships m join users u on u.id = m.user_id order by u.username";
    // Cy wrote, and left later.
    assert_eq!(rows(&forum, members).await, ["ann.example|admin", "bo|member", "weather|member"]);
    assert_eq!(rows(&forum, "select description from groups").await, ["All that **flies**"]);
    let addresses = rows(&forum, "select path from old_addresses order by path").await;
    assert_eq!((addresses.len(), addresses[0].as_str()), (5, "/archives/C1/p1600000200000100"));
    is_quiet(&forum).await;

    // The zip file of the same export has nothing new, and neither has a dry run.
    let before = tables(&forum).await;
    let file = dir.path().join("export.zip");
    zipped(&dir.path().join("export"), &file);
    for dry_run in [true, false] {
        let again = slack(&forum, &file, &Options { dry_run, ..made_up() }).await;
        assert_eq!((again.messages.read, again.messages.new, again.messages.there), (9, 0, 5), "{again}");
        assert_eq!((again.people.there, again.topics.there, again.memberships.there), (4, 3, 3), "{again}");
    }
    assert_eq!(tables(&forum).await, before);
}

async fn members_of_a_private_channel_become_members_of_a_private_group(forum: TestForum) {
    let dir = tempfile::tempdir().unwrap();
    let person = |id: &str, name: &str| json!({"id": id, "name": name, "profile": {}});
    write(&dir.path().join("users.json"), &json!([person("U1", "ann"), person("U2", "bo"), person("U3", "cy")]));
    write(&dir.path().join("channels.json"), &json!([]));
    write(
        &dir.path().join("groups.json"),
        &json!([{"id": "G1", "name": "board", "created": "1600000000", "creator": "U2", "is_archived": false, "members": ["U1"],
                 "purpose": {"value": ""}, "topic": {"value": ""}}]),
    );
    write(
        &dir.path().join("board/2020-09-14.json"),
        &json!([
            {"type": "message", "subtype": "group_join", "user": "U3", "text": "joined", "ts": "1600000100.000001"},
            {"type": "message", "user": "U2", "text": "Money", "ts": "1600000200.000100"},
            {"type": "message", "user": "U3", "text": "How much?", "ts": "1600000300.000100"},
        ]),
    );
    let report = slack(&forum, dir.path(), &made_up()).await;
    // Two who came, and two who are not in the list.
    assert_eq!((report.messages.new, report.memberships.new), (2, 4), "{report}");
    let members = "select concat_ws('|', u.username, m.role) from memberships m join users u on u.id = m.user_id";
    assert_eq!(rows(&forum, members).await, ["ann|member"]);
    assert_eq!(rows(&forum, "select kind from groups").await, ["private"]);
}

async fn anything_but_an_export_of_slack_is_refused(forum: TestForum) {
    let dir = tempfile::tempdir().unwrap();
    write(&dir.path().join("other.json"), &json!([]));
    for path in [dir.path().to_owned(), dir.path().join("other.json"), dir.path().join("missing")] {
        let error = import::slack(&forum.cx, &path, &made_up(), |_| {}).await.unwrap_err();
        assert!(error.to_string().contains(&path.display().to_string()), "{error}");
    }
}
