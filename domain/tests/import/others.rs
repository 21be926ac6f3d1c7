//! Discord, Mattermost and mailing lists.

use std::io::Cursor;

use domain::import::{self, ImportWarning};
use domain::testing::TestForum;
use serde_json::json;

use crate::{is_quiet, made_up, of, rows, tables, write};

stories!(
    channels_and_threads_of_discord_are_kept,
    posts_and_replies_of_mattermost_are_kept,
    threads_of_a_mailing_list_are_kept_without_addresses,
);

const SAID: &str =
    "select concat_ws('|', t.name, m.seq, u.username, m.raw) from messages m join topics t on t.id = m.topic_id
                    join users u on u.id = m.author_id order by m.created_at, m.id";

async fn channels_and_threads_of_discord_are_kept(forum: TestForum) {
    let dir = tempfile::tempdir().unwrap();
    let ann = json!({"id": "1", "name": "ann", "nickname": "Ann Example", "isBot": false});
    let bo = json!({"id": "2", "name": "bo", "nickname": "Bo"});
    let said = |id: &str, at: &str, author: &serde_json::Value, text: &str| {
        json!({"id": id, "type": "Default", "timestamp": format!("2021-05-06T07:{at}:00.000+00:00"), "timestampEdited": null, "content": text,
               "author": author, "attachments": [], "embeds": [], "reactions": []})
    };
    let mut first = said("10", "01", &ann, "Which **string**?");
    first["reactions"] = json!([{"emoji": {"name": "x"}, "count": 2, "users": [bo]}]);
    first["timestampEdited"] = json!("2021-05-06T07:02:00+00:00");
    let mut reply = said("11", "03", &bo, "@Ann Example thin");
    reply["type"] = json!("Reply");
    reply["reference"] = json!({"messageId": "10"});
    reply["attachments"] = json!([{"id": "5", "url": "https://cdn.example.org/x.png", "fileName": "x.png"}]);
    let mut joined = said("12", "04", &bo, "joined");
    joined["type"] = json!("GuildMemberJoin");
    write(
        &dir.path().join("general.json"),
        &json!({"guild": {"id": "1"}, "channel": {"id": "7", "type": "GuildTextChat", "name": "general", "topic": "Everything"},
        "messages": [first, reply, joined, {"id": "13"}], "messageCount": 4}),
    );
    write(
        &dir.path().join("thread.json"),
        &json!({"guild": {"id": "1"}, "channel": {"id": "8", "type": "GuildPublicThread", "categoryId": "7", "category": "general", "name": "Wind"},
        "messages": [said("20", "05", &bo, "Four")], "messageCount": 1}),
    );
    write(
        &dir.path().join("direct.json"),
        &json!({"guild": {"id": "0"}, "channel": {"id": "9", "type": "DirectTextChat", "name": "ann"},
        "messages": [said("30", "06", &bo, "psst")]}),
    );
    write(
        &dir.path().join("whispers.json"),
        &json!({"guild": {"id": "1"}, "channel": {"id": "10", "type": "GuildPrivateThread", "categoryId": "7", "category": "general", "name": "Whispers"},
        "messages": [said("40", "07", &ann, "only for some")]}),
    );
    let run = async || import::discord(&forum.cx, dir.path(), &made_up(), |_| {}).await.unwrap();
    let report = run().await;
    assert_eq!((of(report.groups), of(report.topics), of(report.people)), ((1, 1), (2, 2), (2, 2)), "{report}");
    assert_eq!((report.messages.read, report.messages.new, report.messages.left_out), (7, 3, 4), "{report}");
    assert_eq!(report.warnings.count(ImportWarning::Private), 2, "{report}");
    assert_eq!(
        (report.stars.new, report.stars.left_out, report.replies.new, report.files.new, report.edits.new),
        (1, 1, 1, 1, 1),
        "{report}"
    );
    assert_eq!(
        rows(&forum, SAID).await,
        [
            "#general, May 2021|1|ann|Which **string**?",
            "#general, May 2021|2|bo|@ann thin\n\n[x.png](https://cdn.example.org/x.png)",
            "Wind|1|bo|Four",
        ]
    );
    is_quiet(&forum).await;
    let before = tables(&forum).await;
    assert_eq!(run().await.messages.there, 3);
    assert_eq!(tables(&forum).await, before);
}

