//! The event stream.

use std::time::Duration;

use actix_web::http::header::ACCEPT;
use actix_web::test::{TestRequest, call_service, init_service};
use actix_web::web::Data;
use actix_web::{App, body::MessageBody};
use domain::model::GroupKind;
use domain::policy::Viewer;
use domain::testing::TestForum;
use serde_json::{Value, json};

use super::{Bot, all, stories};

stories! {
    events_list_changes_since_a_position,
    events_contain_only_what_the_caller_may_read_now,
    a_request_waits_for_the_next_event,
    an_expired_position_reports_missed_events,
    events_come_as_a_stream_too,
}

/// Returns what `after` starts with.
async fn now(bot: &Bot<'_>) -> String {
    bot.forum.drain().await;
    bot.forum.settle().await;
    let said = bot.get("/events").await.is(200);
    assert_eq!((&said["items"], &said["missed"]), (&json!([]), &json!(false)));
    said["next"].as_str().expect("a place").to_owned()
}

async fn since(bot: &Bot<'_>, place: &str) -> Value {
    bot.forum.drain().await;
    bot.forum.settle().await;
    bot.get(&format!("/events?after={place}")).await.is(200)
}

fn kinds(events: &Value) -> Vec<String> {
    all(events, "kind").iter().map(|kind| kind.as_str().expect("a word").to_owned()).collect()
}

async fn two_people(forum: &TestForum) -> (Viewer, Viewer) {
    (forum.person("ada").await, forum.person("ben").await)
}

async fn events_list_changes_since_a_position(forum: TestForum) {
    let (ada, ben) = two_people(&forum).await;
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    forum.admit(&garden, &[ben]).await;
    let (writer, bot) = (Bot::of(&forum, ada).await, Bot::of(&forum, ben).await);
    let start = now(&bot).await;
    let topic = forum.topic(ada, &garden, "Plums", "One").await;
    let two = forum.post(ada, topic.topic, "Two").await;
    let events = since(&bot, &start).await;
    assert_eq!(kinds(&events), ["topic", "message", "message"], "{events}");
    assert_eq!(
        (&all(&events, "message")[2]["text"], &all(&events, "author")[2]["username"]),
        (&json!("Two"), &json!("ada"))
    );
    // An event's own place leads on.
    let first = all(&events, "cursor")[0].as_str().expect("a place").to_owned();
    assert_eq!(kinds(&since(&bot, &first).await), ["message", "message"]);
    let place = events["next"].as_str().expect("a place").to_owned();
    assert_eq!(kinds(&since(&bot, &place).await), Vec::<String>::new());
    writer.patch(&format!("/messages/{}", two.id), json!({"text": "Three"})).await.is(200);
    writer.ask("put", &format!("/messages/{}/star", topic.id), None).await.is(200);
    writer.patch(&format!("/topics/{}", topic.topic), json!({"title": "Pears"})).await.is(200);
    let events = since(&bot, &place).await;
    assert_eq!(kinds(&events), ["message", "message", "topic"]);
    assert_eq!(
        (&all(&events, "message")[0]["text"], &all(&events, "message")[1]["stars"][0]["user"]["username"]),
        (&json!("Three"), &json!("ada"))
    );
    assert_eq!(all(&events, "topic")[2]["title"], "Pears");
    let place = events["next"].as_str().expect("a place").to_owned();
    writer.delete(&format!("/messages/{}", two.id)).await.is(204);
    let events = since(&bot, &place).await;
    assert_eq!((kinds(&events), all(&events, "message")), (vec!["message_deleted".to_owned()], vec![&Value::Null]));
    assert_eq!(all(&events, "message_id"), [&json!(two.id.to_string())]);
    let place = events["next"].as_str().expect("a place").to_owned();
    writer.delete(&format!("/topics/{}", topic.topic)).await.is(204);
    let events = since(&bot, &place).await;
    assert_eq!(kinds(&events), ["topic_deleted"]);
    // Nothing of it but its id.
    assert_eq!(all(&events, "topic_id"), [&json!(topic.topic.to_string())]);
    assert_eq!((all(&events, "topic"), all(&events, "author")), (vec![&Value::Null], vec![&Value::Null]));
    for wrong in
        ["x", "c1", &domain::api::v1::cursor::make("events", "1"), &domain::api::v1::cursor::make("after", "1-1")]
    {
        assert_eq!(bot.get(&format!("/events?after={wrong}")).await.status, 400, "{wrong}");
    }
    Bot::anonymous(&forum).get("/events").await.problem(401);
}

