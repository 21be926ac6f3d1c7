//! Files with a line for each message.

use domain::import::{self, ImportWarning, Report};
use domain::testing::TestForum;
use serde_json::{Value, json};
use std::io::Cursor;

use crate::{count, is_quiet, made_up, of, rows, stop_after, tables, will_find};

stories!(
    lines_become_topics_replies_and_mentions,
    lines_too_long_are_left_out_and_long_titles_shortened,
    a_stopped_import_of_lines_resumes_with_the_same_result,
);

fn line(id: i64, group: &str, topic: &str, author: &str, second: i64, text: &str) -> Value {
    json!({"id": id.to_string(), "group": group, "topic": topic, "author": author, "text": text,
           "created_at": format!("2020-03-01T{:02}:{:02}:{:02}Z", second / 3_600, second / 60 % 60, second % 60)})
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
    assert_eq!(people, ["ann_example|", "ann_example_2|Ann Example", "bo_example|Bo Example", "unal_ri|Ünal 日"]);
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
