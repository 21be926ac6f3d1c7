//! Zulip: an export of an organization, and an archive of zulip-archive.

use std::path::Path;

use domain::import::{self, ImportWarning, Report};
use domain::testing::TestForum;
use serde_json::json;

use crate::{is_quiet, made_up, of, rows, tables, write};

stories!(an_archive_of_zulip_is_read_from_its_html, an_export_of_zulip_is_read_as_it_was_typed);

async fn zulip(forum: &TestForum, path: &Path) -> Report {
    import::zulip(&forum.cx, path, &made_up(), |_| {}).await.unwrap()
}

async fn an_archive_of_zulip_is_read_from_its_html(forum: TestForum) {
    let dir = tempfile::tempdir().unwrap();
    let channel = dir.path().join("12-new-/-members");
    write(
        &channel.join(".E2.9C.94.20Which.20string.3F.json"),
        &json!([
            {"id": 1, "sender_full_name": "Ann Example", "timestamp": 1_600_000_000, "content": "<p>Which <em>string</em>?</p>"},
            {"id": 2, "sender_full_name": "Bo Example", "timestamp": 1_600_000_060,
             "content": "<p><span class=\"user-mention\" data-user-id=\"7\">@Ann Example</span> thin, <code>0.3</code></p>"},
            {"id": 3, "sender_full_name": "", "timestamp": 1_600_000_070, "content": ""},
        ]),
    );
    write(
        &channel.join("Wind.json"),
        &json!([{"id": 4, "sender_full_name": "Bo Example", "timestamp": 1_600_000_080, "content": "<p>Four</p>"}, {"id": 5}]),
    );
    let report = zulip(&forum, dir.path()).await;
    assert_eq!((of(report.groups), of(report.topics), of(report.people)), ((1, 1), (2, 2), (2, 2)), "{report}");
    assert_eq!((report.messages.read, report.messages.new, report.messages.left_out), (5, 3, 2), "{report}");
    assert_eq!((report.states.new, report.warnings.count(ImportWarning::NoAuthor)), (1, 1), "{report}");
    assert_eq!(rows(&forum, "select name from groups").await, ["new / members"]);
    let topics = "select concat_ws('|', name, case when resolved_at is null then 'open' else 'resolved' end) from topics order by name";
    assert_eq!(rows(&forum, topics).await, ["Which string?|resolved", "Wind|open"]);
    let said = rows(&forum, "select raw from messages order by created_at").await;
    assert_eq!(said, ["Which *string*?", "@ann_example thin, `0.3`", "Four"]);
    // Nobody becomes an admin by having written first.
    assert!(rows(&forum, "select role from memberships").await.iter().all(|role| role == "member"));
    is_quiet(&forum).await;
    let before = tables(&forum).await;
    zulip(&forum, dir.path()).await;
    assert_eq!(tables(&forum).await, before);
}

async fn an_export_of_zulip_is_read_as_it_was_typed(forum: TestForum) {
    let dir = tempfile::tempdir().unwrap();
    write(
        &dir.path().join("realm.json"),
        &json!({
            "zerver_realm": [{"id": 1, "uri": "https://kites.example.org"}],
            "zerver_userprofile": [
                {"id": 7, "full_name": "Ann Example", "delivery_email": "ann@example.org", "date_joined": 1_590_000_000.5, "is_bot": false},
                {"id": 8, "full_name": "Bo Example", "email": "bo@example.org", "date_joined": 1_590_000_100.0},
            ],
            "zerver_stream": [{"id": 3, "name": "general", "description": "Everything", "invite_only": false, "date_created": 1_590_000_200.0}],
            "zerver_recipient": [{"id": 30, "type": 2, "type_id": 3}, {"id": 31, "type": 1, "type_id": 7}],
            "zerver_subscription": [{"user_profile": 7, "recipient": 30, "active": true}, {"user_profile": 7, "recipient": 31, "active": true},
                                    {"user_profile": 8, "recipient": 30, "active": false}],
            "zerver_reaction": [{"user_profile": 8, "message": 101, "emoji_name": "kite"}, {"user_profile": 8, "message": 103, "emoji_name": "kite"}],
        }),
    );
    let edits = json!([
        {"prev_content": "Witch string?", "timestamp": 1_600_000_050, "user_id": 7},
        {"prev_topic": "x", "timestamp": 1_600_000_060},
    ]);
    write(
        &dir.path().join("messages-000001.json"),
        &json!({"zerver_message": [
            {"id": 101, "sender": 7, "recipient": 30, "subject": "✔ strings", "content": "Which string, @**Bo Example|8**?", "date_sent": 1_600_000_000.0,
             "edit_history": edits.to_string()},
            {"id": 102, "sender": 8, "recipient": 30, "subject": "✔ strings",
             "content": "@_**Ann Example|7** [said](/x):\n```quote\nWhich?\n```\n[thin.png](/user_uploads/1/thin.png)", "date_sent": 1_600_000_100.0},
            {"id": 103, "sender": 8, "recipient": 31, "subject": "", "content": "psst", "date_sent": 1_600_000_200.0},
            {"id": 104},
        ]}),
    );
    let report = zulip(&forum, dir.path()).await;
    assert_eq!((of(report.groups), of(report.topics), of(report.people)), ((1, 1), (1, 1), (2, 2)), "{report}");
    assert_eq!((report.messages.read, report.messages.new, report.messages.left_out), (4, 2, 2), "{report}");
    assert_eq!((report.stars.read, report.stars.new, report.edits.new, report.files.new), (2, 1, 1, 1), "{report}");
    assert_eq!((report.memberships.new, report.memberships.left_out, report.states.new), (2, 1, 1), "{report}");
    // Bo wrote, and left.
    let members = "select u.username from memberships m join users u on u.id = m.user_id";
    assert_eq!(rows(&forum, members).await, ["ann_example"]);
    let said = rows(&forum, "select raw from messages order by created_at").await;
    assert_eq!(said[0], "Which string, @bo_example?");
    assert_eq!(
        said[1],
        "Ann Example [said](/x):\n> Which?\n[thin.png](https://kites.example.org/user_uploads/1/thin.png)"
    );
    assert_eq!(rows(&forum, "select raw from former_texts").await, ["Witch string?"]);
    assert_eq!(rows(&forum, "select email from claims order by email").await, ["ann@example.org", "bo@example.org"]);
    is_quiet(&forum).await;
}