async fn events_contain_only_what_the_caller_may_read_now(forum: TestForum) {
    let (ada, ben) = two_people(&forum).await;
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    let cellar = forum.group(ada, "Cellar", GroupKind::Private).await;
    forum.admit(&cellar, &[ben]).await;
    let (bot, limited) = (Bot::of(&forum, ben).await, Bot::with(&forum, ben, "read", Some(&[garden.id])).await);
    let start = now(&bot).await;
    forum.topic(ada, &garden, "Plums", "One").await;
    forum.topic(ada, &cellar, "Wine", "Two").await;
    let titles = async |bot: &Bot<'_>, more: &str| {
        let events = since(bot, &format!("{start}{more}")).await;
        all(&events, "topic")
            .iter()
            .map(|topic| topic["title"].as_str().expect("a title").to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(titles(&bot, "").await, ["Plums", "Plums", "Wine", "Wine"]);
    assert_eq!(titles(&bot, &format!("&group={}", cellar.slug)).await, ["Wine", "Wine"]);
    assert_eq!(titles(&limited, "").await, ["Plums", "Plums"]);
    assert_eq!(limited.get(&format!("/events?after={start}&group={}", cellar.slug)).await.status, 404);
    domain::groups::leave(&forum.cx, ben, cellar.id).await.expect("left");
    assert_eq!(titles(&bot, "").await, ["Plums", "Plums"]);
    assert_eq!(bot.get(&format!("/events?after={start}&group={}", cellar.slug)).await.status, 404);
}

async fn a_request_waits_for_the_next_event(forum: TestForum) {
    let (ada, ben) = two_people(&forum).await;
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    let topic = forum.topic(ada, &garden, "Plums", "One").await.topic;
    let bot = Bot::of(&forum, ben).await;
    let start = now(&bot).await;
    let waits = async { bot.get(&format!("/events?after={start}&wait=40")).await.is(200) };
    let posts = async {
        forum.post(ada, topic, "Two").await;
        forum.drain().await;
    };
    let begun = std::time::Instant::now();
    let (events, ()) = tokio::join!(waits, posts);
    assert_eq!(all(&events, "message")[0]["text"], "Two");
    assert!(begun.elapsed() < Duration::from_secs(30), "the change wakes the request");
}

async fn an_expired_position_reports_missed_events(forum: TestForum) {
    let (ada, ben) = two_people(&forum).await;
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    let bot = Bot::of(&forum, ben).await;
    let start = now(&bot).await;
    let topic = forum.topic(ada, &garden, "Plums", "One").await.topic;
    forum.post(ada, topic, "Two").await;
    let mut tx = forum.cx.db.begin().await.expect("a transaction");
    domain::store::search_log::trim(&mut tx, 1).await.expect("trimmed");
    tx.commit().await.expect("a commit");
    let events = since(&bot, &start).await;
    assert_eq!((&events["missed"], kinds(&events)), (&json!(true), vec!["message".to_owned()]));
    let next = events["next"].as_str().expect("a place");
    assert_eq!(since(&bot, next).await["missed"], false);
}

async fn events_come_as_a_stream_too(forum: TestForum) {
    let (ada, ben) = two_people(&forum).await;
    let garden = forum.group(ada, "Garden", GroupKind::Public).await;
    let bot = Bot::of(&forum, ben).await;
    let start = now(&bot).await;
    let topic = forum.topic(ada, &garden, "Plums", "One").await.topic;
    forum.drain().await;
    forum.settle().await;
    let site = Data::new(crate::Site::new(forum.cx.clone(), crate::Config::default()));
    let app = init_service(App::new().app_data(site).configure(crate::routes::configure)).await;
    let open = async |request: TestRequest| {
        let answer = call_service(&app, request.insert_header((ACCEPT, "text/event-stream")).to_request()).await;
        assert_eq!(
            (answer.status().as_u16(), answer.headers().get("content-type").and_then(|kind| kind.to_str().ok())),
            (200, Some("text/event-stream"))
        );
        let mut body = Box::pin(answer.into_body());
        let part = std::future::poll_fn(|context| body.as_mut().poll_next(context)).await;
        String::from_utf8(part.expect("a part").expect("bytes").to_vec()).expect("text")
    };
    let uri = format!("/api/v1/events?after={start}");
    let text = open(bot.request().uri(&uri)).await;
    assert!(text.starts_with("id: c1") && text.contains("\nevent: topic\ndata: {\"cursor\":\"c1"), "{text}");
    assert_eq!(text.matches("\n\n").count(), 2, "{text}");
    let text = open(bot.request().uri("/api/v1/events")).await;
    assert!(text.contains("event: ready") && text.contains("retry: "), "{text}");
    // What is wrong with a request has its status.
    for (wrong, status) in [("after=x", 400), ("group=none", 404)] {
        let request =
            bot.request().uri(&format!("/api/v1/events?{wrong}")).insert_header((ACCEPT, "text/event-stream"));
        assert_eq!(call_service(&app, request.to_request()).await.status().as_u16(), status, "{wrong}");
    }
    // Without an event, the place continues.
    let silent = text.lines().find_map(|line| line.strip_prefix("id: ")).expect("a place").to_owned();
    let again = open(bot.request().uri(&format!("/api/v1/events?after={silent}"))).await;
    assert_eq!(again, format!("id: {silent}\n\n"));
    // The place of the last event wins over the address.
    forum.post(ada, topic, "Two").await;
    forum.drain().await;
    forum.settle().await;
    let place = text.lines().find_map(|line| line.strip_prefix("id: ")).expect("a place").to_owned();
    let text = open(bot.request().uri(&uri).insert_header(("last-event-id", place))).await;
    assert_eq!((text.matches("event: message\n").count(), text.matches("event: topic").count()), (1, 0), "{text}");
}