async fn posts_and_replies_of_mattermost_are_kept(forum: TestForum) {
    let lines = [
        json!({"type": "version", "version": 1}),
        json!({"type": "channel", "channel": {"team": "t", "name": "kites", "display_name": "Kites", "type": "O", "purpose": "All that flies"}}),
        json!({"type": "user", "user": {"username": "ann", "email": "ann@example.org", "first_name": "Ann", "last_name": "Example",
               "teams": [{"name": "t", "channels": [{"name": "kites", "roles": "channel_user channel_admin"}]}]}}),
        json!({"type": "user", "user": {"username": "bo", "email": "bo@example.org"}}),
        json!({"type": "post", "post": {"team": "t", "channel": "kites", "user": "ann", "message": "Which string, @bo?", "create_at": 1_600_000_000_000_i64,
               "edit_at": 1_600_000_000_500_i64, "reactions": [{"user": "bo", "emoji_name": "x", "create_at": 1_600_000_001_000_i64}],
               "replies": [{"user": "bo", "message": "A thin one", "create_at": 1_600_000_002_000_i64}]}}),
        json!({"type": "post", "post": {"team": "t", "channel": "kites", "user": "bo", "message": "Four", "create_at": 1_600_000_003_000_i64,
               "attachments": [{"path": "data/wind.png"}]}}),
        json!({"type": "direct_post", "direct_post": {"channel_members": ["ann", "bo"], "user": "bo", "message": "psst", "create_at": 1}}),
        json!({"type": "post", "post": {"team": "t"}}),
    ];
    let text = lines.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    let run = async || import::mattermost(&forum.cx, Cursor::new(text.clone()), &made_up(), |_| {}).await.unwrap();
    let report = run().await;
    assert_eq!((of(report.groups), of(report.topics), of(report.people)), ((1, 1), (2, 2), (2, 2)), "{report}");
    assert_eq!((report.messages.read, report.messages.new, report.messages.left_out), (5, 3, 2), "{report}");
    assert_eq!(
        (report.stars.new, report.replies.new, report.edits.new, report.files.left_out),
        (1, 1, 1, 1),
        "{report}"
    );
    assert_eq!(
        rows(&forum, SAID).await,
        [
            "Which string, @bo?|1|ann|Which string, @bo?",
            "Which string, @bo?|2|bo|A thin one",
            "Kites, September 2020|1|bo|Four\n\n(wind.png)"
        ]
    );
    assert_eq!(rows(&forum, "select role from memberships order by role").await, ["admin", "member"]);
    is_quiet(&forum).await;
    let before = tables(&forum).await;
    assert_eq!(run().await.messages.there, 3);
    assert_eq!(tables(&forum).await, before);
}

/// A mailing list: an answer comes before what it answers.
const MAIL: &str = "From bo@example.org Thu May  6 08:00:00 2021\n\
Message-ID: <b@example.org>\nFrom: Bo Example <Bo@Example.org>\nSubject: Re: [kites] Which string?\nDate: Thu, 6 May 2021 08:00:00 +0000\n\
In-Reply-To: <a@example.org>\nReferences: <a@example.org>\nContent-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\n\
A th=EFn one, ask cy@example.org.\n\nAnn wrote:\n> Which\n> string\n> is\n> best?\n-- \nBo, Example Street 1\n\n\
From ann@example.org Thu May  6 07:00:00 2021\n\
Message-ID: <a@example.org>\nFrom: =?utf-8?q?Ann_=C3=9Cxample?= <ann@example.org>\nSubject: [kites] Which string?\nDate: Thu, 6 May 2021 07:00:00 +0000\n\
List-Id: Kites <kites.example.org>\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\nV2hpY2ggc3RyaW5nIGlzIGJlc3Q/Cg==\n\n\
From ann@example.org Thu May  6 09:00:00 2021\n\
Message-ID: <c@example.org>\nFrom: ann@example.org\nSubject: Wind\nDate: Thu, 6 May 2021 09:00:00 +0000\nContent-Type: text/html\n\n<p>It is <b>four</b></p>\n\n\
From nobody Thu May  6 09:00:00 2021\nSubject: no date\n\nLost\n";

async fn threads_of_a_mailing_list_are_kept_without_addresses(forum: TestForum) {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("kites.mbox");
    std::fs::write(&file, MAIL).unwrap();
    forum.person("mira").await;
    forum.execute("update users set email = 'ann@example.org'").await;
    let run = async || import::mbox(&forum.cx, &file, &made_up(), |_| {}).await.unwrap();
    let report = run().await;
    assert_eq!((of(report.groups), of(report.topics), of(report.people)), ((1, 1), (2, 2), (2, 2)), "{report}");
    assert_eq!((report.messages.read, report.messages.new, report.messages.left_out), (4, 3, 1), "{report}");
    assert_eq!((report.replies.new, report.warnings.count(ImportWarning::ImpossibleTime)), (1, 1), "{report}");
    assert_eq!(
        rows(&forum, SAID).await,
        [
            "Which string?|1|ann_uxample|Which string is best?",
            "Which string?|2|bo_example|A thïn one, ask cy@….",
            "Wind|1|ann_uxample|It is **four**"
        ]
    );
    for shown in
        ["select raw from messages", "select concat_ws('|', username, name) from users", "select name from topics"]
    {
        assert!(rows(&forum, shown).await.iter().all(|text| !text.contains("example.org")), "{shown}");
    }
    // A sender is easily forged: nobody gets an account by it.
    assert!(rows(&forum, "select email from claims").await.is_empty());
    assert_eq!(report.warnings.count(ImportWarning::SameAddress), 0, "{report}");
    is_quiet(&forum).await;
    let before = tables(&forum).await;
    assert_eq!(run().await.messages.there, 3);
    assert_eq!(tables(&forum).await, before);
}
